"use strict";
// Reads the gateway's JSON and writes tables and plots. Text only ever becomes text nodes: nothing a device sent is taken for markup.
const byId = (id) => document.getElementById(id);
const svgSpace = "http://www.w3.org/2000/svg";
const refreshMs = 5000;
let devices = [];
let sort = { key: "device", down: false };

function element(name, attributes = {}, text) {
  const made = document.createElementNS(name === "svg" || attributes.svg ? svgSpace : "http://www.w3.org/1999/xhtml", name);
  for (const [key, value] of Object.entries(attributes)) if (key !== "svg") made.setAttribute(key, value);
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function fill(tableId, rows) {
  const body = byId(tableId).tBodies[0];
  body.replaceChildren(...rows.map((cells) => {
    const row = element("tr");
    cells.forEach((cell, index) => {
      const place = element(index === 0 ? "th" : "td", index === 0 ? { scope: "row" } : {});
      if (cell instanceof Node) place.append(cell);
      else if (typeof cell === "number") { place.className = "right"; place.textContent = number(cell); }
      else place.textContent = cell ?? "–";
      row.append(place);
    });
    return row;
  }));
}

const number = (value) => value.toLocaleString("en-GB", { maximumFractionDigits: 1 });
const when = (iso) => (iso ? iso.replace("T", " ").replace(/\.\d+Z$/, "") : "–");
const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

async function read(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.error} ${body.whatToDo}`);
  return body;
}

function showOverview(o) {
  byId("origin").querySelector("span").textContent = o.origin;
  for (const place of document.querySelectorAll("#evidence [data-key]")) place.textContent = number(o.evidence[place.dataset.key]);
  byId("unwitnessed").textContent = o.evidence.witnessedRecords === 0 ? "Unwitnessed: a roll-back could not yet be shown from outside." : "";
  const state = byId("state");
  state.className = o.problems.length ? "bad" : "";
  state.textContent = o.problems.length ? `Needs attention: ${o.problems.join(" ")}`
    : `Ready. ${plural(o.devices, "device")}, ${plural(o.events, "event")}, ${plural(o.activations, "activation")}. ${plural(o.quarantinedFrames, "frame")} kept aside since the last start. Read ${when(o.now)} UTC.`;
  fill("docks", o.docks.map((d) => [d.dock, d.armoury, d.devices, d.events, when(d.lastReceived)]));
  fill("stores", o.stores.map((s) => [s.name, s.nextRecord, s.behind, s.problem || (s.behind ? "catching up" : "up to date")]));
  fill("hours-table", o.hours.map((h) => [when(h.hour), h.events, h.activations]));
  showHours(o.hours);
}

function showHours(hours) {
  const most = Math.max(1, ...hours.map((h) => h.activations));
  const busiest = hours.find((h) => h.activations === most);
  byId("hours-words").textContent = busiest
    ? `${plural(hours.reduce((sum, h) => sum + h.activations, 0), "activation")} from ${when(hours[0].hour)} to ${when(hours[hours.length - 1].hour)} UTC; most in one hour: ${most}, at ${when(busiest.hour)}. Tests are activations too.`
    : "No activation is recorded yet.";
  if (!hours.length) return byId("hours").replaceChildren();
  const first = Date.parse(hours[0].hour), span = Math.max(1, (Date.parse(hours[hours.length - 1].hour) - first) / 3600000 + 1);
  const [width, height, left, foot] = [900, 170, 30, 22];
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": "hours-title", "aria-describedby": "hours-words" });
  const step = (width - left) / span;
  for (const h of hours) {
    const at = (Date.parse(h.hour) - first) / 3600000, tall = (h.activations / most) * (height - foot - 12);
    const bar = element("rect", { svg: 1, class: "bar", x: left + at * step, y: height - foot - tall, width: Math.max(1, step - 1), height: tall });
    bar.append(element("title", { svg: 1 }, `${when(h.hour)} UTC: ${plural(h.activations, "activation")}, ${plural(h.events, "event")}`));
    svg.append(bar);
  }
  svg.append(element("line", { svg: 1, class: "axis", x1: left, x2: width, y1: height - foot, y2: height - foot }));
  svg.append(element("text", { svg: 1, x: 0, y: 12 }, String(most)), element("text", { svg: 1, x: 0, y: height - foot }, "0"));
  svg.append(element("text", { svg: 1, x: left, y: height - 6 }, when(hours[0].hour)));
  svg.append(element("text", { svg: 1, x: width, y: height - 6, "text-anchor": "end" }, when(hours[hours.length - 1].hour)));
  byId("hours").replaceChildren(svg);
}

function showDevices() {
  const wanted = byId("filter").value.trim().toLowerCase();
  const rows = devices.filter((d) => !wanted || [d.device, d.model, d.armoury].some((t) => (t ?? "").toLowerCase().includes(wanted)));
  const order = (a, b) => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1);
  rows.sort((a, b) => order(a[sort.key] ?? null, b[sort.key] ?? null) * (sort.down ? -1 : 1));
  fill("devices", rows.map((d) => {
    const open = element("button", { type: "button" }, d.device);
    open.addEventListener("click", () => showDevice(d.device));
    return [open, d.model, d.armoury, d.events, d.activations, d.activationSeconds, when(d.lastEvent), when(d.lastReceived), d.widestClockBoundSeconds, d.marked, d.grade];
  }));
  byId("shown").textContent = `${rows.length} of ${plural(devices.length, "device")}`;
  for (const head of document.querySelectorAll("#devices thead th")) {
    const key = head.firstElementChild.dataset.sort;
    if (key === sort.key) head.setAttribute("aria-sort", sort.down ? "descending" : "ascending"); else head.removeAttribute("aria-sort");
  }
}

async function showDevice(serial) {
  try {
    const answer = await read(`/api/devices/${encodeURIComponent(serial)}/activations`);
    byId("device").hidden = false;
    byId("device-name").textContent = serial;
    byId("device-words").textContent = answer.rows.length
      ? `${plural(answer.rows.length, "activation")}${answer.more ? ", the latest of more" : ""}. Each line on the plot spans the time in which the activation may have begun.`
      : "This device has recorded no activation.";
    fill("activations", answer.rows.map((a) => [when(a.time), when(a.earliest), when(a.latest), a.event, a.seconds, a.bay ?? "–", a.sequence, a.epoch, a.leaf, a.grade]));
    plotDevice(answer.rows);
    byId("device-title").focus();
    byId("device-title").scrollIntoView({ block: "start" });
  } catch (failed) {
    fail(failed);
  }
}

function plotDevice(rows) {
  if (!rows.length) return byId("device-plot").replaceChildren();
  const low = Math.min(...rows.map((r) => Date.parse(r.earliest ?? r.time))), high = Math.max(...rows.map((r) => Date.parse(r.latest ?? r.time)), low + 60000);
  const [width, height, left, foot] = [900, 150, 34, 22], most = Math.max(5, ...rows.map((r) => r.seconds));
  const x = (iso) => left + ((Date.parse(iso) - low) / (high - low)) * (width - left - 6), y = (s) => height - foot - (s / most) * (height - foot - 12);
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": "device-title", "aria-describedby": "device-words" });
  svg.append(element("line", { svg: 1, class: "axis", x1: left, x2: width, y1: height - foot, y2: height - foot }));
  for (const r of rows) {
    const group = element("g", { svg: 1 });
    group.append(element("title", { svg: 1 }, `${when(r.time)} UTC: ${r.event}, ${number(r.seconds)} s, leaf ${r.leaf}`));
    if (r.earliest && r.latest) group.append(element("line", { svg: 1, class: "whisker", x1: x(r.earliest), x2: Math.max(x(r.latest), x(r.earliest) + 2), y1: y(r.seconds), y2: y(r.seconds) }));
    group.append(element("rect", { svg: 1, class: "bar", x: x(r.time) - 2, y: y(r.seconds), width: 4, height: Math.max(2, height - foot - y(r.seconds)) }));
    svg.append(group);
  }
  svg.append(element("text", { svg: 1, x: 0, y: 12 }, `${number(most)} s`), element("text", { svg: 1, x: left, y: height - 6 }, when(rows[0].time)));
  svg.append(element("text", { svg: 1, x: width, y: height - 6, "text-anchor": "end" }, when(rows[rows.length - 1].time)));
  byId("device-plot").replaceChildren(svg);
}

function fail(cause) {
  byId("state").className = "bad";
  byId("state").textContent = `Not read: ${cause.message} The figures below may be old.`;
}

async function refresh() {
  try {
    showOverview(await read("/api/overview"));
    const next = (await read("/api/devices")).rows;
    if (JSON.stringify(next) !== JSON.stringify(devices)) { devices = next; showDevices(); }
  } catch (failed) {
    fail(failed);
  }
  setTimeout(refresh, refreshMs);
}

byId("filter").addEventListener("input", showDevices);
for (const button of document.querySelectorAll("#devices thead button")) {
  button.addEventListener("click", () => { sort = { key: button.dataset.sort, down: sort.key === button.dataset.sort && !sort.down }; showDevices(); });
}
refresh();
