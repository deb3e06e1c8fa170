// Shapes of labels that are more than boxes; their files are read when one of their frames is looked at, and few are kept.
const RING = 0, TURNED = 1, DOTS = 2, LINE = 3;  // what a part of a shape is; see shapes.py
const OUTLINED = 1, TURNED_BOX = 2, DOTTED = 4, BARE = 8;  // what a label is: bits of its form; see columns.py
const CARRIED = 4, KEPT = 6;
const shapes = {
  held: new Map(),  // the file last used stands last
  asked: new Set(),
  of(row) { if (rows.form[row]) for (const table of this.held.values()) if (table.has(row)) return table.get(row); return []; },
  take(place, given) {
    const kinds = {row: Uint32Array, kind: Uint8Array, count: Uint32Array, x: Float32Array, y: Float32Array, seen: Uint8Array};
    const read = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, column(given[name], kind)])), table = new Map();
    let first = 0;
    read.row.forEach((row, part) => {
      const after = first + read.count[part], [x, y, seen] = [read.x, read.y, read.seen].map(values => values.subarray(first, after));
      if (!table.has(row)) table.set(row, []);
      table.get(row).push({kind: read.kind[part], x, y, seen});
      first = after;
    });
    this.held.set(place, table);
  },
  there(place) {
    const table = this.held.get(place);
    if (!table) return false;
    this.held.delete(place);
    this.held.set(place, table);
    if (this.held.size > KEPT) this.held.delete(this.held.keys().next().value);
    return true;
  },
};

// Whether what is on a frame can be drawn; asks for it if not.
function shapesOf(frame) {
  let any = false;
  for (const row of onFrame(frame)) any ||= rows.form[row] > 0;
  if (!any) return true;
  const place = fileOf(frame, meta.shapes);
  if (shapes.there(place)) return true;
  if (!shapes.asked.has(place)) {
    shapes.asked.add(place);
    file("shapes", place, there => { shapes.asked.delete(place); if (!there) shapes.held.set(place, new Map()); draw(); });
  }
  return false;
}
