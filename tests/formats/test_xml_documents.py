"""XML that strangers wrote: entities are refused in whatever form, nothing is fetched, and children come one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopviz.errors import InputError
from loopviz.formats.xml_documents import CHUNK, children_of, read_xml

WITH_ENTITIES = "the XML defines entities"
REFUSED = {
    "entities of entities": ('<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><r>&b;</r>', WITH_ENTITIES),
    "a file elsewhere": ('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>', WITH_ENTITIES),
    "a parameter": ('<!DOCTYPE r [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><r/>', WITH_ENTITIES),
    "a picture": ('<!DOCTYPE r [<!NOTATION g SYSTEM "x"><!ENTITY a SYSTEM "a" NDATA g>]><r/>', WITH_ENTITIES),
    "one of another document": ('<!DOCTYPE r SYSTEM "x.dtd"><r>&a;</r>', WITH_ENTITIES),
    "one that there is not": ("<r>&a;</r>", "not valid XML"),
    "a document without its end": ("<r><a/>", "not valid XML"),
    "no document": ("", "not valid XML"),
    "an encoding that there is not": ('<?xml version="1.0" encoding="klingon"?><r/>', "not valid XML"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(tmp_path: Path, name: str) -> None:
    (text, said), file = REFUSED[name], tmp_path / "a.xml"
    file.write_text(text, encoding="utf-8")
    for read in (read_xml, lambda path: list(children_of(path, "r", "not a document"))):
        with pytest.raises(InputError, match=said) as caught:
            read(file)
        assert caught.value.file == str(file)


def test_children_come_one_by_one_whole_and_once(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    rows = "".join(f'<row n="{n}"><a>{"x" * 90}</a></row>\n' for n in range(CHUNK // 60))
    file.write_text(f"<r>{rows}<last/></r>", encoding="utf-8")
    found = [(child.tag, child.get("n"), len(child)) for child in children_of(file, "r", "not a document")]
    assert found == [*(("row", f"{n}", 1) for n in range(CHUNK // 60)), ("last", None, 0)]
    with pytest.raises(InputError, match="not rows") as caught:
        list(children_of(file, "rows", "not rows"))
    assert (caught.value.found, caught.value.expected) == ("'<r>'", "<rows>")
