"""A label format of another package, as somebody would write one: ``image,category,left,top,width,height`` a line."""

from __future__ import annotations

from pathlib import Path

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence, Format, WriteOptions
from loopviz.formats.label_names import categories_table
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.schema import table

FORM = "image,category,left,top,width,height"


def detect(candidate: Candidate) -> Evidence:
    if candidate.path.read_text("utf-8").startswith(FORM):
        return Evidence("certain", "toy boxes")
    return NO_EVIDENCE


def read(path: Path, options: LabelOptions) -> LabelSet:
    report, rows = Report(options.skip_bad), []
    for number, line in enumerate(path.read_text("utf-8").splitlines()[1:], 2):
        image, category, *numbers = line.split(",")
        if len(numbers) != 4:
            place = {"file": path, "at": f"line {number}"}
            report.bad("bad-row", InputError("not a toy box", found=line, expected=FORM, **place))
            continue
        left, top, width, height = map(float, numbers)
        rows.append((image, category, left, top, left + width, top + height))
    images = list(dict.fromkeys(row[0] for row in rows))
    names = sorted({row[1] for row in rows})
    size = options.size_of(images[0]) if images else None
    frames = {"frame": range(len(images)), "file": images}
    frames |= {side: [size and size[place]] * len(images) for place, side in enumerate(("width", "height"))}
    columns = {
        "annotation_id": range(len(rows)),
        "frame": [images.index(row[0]) for row in rows],
        "class_id": [names.index(row[1]) for row in rows],
        **{edge: [row[place] for row in rows] for place, edge in enumerate(("x_min", "y_min", "x_max", "y_max"), 2)},
    }
    dataset = Dataset(
        frames=table("frames", frames), categories=categories_table(names), annotations=table("annotations", columns)
    )
    return LabelSet("toy", path, dataset, report.problems())


def write(dataset: Dataset, file: Path, options: WriteOptions) -> None:
    del options
    files = dict(dataset.frames.select("frame", "file").iter_rows())
    names = dataset.categories["name"].to_list()
    lines = [FORM]
    columns = ("frame", "class_id", "x_min", "y_min", "x_max", "y_max")
    for frame, class_id, left, top, right, bottom in dataset.annotations.select(columns).iter_rows():
        lines.append(f"{files[frame]},{names[class_id]},{left},{top},{right - left},{bottom - top}")
    file.write_text("\n".join(lines) + "\n", "utf-8")


TOY = Format(
    name="toy",
    title="toy boxes",
    suffixes=(".toy",),
    folders=False,
    detect=detect,
    read=read,
    write="toy_boxes:write",
    file_name="labels.toy",
    box_form="corner",
)
