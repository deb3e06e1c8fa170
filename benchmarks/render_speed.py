"""CPU, wall time and peak memory of a render against a plain transcode of the same clip, in pairs.

    python benchmarks/render_speed.py                     # 1920x1080
    python benchmarks/render_speed.py --size 2880x1920
    python benchmarks/render_speed.py --frames 3000       # the sample again and again, its labels with it
    python benchmarks/render_speed.py --grain 0           # the sample as it was rendered, without a camera's noise
    python benchmarks/render_speed.py --theme margin      # the canvas grows: more pixels than the peer encodes

The peer is ffmpeg, or PyAV where there is none, decoding and encoding with the same encoder settings and key frame
distance, and drawing nothing. It does so twice: with the clip, and with the film that loopviz has made of it, since
boxes and words are more to encode. Renders use an empty cache, as the first one of a project does. What the overlay
takes is the CPU beyond the peer's, a frame.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from clips import FRAMES, GOP, make_clip, make_labels, project_file
from measure import fresh_cache, in_turn, print_costs, print_machine

PYAV_TRANSCODE = """
import sys, av
source, target, crf, preset, gop = sys.argv[1:]
with av.open(source) as a, av.open(target, "w", options={"movflags": "faststart"}) as b:
    stream = a.streams.video[0]
    stream.thread_type = "AUTO"
    out = b.add_stream("libx264", rate=stream.average_rate, options={"crf": crf, "preset": preset, "g": gop})
    out.width, out.height, out.pix_fmt, out.thread_type = stream.width, stream.height, "yuv420p", "AUTO"
    for frame in a.decode(stream):
        frame.pict_type = 0
        b.mux(out.encode(frame))
    b.mux(out.encode(None))
"""


def transcode(clip: Path, target: Path, crf: int, preset: str, key_frames: int, *filters: str) -> list[str]:
    """Return ffmpeg's transcode with a key frame every so many, and filters if any; without both PyAV's."""
    ffmpeg = shutil.which("ffmpeg")
    if not ffmpeg and not filters:
        return [sys.executable, "-c", PYAV_TRANSCODE, str(clip), str(target), str(crf), preset, str(key_frames)]
    settings = ["-c:v", "libx264", "-crf", str(crf), "-preset", preset, "-g", str(key_frames), "-pix_fmt", "yuv420p"]
    start = [ffmpeg or "ffmpeg", "-y", "-v", "error", "-i", str(clip), *filters]
    return [*start, *settings, "-c:a", "copy", "-movflags", "+faststart", str(target)]


def render(config: Path) -> list[str]:
    """Return the render of a project file."""
    return [sys.executable, "-m", "loopviz", "run", str(config), "--overwrite", "--quiet"]


def parse_size(text: str) -> tuple[int, int]:
    """Return ``1920x1080`` as numbers."""
    width, _, height = text.partition("x")
    return int(width), int(height)


def ffmpeg_version() -> str:
    """Return which ffmpeg is here, if any."""
    ffmpeg = shutil.which("ffmpeg")
    if not ffmpeg:
        return "no ffmpeg"
    said = subprocess.run([ffmpeg, "-version"], capture_output=True, text=True, check=True).stdout
    return " ".join(said.split()[:3])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=parse_size, default=(1920, 1080), metavar="WxH")
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--grain", type=float, default=2, help="noise of the footage, in levels of 255")
    parser.add_argument("--theme", default="house")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--crf", type=int, default=18)
    parser.add_argument("--preset", default="veryfast")
    options = parser.parse_args()
    peer = "ffmpeg" if shutil.which("ffmpeg") else "PyAV"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = make_clip(folder, options.size, options.frames, options.grain)
        labels = make_labels(folder, options.frames)
        config = project_file(folder, clip, labels, options.theme, options.crf, options.preset)
        ours = folder / "ours.mp4"
        theirs = [transcode(each, folder / "theirs.mp4", options.crf, options.preset, GOP) for each in (clip, ours)]
        sides = {"loopviz": [render(config)], peer: [theirs[0]], f"{peer}, of the film": [theirs[1]]}
        with fresh_cache(folder) as forget:
            costs = in_turn(sides, options.rounds, after=forget)
    print_machine(("loopviz", "av", "numpy", "skia-python", "polars"), ffmpeg_version())
    size = "{}x{}".format(*options.size)
    settings = f"crf {options.crf} {options.preset}, key frame every {GOP}, theme {options.theme}"
    print(f"{size}, {options.frames} frames, grain {options.grain:g}, {settings}; {options.rounds} rounds")
    print_costs(costs)
    beyond = [(a.cpu - b.cpu) / options.frames * 1000 for a, b in zip(costs["loopviz"], costs[peer], strict=True)]
    print(f"beyond {peer}: {statistics.median(beyond):.2f} ms of CPU a frame")


if __name__ == "__main__":
    main()
