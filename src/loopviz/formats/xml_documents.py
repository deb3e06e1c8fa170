"""XML that strangers wrote, without believing it: no entities, nothing fetched, a limit to its size."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from loopviz.errors import InputError
from loopviz.formats.untrusted_files import TEXT_BYTES, read_bytes

HEAD = 65_536  # bytes


def read_xml(file: Path | str) -> Element:
    """Return an XML file's root.

    Raises:
        InputError: If it is too large, no XML, or defines entities.
    """
    try:
        root: Element = fromstring(read_bytes(file, TEXT_BYTES))
    except ParseError as error:
        raise not_xml(error, file) from None
    except DefusedXmlException:
        raise with_entities(file) from None
    except (LookupError, ValueError) as error:  # an encoding that there is not
        raise InputError("not valid XML", file=file, found=str(error), remedy="Save the file as UTF-8.") from None
    return root


def not_xml(error: ParseError, file: Path | str) -> InputError:
    """Return what to say of a file that is no XML."""
    line, column = error.position
    at, remedy = f"line {line}, column {column + 1}", "Export or copy it again."
    return InputError("not valid XML", file=file, at=at, found=error.msg, remedy=remedy)


def with_entities(file: Path | str) -> InputError:
    """Return what to say of a file that defines entities."""
    remedy = "Take its <!DOCTYPE …> out: labels need none."
    return InputError("the XML defines entities, which are not read", file=file, remedy=remedy)


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
