// Decisions.
function decide(what) {
  if (current === NONE) return;
  keep(keyOf(current), {...decisions.get(keyOf(current)), decision: what});
  if (what !== null && at >= 0 && at + 1 < queue.length) { select(at + 1); led = true; } else { describe(); draw(); }
}

// What this browser keeps, as far as it is decisions.
function kept() {
  const isSound = each => Array.isArray(each) && ["number", "string"].includes(typeof each[0]) && typeof each[1] === "object" && each[1] !== null
    && [undefined, null, "accept", "reject"].includes(each[1].decision) && ["undefined", "string"].includes(typeof each[1].comment);
  try { return new Map(JSON.parse(home.kept(store) ?? "[]").filter(isSound)); } catch { return new Map(); }
}

// Those on what this page shows. It may be kept beside them what was said of places that another page of the same labels had.
function ownDecisions() {
  const places = new Set(offered.map(({key}) => key)), isKnown = offered.length === meta.places;
  return [...decisions].filter(([key]) => typeof key === "number" || !isKnown || places.has(key));
}

function keep(id, entry) {
  if (entry.decision || entry.comment) decisions.set(id, entry); else decisions.delete(id);
  try { home.keep(store, JSON.stringify([...decisions])); }
  catch { warn("This browser keeps nothing: download the decisions before you close the page."); }
  tell();
}

function tell() {
  const made = {label: {accept: 0, reject: 0}, place: {accept: 0, reject: 0}};
  for (const [key, {decision}] of ownDecisions()) if (decision) made[typeof key === "string" ? "place" : "label"][decision]++;
  const {label: {accept, reject}, place: {accept: added, reject: nothing}} = made;
  $("progress").textContent = `${accept} accepted, ${reject} rejected${added + nothing ? `, ${added} to be added, ${nothing} with nothing there` : ""}`;
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

// The decisions as their file has them; see decisions.py.
function inFile() {
  const own = ownDecisions(), said = (isText, about) => own.filter(([key]) => (typeof key === "string") === isText)
    .map(([key, {decision, comment}]) => ({...about(key), decision: (isText ? ofPlace[decision] : decision) ?? null, comment: comment ?? ""}));
  const list = said(false, label => ({label})).sort((one, other) => one.label - other.label), places = said(true, JSON.parse);
  places.sort((one, other) => one.frame - other.frame);
  return `${JSON.stringify({loopviz: "decisions", version: 1, revision: meta.revision, decisions: list, places}, null, 1)}\n`;
}

function download() {
  const link = document.createElement("a"), place = URL.createObjectURL(new Blob([inFile()], {type: "application/json"}));
  link.href = place;
  link.download = "decisions.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(place), 60000);
}
