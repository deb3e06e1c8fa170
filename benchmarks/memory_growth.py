"""How the peak of a render's memory grows with the clip's length.

    python benchmarks/memory_growth.py                    # 300 and 3,000 frames of 1920x1080

The sample again and again, its labels with it. Beside it the plain transcode, whose memory does not grow.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from clips import GOP, make_clip, make_labels, project_file
from measure import fresh_cache, in_turn, print_costs, print_machine
from render_speed import ffmpeg_version, parse_size, render, transcode


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=parse_size, default=(1920, 1080), metavar="WxH")
    parser.add_argument("--frames", type=int, nargs=2, default=(300, 3000))
    parser.add_argument("--theme", default="house")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    peer = "ffmpeg" if shutil.which("ffmpeg") else "PyAV"
    sides: dict[str, list[list[str]]] = {}
    with tempfile.TemporaryDirectory() as name:
        for frames in options.frames:
            folder = Path(name) / str(frames)
            folder.mkdir()
            clip, labels = make_clip(folder, options.size, frames), make_labels(folder, frames)
            ours = render(project_file(folder, clip, labels, options.theme, 18, "veryfast"))
            sides[f"loopviz, {frames}"] = [ours]
            sides[f"{peer}, {frames}"] = [transcode(clip, folder / "theirs.mp4", 18, "veryfast", GOP)]
        with fresh_cache(Path(name)) as forget:
            costs = in_turn(sides, options.rounds, after=forget)
    print_machine(("loopviz", "av", "numpy", "skia-python"), ffmpeg_version())
    print("{}x{}, theme {}; {} rounds".format(*options.size, options.theme, options.rounds))
    print_costs(costs, ours=f"loopviz, {options.frames[1]}")
    short, long = (statistics.median(c.peak_mib for c in costs[f"loopviz, {n}"]) for n in options.frames)
    growth = (long / short - 1) * 100
    print(f"growth of the peak from {options.frames[0]} to {options.frames[1]} frames: {growth:+.1f} %")


if __name__ == "__main__":
    main()
