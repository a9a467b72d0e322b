"use strict";

// What the server tells is text of programs: it only ever becomes text nodes and attributes here.

const SVG = "http://www.w3.org/2000/svg";
const HISTORY = 60;
const WINDOW = 120_000;
const MOST_EVENTS = 100;
const names = new Map();
let began = false;
const history = new Map();
let processes = [];
let shown = null;

const one = (selector) => document.querySelector(selector);

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const number = (value, digits = 0) => value === null || value === undefined ? "–" : value.toFixed(digits);
const megabytes = (kib) => kib === undefined ? "–" : `${Math.round(kib / 1024)} MB`;
const short = (name) => name.replace(/^\S*\//, "");
const percent = (share) => share === undefined ? "–" : `${Math.round(100 * share)} %`;

function remember() {
  const alive = new Set(processes.map((process) => process.pid));
  for (const pid of history.keys()) if (!alive.has(pid)) history.delete(pid);
  for (const process of processes) {
    const values = history.get(process.pid) ?? [];
    values.push(process.processor_share ?? 0);
    history.set(process.pid, values.slice(-HISTORY));
  }
}

/** What each process has done, as [since, state, until], from look to look. */
const lanes = new Map();

function rememberStates() {
  const now = Date.now();
  const alive = new Set(processes.map((process) => process.pid));
  for (const pid of lanes.keys()) if (!alive.has(pid)) lanes.delete(pid);
  for (const process of processes) {
    if (process.role === "standby") continue;
    const lane = lanes.get(process.pid) ?? [];
    const last = lane.at(-1);
    if (last) last[2] = now;
    if (!last || last[1] !== process.state) lane.push([now, process.state, now]);
    lanes.set(process.pid, lane.filter(([, , until]) => until > now - WINDOW || until === now));
  }
}

/** Tells which processes have come and gone, and which stopped or went on. */
function rememberEvents() {
  const alive = new Map(processes.filter((process) => process.role !== "standby").map((process) => [process.pid, process]));
  const news = [];
  for (const [pid, known] of names) {
    if (!alive.has(pid)) {
      news.push(`${known.name} (${known.label}) has ended`);
      names.delete(pid);
    }
  }
  for (const [pid, process] of alive) {
    const known = names.get(pid), name = short(process.name);
    if (!known && began) news.push(`${name} (${label(process)}) was started${process.method ? ` by ${process.method}` : ""}`);
    if (known && (known.state === "stopped") !== (process.state === "stopped"))
      news.push(`${name} (${label(process)}) ${process.state === "stopped" ? "was stopped" : "goes on"}`);
    names.set(pid, {name, state: process.state, label: label(process)});
  }
  began = true;
  const list = one("#happened"), time = new Date().toLocaleTimeString();
  for (const text of news) list.append(element("li", {}, element("time", {textContent: time}), " ", text));
  while (list.children.length > MOST_EVENTS) list.firstChild.remove();
  if (news.length) list.scrollTop = list.scrollHeight;
}

function kindOf(state) {
  if (state === "running") return "running";
  if (state === "stopped") return "stopped";
  return state.startsWith("waiting") || state.startsWith("in ") ? "waiting" : "idle";
}

function timelineRow(process) {
  const lane = lanes.get(process.pid) ?? [], end = Date.now(), sums = new Map();
  const picture = drawing("svg", {class: "lane", viewBox: "0 0 1200 16", preserveAspectRatio: "none", role: "img"});
  for (const [since, state, until] of lane) {
    const from = Math.max(0, 1200 - (end - since) / 100), to = 1200 - (end - until) / 100;
    if (to <= from) continue;
    sums.set(state, (sums.get(state) ?? 0) + to - from);
    picture.append(drawing("rect", {x: from.toFixed(1), y: 0, width: Math.max(1, to - from).toFixed(1), height: 16, class: kindOf(state)},
      drawing("title", {}, state)));
  }
  const total = [...sums.values()].reduce((sum, each) => sum + each, 0) || 1;
  const most = [...sums].sort((a, b) => b[1] - a[1]).slice(0, 3).map(([state, sum]) => `${state} ${Math.round(100 * sum / total)} %`).join(", ");
  picture.setAttribute("aria-label", most || process.state);
  const name = element("th", {scope: "row", textContent: `${short(process.name)} (${label(process)})`});
  name.style.paddingLeft = `${1.25 * process.depth}rem`;
  return element("tr", {}, name, element("td", {className: "wide"}, picture), element("td", {textContent: most || process.state}));
}

/** The process's id, and its node if that is another one. */
function label(process) {
  return process.label ?? process.pid;
}

function sparkline(pid) {
  const values = history.get(pid) ?? [];
  const most = Math.max(1, ...values);
  const points = values.map((value, i) => `${i ? "L" : "M"}${((HISTORY - values.length + i) * 120 / HISTORY).toFixed(1)},${(22 - 20 * value / most).toFixed(1)}`);
  const picture = drawing("svg", {class: "history", viewBox: "0 0 120 24", role: "img",
    "aria-label": `processor, at most ${percent(Math.max(0, ...values))}`});
  picture.append(drawing("path", {d: points.join("")}));
  return picture;
}

function buttons(process) {
  const cell = element("td");
  if (process.role === "standby") return cell;
  for (const [what, text] of [["stack", "Stacks"], ["why", "Why"], ["logs", "Logs"]]) {
    const button = element("button", {type: "button", textContent: text});
    button.dataset.key = `${what} ${process.pid}`;
    button.setAttribute("aria-label", `${text} of ${process.name}, ${label(process)}`);
    button.addEventListener("click", () => show(what, process.pid, process.name, label(process)));
    cell.append(button, " ");
  }
  return cell;
}

/** How its Python code runs, and what is being compiled. */
function code(process) {
  const pending = process.compiling ?? [];
  const cell = element("td", {textContent: process.code ?? "–"});
  if (pending.length) {
    cell.append(`, ${pending.length} to compile`);
    cell.title = pending.join(", ");
  }
  return cell;
}

function processRow(process) {
  const name = element("th", {scope: "row", textContent: short(process.name), title: process.title});
  name.style.paddingLeft = `${1.25 * process.depth}rem`;
  name.setAttribute("aria-label", `${process.name}, level ${process.depth + 1}`);
  const state = element("td", {textContent: process.state});
  if (process.state.startsWith("waiting")) state.className = "waiting";
  if (process.state === "running") state.className = "running";
  const figure = (text) => element("td", {className: "number", textContent: text});
  return element("tr", {className: process.role === "standby" ? "faint" : ""},
    name, figure(label(process)), element("td", {textContent: process.method ?? "–"}), state, code(process),
    figure(percent(process.processor_share)), element("td", {}, sparkline(process.pid)),
    figure(megabytes(process.rss_kib)), figure(megabytes(process.pss_kib)),
    figure(number(process.tasks_done)), figure(number(process.tasks_done_a_second, 1)), buttons(process));
}

/** Replaces the rows, and leaves the focus on the button that has it. */
function fill(table, rows, none) {
  const body = table.tBodies[0];
  const key = body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  if (!rows.length) {
    const cell = element("td", {textContent: none, className: "faint"});
    cell.colSpan = table.tHead.rows[0].cells.length;
    rows = [element("tr", {}, cell)];
  }
  body.replaceChildren(...rows);
  if (key) body.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

function draw() {
  const wanted = one("#filter").value.toLowerCase();
  const found = processes.filter((process) =>
    [label(process), process.name, process.title, process.state, process.method].join(" ").toLowerCase().includes(wanted));
  fill(one("#processes"), found.map(processRow), processes.length ? "No process fits the filter." : "No program is running.");
  const pools = processes.flatMap((process) => process.pools.map((pool) => element("tr", {},
    element("th", {scope: "row", textContent: `${short(process.name)} (${label(process)})`}), element("td", {textContent: pool.kind}),
    ...[pool.size, pool.calls, number(pool.tasks_done), pool.tasks_waiting].map((value) =>
      element("td", {className: "number", textContent: value})))));
  fill(one("#pools"), pools, "No program has a pool of processes.");
  const queues = processes.flatMap((process) => process.queues.map((queue) => {
    const items = element("td");
    if (queue.capacity) items.append(element("meter", {max: queue.capacity, value: queue.length}), " ");
    items.append(queue.capacity ? `${queue.length} of ${queue.capacity}` : `${queue.length}`);
    return element("tr", {}, element("th", {scope: "row", textContent: `${short(process.name)} (${label(process)})`}),
      element("td", {textContent: queue.name ?? queue.id}), items);
  }));
  fill(one("#queues"), queues, "No program has a queue.");
  fill(one("#timelines"), found.filter((process) => process.role !== "standby").map(timelineRow),
    processes.length ? "No process fits the filter." : "No program is running.");
  const programs = processes.filter((process) => process.role === "program").length;
  const sum = (key) => processes.reduce((total, process) => total + (process[key] ?? 0), 0);
  one("#summary").textContent = `${programs} programs, ${processes.length} processes, ` +
    `${sum("processor_share").toFixed(1)} processors, ${sum("tasks_done_a_second").toFixed(0)} tasks a second`;
}

/** Processes in a circle, with an arrow from each that waits to each that could end the wait. */
function graph(waits) {
  // On several nodes, ids alone are not enough.
  for (const wait of [...waits.waits, ...waits.deadlocks.flat(), ...waits.abandoned]) {
    if (wait.node) wait.pid = `${wait.pid} on ${wait.node}`;
  }
  const stuck = new Set([...waits.deadlocks.flat(), ...waits.abandoned].map((wait) => wait.pid));
  const edges = new Map();
  for (const wait of waits.waits) {
    if (wait.wait.kind) for (const other of wait.for) {
      if (other !== wait.pid) edges.set(`${wait.pid} ${other}`, [wait.pid, other]);
    }
  }
  const pids = [...new Set(waits.waits.map((wait) => wait.pid))].slice(0, 40);
  if (!edges.size || pids.length < 2) return null;
  const names = new Map(processes.map((process) => [process.pid, process.name]));
  const across = Math.max(190, 34 * pids.length), down = Math.max(90, 14 * pids.length);
  const width = 2 * across + 180, height = 2 * down + 60;
  const at = new Map(pids.map((pid, i) => [pid, [width / 2 + across * Math.sin(2 * Math.PI * i / pids.length),
    height / 2 - down * Math.cos(2 * Math.PI * i / pids.length)]]));
  const picture = drawing("svg", {class: "graph", viewBox: `0 0 ${width} ${height}`, width, role: "img",
    "aria-label": "Who waits for whom: " + [...edges.values()].map(([from, to]) => `${from} for ${to}`).join(", ")});
  picture.append(drawing("defs", {}, drawing("marker", {id: "tip", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 8,
    markerHeight: 8, orient: "auto"}, drawing("path", {d: "M0,0 L8,4 L0,8 z"}))));
  for (const [from, to] of edges.values()) {
    if (!at.has(from) || !at.has(to)) continue;
    const [x, y] = at.get(from), [u, v] = at.get(to);
    const length = Math.hypot(u - x, v - y), shift = 22;
    const mx = (x + u) / 2 + shift * (v - y) / length, my = (y + v) / 2 - shift * (u - x) / length;
    // The tip is where the arrow meets the other's rectangle.
    const cut = 1 - Math.min(80 / Math.max(1, Math.abs(u - mx)), 20 / Math.max(1, Math.abs(v - my)), 0.9);
    picture.append(drawing("path", {d: `M${x},${y} Q${mx},${my} ${mx + (u - mx) * cut},${my + (v - my) * cut}`,
      "marker-end": "url(#tip)", class: stuck.has(from) && stuck.has(to) ? "stuck" : ""}));
  }
  for (const [pid, [x, y]] of at) {
    const label = drawing("text", {x, y: y + 5});
    label.append(`${short(names.get(pid) ?? "").slice(0, 14)} ${pid}`);
    picture.append(drawing("rect", {x: x - 74, y: y - 16, width: 148, height: 32, rx: 6, class: stuck.has(pid) ? "stuck" : ""}), label);
  }
  return picture;
}

const TITLES = {stack: "Stacks of", why: "Who waits for what, with", logs: "Output and logs of"};

async function show(what, pid, name, shownPid) {
  shown = [what, pid, name, shownPid];
  one("#details").hidden = false;
  one("#details-title").textContent = `${TITLES[what]} ${short(name)} (${shownPid})`;
  one("#text").textContent = "Looking …";
  one("#graph").replaceChildren();
  one("#details-title").focus();
  const answers = await Promise.all([fetch(`/${what}?pid=${pid}`), what === "why" ? fetch(`/waits?pid=${pid}`) : null]);
  one("#text").textContent = await answers[0].text();
  if (answers[1]?.ok) {
    const picture = graph(await answers[1].json());
    if (picture) one("#graph").replaceChildren(picture);
  }
}

one("#filter").addEventListener("input", draw);
one("#again").addEventListener("click", () => shown && show(...shown));
one("#close").addEventListener("click", () => {
  one("#details").hidden = true;
  one("#processes").querySelector(`[data-key="${CSS.escape(`${shown[0]} ${shown[1]}`)}"]`)?.focus();
});

const events = new EventSource("/events");
events.addEventListener("message", (event) => {
  one("#connection").textContent = "";
  processes = JSON.parse(event.data).processes;
  remember();
  rememberStates();
  rememberEvents();
  draw();
});
events.addEventListener("error", () => {
  one("#connection").textContent = "The command has ended, or can't be reached: what is shown is old.";
});
