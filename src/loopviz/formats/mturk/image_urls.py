"""Where the images of a batch are hosted: a next batch publishes them again."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from loopviz.errors import InputError, check_is_file
from loopviz.formats.mturk.columns import columns_of
from loopviz.formats.mturk.rows import cells_of, open_batch
from loopviz.formats.mturk.widgets import image_name, images_of
from loopviz.paths import natural_key

TABLE = ("url", "file")


def read_image_table(file: Path | str) -> dict[str, str]:
    """Read a CSV table of addresses and the names of the frames' images: columns ``url`` and ``file``.

    Raises:
        InputError: If it is no such table, or an address stands for two images.
    """
    path, known = Path(file), dict[str, str]()
    check_is_file(path, "a table of addresses and images: url, file")
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            if not set(TABLE) <= set(rows.fieldnames or ()):
                found = ", ".join(rows.fieldnames or ())
                raise InputError("not a table of images", file=path, at="line 1", found=found, expected="url, file")
            for row in rows:
                url, name = row["url"], row["file"]
                if not url or not name or known.setdefault(url, name) != name:
                    at = f"line {rows.line_num}"
                    raise InputError("an address without its image, or with two", file=path, at=at, found=url)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"not a readable CSV file: {getattr(error, 'strerror', None) or error}", file=path, remedy="Check the file."
        ) from error
    return known


class Hosted(NamedTuple):
    """Addresses by the images' names, and what the task's page calls an address; None where there is no image."""

    addresses: dict[str, str]
    column: str | None


def image_addresses(
    files: Sequence[Path | str], known: Mapping[str, str] | None = None, image_column: str | None = None
) -> Hosted:
    """Return the address of every image in some batches; the latest batch's stands.

    Args:
        files: The results of batches.
        known: Image names by address, or by the file name in it; None: the name is the address' last part.
        image_column: The column ``Input.*`` that names the image which was labelled; None finds it.

    Raises:
        InputError: If a file is no batch's results.
    """
    found: dict[str, str] = {}
    column: str | None = None
    for file in map(Path, files):
        with open_batch(file) as table:
            named = columns_of(table, frozenset(known or ()), image=image_column).images
        with open_batch(file) as table:
            for number, fields in table.rows:
                cells = cells_of(table.header, fields, (file, number))
                images = images_of(cells, named)
                column = min(images, key=natural_key, default=column)
                for url in images.values():
                    name = image_name(url)
                    found[(known.get(url) or known.get(name) or name) if known else name] = url
    return Hosted(found, column)
