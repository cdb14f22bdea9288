"use strict";
// Reads the gateway's JSON and writes tables. Text only ever becomes text nodes: nothing a device sent is taken for markup.
const byId = (id) => document.getElementById(id);
const refreshMs = 5000;
let devices = [];
let sort = { key: "device", down: false };
let drawn = () => {};
let drawnDevice = () => {};

function element(name, attributes = {}, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function fill(tableId, rows) {
  byId(tableId).tBodies[0].replaceChildren(...rows.map((cells) => {
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
const day = (iso) => when(iso).slice(0, 10);
const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;
const plain = (word) => word.replace(/^ced_/, "").replaceAll("_", " ");

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
  byId("state").textContent = `Ready. ${plural(o.devices, "device")}, ${plural(o.events, "event")}, ${plural(o.activations, "activation")}. ${plural(o.quarantinedFrames, "frame")} kept aside since the last start. Read ${when(o.now)} UTC.`;
  byId("attention").hidden = !o.problems.length;
  byId("problems").replaceChildren(...o.problems.map((words) => element("li", {}, words)));
  fill("docks", o.docks.map((d) => [d.dock, d.armoury, d.devices, d.events, when(d.lastReceived)]));
  fill("stores", o.stores.map((s) => [s.name, s.nextRecord, s.behind, s.problem || (s.behind ? "catching up" : "up to date")]));
  fill("hours-table", o.hours.map((h) => [when(h.hour), h.events, h.activations]));
  const total = o.hours.reduce((sum, h) => sum + h.activations, 0), busiest = o.hours.reduce((best, h) => (h.activations > (best?.activations ?? 0) ? h : best), null);
  byId("hours-words").textContent = `${plural(total, "activation")} from ${day(o.outside.from)} to ${day(o.outside.to)}. A test by trigger or ARC switch is an activation too; a test event of its own, as some models write, is not drawn, and the report's account counts it. `
    + (busiest ? `Most in one hour: ${busiest.activations}, at ${when(busiest.hour)} UTC. ` : "") + outsideWords(o.outside);
}

const outsideWords = (o) => (o.events === 0 ? "" : `Not on the plots: ${plural(o.events, "event")} outside these days or without a usable stamp of the device, `
  + `${plural(o.activations, "activation")} among them; a clock that was reset often says so. They count in the tables.`);

function showFleet(fleet, overview) {
  const from = Date.parse(fleet.from), to = Date.parse(fleet.to);
  drawn = () => {
    drawHours(byId("hours"), overview.hours, from, to);
    const { shown, all } = drawFleet(byId("fleet"), fleet.rows, from, to);
    const cycles = fleet.rows.filter((r) => r.event !== "arc").length;
    byId("fleet-words").textContent = fleet.rows.length
      ? `${plural(cycles, "cycle")} of the trigger or repeated, and ${plural(fleet.rows.length - cycles, "arc")}, on ${plural(all, "device")}${shown < all ? `; the ${shown} with most are drawn` : ""}${fleet.more ? "; the latest of more" : ""}. `
        + "A bar is a cycle begun by the trigger, as tall as it was long (5 seconds fill the lane); a bar with a cap repeats on a cartridge already deployed; a ring is an arc (warning arc or ARC switch), as in most tests."
      : "No activation is recorded in these days.";
  };
  drawn();
}

function showDoubts(doubts) {
  byId("doubts-words").textContent = doubts.rows.length
    ? `${plural(doubts.rows.length, "record")}${doubts.more ? ", the latest of more" : ""}. A gap stays open until it is filled or known to be final.`
    : "Nothing is recorded as missing, kept aside or in doubt.";
  fill("doubts", doubts.rows.map((d) => [when(d.time), plain(d.kind), plain(d.state), d.device, d.dock, d.first, d.count, d.leaf]));
}

function showDevices() {
  const wanted = byId("filter").value.trim().toLowerCase();
  const rows = devices.filter((d) => !wanted || [d.device, d.model, d.armoury].some((t) => (t ?? "").toLowerCase().includes(wanted)));
  const order = (a, b) => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1);
  rows.sort((a, b) => order(a[sort.key] ?? null, b[sort.key] ?? null) * (sort.down ? -1 : 1));
  fill("devices", rows.map((d) => {
    const open = element("button", { type: "button" }, d.device);
    open.addEventListener("click", () => showDevice(d.device));
    const marks = d.marked ? `${number(d.marked)}: ${d.marks.join(", ")}` : "none";
    return [open, d.model, d.armoury, d.events, d.activations, d.activationSeconds, when(d.lastEvent), when(d.lastReceived), d.widestClockBoundSeconds, d.verifiedGrades ? `${d.grade}, verified ${d.verifiedGrades}` : d.grade, element("span", { class: "words" }, marks)];
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
      ? `${plural(answer.rows.length, "activation")}${answer.more ? ", the latest of more" : ""}. Each line across the plot spans the time in which the activation may have begun; a ring is an arc.`
      : "This device has recorded no activation.";
    fill("activations", answer.rows.map((a) => [when(a.time), when(a.earliest), when(a.latest), a.event, a.seconds, a.bay ?? "–", a.sequence, a.epoch, a.leaf, a.verifiedGrade ? `${a.grade}, verified ${a.verifiedGrade}` : a.grade]));
    drawnDevice = () => drawDevice(byId("device-plot"), answer.rows);
    drawnDevice();
    byId("device-title").focus();
    byId("device-title").scrollIntoView({ block: "start" });
  } catch (failed) {
    fail(failed);
  }
}

function fail(cause) {
  byId("attention").hidden = false;
  byId("problems").replaceChildren(element("li", {}, `Not read: ${cause.message} The figures below may be old.`));
}

async function refresh() {
  try {
    const overview = await read("/api/overview");
    showOverview(overview);
    showFleet(await read("/api/activations"), overview);
    showDoubts(await read("/api/doubts"));
    const next = (await read("/api/devices")).rows;
    if (JSON.stringify(next) !== JSON.stringify(devices)) { devices = next; showDevices(); }
    document.body.dataset.read = "yes";
  } catch (failed) {
    fail(failed);
  }
  setTimeout(refresh, refreshMs);
}

byId("filter").addEventListener("input", showDevices);
for (const button of document.querySelectorAll("#devices thead button")) {
  button.addEventListener("click", () => { sort = { key: button.dataset.sort, down: sort.key === button.dataset.sort && !sort.down }; showDevices(); });
}
addEventListener("resize", () => { drawn(); drawnDevice(); });
refresh();
