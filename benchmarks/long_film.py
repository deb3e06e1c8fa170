"""What hours in one file cost beside copying that file, and how fast a film is looked through for flashes and its seam.

    python benchmarks/long_film.py                        # the sample for 12 hours: needs 10 GB in --folder
    python benchmarks/long_film.py --hours 1 --rounds 1

The film is in the cache: what is measured is joining it, copying it, and looking at what came of it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from measure import ROOT, fresh_cache, in_turn, print_costs, print_machine

LOOPVIZ = [sys.executable, "-m", "loopviz", "run", "configs/mouse.yaml", "--quiet", "--overwrite"]
LOOK = "import sys, pathlib; from loopviz.media.{0} import {1}; {1}(pathlib.Path(sys.argv[1]))"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=ROOT / "out", help="Where the files go, and are removed.")
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.folder) as name, fresh_cache(Path(name)):
        once, long, copy = (f"{name}/{file}.mp4" for file in ("once", "long", "copy"))
        again = [*LOOPVIZ, "-o", long, "--repeat-for", f"{options.hours}h"]
        sides = {
            "the film": [[*LOOPVIZ, "-o", once]],
            f"for {options.hours} h": [again],
            "cp": [["cp", "--reflink=never", long, copy]],
            "its flashes": [[sys.executable, "-c", LOOK.format("flashes", "flashes_in"), once]],
            "its seam": [[sys.executable, "-c", LOOK.format("seam", "seam_of"), once]],
        }
        costs = in_turn(sides, options.rounds)
        size = Path(long).stat().st_size / 1e9
    print_machine(("loopviz", "av", "numpy"))
    print(f"{options.hours} h of the sample: {size:.1f} GB; {options.rounds} rounds")
    print_costs(costs, ours=f"for {options.hours} h")


if __name__ == "__main__":
    main()
