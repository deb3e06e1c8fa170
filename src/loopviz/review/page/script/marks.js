// Labels as the film has them: outlines, boxes, keypoints that are hollow where hidden, dashes of what nobody drew.
const RADIUS = 5, SHARE = 0.06;  // of a dot, in CSS pixels; of a label's longer side at most
const CASING = "#000000c0", PALE = "#dcdcdcc0";  // the latter around what is dark
const TONES = {left: ["#ffffff", 0.55], right: ["#000000", 0.6]};

function draw() {
  const canvas = $("marks"), pen = canvas.getContext("2d"), room = canvas.getBoundingClientRect();
  const dense = Math.min(window.devicePixelRatio || 1, 2);
  const size = [Math.round(room.width * dense), Math.round(room.height * dense)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  pen.clearRect(0, 0, ...size);
  if (shown < 0 || !size[0] || !isThere(shown)) return;
  const forms = shapesOn(shown), detections = foundOn(shown);
  if (!forms || !detections) return;  // they are being read
  const scale = size[0] / meta.size[0], seen = [...onFrame(shown)].filter(row => row === current || passes(row));
  const area = row => rows.w[row] * rows.h[row];  // none hides a smaller one
  seen.sort((one, other) => (one === current) - (other === current) || area(other) - area(one));
  for (const each of detections) detection(pen, each, scale, dense);
  for (const row of seen) label(pen, row, forms.get(row) ?? [], scale, dense);
  const taken = [];  // by plates: what cannot be read says nothing
  for (const row of [...seen].reverse()) if (seen.length <= 12 || row === current) plate(pen, titleOf(row), look(row, scale), dense, taken);
  for (const each of detections) plate(pen, modelTitle(each), {ink: inkOf(each.category), edges: each.edges.map(at => at * scale)}, dense, taken, true);
  const model = meta.found && $("model").checked ? `, ${counted(detections.length, "detection")}` : "";
  canvas.setAttribute("aria-label", `Frame ${shown}, ${counted(seen.filter(row => !isPlace(row)).length, "label")}${model}`);
  Object.assign(document.documentElement.dataset, {shown: `${shown}:${seen.length}`, found: String(detections.length)});
}

function look(row, scale) {
  const {name} = meta.categories[rows.category[row]];
  const edges = [rows.x, rows.y, rows.w, rows.h].map(column => column[row] * scale);
  return {name, edges, ink: inkOf(rows.category[row]), now: row === current, bad: decided(row) === "reject", carried: rows.origin[row] === CARRIED, absent: isPlace(row)};
}

function label(pen, row, parts, scale, dense) {
  const seen = look(row, scale), outlines = parts.filter(each => each.kind <= TURNED), bare = rows.form[row] & BARE;
  if (outlines.length) outline(pen, outlines, seen, scale, dense, rows.form[row] & TURNED_BOX);
  else if (!bare) stroke(pen, path => path.rect(...seen.edges), seen, dense);
  for (const part of parts) if (part.kind > TURNED) keypoints(pen, part, seen, rows.category[row], scale, dense);
}

function outline(pen, parts, seen, scale, dense, isTurned) {
  const trace = path => rings(path, parts, scale);
  if (!isTurned && !seen.carried) {
    const whole = new Path2D();
    trace(whole);
    pen.fillStyle = `${seen.ink}38`;
    pen.fill(whole, "evenodd");
  }
  stroke(pen, trace, seen, dense);
}

function rings(path, parts, scale) {
  for (const {x, y} of parts) { x.forEach((at, corner) => path[corner ? "lineTo" : "moveTo"](at * scale, y[corner] * scale)); path.closePath(); }
}

function stroke(pen, trace, {now, bad, carried, absent, ink}, dense) {
  const path = new Path2D();
  trace(path);
  pen.lineJoin = "round";
  for (const [color, width] of [[CASING, now ? 6 : 3.5], [ink, now ? 3.5 : 1.5]]) line(pen, path, color, width * dense, bad ? [6 * dense, 4 * dense] : carried ? [3 * dense, 3 * dense] : absent ? [2 * dense, 5 * dense] : []);
}

// What a model found is dashed and thin, its keypoints hollow: beside labels they are no labels.
function detection(pen, {edges, category, form, parts}, scale, dense) {
  const ink = inkOf(category), path = new Path2D(), placed = edges.map(each => each * scale), outlines = parts.filter(each => each.kind <= TURNED);
  if (outlines.length) rings(path, outlines, scale); else if (!(form & BARE)) path.rect(...placed);
  for (const part of parts) if (part.kind > TURNED) keypoints(pen, part, {ink, carried: true, edges: placed}, category, scale, dense);
  for (const [over, width] of [[CASING, 3], [ink, 1.5]]) line(pen, path, over, width * dense, [9 * dense, 5 * dense]);
}

const inkOf = category => meta.categories[category].color ?? PALETTE[category % PALETTE.length];
const modelTitle = ({category, confidence}) => `model: ${meta.categories[category].name}${Number.isNaN(confidence) ? "" : ` ${confidence.toFixed(2)}`}`;

function line(pen, path, color, width, dash = []) {
  pen.setLineDash(dash);
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.stroke(path);
  pen.setLineDash([]);
}

const mixed = (one, [other, share]) => `#${[1, 3, 5].map(at => Math.round(share * parseInt(one.slice(at, at + 2), 16) + (1 - share) * parseInt(other.slice(at, at + 2), 16)).toString(16).padStart(2, "0")).join("")}`;

function keypoints(pen, {kind, x, y, seen}, {ink, now, bad, carried, edges: [, , wide, high]}, category, scale, dense) {
  const {sides, skeleton} = meta.categories[category], tone = side => TONES[side] ? mixed(ink, TONES[side]) : ink;
  const size = (now ? 1.3 : 1) * RADIUS * dense, radius = x.length === 1 ? size : Math.max(2 * dense, Math.min(size, SHARE * Math.max(wide, high)));
  const hollow = at => !bad && (carried || seen[at] === 1), here = at => [x[at] * scale, y[at] * scale];
  const joined = kind === LINE ? Array.from(x.slice(1), (_, at) => [at, at + 1]) : skeleton, thick = Math.max(1.5 * dense, 0.55 * radius);
  for (const [one, other] of joined) if (seen[one] && seen[other]) {  // 0: not labelled; undefined: no such keypoint
    const [from, to] = [between(here(one), here(other), hollow(one) ? 1.15 * radius : 0), between(here(other), here(one), hollow(other) ? 1.15 * radius : 0)];
    const path = new Path2D(), side = sides[one] === sides[other] ? sides[one] : "";
    path.moveTo(...from);
    path.lineTo(...to);
    for (const [color, width] of [[side === "right" ? PALE : CASING, thick + 2 * dense], [tone(side), thick]]) line(pen, path, color, width, bad ? [6 * dense, 4 * dense] : carried ? [3 * dense, 3 * dense] : []);
  }
  for (let at = 0; at < x.length; at++) if (seen[at]) dot(pen, here(at), radius, tone(sides[at]), sides[at] === "right" ? PALE : CASING, bad ? "cross" : hollow(at) ? "ring" : "dot", dense);
}

function between([x, y], [toX, toY], gap) {
  const far = Math.hypot(toX - x, toY - y) || 1, share = Math.min(gap / far, 0.5);
  return [x + share * (toX - x), y + share * (toY - y)];
}

function dot(pen, [x, y], radius, ink, casing, form, dense) {
  const path = new Path2D();
  if (form === "cross") for (const way of [-1, 1]) { path.moveTo(x - radius, y - way * radius); path.lineTo(x + radius, y + way * radius); }
  else path.arc(x, y, form === "ring" ? 1.15 * radius : radius, 0, 2 * Math.PI);
  const width = {cross: 0.6, ring: 0.45, dot: 0}[form] * radius;
  line(pen, path, casing, width + 2.5 * dense);
  if (form === "dot") { pen.fillStyle = ink; pen.fill(path); } else line(pen, path, ink, Math.max(1, width));
}

function titleOf(row) {
  const {name} = meta.categories[rows.category[row]], said = decided(row) ? STATES[isPlace(row) ? 1 : 0][decided(row)] : isPlace(row) ? "not labelled" : "";
  return said ? `${name} · ${said}` : name;
}

function plate(pen, text, {edges, ink, now}, dense, taken, below = false) {
  pen.font = `${now ? 600 : 400} ${13 * dense}px Inter, sans-serif`;
  const high = 20 * dense, wide = pen.measureText(text).width + 10 * dense;
  const x = Math.max(0, Math.min(edges[0], pen.canvas.width - wide)), top = edges[1] > high ? edges[1] - high : edges[1];
  const bottom = edges[1] + edges[3], y = !below ? top : Math.min(bottom, pen.canvas.height - high);
  if (taken.some(([left, over, right, under]) => x < right && left < x + wide && y < under && over < y + high)) return;
  taken.push([x, y, x + wide, y + high]);
  pen.fillStyle = "#000000d0";
  pen.fillRect(x, y, wide, high);
  pen.fillStyle = ink;
  pen.fillText(text, x + 5 * dense, y + 14.5 * dense);
}
