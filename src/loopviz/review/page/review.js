"use strict";
(() => {
// What people wrote, and names, enter the page as textContent alone. Tables are columns of numbers; see columns.py.
const $ = id => document.getElementById(id);
const NONE = 0xffffffff, UNKNOWN = "–";
const STATUSES = ["not known", "submitted", "approved", "rejected"];
const PALETTE = ["#e69f00", "#56b4e9", "#f0e442", "#00c795", "#ff8f8f", "#d9a3ff", "#ffffff", "#9be06a"];
const KINDS = {
  id: Float64Array, frame: Uint32Array, x: Float32Array, y: Float32Array, w: Float32Array, h: Float32Array,
  category: Uint32Array, work: Uint32Array, confidence: Float32Array, suspect: Float32Array,
};
const WORK = {
  person: Uint32Array, batch: Uint32Array, task: Uint32Array, status: Uint8Array, counts: Uint8Array, seconds: Float32Array,
  usd: Float32Array, agreement: Float32Array,
};
let meta, times, rows = {}, work = {}, loaded = [], loading = null, wanted = [];
let queue = new Uint32Array(0), at = -1, current = NONE, shown = -1, aim = 0, playing = null;
let decisions = new Map(), store = "", picked = {};

// ---- tables
const bytes = text => Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), c => c.charCodeAt(0));
const column = (text, kind) => new kind(bytes(text).buffer);

window.loopviz = {
  meta(given) {
    meta = given;
    times = column(meta.times, Float64Array);
    for (const [name, kind] of Object.entries(KINDS)) rows[name] = new kind(meta.rows);
    for (const [name, kind] of Object.entries(WORK)) work[name] = column(meta.work[name], kind);
    store = `loopviz review ${meta.revision}`;
    begin();
  },
  boxes(place, given) {
    const first = meta.chunks[place].first;
    for (const [name, kind] of Object.entries(KINDS)) rows[name].set(column(given[name], kind), first);
    loaded[place] = true;
  },
};

function load(place) {
  if (loaded[place] || loading === place) return;
  if (loading !== null) { wanted.unshift(place); return; }
  loading = place;
  const script = document.createElement("script");
  script.src = `data/boxes-${String(place).padStart(5, "0")}.js`;
  const after = () => { script.remove(); loading = null; arrived(); };
  script.addEventListener("load", after);
  script.addEventListener("error", () => { say("A file of labels is missing from the folder: copy all of it."); after(); });
  document.head.append(script);
}

function arrived() {
  wanted = wanted.filter(place => !loaded[place]);
  const all = loaded.filter(Boolean).length === meta.chunks.length;
  if (all || current === NONE) choose(false);
  draw();
  if (wanted.length) setTimeout(() => load(wanted.shift()), 0);
  else if (all) { people(); cost(); document.documentElement.dataset.loaded = String(meta.rows); }
}

// Chunks begin with a frame: all labels of one lie in one.
function chunkOf(frame) {
  let low = 0, high = meta.chunks.length;
  while (high - low > 1) { const mid = (low + high) >> 1; if (meta.chunks[mid].frame <= frame) low = mid; else high = mid; }
  return low;
}

function* onFrame(frame) {
  if (!meta.chunks.length) return;
  const place = chunkOf(frame), chunk = meta.chunks[place];
  if (!loaded[place]) { load(place); return; }
  let low = chunk.first, high = chunk.first + chunk.rows;
  const end = high;
  while (low < high) { const mid = (low + high) >> 1; if (rows.frame[mid] < frame) low = mid + 1; else high = mid; }
  for (let row = low; row < end && rows.frame[row] === frame; row++) yield row;
}

// ---- which labels
const value = id => $(id).value === "" ? null : Number($(id).value);
const decided = row => decisions.get(rows.id[row])?.decision ?? null;
const agreementOf = row => rows.work[row] === NONE ? NaN : work.agreement[rows.work[row]];

