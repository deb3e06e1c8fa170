"""Writing XML: what a text may not hold there is replaced, and what means something is escaped."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from loopviz.atomic import write_text

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def added(parent: Element, tag: str, text: object = None, **attributes: object) -> Element:
    """Add an element, and return it; numbers are written as ``plain`` writes them."""
    element = SubElement(parent, tag, {name: _text(value) for name, value in attributes.items()})
    if text is not None:
        element.text = _text(text)
    return element


def plain(value: float) -> str:
    """Return a number without what says nothing: ``12`` for 12.0; it reads back as the same float."""
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(float(value))


def write_xml(root: Element, file: Path, *, declared: bool = True) -> None:
    """Write a document, with or without a declaration of what it is."""
    indent(root)
    write_text(file, f"{HEAD if declared else ''}{tostring(root, encoding='unicode')}\n")


def _text(value: object) -> str:
    return plain(value) if isinstance(value, float) else _FORBIDDEN.sub("\ufffd", str(value))
