// The page in its folder: files lie beside it, and the browser keeps decisions. embedded.js is the other home.
const home = {
  // Runs a file of data, and says whether it was there.
  run(name, after) {
    const script = document.createElement("script");
    script.src = name;
    script.addEventListener("load", () => { script.remove(); after(true); });
    script.addEventListener("error", () => { script.remove(); after(false); });
    document.head.append(script);
  },
  address: async name => name,
  kept: key => localStorage.getItem(key),
  keep: (key, text) => localStorage.setItem(key, text),
};
setTimeout(() => home.run("data/meta.js", there => { if (!there) warn(INCOMPLETE); }), 0);
