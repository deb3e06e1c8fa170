"""Writing a Dataset in one of the label formats."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path

from loopviz.atomic import writing
from loopviz.consent import consented
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.formats.format import WriteOptions, use
from loopviz.formats.labels.yolo.row_forms import TASKS
from loopviz.formats.labels.yolo.write import EXTRAS
from loopviz.formats.registry import writable
from loopviz.outputs import Origin, own_files, own_folder
from loopviz.pseudonyms import without_ids


def write_labels(
    dataset: Dataset,
    path: str | Path,
    format: str,
    *,
    full: bool = False,
    overwrite: bool = False,
    task: str | None = None,
    extras: Collection[str] = (),
) -> None:
    """Write labels: the COCO formats a file, most others a folder. Whole, or not at all.

    People who refused consent are left out, and what they did is nobody's; see ``loopviz.consent``.

    Args:
        dataset: What to write.
        path: The file or the folder.
        format: One of ``loopviz.formats.registry.WRITABLE``, or another package's.
        full: Write the platform's own ids. Otherwise workers' aliases, and numbers of their tasks, stand everywhere, in
            file names too.
        overwrite: Replace what stands there: a file, or a folder that loopviz made and nobody has changed.
        task: ``"detect"`` or ``"segment"``, for YOLO rows; found from the annotations where it is not named.
        extras: ``"confidence"`` and ``"track_id"``, for YOLO rows: what stands behind the coordinates. The other
            formats have a place for both, and hold them anyway.

    Raises:
        ConfigError: If the format, the task or an extra is none of these.
        OutputError: If the path exists, cannot be written, a worker has no alias, or a label cannot be expressed.
    """
    target = Path(path)
    with labels_place(target, format, Origin("labels"), overwrite=overwrite) as part:
        write_parts(dataset, part, format, full=full, task=task, extras=extras)


@contextlib.contextmanager
def labels_place(target: Path, format: str, origin: Origin, *, overwrite: bool) -> Iterator[Path]:
    """Yield where to write labels of a format: a file or a folder that takes the target's name when all went well.

    Raises:
        ConfigError: If there is no such format.
        OutputError: If what stands there must be kept, or cannot be written.
    """
    if writable(format).file_name is not None:
        with own_files(target, origin=origin, overwrite=overwrite) as (part,), writing(target):
            yield part
    else:
        with own_folder(target, origin, overwrite=overwrite) as part, writing(target):
            yield part


def write_parts(
    dataset: Dataset,
    part: Path,
    format: str,
    *,
    full: bool = False,
    task: str | None = None,
    extras: Collection[str] = (),
) -> None:
    """Write labels into a place that nobody looks into yet; see ``write_labels``."""
    if task is not None and task not in TASKS:
        raise ConfigError("there is no such task", found=task, expected=" or ".join(TASKS))
    if not set(extras) <= set(EXTRAS):
        raise ConfigError("rows cannot end with that", found=", ".join(extras), expected=", ".join(EXTRAS))
    shown = consented(dataset) if full else without_ids(consented(dataset))
    write = use(writable(format).write or "")
    write(shown, part, WriteOptions(task, tuple(extras)))