function passes(row) {
  const {person, category, batch, status, decision, confidence, agreement, suspect} = picked, mine = rows.work[row];
  if (category !== null && rows.category[row] !== category) return false;
  if (person !== null && (mine === NONE || work.person[mine] !== person)) return false;
  if (batch !== null && (mine === NONE || work.batch[mine] !== batch)) return false;
  if (status !== null && (mine === NONE ? 0 : work.status[mine]) !== status) return false;
  if (confidence !== null && !(rows.confidence[row] <= confidence)) return false;
  if (agreement !== null && !(agreementOf(row) <= agreement)) return false;
  if (suspect !== null && !(rows.suspect[row] >= suspect)) return false;
  if (decision === 0) return decided(row) === null;
  if (decision === 1) return decided(row) === "accept";
  if (decision === 2) return decided(row) === "reject";
  return decision !== 3 || Boolean(decisions.get(rows.id[row])?.comment);
}

function choose(moves = true) {
  for (const id of ["person", "category", "batch", "status", "decision", "confidence", "agreement", "suspect"]) picked[id] = value(id);
  const found = new Uint32Array(meta.rows);
  let count = 0;
  meta.chunks.forEach((chunk, place) => {
    if (loaded[place]) for (let row = chunk.first; row < chunk.first + chunk.rows; row++) if (passes(row)) found[count++] = row;
  });
  queue = found.slice(0, count);
  const key = {agreement: agreementOf, confidence: row => rows.confidence[row], suspect: row => -rows.suspect[row]}[$("order").value];
  if (key) {
    const sure = row => { const said = key(row); return Number.isNaN(said) ? 2 : said; };
    queue.sort((one, other) => sure(one) - sure(other) || one - other);
  }
  const waits = loaded.filter(Boolean).length < meta.chunks.length ? ", others are being read" : "";
  $("count").textContent = `${count.toLocaleString("en")} of ${meta.rows.toLocaleString("en")} labels${waits}`;
  at = current === NONE ? -1 : queue.indexOf(current);
  if (count && (moves ? at < 0 : current === NONE)) select(0); else { describe(); draw(); }
}

// ---- one label
function select(place) {
  if (place < 0 || place >= queue.length) { say(place < 0 ? "This is the first label." : "This was the last of these labels."); return; }
  at = place;
  current = queue[place];
  stop();
  describe();
  if (rows.frame[current] === shown) draw(); else go(rows.frame[current]);
}

const nameOf = person => person === NONE ? "somebody who is not named" : meta.people[person].name;
const spell = seconds => Number.isNaN(seconds) ? UNKNOWN : seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
const money = usd => Number.isNaN(usd) ? UNKNOWN : `${usd.toFixed(2)} USD`;
const share = part => Number.isNaN(part) ? UNKNOWN : part.toFixed(2);
const say = text => { $("said").textContent = text; };

function describe() {
  const list = $("label");
  list.replaceChildren();
  const none = current === NONE;
  for (const id of ["accept", "reject", "undo", "comment"]) $(id).disabled = none;
  if (none) { say(meta.rows ? "No label is chosen." : "There are no labels."); return; }
  const mine = rows.work[current], own = decisions.get(rows.id[current]);
  const facts = [["Number", String(rows.id[current])], ["Category", meta.categories[rows.category[current]].name], ["Frame", String(rows.frame[current])]];
  if (mine !== NONE) {
    facts.push(["Person", nameOf(work.person[mine])], ["Work", STATUSES[work.status[mine]]], ["Counts", ["nobody decided", "yes", "no"][work.counts[mine]]], ["Time", spell(work.seconds[mine])],
      ["Pay", money(work.usd[mine])], ["Agreement", share(work.agreement[mine])]);
    if (work.batch[mine] !== NONE) facts.push(["Batch", String(work.batch[mine] + 1)]);
  }
  if (!Number.isNaN(rows.confidence[current])) facts.push(["Confidence", share(rows.confidence[current])]);
  if (!Number.isNaN(rows.suspect[current])) facts.push(["Suspicion", `${share(rows.suspect[current])} ${meta.why[rows.id[current]] ?? ""}`]);
  for (const [term, text] of facts) {
    const one = document.createElement("dt"), other = document.createElement("dd");
    one.textContent = term;
    other.textContent = text;
    list.append(one, other);
  }
  $("accept").setAttribute("aria-pressed", String(own?.decision === "accept"));
  $("reject").setAttribute("aria-pressed", String(own?.decision === "reject"));
  if (document.activeElement !== $("comment")) $("comment").value = own?.comment ?? "";
  const state = {accept: "accepted", reject: "rejected"}[own?.decision] ?? "undecided";
  const place = at < 0 ? "Not among these labels" : `${at + 1} of ${queue.length}`;
  say(`${place}: ${meta.categories[rows.category[current]].name}, frame ${rows.frame[current]}, ${state}`);
}

