// Which labels.
const value = id => $(id).value === "" ? null : Number($(id).value);
const ofPlace = {accept: "add", reject: "nothing"};  // as the file says it
const decided = row => decisions.get(keyOf(row))?.decision ?? null;
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
  return decision !== 3 || Boolean(decisions.get(keyOf(row))?.comment);
}

function choose(moves = true) {
  for (const id of ["person", "category", "batch", "status", "decision", "confidence", "agreement", "suspect"]) picked[id] = value(id);
  const found = new Uint32Array(meta.rows + offered.length);
  let count = 0;
  meta.chunks.forEach((chunk, place) => {
    if (loaded[place]) for (let row = chunk.first; row < chunk.first + chunk.rows; row++) if (passes(row)) found[count++] = row;
  });
  const labels = count;
  for (let row = meta.rows; row < meta.rows + offered.length; row++) if (passes(row)) found[count++] = row;
  queue = count > labels && $("order").value === "time" ? inTime(found, labels, count) : found.slice(0, count);
  const key = {agreement: agreementOf, confidence: row => rows.confidence[row], suspect: row => -rows.suspect[row]}[$("order").value];
  if (key) {
    const sure = row => { const said = key(row); return Number.isNaN(said) ? 2 : said; };
    queue.sort((one, other) => sure(one) - sure(other) || one - other);
  }
  const waits = meta.chunks.some((_, place) => !isRead(place)) ? ", others are being read" : "";
  const lacking = count > labels ? `, and ${counted(count - labels, "place")} without one` : "";
  $("count").textContent = `${labels.toLocaleString("en")} of ${meta.rows.toLocaleString("en")} labels${lacking}${waits}`;
  at = current === NONE ? -1 : queue.indexOf(current);
  if (count && (moves ? at < 0 : current === NONE)) select(0); else { describe(); draw(); }
}

const counted = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

// Labels and places, each by frame, as one list by frame.
function inTime(list, labels, count) {
  const all = new Uint32Array(count);
  for (let one = 0, other = labels, at = 0; at < count; at++)
    all[at] = other >= count || (one < labels && rows.frame[list[one]] <= rows.frame[list[other]]) ? list[one++] : list[other++];
  return all;
}
