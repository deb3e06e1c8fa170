"""What reading a crowd's files came to, kept for the next look at them: masks take long to read.

It is sealed with a key that is made of the files' own bytes and is written nowhere: nothing in it can be read, and
nobody's id found, without the very files that it was made of, and it serves for no others. It goes whenever a person is
forgotten or the cache is pruned.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import polars as pl

from loopviz import __version__
from loopviz.atomic import new_file
from loopviz.dataset import Dataset
from loopviz.errors import LoopvizError, OutputError
from loopviz.outputs import cache_folder, private_folder
from loopviz.project.crowd.config import CrowdConfig
from loopviz.project.crowd.gather import Reading, settings_of
from loopviz.project.crowd.store import RECORD, USAGE, CrowdData, Record
from loopviz.schema import SCHEMAS

KEPT = 8  # crowds; those that were read longest ago go first
LARGEST = 200_000_000  # bytes: it is sealed in memory
DIGEST = 32  # bytes


def key_of(crowd: CrowdConfig, reading: Reading) -> bytes:
    """Return the key of what the files make, read in this way; other bytes, or another way, have another.

    Raises:
        OSError: If a file cannot be read.
    """
    frames = None if reading.frames is None else hashlib.sha256(reading.frames.write_json().encode()).hexdigest()
    words = [__version__, settings_of(crowd, reading), str(reading.video), frames, *reading.forgotten]
    made = hashlib.sha256(json.dumps(words).encode())
    for path in (*crowd.batches, crowd.survey, crowd.images):
        with path.open("rb") if path else contextlib.nullcontext(io.BytesIO()) as stream:
            made.update(f"{path and path.resolve()}".encode(errors="surrogateescape"))
            made.update(hashlib.file_digest(stream, hashlib.sha256).digest())
    return made.digest()


def kept(key: bytes) -> CrowdData | None:
    """Return what was read before under a key; None if nothing was, or it is damaged."""
    with contextlib.suppress(OSError, ValueError, LoopvizError):
        opened = _sealed(_place(key).read_bytes(), key)
        if opened[:DIGEST] != hashlib.sha256(opened[DIGEST:]).digest():
            return None
        with zipfile.ZipFile(io.BytesIO(opened[DIGEST:])) as parts:
            tables = {name: pl.read_parquet(io.BytesIO(parts.read(name))) for name in SCHEMAS}
            usage = pl.read_parquet(io.BytesIO(parts.read(USAGE)))
            return CrowdData(Dataset(**tables), usage, Record.model_validate_json(parts.read(RECORD)))
    return None


def keep(data: CrowdData, key: bytes) -> None:
    """Keep a crowd; a disk that is full or closed is no reason to fail."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as parts:
        for name, table in ((USAGE, data.usage), *((name, getattr(data.dataset, name)) for name in SCHEMAS)):
            stream = io.BytesIO()
            table.write_parquet(stream)
            parts.writestr(name, stream.getvalue())
        parts.writestr(RECORD, data.record.model_dump_json())
    plain, place = content.getvalue(), _place(key)
    if len(plain) > LARGEST:
        return
    with contextlib.suppress(OSError, OutputError):
        private_folder(cache_folder())
        private_folder(place.parent)
        with new_file(place, replace=True) as part:
            part.touch(0o600)
            part.write_bytes(_sealed(hashlib.sha256(plain).digest() + plain, key))
        for old in sorted(place.parent.glob("*"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink()


def clear() -> int:
    """Forget all crowds that were read; return how many they were.

    Raises:
        OutputError: If one cannot be removed.
    """
    files = list((cache_folder() / "crowds").glob("*"))
    for file in files:
        try:
            file.unlink()
        except OSError as error:
            what = f"what was read of a crowd cannot be removed: {error.strerror or error}"
            raise OutputError(what, file=file, remedy="Remove the file yourself.") from error
    return len(files)


def _place(key: bytes) -> Path:
    return cache_folder() / "crowds" / hashlib.sha256(b"name" + key).hexdigest()


def _sealed(data: bytes, key: bytes) -> bytes:
    """Return bytes sealed, or sealed ones opened: combined with a stream that SHAKE256 (FIPS 202) makes of the key."""
    stream = hashlib.shake_256(b"seal" + key).digest(len(data))
    return (np.frombuffer(data, np.uint8) ^ np.frombuffer(stream, np.uint8)).tobytes()
