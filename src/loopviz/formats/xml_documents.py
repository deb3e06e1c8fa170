"""XML that strangers wrote, without believing it: no entities, nothing fetched, a limit to its size.

Expat calls the builder of elements itself, which is a third of the work of a parser in Python, as ``defusedxml`` has
one; what is refused is the same: a document that declares an entity, or has one that it does not declare.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from loopviz.errors import InputError
from loopviz.formats.untrusted_files import TEXT_BYTES, read_bytes

HEAD = 65_536  # bytes
CHUNK = 2**20  # bytes


def read_xml(file: Path | str) -> Element:
    """Return an XML file's root.

    Raises:
        InputError: If it is too large, no XML, or defines entities.
    """
    builder = TreeBuilder()
    parser = _parser(file)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    _feed(parser, read_bytes(file, TEXT_BYTES), file, is_last=True)
    return builder.close()


def children_of(file: Path, tag: str, what: str) -> Iterator[Element]:
    """Yield the children of a file's root one by one; what was yielded is forgotten.

    Args:
        file: The file.
        tag: What the root is called.
        what: What to say of a file whose root is called something else.

    Raises:
        InputError: If it is no XML, defines entities, or is something else.
    """
    builder, done, root = TreeBuilder(), list[Element](), list[Element]()
    parser = _parser(file)

    def first(name: str, attributes: dict[str, str]) -> None:
        if name != tag:
            raise InputError(what, file=file, found=f"<{name}>", expected=f"<{tag}>")
        root.append(builder.start(name, attributes))
        parser.StartElementHandler = builder.start

    def end(name: str) -> None:
        element = builder.end(name)
        if len(root[0]) and root[0][-1] is element:
            done.append(element)

    parser.StartElementHandler, parser.EndElementHandler = first, end
    parser.CharacterDataHandler = builder.data
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                _feed(parser, chunk, file)
                yield from done
                if done:
                    del root[0][: len(done)]
                    done.clear()
        _feed(parser, b"", file, is_last=True)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=file, remedy="Check its permissions.") from error


def _parser(file: Path | str) -> expat.XMLParserType:
    """Return a parser that refuses what an entity could do."""

    def refuse(*_: Any) -> NoReturn:
        remedy = "Take its <!DOCTYPE …> out: labels need none."
        raise InputError("the XML defines entities, which are not read", file=file, remedy=remedy)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = parser.SkippedEntityHandler = refuse
    return parser


def _feed(parser: expat.XMLParserType, data: bytes, file: Path | str, *, is_last: bool = False) -> None:
    """Let a parser read on.

    Raises:
        InputError: If it is no XML, or defines entities.
    """
    try:
        parser.Parse(data, is_last)
    except expat.ExpatError as error:
        at, found = f"line {error.lineno}, column {error.offset + 1}", expat.ErrorString(error.code)
        remedy = "Export or copy it again."
        raise InputError("not valid XML", file=file, at=at, found=found, remedy=remedy) from None
    except (LookupError, ValueError) as error:  # an encoding that there is not
        raise InputError("not valid XML", file=file, found=str(error), remedy="Save the file as UTF-8.") from None


def text_of(element: Element | None, path: str = ".") -> str:
    """Return the text of an element, or of one below it, without the space around it; empty where there is none."""
    found = None if element is None else element.find(path)
    return "" if found is None or found.text is None else found.text.strip()


def number_of(text: str) -> float | None:
    """Return a text as a finite number, as XML writes one; None where it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and text.isascii() and "_" not in text else None


def head_of(file: Path) -> bytes:
    """Return a file's first bytes, by which a format is told; none where it cannot be read."""
    try:
        with file.open("rb") as stream:
            return stream.read(HEAD)
    except OSError:
        return b""


def numbered(root: Element, path: str) -> Iterator[tuple[str, Element]]:
    """Yield elements and their places, as messages name them: ``object 3``."""
    for number, element in enumerate(root.iterfind(path), 1):
        yield f"{element.tag} {number}", element
