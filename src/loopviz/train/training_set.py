"""A training set of a Dataset and its pictures: YOLO folders that Ultralytics and other trainers read.

``images/train/frame_000012.jpg`` beside ``labels/train/frame_000012.txt``, and a ``data.yaml``. It says nothing of the
people, not in a file's name either. Trainers know no weight of a picture, so one that weighs more is listed more often,
in ``train.txt``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from loopviz.atomic import write_text, writing
from loopviz.dataset import Dataset
from loopviz.formats.labels.yolo.write import write_label_files, write_spec
from loopviz.media import Source
from loopviz.notes import Note, note
from loopviz.outputs import Origin, own_folder
from loopviz.progress import Progress
from loopviz.schema import EDGES, table
from loopviz.train.options import TrainingSetOptions
from loopviz.train.pictures import image_names, write_images
from loopviz.train.set_checks import check_twins, sided
from loopviz.train.set_plan import SetPlan, plan_set

DATA, LIST = "data.yaml", "train.txt"
DEFAULTS = TrainingSetOptions()
NEARLY_ALL = 0.95  # of the labels: outlines of masks lose what is a pixel wide, and with it the edge of some boxes


def _ends() -> dict[str, pl.Expr]:
    """Return how far outlines reach, by the edge of the box."""
    points = pl.col("polygons").list.eval(pl.element().explode()).list
    x, y = (points.gather_every(2, offset).list for offset in (0, 1))
    return dict(zip(EDGES, (x.min(), y.min(), x.max(), y.max()), strict=True))


# Whether a label has an outline that reaches to the edges of its box, to a pixel.
FILLS = pl.all_horizontal((pl.col(edge) - end).abs() <= 1 for edge, end in _ends().items()).fill_null(value=False)


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """A training set on the disk, and what it was made of.

    Attributes:
        path: Its ``data.yaml``.
        names: The categories, by class id.
        task: ``"detect"`` or ``"segment"``.
        images: A row for each image: ``frame``, ``split``, ``file`` (from the set's folder), ``objects``, ``weight``
            and how often it is ``listed``.
        objects: A row for each label: the Dataset's columns of annotations, ``assignment_ids`` (of whom it is learned),
            ``weight`` and ``split``. The ids are the platform's, and for this machine alone: the folder holds none.
        weights: What each assignment's labels count, and why; see ``loopviz.train.whose_work``.
        flips: Whether pictures may be mirrored in training: not where categories tell left from right.
        outlined: Whether boxes are written by the outlines that fill them, where they do.
        digest: A SHA-256 as hex of its labels and of what its pictures look like: the same set has the same.
        notes: What a person should know.
    """

    path: Path
    names: tuple[str, ...]
    task: str
    images: pl.DataFrame
    objects: pl.DataFrame
    weights: pl.DataFrame
    flips: bool
    outlined: bool
    digest: str
    notes: tuple[Note, ...]

    def counts(self) -> pl.DataFrame:
        """Return how many ``frames`` and ``objects`` each ``split`` has of each ``category``."""
        counted = self.objects.group_by("split", "class_id").agg(frames=pl.col("frame").n_unique(), objects=pl.len())
        names = pl.DataFrame({"class_id": range(len(self.names)), "category": self.names})
        named = counted.join(names.cast({"class_id": pl.Int64()}), on="class_id").sort("split", "class_id")
        return named.select("split", "category", "frames", "objects")


def build_training_set(
    dataset: Dataset,
    source: Source,
    folder: Path | str,
    options: TrainingSetOptions = DEFAULTS,
    *,
    outlines: bool = False,
    evidence: pl.DataFrame | None = None,
    left_out: Collection[str] = (),
    origin: Origin | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> TrainingSet:
    """Write a training set: whole, or not at all.

    People who refused consent are nobody in it, as everywhere; see ``loopviz.consent``.

    Args:
        dataset: All work on the source's frames: what counts is for ``options.whose`` to say.
        source: The pictures; opened to be mended, its damaged frames are left out.
        folder: What is made.
        options: How.
        outlines: Write boxes by the outlines that fill them, where nearly every label has one, the others by their
            corners: who reads boxes finds the same ones, and a trainer that turns its pictures turns what is in them.
        evidence: What is known of the work beyond what the Dataset says; see ``loopviz.train.care.model_evidence``.
        left_out: Assignments whose labels do not teach.
        origin: What the folder is made of, see ``loopviz.outputs``; the source and the options, if not given.
        overwrite: Replace what loopviz made there of something else.
        progress: Called with the images written and to write.

    Raises:
        ConfigError: If the frames cannot be split as the options say.
        InputError: If nothing can be learned from the set, or a frame cannot be read.
        OutputError: If the folder must be kept, or cannot be written.
    """
    plan = plan_set(dataset, source, options, evidence, left_out)
    outlined = outlines and are_outlined(plan.objects)
    frames = plan.images["frame"].to_list()
    names = image_names(source, frames)
    files = [f"images/{part}/{names[frame]}" for frame, part in plan.images.select("frame", "split").iter_rows()]
    images = plan.images.with_columns(file=pl.Series(files, dtype=pl.String))
    target = Path(folder)
    made_of = origin or Origin.of("training set", source.info.path, options.model_dump_json())
    with own_folder(target, made_of, overwrite=overwrite) as part, writing(target):
        places = {frame: part / file for frame, file in zip(frames, files, strict=True)}
        written = write_images(source, places, link=options.link, progress=progress)
        objects = with_outlines(plan.objects) if outlined else plan.objects
        _write_labels(plan, objects, images, part, "segment" if outlined else options.task)
    notes = [*plan.notes, *check_twins(written.hashes, images)]
    if written.copied:
        notes.append(note("copied-not-linked", count=written.copied))
    categories = tuple(plan.dataset.categories["name"].to_list())
    return TrainingSet(
        path=target / DATA,
        names=categories,
        task=options.task,
        images=images,
        objects=plan.objects,
        weights=plan.weights,
        flips=not sided(categories),
        outlined=outlined,
        digest=_digest(plan.objects, images, {frame: bits.tobytes() for frame, bits in written.hashes.items()}),
        notes=tuple(notes),
    )


def are_outlined(objects: pl.DataFrame) -> bool:
    """Say whether outlines fill the boxes of nearly all labels: others become larger where pictures are turned."""
    return bool(objects.height) and float(objects.select(FILLS.mean()).item()) >= NEARLY_ALL


def with_outlines(objects: pl.DataFrame) -> pl.DataFrame:
    """Return labels whose outlines reach to their boxes' edges: where one does not, it is the box itself."""
    corners = [[[x0, y0, x1, y0, x1, y1, x0, y1]] for x0, y0, x1, y1 in objects.select(EDGES).iter_rows()]
    boxes = pl.Series(corners, dtype=objects.schema["polygons"])
    return objects.with_columns(polygons=pl.when(FILLS).then("polygons").otherwise(boxes))


def _write_labels(plan: SetPlan, objects: pl.DataFrame, images: pl.DataFrame, part: Path, rows: str) -> None:
    """Write ``labels/``, ``data.yaml`` and, where an image is listed more than once, ``train.txt``."""
    sizes = plan.dataset.frames.select("frame", "width", "height")
    frames = images.select("frame", "file", "split").join(sizes, on="frame", maintain_order="left")
    objects = objects.select(pl.exclude("assignment_ids", "weight", "split"))
    shown = Dataset(
        frames=table("frames", frames.to_dict(as_series=False)),
        categories=plan.dataset.categories,
        annotations=objects.with_columns(assignment_id=pl.lit(None, pl.String)),
    )
    write_label_files(shown, part, rows)
    trains = images.filter(pl.col("split") == "train")
    lists = {"train": LIST} if (trains["listed"] > 1).any() else {}
    if lists:
        lines = [f"./{file}\n" for file, often in trains.select("file", "listed").iter_rows() for _ in range(often)]
        write_text(part / LIST, "".join(lines))
    write_spec(shown, part, rows, images=True, lists=lists)


def _digest(objects: pl.DataFrame, images: pl.DataFrame, looks: Mapping[int, bytes]) -> str:
    told = objects.select("frame", "class_id", *EDGES, "polygons", "mask_rle")
    digest = hashlib.sha256(told.write_json().encode())
    digest.update(images.select("frame", "split", "listed").write_csv().encode())
    for frame in sorted(looks):
        digest.update(looks[frame])
    return digest.hexdigest()