function suspicious() {
  if ($("order").value !== "suspect") { $("order").value = "suspect"; choose(false); at = -1; }
  for (let place = at + 1; place < queue.length; place++) if (!Number.isNaN(rows.suspect[queue[place]]) && decided(queue[place]) === null) { select(place); return; }
  say("There is no further suspect among these labels.");
}

// ---- decisions
function decide(what) {
  if (current === NONE) return;
  keep(rows.id[current], {...decisions.get(rows.id[current]), decision: what});
  if (what !== null && at >= 0 && at + 1 < queue.length) select(at + 1); else { describe(); draw(); }
}

function keep(id, entry) {
  if (entry.decision || entry.comment) decisions.set(id, entry); else decisions.delete(id);
  try { localStorage.setItem(store, JSON.stringify([...decisions])); }
  catch { $("facts").textContent = "This browser keeps nothing: download the decisions before you close the page."; }
  tell();
}

function tell() {
  const made = [...decisions.values()].filter(each => each.decision);
  const bad = made.filter(each => each.decision === "reject").length;
  $("progress").textContent = `${made.length - bad} accepted, ${bad} rejected`;
  clearTimeout(tell.later);
  tell.later = setTimeout(cost, 150);
}

// The simulator's rule: a task of several pictures is one payment, paid when any of them counts; what was paid stays so.
function cost() {
  const bad = new Map(), drawn = new Map();
  for (const [id, {decision}] of decisions) if (decision === "reject") bad.set(id, true);
  const touched = new Set();
  for (let row = 0; row < meta.rows && bad.size; row++) if (bad.has(rows.id[row]) && rows.work[row] !== NONE) touched.add(rows.work[row]);
  for (let row = 0; row < meta.rows && touched.size; row++) {
    if (!touched.has(rows.work[row])) continue;
    const [all, gone] = drawn.get(rows.work[row]) ?? [0, 0];
    drawn.set(rows.work[row], [all + 1, gone + (bad.has(rows.id[row]) ? 1 : 0)]);
  }
  const refused = new Set([...drawn].filter(([, [all, gone]]) => all === gone).map(([mine]) => mine));
  const tasks = new Map();
  if (refused.size) for (let mine = 0; mine < work.task.length; mine++) {
    const task = work.task[mine], entry = tasks.get(task) ?? {paid: false, stays: false, hit: false, usd: 0, seconds: 0, person: work.person[mine]};
    entry.hit ||= refused.has(mine);
    entry.stays ||= work.status[mine] === 2;
    entry.paid ||= !refused.has(mine) || work.status[mine] === 2;
    entry.usd += work.usd[mine] || 0;
    entry.seconds += work.seconds[mine] || 0;
    tasks.set(task, entry);
  }
  const hit = [...tasks.values()].filter(each => each.hit), lost = hit.filter(each => !each.paid);
  const who = new Set(lost.map(each => each.person)).size, sum = name => lost.reduce((total, each) => total + each[name], 0);
  const kept = hit.filter(each => each.stays).length;
  const parts = [lost.length
    ? `If work whose labels you all rejected were not paid, ${who} ${who === 1 ? "person" : "people"} would lose ${money(sum("usd"))} for ${lost.length} ${lost.length === 1 ? "task" : "tasks"}: ${spell(sum("seconds"))} of work.`
    : "Nobody would be left unpaid."];
  if (kept) parts.push(`${kept} ${kept === 1 ? "task is" : "tasks are"} paid already and stay so.`);
  $("cost").textContent = `${parts.join(" ")} Labels and pay are decided apart: applying decisions changes nobody's pay.`;
}

function download() {
  const list = [...decisions].sort(([one], [other]) => one - other)
    .map(([label, {decision, comment}]) => ({label, decision: decision ?? null, comment: comment ?? ""}));
  const text = JSON.stringify({loopviz: "decisions", version: 1, revision: meta.revision, decisions: list}, null, 1);
  const link = document.createElement("a"), place = URL.createObjectURL(new Blob([`${text}\n`], {type: "application/json"}));
  link.href = place;
  link.download = "decisions.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(place), 60000);
}

