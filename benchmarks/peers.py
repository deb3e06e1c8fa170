"""How people do it today, on equal H.264 settings: each peer draws the boxes and words that loopviz draws.

    scripts/bench-setup && .venv-bench/bin/python benchmarks/peers.py
    .venv-bench/bin/python benchmarks/peers.py --size 2880x1920
    .venv-bench/bin/python benchmarks/peers.py --only supervision --rounds 7

- **ffmpeg + libass**: an .ass file with one event for every box and line of text, shown by the filter ``subtitles``.
- **MoviePy + Pillow**: every frame as RGB, rectangles and text by Pillow, written by MoviePy.
- **supervision, then x264**: frames by OpenCV, boxes by its BoxAnnotator, text by its ``draw_text`` (OpenCV's own font,
  not the same faces), encoded by PyAV.
- **JPEGs, then MoviePy**: Pillow opens each JPEG, draws, saves it with quality 95, and MoviePy assembles the results.
  loopviz renders the same folder of JPEGs.

All encode with libx264, the same crf, preset and key frame distance, 4:2:0. loopviz' fading grounds are left out of the
peers, and so is everything that it checks. What a peer needs beforehand (where is what) is made before and not counted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from clips import FRAMES, GOP, make_clip, make_jpegs, make_labels, project_file
from measure import ROOT, Cost, fresh_cache, in_turn, print_costs, print_machine
from render_speed import ffmpeg_version, parse_size, render, transcode

DRAW = ROOT / "benchmarks" / "peers_draw.py"
PACKAGES = ("loopviz", "av", "moviepy", "pillow", "supervision", "opencv-python-headless", "numpy", "skia-python")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=parse_size, default=(1920, 1080), metavar="WxH")
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--grain", type=float, default=2, help="noise of the footage, in levels of 255")
    parser.add_argument("--theme", default="house", help="one that keeps the picture's size")
    parser.add_argument("--only", default="", metavar="WORD", help="only the peers whose names hold a word")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--crf", type=int, default=18)
    parser.add_argument("--preset", default="veryfast")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        clips, stills = compare(Path(name), options)
    print_machine(PACKAGES, ffmpeg_version())
    size = "{}x{}".format(*options.size)
    settings = f"crf {options.crf} {options.preset}, key frame every {GOP}, theme {options.theme}"
    print(f"{size}, {options.frames} frames, grain {options.grain:g}, {settings}; {options.rounds} rounds")
    for what, costs in (("a clip", clips), ("JPEGs", stills)):
        if costs:
            print(f"From {what}:")
            print_costs(costs)


def compare(folder: Path, options: argparse.Namespace) -> tuple[dict[str, list[Cost]], dict[str, list[Cost]]]:
    """Return the costs of all sides, from a clip and from JPEGs."""
    clip = make_clip(folder, options.size, options.frames, options.grain)
    jpegs = make_jpegs(folder, options.size, options.frames, options.grain)
    labels = make_labels(folder, options.frames)
    encoder = (options.crf, options.preset)
    from_clip, from_jpegs = (project_file(folder, at, labels, options.theme, *encoder) for at in (clip, jpegs))
    overlay, subtitles = folder / "overlay.json", folder / "overlay.ass"
    for command in (
        [str(ROOT / "benchmarks" / "overlay.py"), str(from_clip), str(overlay)],
        [str(DRAW), "ass", str(clip), str(overlay), str(subtitles), *map(str, encoder)],
    ):
        subprocess.run([sys.executable, *command], check=True, cwd=ROOT)

    def peer(kind: str, source: Path) -> list[str]:
        target = folder / f"{kind}.mp4"
        return [sys.executable, str(DRAW), kind, str(source), str(overlay), str(target), *map(str, encoder)]

    fonts = ROOT / "src" / "loopviz" / "fonts"
    libass = transcode(clip, folder / "libass.mp4", *encoder, GOP, "-vf", f"subtitles={subtitles}:fontsdir={fonts}")
    sides = {
        "loopviz": [render(from_clip)],
        "ffmpeg + libass": [libass],
        "MoviePy + Pillow": [peer("moviepy", clip)],
        "supervision, x264": [peer("supervision", clip)],
    }
    stills = {"loopviz": [render(from_jpegs)], "JPEGs, MoviePy": [peer("jpegs", jpegs)]}

    def measured(group: dict[str, list[list[str]]]) -> dict[str, list[Cost]]:
        chosen = {name: runs for name, runs in group.items() if name == "loopviz" or options.only in name}
        return in_turn(chosen, options.rounds, after=forget) if len(chosen) > 1 else {}

    with fresh_cache(folder) as forget:
        return measured(sides), measured(stills)


if __name__ == "__main__":
    main()
