"""COCO instances in JSON, and traceable COCO, which says who drew each annotation.

``images[]``, ``annotations[]`` and ``categories[]`` refer to one another by id; ids may begin at 0, have gaps or be
written as text, so they are mapped by look-up. ``bbox`` is ``[x, y, w, h]`` in pixels. ``segmentation`` is a list of
polygons, one flat polygon, run lengths as numbers or as compressed text (down the columns, background first), ``[]``,
or missing.
Traceable COCO adds ``"attributes": {"worker_id": "…", "form_responses": {"Q1": "25 - 34", …}}`` to every annotation.
Frames are numbered in the natural order of the file names, never by image id: images may stand out of order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError, shown
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.label_names import Skeleton, categories_table, check_file_name
from loopviz.formats.labels.coco.annotations import WHO, AnnotationReader
from loopviz.formats.labels.coco.entries import KnownIds, Sieve, entries, list_of, refuse_repeated, whole_numbers
from loopviz.formats.labels.coco.keypoints import skeletons_of
from loopviz.formats.labels.coco.people import traceable_people
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.strict_json import collector_paused, read_json_in_blocks
from loopviz.formats.table_columns import Ints
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import list_files, mentions
from loopviz.paths import inside, natural_order, strays
from loopviz.schema import table

_SPLIT = re.compile(r"[_-]?(train|valid|val|test)(?=[_.\d-])\d*")


@dataclass(frozen=True)
class Part:
    """One file: image names and sizes, categories by id, annotations whose ``frame`` is the place of their image."""

    file: Path
    names: list[str]
    sizes: Ints  # 0 where nobody knows
    categories: dict[int, str]
    skeletons: dict[int, Skeleton]
    annotations: pl.DataFrame
    attributes: list[dict[str, Any]]  # one an annotation


def read_coco(path: Path, options: LabelOptions) -> LabelSet:
    """Read a COCO file, or the COCO files of a folder, which must share their categories.

    Raises:
        InputError: If a file is not COCO instances, an id stands twice or leads nowhere, a number is absurd, a file
            name leads outside, or a mask has another size than its image.
    """
    report = Report(options.skip_bad)
    with collector_paused():
        parts = [_read_part(file, options, report) for file in coco_files(path)]
        dataset, traceable = assemble(parts, options, report)
    return LabelSet("coco-traceable" if traceable else "coco", path, dataset, report.problems())


def coco_files(path: Path) -> list[Path]:
    """Return the COCO files of a folder: those that differ in their split alone, such as ``instances_train.json``.

    Raises:
        InputError: If there is none, or there are several kinds and none is called instances.
    """
    if not path.is_dir():
        return [path]
    kinds: dict[str, list[str]] = {}
    for name in list_files(path):
        if name.lower().endswith(".json") and is_coco(path / name):
            kinds.setdefault(_SPLIT.sub("", name.rsplit("/", 1)[-1].lower()), []).append(name)
    chosen = next((kinds[kind] for kind in kinds if kind.startswith("instances")), None)
    if chosen is None and len(kinds) == 1:
        (chosen,) = kinds.values()
    if chosen is None:
        found = ", ".join(name for names in kinds.values() for name in names) or None
        what = "COCO files of several kinds" if kinds else "no COCO file"
        raise InputError(f"{what} in the folder", file=path, found=found, remedy="Give the file itself.")
    return [path / name for name in chosen]


def detect_coco(candidate: Candidate) -> Evidence:
    """Say whether a file, or a file of a folder, looks like COCO instances, and whether it names workers."""
    path = candidate.path
    names = [path.name] if candidate.suffix else [name for name in candidate.files if name.lower().endswith(".json")]
    folder = path.parent if candidate.suffix else path
    found = next((name for name in names if is_coco(folder / name)), None)
    if found is None:
        return NO_EVIDENCE
    traceable = any(mentions(coco_files(path)[0], b'"%s"' % key.encode()) for key in WHO)
    return Evidence("likely", found, "coco-traceable" if traceable else "coco")


def is_coco(file: Path) -> bool:
    """Say whether a JSON file looks like COCO instances, from its bytes."""
    return not is_panoptic(file) and mentions(file, b'"images"', b'"annotations"', b'"categories"')


def is_panoptic(file: Path) -> bool:
    """Say whether a JSON file looks like panoptic COCO, from its bytes."""
    return mentions(file, b'"segments_info":[') or mentions(file, b'"segments_info": [')


@dataclass(frozen=True)
class Listed:
    """What a file lists beside its annotations: image names, sizes and ids, and categories by id."""

    names: list[str]
    sizes: Ints  # 0 where nobody knows
    ids: Ints
    categories: dict[int, str]
    skeletons: dict[int, Skeleton]

    def reader(self, file: Path, report: Report) -> AnnotationReader:
        """Return what reads annotations of these images and categories in a file."""
        categories = KnownIds(np.array(list(self.categories), dtype=np.int64))
        counts = [len(self.skeletons.get(number, Skeleton()).names) for number in self.categories]
        return AnnotationReader(
            file, self.sizes, KnownIds(self.ids), categories, np.array(counts, dtype=np.int64), report
        )


def read_listed(file: Path, options: LabelOptions, report: Report) -> tuple[Listed, Iterable[list[Any]]]:
    """Return what a file lists beside its annotations, and these in blocks.

    Raises:
        InputError: If it is not COCO instances, or an image or a category is none.
    """
    document, blocks = read_json_in_blocks(file, "annotations", beside=("images", "categories"))
    categories, skeletons = _categories(entries(document, "categories", file), file, report)
    names, sizes, ids = _images(entries(document, "images", file), file, options, report)
    if document.get("annotations", ...) is not None:
        list_of(document, "annotations", file)
    return Listed(names, sizes, ids, categories, skeletons), blocks


def _read_part(file: Path, options: LabelOptions, report: Report) -> Part:
    listed, blocks = read_listed(file, options, report)
    reader = listed.reader(file, report)
    for block in blocks:
        reader.add(block)
    annotations, attributes = reader.finish()
    return Part(file, listed.names, listed.sizes, listed.categories, listed.skeletons, annotations, attributes)


def _categories(
    listed: Sequence[dict[str, Any]], file: Path, report: Report
) -> tuple[dict[int, str], dict[int, Skeleton]]:
    """Return the categories' names by id, in the order of the ids, and the skeletons of those that have one."""
    sieve = Sieve("categories", len(listed), file, report)
    ids = whole_numbers([entry.get("id") for entry in listed], "id", sieve)
    refuse_repeated(ids, sieve)
    names = [entry.get("name") for entry in listed]
    for index, name in enumerate(names):
        if not isinstance(name, str | int | None) or isinstance(name, bool):
            sieve.reject(index, "name", "a category's name is no text", name, "a text")
    chosen = np.flatnonzero(sieve.sound)
    nameless = sum(names[i] is None for i in chosen.tolist())
    if nameless:
        report.note("names-gap", file, count=nameless, of="categories")
    in_order = chosen[np.argsort(ids[chosen], kind="stable")].tolist()
    called = {int(ids[i]): f"class {ids[i]}" if names[i] is None else str(names[i]) for i in in_order}
    return called, skeletons_of({int(ids[i]): listed[i] for i in in_order}, file, report)