// ---- the picture: labels are always those of the frame that is shown
function frameAt(seconds) {
  let low = 0, high = times.length;
  while (high - low > 1) { const mid = (low + high) >> 1; if (times[mid] <= seconds + 0.0005) low = mid; else high = mid; }
  return low;
}

function go(frame) {
  aim = Math.min(Math.max(frame, 0), meta.frames - 1);
  for (const _ of onFrame(aim)) break;  // asks for its labels while the picture is on its way
  if (meta.picture === "film") {
    const end = aim + 1 < times.length ? times[aim + 1] : times[aim] + 0.02;
    $("film").currentTime = (times[aim] + end) / 2;
  } else if (meta.picture === "stills") {
    const image = $("still"), mine = aim;
    image.src = `stills/${String(mine).padStart(6, "0")}.jpg`;
    image.decode().then(() => true, () => false).then(there => { if (mine === aim) { image.hidden = !there; show(mine); } });
  } else show(aim);
}

function show(frame) {
  shown = frame;
  $("place").value = String(frame);
  $("time").textContent = `frame ${frame} of ${meta.frames}, ${times[frame].toFixed(2)} s`;
  draw();
}

function watch() {
  const film = $("film");
  const next = () => film.requestVideoFrameCallback((_, facts) => {
    if (film.requestVideoFrameCallback) next();
    show(frameAt(facts.mediaTime));
  });
  if (film.requestVideoFrameCallback) next();
  else for (const event of ["seeked", "timeupdate"]) film.addEventListener(event, () => show(frameAt(film.currentTime)));
  film.addEventListener("ended", stop);
  film.addEventListener("error", () => { $("facts").textContent = "This browser cannot play the film; labels are shown without it."; meta.picture = "none"; film.hidden = true; go(aim); });
}

function play() {
  if (playing !== null) { stop(); return; }
  playing = meta.picture === "film" ? ($("film").play(), 0) : setInterval(() => shown + 1 < meta.frames ? go(shown + 1) : stop(), 125);
  $("play").setAttribute("aria-pressed", "true");
}

function stop() {
  if (playing === null) return;
  clearInterval(playing);
  playing = null;
  $("film").pause();
  $("play").setAttribute("aria-pressed", "false");
}

