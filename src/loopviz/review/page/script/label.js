// One label.
function select(place) {
  if (place < 0 || place >= queue.length) { say(place < 0 ? "This is the first label." : "This was the last of these labels."); return; }
  at = place;
  led = false;
  current = queue[place];
  stop();
  describe();
  if (rows.frame[current] === shown) draw(); else go(rows.frame[current]);
}

const nameOf = person => person === NONE ? "somebody who is not named" : meta.people[person].name;
const spell = seconds => Number.isNaN(seconds) ? UNKNOWN : seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
const money = usd => Number.isNaN(usd) ? UNKNOWN : `${usd.toFixed(2)} USD`;
const share = part => Number.isNaN(part) ? UNKNOWN : part.toFixed(2);
const ORIGINS = ["", "", "a model", "what people agree on", "nobody: carried from other frames", "a known answer"];
const formOf = form => form & BARE ? "points" : [form & TURNED_BOX ? "rotated box" : form & OUTLINED ? "outline" : "box", ...(form & DOTTED ? ["keypoints"] : [])].join(", ");
const BUTTONS = {accept: ["Accept", "Add this label"], reject: ["Reject", "Nothing there"], "label-head": ["This label", "Nobody labelled this"]};
const STATES = [{accept: "accepted", reject: "rejected"}, {accept: "to be added", reject: "nothing there"}];
const warned = new Set();
const warn = text => { warned.add(text); $("warning").textContent = [...warned].join(" "); $("warning").hidden = false; };
const say = text => { $("said").textContent = text; };

function describe() {
  const list = $("label");
  list.replaceChildren();
  const none = current === NONE;
  for (const id of ["accept", "reject", "undo", "comment"]) $(id).disabled = none;
  if (none) { say(meta.rows ? "No label is chosen." : "There are no labels."); return; }
  const mine = rows.work[current], own = decisions.get(keyOf(current)), place = isPlace(current);
  const facts = [...(place ? [] : [["Number", String(rows.id[current])]]), ["Category", meta.categories[rows.category[current]].name], ["Frame", String(rows.frame[current])]];
  if (rows.form[current]) facts.push(["Shape", formOf(rows.form[current])]);
  if (place) facts.push(["Drawn by", "nobody"], ["If added", offered[current - meta.rows].origin === "model" ? "stands as a model's" : "stands as carried from other frames"]);
  if (ORIGINS[rows.origin[current]]) facts.push(["Drawn by", ORIGINS[rows.origin[current]]]);
  if (mine !== NONE) {
    facts.push(["Person", nameOf(work.person[mine])], ["Work", STATUSES[work.status[mine]]], ["Counts", ["nobody decided", "yes", "no"][work.counts[mine]]], ["Time", spell(work.seconds[mine])],
      ["Pay", money(work.usd[mine])], ["Agreement", share(work.agreement[mine])]);
    if (work.batch[mine] !== NONE) facts.push(["Batch", String(work.batch[mine] + 1)]);
  }
  if (!Number.isNaN(rows.confidence[current])) facts.push(["Confidence", share(rows.confidence[current])]);
  if (!Number.isNaN(rows.suspect[current])) facts.push(["Suspicion", `${share(rows.suspect[current])} ${(place ? offered[current - meta.rows].why : why[rows.id[current]]) ?? ""}`]);
  for (const [term, text] of facts) {
    const one = document.createElement("dt"), other = document.createElement("dd");
    one.textContent = term;
    other.textContent = text;
    list.append(one, other);
  }
  $("accept").setAttribute("aria-pressed", String(own?.decision === "accept"));
  $("reject").setAttribute("aria-pressed", String(own?.decision === "reject"));
  if (document.activeElement !== $("comment")) $("comment").value = own?.comment ?? "";
  for (const [id, [label, other]] of Object.entries(BUTTONS)) $(id).textContent = place ? other : label;
  const state = own?.decision ? STATES[place ? 1 : 0][own.decision] : "undecided";
  const where = at < 0 ? "Not among these labels" : `${at + 1} of ${queue.length}`;
  say(`${where}: ${place ? "no label of " : ""}${meta.categories[rows.category[current]].name}, frame ${rows.frame[current]}, ${state}`);
}

function suspicious() {
  if ($("order").value !== "suspect") { $("order").value = "suspect"; choose(false); at = -1; led = false; }
  for (let place = led ? at : at + 1; place < queue.length; place++) if (!Number.isNaN(rows.suspect[queue[place]]) && decided(queue[place]) === null) { select(place); return; }
  say("There is no further suspect among these labels.");
}
