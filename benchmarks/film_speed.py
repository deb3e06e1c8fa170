"""A film with a time of its own against encoding the same pictures without drawing anything, in pairs.

    python benchmarks/film_speed.py                        # the sample as it comes: 1.8 minutes
    python benchmarks/film_speed.py --config configs/house.yaml

The peer is ffmpeg, which decodes the finished film and encodes it with the same settings and key frame distance: the
same output frames, and nothing to draw. Where loopviz keeps x264 off instructions with which its results differ, ffmpeg
is told the same in a third run. Renders use an empty cache, as the first one of a project does. Then the plan
of a film of a million frames is made and counted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from clips import apart
from measure import ROOT, fresh_cache, in_turn, print_costs, print_machine
from render_speed import ffmpeg_version, transcode

from loopviz.media.x264_cpu import steady_instructions
from loopviz.project.discover import configure
from loopviz.project.load import load

MILLION = """
import resource, sys, time
from loopviz.project.discover import configure
from loopviz.project.load import load
from loopviz.project.plan import plan_of
config = configure(sys.argv[1], {"timeline.pace": f"by-length {1_000_000 // 24}s", "timeline.show": "labelled"})[0]
with load(config, dry_run=True) as project:
    began = time.process_time()
    plan = plan_of(project)
    took = time.process_time() - began
print(f"{len(plan.timeline):,} frames, {len(plan.stands)} stands: {took:.2f} s of CPU for the plan alone, "
      f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
"""


def instructions(config: Path) -> str:
    """Return which instructions x264 is kept to in a project's film; nothing where it takes those that it finds."""
    with load(configure(config)[0], dry_run=True) as project:
        return steady_instructions(project.scene.canvas_size[0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=ROOT / "configs" / "mouse.yaml")
    parser.add_argument("--preset", default="medium", help="loopviz' own default; the sample says veryfast")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, fresh_cache(Path(name)) as forget:
        ours, theirs = Path(name) / "ours.mp4", Path(name) / "theirs.mp4"
        run = [sys.executable, "-m", "loopviz", "run", str(options.config), "-o", str(ours), "--overwrite", "--quiet"]
        run += ["--preset", options.preset]
        peer = transcode(ours, theirs, 18, options.preset, 48)
        sides = {"loopviz": [run], "ffmpeg, of the film": [peer]}
        if (kept_to := apart(instructions, options.config)) == ":asm=avx2" and peer[0] != sys.executable:
            told = [*peer[:-1], "-x264-params", kept_to.removeprefix(":"), peer[-1]]
            sides["ffmpeg, our instructions"] = [told]
        costs = in_turn(sides, options.rounds, after=forget)
        print_machine(("loopviz", "av", "numpy", "skia-python", "polars"), ffmpeg_version())
        print(f"{options.config.name}, preset {options.preset}: {options.rounds} rounds")
        print_costs(costs)
    subprocess.run([sys.executable, "-c", MILLION, str(options.config)], check=True)


if __name__ == "__main__":
    main()