function draw() {
  const canvas = $("marks"), pen = canvas.getContext("2d"), room = canvas.getBoundingClientRect();
  const dense = Math.min(window.devicePixelRatio || 1, 2);
  const size = [Math.round(room.width * dense), Math.round(room.height * dense)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  pen.clearRect(0, 0, ...size);
  if (shown < 0 || !size[0]) return;
  const scale = size[0] / meta.size[0], found = [...onFrame(shown)].filter(row => row === current || passes(row));
  found.sort((one, other) => (one === current) - (other === current));
  for (const row of found) box(pen, row, scale, dense);
  for (const row of found) if (found.length <= 12 || row === current) plate(pen, row, scale, dense);
  canvas.setAttribute("aria-label", `Frame ${shown}, ${found.length} ${found.length === 1 ? "label" : "labels"}`);
  document.documentElement.dataset.shown = `${shown}:${found.length}`;
}

function look(row, scale) {
  const {name, color} = meta.categories[rows.category[row]];
  const edges = [rows.x, rows.y, rows.w, rows.h].map(column => column[row] * scale);
  return {name, edges, ink: color ?? PALETTE[rows.category[row] % PALETTE.length], now: row === current};
}

function box(pen, row, scale, dense) {
  const {edges, ink, now} = look(row, scale), bad = decided(row) === "reject";
  pen.setLineDash(bad ? [6 * dense, 4 * dense] : []);
  for (const [stroke, width] of [["#000000c0", (now ? 6 : 3.5) * dense], [ink, (now ? 3.5 : 1.5) * dense]]) {
    pen.strokeStyle = stroke;
    pen.lineWidth = width;
    pen.strokeRect(...edges);
  }
}

function plate(pen, row, scale, dense) {
  const {name, edges, ink, now} = look(row, scale);
  const text = decided(row) ? `${name} · ${decided(row)}ed` : name;
  pen.font = `${now ? 600 : 400} ${13 * dense}px Inter, sans-serif`;
  const high = 20 * dense, wide = pen.measureText(text).width + 10 * dense;
  const x = Math.max(0, Math.min(edges[0], pen.canvas.width - wide)), y = edges[1] > high ? edges[1] - high : edges[1];
  pen.fillStyle = "#000000d0";
  pen.fillRect(x, y, wide, high);
  pen.fillStyle = ink;
  pen.fillText(text, x + 5 * dense, y + 14.5 * dense);
}

// ---- people
function figures() {
  const all = meta.people.map(({name}, person) => ({person, name, labels: 0, seconds: 0, timed: 0, usd: 0, paid: 0, agreement: 0, judged: 0, works: 0, rejected: 0}));
  for (let mine = 0; mine < work.person.length; mine++) {
    const own = all[work.person[mine]];
    if (!own) continue;
    own.works++;
    if (!Number.isNaN(work.seconds[mine])) { own.seconds += work.seconds[mine]; own.timed++; }
    if (!Number.isNaN(work.seconds[mine]) && !Number.isNaN(work.usd[mine])) { own.usd += work.status[mine] === 3 ? 0 : work.usd[mine]; own.paid += work.seconds[mine]; }
    if (!Number.isNaN(work.agreement[mine])) { own.agreement += work.agreement[mine]; own.judged++; }
    if (work.status[mine] === 3) own.rejected++;
  }
  for (let row = 0; row < meta.rows; row++) if (rows.work[row] !== NONE && all[work.person[rows.work[row]]]) all[work.person[rows.work[row]]].labels++;
  return all.map(own => ({...own, agreement: own.judged ? own.agreement / own.judged : NaN, seconds: own.timed ? own.seconds / own.timed : NaN,
    hourly: own.paid ? own.usd / own.paid * 3600 : NaN, rejected: own.works ? own.rejected / own.works : NaN}));
}

function people() {
  const all = figures(), cell = text => { const made = document.createElement("td"); made.textContent = text; return made; };
  $("rows").replaceChildren(...all.slice(0, 300).map(own => {
    const row = document.createElement("tr"), head = document.createElement("th"), button = document.createElement("button");
    head.scope = "row";
    button.type = "button";
    button.textContent = own.name;
    button.addEventListener("click", () => { $("person").value = String(own.person); choose(); });
    head.append(button);
    row.append(head, ...[own.labels.toLocaleString("en"), share(own.agreement), spell(own.seconds), Number.isNaN(own.hourly) ? UNKNOWN : own.hourly.toFixed(2), Number.isNaN(own.rejected) ? UNKNOWN : `${Math.round(100 * own.rejected)} %`].map(cell));
    return row;
  }));
  scatter(all);
}

function scatter(all) {
  const name = $("against").value, known = all.filter(own => !Number.isNaN(own[name]) && !Number.isNaN(own.agreement));
  const most = Math.max(...known.map(own => own[name]), 0) || 1, make = (tag, facts, text = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, given] of Object.entries(facts)) made.setAttribute(key, String(given));
    made.textContent = text;
    return made;
  };
  const parts = [make("line", {x1: 40, y1: 10, x2: 40, y2: 210}), make("line", {x1: 40, y1: 210, x2: 390, y2: 210}),
    make("text", {x: 34, y: 18, "text-anchor": "end"}, "1"), make("text", {x: 34, y: 213, "text-anchor": "end"}, "0"),
    make("text", {x: 44, y: 18}, "agreement"), make("text", {x: 40, y: 228}, "0"),
    make("text", {x: 390, y: 228, "text-anchor": "end"}, `${$("against").selectedOptions[0].textContent}, to ${most.toFixed(most < 10 ? 2 : 0)}`)];
  for (const own of known) {
    const dot = make("circle", {cx: 40 + 345 * own[name] / most, cy: 210 - 195 * own.agreement, r: 5});
    dot.append(make("title", {}, own.name));
    dot.addEventListener("click", () => { $("person").value = String(own.person); choose(); });
    parts.push(dot);
  }
  if (!known.length) parts.push(make("text", {x: 60, y: 110}, "Nobody's agreement is known."));
  $("scatter").replaceChildren(...parts);
}

// ---- begin
function options(id, list, first) {
  const all = first === null ? list : [["", first], ...list];
  $(id).replaceChildren(...all.map(([key, text]) => { const made = document.createElement("option"); made.value = key; made.textContent = text; return made; }));
}

