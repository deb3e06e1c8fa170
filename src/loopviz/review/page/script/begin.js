// Begin.
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
  $("models").hidden = !meta.found;
  $("simulated").hidden = !meta.people.some(each => each.simulated);
  $("facts").textContent = `${meta.rows.toLocaleString("en")} labels on ${meta.frames.toLocaleString("en")} frames, ${meta.people.length.toLocaleString("en")} people`;
  $("place").max = String(Math.max(0, meta.frames - 1));
  $("frame").style.aspectRatio = `${meta.size[0]} / ${meta.size[1]}`;
  $("frame").style.maxWidth = `${76 * meta.size[0] / meta.size[1]}vh`;  // a high picture leaves room for what is below
  decisions = kept();
  if (meta.picture === "film") { $("film").hidden = false; watch(); home.address("film.mp4").then(place => { $("film").src = place; }); }
  listen();
  tell();
  describe();
  wanted = meta.chunks.map((_, place) => place);
  if (wanted.length) load(wanted.shift()); else { placed = true; choose(); people(); if (meta.frames) go(0); document.documentElement.dataset.loaded = "0"; }
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
  for (const id of ["model", "sure"]) $(id).addEventListener("input", draw);
  $("against").addEventListener("change", () => scatter(figures()));
  $("more").addEventListener("click", more);
  $("place").addEventListener("input", () => { stop(); go(Number($("place").value)); });
  $("comment").addEventListener("input", () => { if (current !== NONE) keep(keyOf(current), {...decisions.get(keyOf(current)), comment: $("comment").value}); });
  $("marks").addEventListener("click", touch);
  new ResizeObserver(draw).observe($("frame"));
  document.fonts?.ready.then(draw);
  document.addEventListener("keydown", press);
  window.addEventListener("storage", ({key}) => { if (key === store || key === null) { decisions = kept(); tell(); choose(false); } });  // another tab
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
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open || ["SELECT", "TEXTAREA"].includes(inside) || from.type === "number") return;
  if (event.key === " " && (inside === "BUTTON" || from.type === "checkbox")) return;
  if (event.key.startsWith("Arrow") && (from.type === "range" || from.className === "wide")) return;  // they move, or scroll, by themselves
  const acts = {
    n: () => select(at + 1), p: () => select(at < 0 ? 0 : at - 1), a: () => decide("accept"), r: () => decide("reject"), u: () => decide(null),
    x: suspicious, m: () => { if (meta.found) $("model").click(); }, c: () => $("comment").focus(), s: download, "?": () => $("help").showModal(), " ": play,
    ArrowLeft: () => { stop(); go(shown - 1); }, ArrowRight: () => { stop(); go(shown + 1); },
  };
  if (!acts[event.key] || (!$("keys").checked && event.key.length === 1)) return;
  event.preventDefault();
  acts[event.key]();
}
