"""CPU and wall time of a render against a plain transcode of the same clip, in pairs.

    python benchmarks/render_speed.py                     # 1920x1280 of the sample, five pairs
    python benchmarks/render_speed.py --height 1920       # 2880x1920
    python benchmarks/render_speed.py --theme margin      # the canvas grows: more pixels than the peer encodes

Both sides are whole processes, started in turn (A B A B …) so that a machine whose speed drifts does so for both; what
counts is the ratio of a pair. The peer is ffmpeg, or PyAV where there is none, decoding and encoding with the same
encoder settings and key frame distance, and drawing nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import av

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_media" / "mouse"
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


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    cpu: float
    wall: float
    peak_mib: float


def measure(command: list[str]) -> Cost:
    """Run a command and return the operating system's own account of it and its children."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT)
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if status:
        raise SystemExit(f"{' '.join(command)} failed:\n{said.decode()}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def scaled_clip(folder: Path, height: int) -> Path:
    """Return the sample at another height, near lossless so that decoding costs what a camera's file would."""
    target = folder / f"clip_{height}.mp4"
    with av.open(str(SAMPLE / "mouse_turntable.mp4")) as source, av.open(str(target), "w") as out:
        stream = source.streams.video[0]
        made = out.add_stream("libx264", rate=stream.average_rate, options={"crf": "14", "preset": "veryfast"})
        made.height, made.width = height, round(height * stream.width / stream.height / 2) * 2
        made.pix_fmt = "yuv420p"
        for frame in source.decode(stream):
            out.mux(made.encode(frame.reformat(made.width, made.height, "yuv420p")))
        out.mux(made.encode(None))
    return target


def project(folder: Path, clip: Path, theme: str, crf: int, preset: str) -> Path:
    """Return a project file that renders the sample's labels on the clip."""
    file = folder / "bench.yaml"
    settings = {
        "source": str(clip),
        "labels": str(SAMPLE),
        "labels_format": "thesis",
        "people": str(SAMPLE / "metadata.json"),
        "assignments": str(SAMPLE / "assignments.csv"),
        "theme": theme,
        "output": str(folder / "ours.mp4"),
        "align": {"how": "number", "first_number": 1, "rescale": True},
        "encoder": {"crf": crf, "preset": preset},
    }
    file.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    return file


def peer_command(clip: Path, target: Path, crf: int, preset: str, gop: int) -> list[str]:
    """Return the plain transcode."""
    ffmpeg = shutil.which("ffmpeg")
    if not ffmpeg:
        return [sys.executable, "-c", PYAV_TRANSCODE, str(clip), str(target), str(crf), preset, str(gop)]
    settings = ["-c:v", "libx264", "-crf", str(crf), "-preset", preset, "-g", str(gop), "-pix_fmt", "yuv420p"]
    return [
        ffmpeg,
        "-y",
        "-v",
        "error",
        "-i",
        str(clip),
        *settings,
        "-c:a",
        "copy",
        "-movflags",
        "+faststart",
        str(target),
    ]


def spread(values: list[float]) -> str:
    """Return the smallest, the median and the largest of some figures."""
    return f"{min(values):7.3f} {statistics.median(values):7.3f} {max(values):7.3f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--height", type=int, default=1280)
    parser.add_argument("--theme", default="house")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--crf", type=int, default=18)
    parser.add_argument("--preset", default="veryfast")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = scaled_clip(folder, options.height)
        config = project(folder, clip, options.theme, options.crf, options.preset)
        ours = [sys.executable, "-m", "loopviz", "run", str(config), "--overwrite", "--quiet"]
        theirs = peer_command(clip, folder / "theirs.mp4", options.crf, options.preset, gop=24)
        measure(ours), measure(theirs)  # once without counting: caches
        pairs = [(measure(ours), measure(theirs)) for _ in range(options.pairs)]
    peer = "ffmpeg" if shutil.which("ffmpeg") else "PyAV"
    machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
    print(f"{machine}; Python {platform.python_version()}, av {version('av')}; peer {peer}, {options.pairs} pairs")
    print(f"theme {options.theme}, height {options.height}, crf {options.crf} {options.preset}")
    print("                      min  median     max")
    for label, figure in (("CPU s", "cpu"), ("wall s", "wall"), ("peak MiB", "peak_mib")):
        a, b = [[getattr(cost, figure) for cost in side] for side in zip(*pairs, strict=True)]
        print(f"{label:10} loopviz {spread(a)}")
        print(f"{label:10} peer    {spread(b)}")
        print(f"{label:10} ratio   {spread([x / y for x, y in zip(a, b, strict=True)])}")


if __name__ == "__main__":
    main()
