// What people wrote, and names, enter the page as textContent alone. Tables are columns of numbers; see columns.py.
const $ = id => document.getElementById(id);
const NONE = 0xffffffff, UNKNOWN = "–", INCOMPLETE = "Files are missing from the folder: copy all of it.";
const STATUSES = ["not known", "submitted", "approved", "rejected"];
const PALETTE = ["#e69f00", "#56b4e9", "#f0e442", "#00c795", "#ff8f8f", "#d9a3ff", "#ffffff", "#9be06a"];
const KINDS = {
  id: Float64Array, frame: Uint32Array, x: Float32Array, y: Float32Array, w: Float32Array, h: Float32Array,
  category: Uint32Array, work: Uint32Array, confidence: Float32Array, suspect: Float32Array,
  form: Uint8Array, origin: Uint8Array,
};
const WORK = {
  person: Uint32Array, batch: Uint32Array, task: Uint32Array, status: Uint8Array, counts: Uint8Array, seconds: Float32Array,
  usd: Float32Array, agreement: Float32Array,
};
let offered = [], why = {}, placed = false;
let meta, times, begins, rows = {}, work = {}, loaded = [], loading = null, wanted = [];
let asked = false, missing = [];
let queue = new Uint32Array(0), at = -1, led = false, current = NONE, shown = -1, aim = 0, playing = null;
// led: a decision has led to the current label, which may be the next suspect already.
let decisions = new Map(), store = "", picked = {};

// Tables.
const bytes = text => Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), c => c.charCodeAt(0));
const column = (text, kind) => new kind(bytes(text).buffer);

window.loopviz = {
  meta(given) {
    meta = given;
    times = column(meta.times, Float64Array);
    begins = meta.chunks.map(each => each.frame);
    for (const [name, kind] of Object.entries(KINDS)) rows[name] = new kind(meta.rows + meta.places);
    for (const [name, kind] of Object.entries(WORK)) work[name] = column(meta.work[name], kind);
    rows.work.fill(NONE, meta.rows);
    store = `loopviz review ${meta.revision}`;
    begin();
  },
  boxes(place, given) {
    const first = meta.chunks[place].first;
    for (const [name, kind] of Object.entries(KINDS)) rows[name].set(column(given[name], kind), first);
    loaded[place] = true;
  },
  shapes: (place, given) => shapes.take(place, given),
  found: (place, given) => found.take(place, given),
  foundShapes: (place, given) => foundShapes.take(place, given),
  // Places that nobody labelled are rows after those of the labels; their number is below 0.
  suspects(_, given) {
    why = given.why;
    for (const [name, text] of Object.entries(given.places)) rows[name].set(column(text, KINDS[name]), meta.rows);
    offered = given.offered.map((each, place) => ({...each, why: given.said[place], key: JSON.stringify(each)}));
    for (let place = 0; place < offered.length; place++) rows.id[meta.rows + place] = -1 - place;
    placed = true;
  },
};

const isRead = place => Boolean(loaded[place] || missing[place]);

function load(place) {
  if (isRead(place) || loading === place) return;
  if (loading !== null) { wanted.unshift(place); return; }
  loading = place;
  file("boxes", place, there => { loading = null; if (!there) missing[place] = true; arrived(); });
}

function file(name, place, after) {
  home.run(`data/${name}-${String(place).padStart(5, "0")}.js`, there => {
    if (!there) warn(INCOMPLETE);
    after(there);
  });
}

function arrived() {
  wanted = wanted.filter(place => !isRead(place));
  const all = meta.chunks.every((_, place) => isRead(place));
  if (!asked) { asked = true; file("suspects", 0, () => { placed = true; describe(); choose(false); arrived(); }); }
  if (all || current === NONE) choose(false);
  draw();
  if (wanted.length) setTimeout(() => load(wanted.shift()), 0);
  else if (all && placed) { people(); tell(); document.documentElement.dataset.loaded = String(meta.rows); }
}

// Files begin with a frame: all labels of one lie in one.
function fileOf(frame, begins) {
  let low = 0, high = begins.length;
  while (high - low > 1) { const mid = (low + high) >> 1; if (begins[mid] <= frame) low = mid; else high = mid; }
  return low;
}

// Whether the labels of a frame can be drawn; asks for them if not.
function isThere(frame) {
  if (!meta.chunks.length) return true;
  const place = fileOf(frame, begins);
  load(place);
  return isRead(place);
}

function* onFrame(frame) {
  if (!meta.chunks.length || !isThere(frame)) return;
  const place = fileOf(frame, begins), chunk = meta.chunks[place];
  if (missing[place]) return;
  let low = chunk.first, high = chunk.first + chunk.rows;
  const end = high;
  while (low < high) { const mid = (low + high) >> 1; if (rows.frame[mid] < frame) low = mid + 1; else high = mid; }
  for (let row = low; row < end && rows.frame[row] === frame; row++) yield row;
  yield* placesOn(frame);
}

function* placesOn(frame) {
  let low = meta.rows, high = meta.rows + offered.length;
  while (low < high) { const mid = (low + high) >> 1; if (rows.frame[mid] < frame) low = mid + 1; else high = mid; }
  for (let row = low; row < meta.rows + offered.length && rows.frame[row] === frame; row++) yield row;
}

const isPlace = row => row >= meta.rows;
const keyOf = row => isPlace(row) ? offered[row - meta.rows].key : rows.id[row];
