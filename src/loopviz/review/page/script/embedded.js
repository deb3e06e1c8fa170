// The page inside another one, as a notebook: files come, and decisions go, as messages to it. See embedded.py.
const home = (() => {
  const HELD = 24, LATER = 200;  // pictures whose addresses are held; milliseconds until decisions go
  const waiting = new Map(), held = new Map();
  let asked = 0, kept = null, timer = 0;
  const send = message => window.parent.postMessage(message, "*");
  window.addEventListener("message", ({source, data}) => {
    if (source !== window.parent || !waiting.has(data?.answer)) return;
    waiting.get(data.answer)(data);
    waiting.delete(data.answer);
  });
  const piece = (name, part) => new Promise(done => { waiting.set(++asked, done); send({ask: asked, name, part}); });

  // A file as a Blob, piece by piece; null where there is none.
  async function whole(name, type) {
    const first = await piece(name, 0), bytes = [first.bytes];
    for (let part = 1; part < first.parts; part++) bytes.push((await piece(name, part)).bytes);
    return first.parts ? new Blob(bytes, {type}) : null;
  }

  return {
    async run(name, after) {
      const found = await whole(name);
      if (!found) { after(false); return; }
      const text = await found.text(), open = text.indexOf("("), begin = text.search(/[{]/);
      const given = JSON.parse(text.slice(begin, text.lastIndexOf(")")));
      const place = text.slice(open + 1, begin).match(/\d+/);
      window.loopviz[text.slice("loopviz.".length, open)](...(place ? [Number(place[0]), given] : [given]));
      after(true);
    },
    async address(name) {
      const place = held.get(name) ?? whole(name, name.endsWith(".mp4") ? "video/mp4" : "image/jpeg").then(found => found ? URL.createObjectURL(found) : "");
      held.delete(name);
      held.set(name, place);
      if (held.size > HELD) { const [oldest, gone] = held.entries().next().value; held.delete(oldest); gone.then(URL.revokeObjectURL); }
      return place;
    },
    kept: () => kept,
    keep(_, text) {
      kept = text;
      clearTimeout(timer);
      timer = setTimeout(() => send({kept, decisions: inFile()}), LATER);
    },
    async begin() {
      $("kept").textContent = "Decisions go to the notebook as they are made.";
      kept = await (await whole("kept"))?.text() ?? null;
      home.run("data/meta.js", () => {});
    },
  };
})();
setTimeout(home.begin, 0);