def _images(
    listed: Sequence[dict[str, Any]], file: Path, options: LabelOptions, report: Report
) -> tuple[list[str], Ints, Ints]:
    """Return the images' names, their ``(N, 2)`` sizes, 0 where nobody knows, and their ids."""
    sieve = Sieve("images", len(listed), file, report)
    ids = whole_numbers([entry.get("id") for entry in listed], "id", sieve)
    refuse_repeated(ids, sieve)
    sizes = _sizes(listed, options, sieve)
    names = [entry.get("coco_url") if (name := entry.get("file_name")) is None else name for entry in listed]  # LVIS
    for index, name in enumerate(names):
        try:
            check_file_name(name, file=file, at=f"images[{index}].file_name")
        except InputError as error:
            report.bad("bad-image", error)
            sieve.sound[index] = False
    keep = sieve.sound
    sound = [str(name) for name, good in zip(names, keep, strict=True) if good]
    outside = list(filter(strays, sound))
    if outside:
        report.note("names-outside", file, count=len(outside), first=shown(inside(outside[:1])[0]))
    return inside(sound), sizes[keep], ids[keep]


def _sizes(listed: Sequence[dict[str, Any]], options: LabelOptions, sieve: Sieve) -> Ints:
    """Return the ``(N, 2)`` sizes of images: what the file says, else the caller; null is as good as missing."""
    fallback = [options.size_of(str(entry.get("file_name"))) or (0, 0) for entry in listed]
    sides = []
    for place, side in enumerate(("width", "height")):
        given = [entry.get(side) for entry in listed]
        known = [size[place] if value is None else value for value, size in zip(given, fallback, strict=True)]
        values = whole_numbers(known, side, sieve)
        absurd = ((values <= 0) | (values > MAX_SIDE)) & np.array(
            [value is not None for value in given], dtype=np.bool_
        )
        sieve.reject_where(absurd, side, "an image of an impossible size", values, f"1 to {MAX_SIDE} pixels")
        sides.append(values)
    return np.stack(sides, axis=1)


