"""Reading the results of a crowd's batch: 300 rows with masks of some 200 KB, a file of 60 MB.

    python benchmarks/batch_read.py
    python benchmarks/batch_read.py --rows 3000    # memory must stay near what the labels themselves take

Every side is a whole process, imports included. ``loopviz`` decodes every mask and makes run lengths, polygons and
boxes; ``unpacking alone`` is what cannot be saved: the file read as CSV, base64 undone, the PNGs unpacked by OpenCV.
The masks are those of a widget in a browser: five labels, edges smoothed, 1920x1080, packed as Chromium packs a
canvas (the filter Sub, zlib's level 3). ``--level 6`` packs them as picture libraries do, which take longer to unpack.
"""

from __future__ import annotations

import argparse
import base64
import csv
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from measure import in_turn, print_costs, print_machine

WIDTH, HEIGHT = 1920, 1080
DISTINCT = 8  # masks; each stands in many rows
LABELS = {
    "Body": "#1f77b4",
    "Cable": "#ff7f0e",
    "Left_Button": "#2ca02c",
    "Right_Button": "#d62728",
    "Wheel": "#9467bd",
}
FACTS = {"Reward": "$0.15", "AssignmentStatus": "Submitted", "SubmitTime": "Wed Nov 20 21:03:26 PST 2019"}
SIDES = {
    "loopviz": "import sys; from loopviz.formats.mturk.read import read_batches; read_batches(sys.argv[1:])",
    "unpacking alone": (
        "import base64, csv, sys, cv2, numpy as np; csv.field_size_limit(2**31 - 1);"
        "rows = csv.DictReader(open(sys.argv[1], encoding='utf-8', newline=''));"
        "key = 'Answer.annotatedResult.labeledImage.pngImageData';"
        "[cv2.imdecode(np.frombuffer(base64.b64decode(row[key]), np.uint8), cv2.IMREAD_UNCHANGED) for row in rows]"
    ),
}


def mask(seed: int, level: int) -> str:
    """Return a mask as a widget's PNG in base64: five rough shapes, one over the other."""
    draw = np.random.default_rng(seed)
    picture = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    turn = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    for color in LABELS.values():
        waves = sum(draw.uniform(0, 0.05) * np.sin(k * turn + draw.uniform(0, 6)) for k in range(2, 44))
        radius = draw.uniform(150, 270) * (1 + waves)
        shape = np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius[:, None] + draw.uniform((300, 250), (1620, 830))
        cover = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.fillPoly(cover, [(shape * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        _lay(picture, cover, color)
    ways = [cv2.IMWRITE_PNG_COMPRESSION, level, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_SUB]
    return base64.b64encode(cv2.imencode(".png", picture, ways)[1].tobytes()).decode()


def _lay(picture: np.ndarray, cover: np.ndarray, color: str) -> None:
    """Lay a colour over a picture as a canvas does, in place: opaque inside, its edge mixed with what is there."""
    above = cover[..., None] / 255.0
    below = picture[..., 3:] / 255.0 * (1 - above)
    blue_green_red = np.array(list(bytes.fromhex(color[1:]))[::-1])
    whole = above + below
    mixed = (blue_green_red * above + picture[..., :3] * below) / np.where(whole > 0, whole, 1)
    picture[:] = np.round(np.concatenate([mixed, 255 * whole], axis=2))


def write_batch(target: Path, rows: int, level: int) -> Path:
    """Write a batch's results, each row two fields shorter than the header."""
    name = "Answer.annotatedResult"
    size = {f"{name}.inputImageProperties.height": HEIGHT, f"{name}.inputImageProperties.width": WIDTH}
    colors = {f"{name}.labelMappings.{label}.color": color for label, color in LABELS.items()}
    masks = [mask(seed, level) for seed in range(DISTINCT)]
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        columns = ["HITId", "AssignmentId", "WorkerId", *FACTS, "WorkTimeInSeconds", "Input.image_url", *size, *colors]
        writer.writerow([*columns, f"{name}.labeledImage.pngImageData", "Approve", "Reject"])
        for i in range(rows):
            who = [f"H{i:06d}", f"A{i:06d}", f"INVENTED{i % 40}"]
            what = [60 + i % 90, f"https://pictures.example/mouse/frame_{i:06d}.png"]
            writer.writerow([*who, *FACTS.values(), *what, *size.values(), *colors.values(), masks[i % DISTINCT]])
    return target


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--level", type=int, default=3, help="of zlib, that packs the masks")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        file = write_batch(Path(name) / "batch.csv", options.rows, options.level)
        size = file.stat().st_size / 1e6
        costs = in_turn(
            {side: [[sys.executable, "-c", code, str(file)]] for side, code in SIDES.items()}, options.rounds
        )
    print_machine(("loopviz", "numpy", "polars", "opencv-python-headless", "skia-python"))
    print(
        f"{options.rows:,} rows, {size:.0f} MB, {WIDTH}x{HEIGHT}, zlib's level {options.level}; {options.rounds} rounds"
    )
    print_costs(costs)


if __name__ == "__main__":
    main()
