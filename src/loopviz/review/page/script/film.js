// The picture: labels are always those of the frame that is shown.
function frameAt(seconds) {
  let low = 0, high = times.length;
  while (high - low > 1) { const mid = (low + high) >> 1; if (times[mid] <= seconds + 0.0005) low = mid; else high = mid; }
  return low;
}

function go(frame) {
  if (!meta.frames) return;
  aim = Math.min(Math.max(frame, 0), meta.frames - 1);
  for (const _ of onFrame(aim)) break;  // asks for its labels while the picture is on its way
  if (meta.picture === "film") {
    const end = aim + 1 < times.length ? times[aim + 1] : times[aim] + 0.02;
    $("film").currentTime = (times[aim] + end) / 2;
  } else if (meta.picture === "stills") {
    const image = $("still"), mine = aim;
    home.address(`stills/${String(mine).padStart(6, "0")}.jpg`)
      .then(place => { if (mine === aim) image.src = place; return image.decode(); })
      .then(() => true, () => false).then(there => {
        if (!there && onFrame(mine).next().value < meta.rows) warn(INCOMPLETE);  // frames without labels have none
        if (mine === aim) { image.hidden = !there; show(mine); }
      });
  } else show(aim);
}

function show(frame) {
  shown = frame;
  $("place").value = String(frame);
  $("time").textContent = `frame ${frame} of ${meta.frames}, ${times[frame].toFixed(2)} s`;
  draw();
}

function watch() {
  const film = $("film");
  const next = () => film.requestVideoFrameCallback((_, facts) => {
    if (film.requestVideoFrameCallback) next();
    show(frameAt(facts.mediaTime));
  });
  if (film.requestVideoFrameCallback) next();
  else for (const event of ["seeked", "timeupdate"]) film.addEventListener(event, () => show(frameAt(film.currentTime)));
  film.addEventListener("ended", stop);
  film.addEventListener("error", () => { warn("This browser cannot play the film; labels are shown without it."); meta.picture = "none"; film.hidden = true; go(aim); });
}

function play() {
  if (playing !== null) { stop(); return; }
  playing = meta.picture === "film" ? ($("film").play(), 0) : setInterval(() => shown + 1 < meta.frames ? go(shown + 1) : stop(), 125);
  $("play").setAttribute("aria-pressed", "true");
}

function stop() {
  if (playing === null) return;
  clearInterval(playing);
  playing = null;
  $("film").pause();
  $("play").setAttribute("aria-pressed", "false");
}
