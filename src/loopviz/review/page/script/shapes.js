// Shapes of labels that are more than boxes; their files are read when one of their frames is looked at, and few are kept.
const RING = 0, TURNED = 1, DOTS = 2, LINE = 3;  // what a part of a shape is; see shapes.py
const OUTLINED = 1, TURNED_BOX = 2, DOTTED = 4, BARE = 8;  // what a label is: bits of its form; see columns.py
const CARRIED = 4, KEPT = 6;

// Files of one kind: those of the last frames that were looked at.
class Files {
  constructor(name, read) { Object.assign(this, {name, read, held: new Map(), asked: new Set()}); }  // the one last used stands last
  take(place, given) { this.held.set(place, this.read(given)); }
  // The file with a frame, or null: then it is asked for, and what is shown is drawn anew when it is there.
  with(frame, begins) {
    const place = fileOf(frame, begins), table = this.held.get(place);
    if (!table) {
      if (this.asked.has(place)) return null;
      this.asked.add(place);
      file(this.name, place, there => { this.asked.delete(place); if (!there) this.held.set(place, new Map()); draw(); });
      return null;
    }
    this.held.delete(place);
    this.held.set(place, table);
    if (this.held.size > KEPT) this.held.delete(this.held.keys().next().value);
    return table;
  }
}

function partsByRow(given) {
  const kinds = {row: Uint32Array, kind: Uint8Array, count: Uint32Array, x: Float32Array, y: Float32Array, seen: Uint8Array};
  const read = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, column(given[name], kind)])), table = new Map();
  let first = 0;
  read.row.forEach((row, part) => {
    const after = first + read.count[part], [x, y, seen] = [read.x, read.y, read.seen].map(values => values.subarray(first, after));
    if (!table.has(row)) table.set(row, []);
    table.get(row).push({kind: read.kind[part], x, y, seen});
    first = after;
  });
  return table;
}

const shapes = new Files("shapes", partsByRow), foundShapes = new Files("found-shapes", partsByRow);

// The shapes on a frame by row, or null as long as they are being read.
function shapesOn(frame) {
  if (meta.shapes.length) for (const row of onFrame(frame)) if (rows.form[row]) return shapes.with(frame, meta.shapes);
  return new Map();
}

// A model's detections: by frame, the places of its rows in their columns.
const found = new Files("found", given => {
  const kinds = {frame: Uint32Array, category: Uint32Array, x: Float32Array, y: Float32Array, w: Float32Array, h: Float32Array, confidence: Float32Array, form: Uint8Array};
  return {first: given.first, ...Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, column(given[name], kind)]))};
});

function foundOn(frame) {
  if (!meta.found?.length || !$("model").checked) return [];
  const table = found.with(frame, meta.found), forms = meta.foundShapes.length ? foundShapes.with(frame, meta.foundShapes) : new Map();
  if (!table || !forms) return null;
  let low = 0, high = table.frame?.length ?? 0;
  while (low < high) { const mid = (low + high) >> 1; if (table.frame[mid] < frame) low = mid + 1; else high = mid; }
  const all = [], least = value("sure") ?? 0;
  for (let at = low; at < table.frame?.length && table.frame[at] === frame; at++)
    if (!(table.confidence[at] < least) && (picked.category ?? table.category[at]) === table.category[at]) all.push({edges: [table.x[at], table.y[at], table.w[at], table.h[at]], category: table.category[at], confidence: table.confidence[at], form: table.form[at], parts: forms.get(table.first + at) ?? []});
  return all;
}
