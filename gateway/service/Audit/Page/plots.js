"use strict";
// Draws the plots of the page. What a plot shows also stands in words beside it and in a table; shape and place carry the meaning, never colour alone.
const svgSpace = "http://www.w3.org/2000/svg";
const dayMs = 86400000;
const lanesMax = 60;

function shape(name, attributes, text) {
  const made = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// A plot is as wide as its place, so that its letters stay as large as the page's on a small screen too.
function sheet(place, height, title, words) {
  const width = Math.max(280, Math.round(place.clientWidth || 900));
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": title, "aria-describedby": words });
  place.replaceChildren(svg);
  return { svg, width };
}

// Days that fit: at least 70 px apart.
function dayTicks(from, to, x) {
  const ticks = [];
  let step = 1;
  while ((step * dayMs / (to - from)) * (x(to) - x(from)) < 70) step *= 2;
  for (let at = Math.ceil(from / dayMs) * dayMs; at < to; at += step * dayMs) ticks.push(at);
  return ticks;
}

function drawAxis(svg, from, to, x, top, foot) {
  svg.append(shape("line", { class: "axis", x1: x(from), x2: x(to), y1: foot, y2: foot }));
  for (const at of dayTicks(from, to, x)) {
    svg.append(shape("line", { class: "grid", x1: x(at), x2: x(at), y1: top, y2: foot + 4 }));
    svg.append(shape("text", { x: x(at) + 3, y: foot + 14 }, new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" })));
  }
}

function drawHours(place, hours, from, to) {
  const { svg, width } = sheet(place, 170, "hours-title", "hours-words");
  const [left, top, foot] = [30, 12, 146];
  const most = Math.max(1, ...hours.map((h) => h.activations));
  const x = (at) => left + ((at - from) / (to - from)) * (width - left - 4);
  drawAxis(svg, from, to, x, top, foot);
  for (const h of hours) {
    const at = Date.parse(h.hour), tall = (h.activations / most) * (foot - top);
    const bar = shape("rect", { class: "bar", x: x(at), y: foot - tall, width: Math.max(1.5, x(at + 3600000) - x(at) - 0.5), height: tall });
    bar.append(shape("title", {}, `${when(h.hour)} UTC: ${plural(h.activations, "activation")}, ${plural(h.events, "event")}`));
    svg.append(bar);
  }
  svg.append(shape("text", { x: 0, y: top + 4 }, String(most)), shape("text", { x: 0, y: foot }, "0"));
}

// One lane a device. An arc is a hollow ring, a cycle begun by the trigger a filled bar as tall as it was long (5 s fill the lane), a repeat on a deployed cartridge a bar with a cap.
function drawFleet(place, rows, from, to) {
  const lanes = new Map();
  for (const row of rows) lanes.set(row.device, [...(lanes.get(row.device) ?? []), row]);
  const cycles = (list) => list.filter((r) => r.event !== "arc").length;
  const shown = [...lanes].sort((a, b) => cycles(b[1]) - cycles(a[1]) || b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1)).slice(0, lanesMax);
  const [lane, top, left] = [18, 6, 92], foot = top + lane * shown.length;
  const { svg, width } = sheet(place, foot + 22, "fleet-title", "fleet-words");
  const x = (at) => left + ((at - from) / (to - from)) * (width - left - 8);
  drawAxis(svg, from, to, x, top, foot);
  shown.forEach(([device, list], index) => {
    const base = top + lane * (index + 1) - 3;
    svg.append(shape("line", { class: "lane", x1: left, x2: width - 8, y1: base, y2: base }), shape("text", { x: 0, y: base }, device));
    for (const row of list) svg.append(mark(row, x(Date.parse(row.time)), base, lane - 5));
  });
  return { shown: shown.length, all: lanes.size };
}

function mark(row, at, base, room) {
  const group = shape("g", {});
  const tall = Math.max(4, Math.min(1, row.seconds / 5) * room);
  if (row.event === "arc") group.append(shape("circle", { class: "ring", cx: at, cy: base - 4, r: 3 }));
  else group.append(shape("rect", { class: "bar", x: at - 1.5, y: base - tall, width: 3, height: tall }));
  if (row.event === "reenergise") group.append(shape("line", { class: "whisker", x1: at - 4, x2: at + 4, y1: base - tall, y2: base - tall }));
  group.append(shape("title", {}, `${row.device}, ${when(row.time)} UTC: ${row.event}, ${number(row.seconds)} s, leaf ${row.leaf}`));
  return group;
}

// The activations of one device with the bounds of each time.
function drawDevice(place, rows) {
  if (!rows.length) return place.replaceChildren();
  const low = Math.min(...rows.map((r) => Date.parse(r.earliest ?? r.time))), high = Math.max(...rows.map((r) => Date.parse(r.latest ?? r.time)), low + 60000);
  const { svg, width } = sheet(place, 160, "device-title", "device-words");
  const [left, top, foot] = [34, 12, 132], most = Math.max(5, ...rows.map((r) => r.seconds));
  const x = (at) => left + 6 + ((at - low) / (high - low)) * (width - left - 16), y = (s) => foot - (s / most) * (foot - top);
  svg.append(shape("line", { class: "axis", x1: left, x2: width, y1: foot, y2: foot }));
  for (const r of rows) {
    const group = shape("g", {}), at = x(Date.parse(r.time));
    group.append(shape("title", {}, `${when(r.time)} UTC: ${r.event}, ${number(r.seconds)} s, leaf ${r.leaf}`));
    if (r.earliest && r.latest) {
      const first = x(Date.parse(r.earliest));
      group.append(shape("line", { class: "whisker", x1: first, x2: Math.max(x(Date.parse(r.latest)), first + 2), y1: y(r.seconds), y2: y(r.seconds) }));
    }
    if (r.event === "arc") group.append(shape("circle", { class: "ring", cx: at, cy: y(r.seconds), r: 4 }));
    group.append(shape("rect", { class: r.event === "arc" ? "stem" : "bar", x: at - 1.5, y: y(r.seconds), width: 3, height: Math.max(2, foot - y(r.seconds)) }));
    svg.append(group);
  }
  svg.append(shape("text", { x: 0, y: top + 4 }, `${number(most)} s`), shape("text", { x: left, y: foot + 16 }, when(rows[0].time)));
  if (rows.length > 1) svg.append(shape("text", { x: width, y: foot + 30 > 160 ? 158 : foot + 28, "text-anchor": "end" }, when(rows[rows.length - 1].time)));
}