def assemble(parts: Sequence[Part], options: LabelOptions, report: Report) -> tuple[Dataset, bool]:
    """Join the files' frames in natural order, and say whether workers are named.

    Raises:
        InputError: If the files differ in their categories, or the names that are given do not fit these.
    """
    for part in parts[1:]:
        if part.categories != parts[0].categories:
            found, expected = str(part.categories), str(parts[0].categories)
            raise InputError(
                "the files of the folder differ in their categories", file=part.file, found=found, expected=expected
            )
    names = [name for part in parts for name in part.names]
    order = natural_order(names)
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.arange(len(names))
    if len(set(names)) < len(names):
        report.note("repeated-name", parts[0].file.parent)
    offsets = np.cumsum([0, *(len(part.names) for part in parts)])
    annotations = pl.concat(
        [
            part.annotations.with_columns(frame=pl.Series(place[part.annotations["frame"].to_numpy() + offset]))
            for part, offset in zip(parts, offsets[:-1], strict=True)
        ]
    )
    attributes = [entry for part in parts for entry in part.attributes]
    if annotations["annotation_id"].is_duplicated().any():
        report.note("renumbered", parts[0].file.parent)
        annotations = annotations.with_columns(annotation_id=pl.int_range(pl.len()))
    people, annotations = traceable_people(annotations, attributes, parts[0].file, report)
    sizes = np.concatenate([part.sizes for part in parts])[order]
    frames: dict[str, Any] = {
        "frame": range(len(names)),
        "file": [names[i] for i in order],
        "width": pl.Series(sizes[:, 0]).replace(0, None),
        "height": pl.Series(sizes[:, 1]).replace(0, None),
    }
    called = _category_names(parts[0], options)
    skeletons = {number: skeleton for part in reversed(parts) for number, skeleton in part.skeletons.items()}
    known = {name: skeletons.get(number, Skeleton()) for name, number in zip(called, parts[0].categories, strict=True)}
    categories = categories_table(called, known if skeletons else None)
    annotations = annotations.sort("frame", maintain_order=True)
    dataset = Dataset(frames=table("frames", frames), categories=categories, annotations=annotations, **people)
    return dataset, bool(people)


def _category_names(part: Part, options: LabelOptions) -> list[str]:
    names = list(part.categories.values())
    if options.names is None:
        return names
    if len(options.names) != len(names):
        found, expected = f"{len(options.names)} names", f"{len(names)}"
        what, remedy = "the names given do not fit the categories", "Give one for each, or leave --names (names) out."
        raise InputError(what, file=part.file, found=found, expected=expected, remedy=remedy)
    return list(options.names)