function begin() {
  options("order", [["time", "in time"], ["agreement", "least agreement first"], ["confidence", "least confident first"], ["suspect", "most suspicious first"]], null);
  options("against", [["seconds", "seconds a task"], ["hourly", "USD an hour"], ["labels", "labels"], ["rejected", "share rejected"]], null);
  options("person", meta.people.map(({name}, place) => [String(place), name]), "everybody");
  options("category", meta.categories.map(({name}, place) => [String(place), name]), "all");
  options("batch", Array.from({length: meta.batches}, (_, place) => [String(place), `Batch ${place + 1}`]), "all");
  options("status", STATUSES.map((name, place) => [String(place), name]), "any");
  options("decision", ["undecided", "accepted", "rejected", "with a comment"].map((name, place) => [String(place), name]), "any");
  $("simulated").hidden = !meta.people.some(each => each.simulated);
  $("facts").textContent = `${meta.rows.toLocaleString("en")} labels on ${meta.frames.toLocaleString("en")} frames, ${meta.people.length.toLocaleString("en")} people`;
  $("place").max = String(Math.max(0, meta.frames - 1));
  $("frame").style.aspectRatio = `${meta.size[0]} / ${meta.size[1]}`;
  try { decisions = new Map(JSON.parse(localStorage.getItem(store) ?? "[]")); } catch { decisions = new Map(); }
  if (meta.picture === "film") { $("film").hidden = false; watch(); $("film").src = "film.mp4"; }
  listen();
  tell();
  describe();
  wanted = meta.chunks.map((_, place) => place);
  if (wanted.length) load(wanted.shift()); else { choose(); people(); if (meta.frames) go(0); }
}

function listen() {
  const clicks = {
    accept: () => decide("accept"), reject: () => decide("reject"), undo: () => decide(null), next: () => select(at + 1), suspicious,
    previous: () => select(at < 0 ? 0 : at - 1), back: () => { stop(); go(aim - 1); }, on: () => { stop(); go(aim + 1); }, play, download,
    "help-button": () => $("help").showModal(), close: () => $("help").close(),
    all: () => { for (const id of ["person", "category", "batch", "status", "decision", "confidence", "agreement", "suspect"]) $(id).value = ""; choose(); },
  };
  for (const [id, act] of Object.entries(clicks)) $(id).addEventListener("click", act);
  for (const id of ["order", "person", "category", "batch", "status", "decision", "confidence", "agreement", "suspect"]) $(id).addEventListener("change", () => choose());
  $("against").addEventListener("change", () => scatter(figures()));
  $("place").addEventListener("input", () => { stop(); go(Number($("place").value)); });
  $("comment").addEventListener("input", () => { if (current !== NONE) keep(rows.id[current], {...decisions.get(rows.id[current]), comment: $("comment").value}); });
  $("marks").addEventListener("click", touch);
  new ResizeObserver(draw).observe($("frame"));
  document.fonts?.ready.then(draw);
  document.addEventListener("keydown", press);
}

function touch(event) {
  const room = $("marks").getBoundingClientRect(), scale = meta.size[0] / room.width;
  const x = (event.clientX - room.left) * scale, y = (event.clientY - room.top) * scale;
  const hit = [...onFrame(shown)].filter(row => passes(row) && x >= rows.x[row] && y >= rows.y[row] && x <= rows.x[row] + rows.w[row] && y <= rows.y[row] + rows.h[row]);
  if (!hit.length) return;
  hit.sort((one, other) => rows.w[one] * rows.h[one] - rows.w[other] * rows.h[other]);
  select(queue.indexOf(hit[(hit.indexOf(current) + 1) % hit.length]));
}

function press(event) {
  const from = event.target, inside = from instanceof HTMLElement ? from.tagName : "";
  if (from === $("comment")) { if (event.key === "Escape") $("decide").focus(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open || ["SELECT", "INPUT", "TEXTAREA"].includes(inside)) return;
  if (event.key === " " && inside === "BUTTON") return;
  const acts = {
    n: () => select(at + 1), p: () => select(at < 0 ? 0 : at - 1), a: () => decide("accept"), r: () => decide("reject"), u: () => decide(null),
    x: suspicious, c: () => $("comment").focus(), s: download, "?": () => $("help").showModal(), " ": play,
    ArrowLeft: () => { stop(); go(shown - 1); }, ArrowRight: () => { stop(); go(shown + 1); },
  };
  if (!acts[event.key] || (!$("keys").checked && event.key.length === 1)) return;
  event.preventDefault();
  acts[event.key]();
}
})();
