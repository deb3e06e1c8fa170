// People.
const A_TIME = 300;  // rows of the table
let listed = A_TIME;

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
  $("rows").replaceChildren(...all.slice(0, listed).map(own => {
    const row = document.createElement("tr"), head = document.createElement("th"), button = document.createElement("button");
    head.scope = "row";
    button.type = "button";
    button.textContent = own.name;
    button.addEventListener("click", () => { $("person").value = String(own.person); choose(); });
    head.append(button);
    row.append(head, ...[own.labels.toLocaleString("en"), share(own.agreement), spell(own.seconds), Number.isNaN(own.hourly) ? UNKNOWN : own.hourly.toFixed(2), Number.isNaN(own.rejected) ? UNKNOWN : `${Math.round(100 * own.rejected)} %`].map(cell));
    return row;
  }));
  $("more").hidden = listed >= all.length;
  $("more").textContent = `Show ${Math.min(A_TIME, all.length - listed)} more of ${all.length.toLocaleString("en")} people`;
  scatter(all);
}

function more() {
  const first = listed;
  listed += A_TIME;
  people();
  $("rows").rows[first].querySelector("button").focus();  // where reading goes on
}

function scatter(all) {
  const name = $("against").value, known = all.filter(own => Number.isFinite(own[name]) && Number.isFinite(own.agreement));
  const most = known.reduce((so, own) => Math.max(so, own[name]), 0) || 1, make = (tag, facts, text = "") => {
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
