"""Sheets of a project: every kind, on the paper that was asked for, with nobody who must not be there."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from loopviz.cli import main
from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.project.discover import configure
from loopviz.project.load import LoadedProject, load
from loopviz.project.sheet import SheetOptions, SheetResult, write_sheet
from loopviz.report.sheets.contents import KINDS, ORDERS, TITLES, Kind

QUICK = SheetOptions(size="A5", dpi=72)


@pytest.fixture
def project(project_folder: Path) -> Iterator[LoadedProject]:
    with load(configure(project_folder)[0]) as loaded:
        yield loaded


def words(file: Path) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(file))


@pytest.fixture
def made(project: LoadedProject, tmp_path: Path) -> Callable[..., SheetResult]:
    def make(name: str = "sheet.pdf", frames: str | None = None, loaded: LoadedProject = project, **said: object):
        options = dataclasses.replace(QUICK, **said)  # type: ignore[arg-type]
        return write_sheet(loaded, tmp_path / name, options, frames=frames)

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_title_names_and_legend(made: Callable[..., SheetResult], kind: Kind) -> None:
    result = made(kind=kind)
    assert (result.kind, result.size_mm, len(result.paths)) == (kind, (148, 210), 1)
    said = words(result.paths[0])
    assert ("Frame 1" if kind == "enlarged" else TITLES[kind]) in said
    assert {"Body", "Cable", "Simulated data"} <= {part for part in ("Body", "Cable", "Simulated data") if part in said}
    assert ("Worker" in said) == (kind != "poster")
    assert "RAWID" not in said
    assert len(pypdfium2.PdfDocument(result.paths[0])) == result.pages


@pytest.mark.parametrize("by", ORDERS)
def test_a_contact_sheet_shows_all_work_in_every_order(made: Callable[..., SheetResult], by: str) -> None:
    said = words(made(by=by).paths[0])
    assert all(f"frame {number}" in said for number in range(1, 11))
    assert f"by {by}" in said


def test_the_same_project_is_the_same_sheet(made: Callable[..., SheetResult]) -> None:
    for ending in ("pdf", "png"):
        one, two = (made(f"{name}.{ending}", kind="results").paths[0].read_bytes() for name in "ab")
        assert one == two


def test_more_pictures_than_fit_take_more_pages(made: Callable[..., SheetResult]) -> None:
    result = made(columns=2, size="60x100mm")
    assert result.pages > 1
    assert f"1 of {result.pages}" in words(result.paths[0])
    pictures = made("sheet.png", columns=2, size="60x100mm")
    assert [path.name for path in pictures.paths] == [f"sheet-{n:02d}.png" for n in range(1, result.pages + 1)]
    for path in pictures.paths:
        with Image.open(path) as image:
            assert image.size == (170, 283)


def test_enlarged_shows_a_page_for_each_frame_of_a_range(made: Callable[..., SheetResult]) -> None:
    result = made(kind="enlarged", frames="2:5")
    assert result.pages == 3
    said = words(result.paths[0])
    assert [f"Frame {number}" in said for number in (2, 3, 4, 5, 6)] == [False, True, True, True, False]


def test_a_label_is_where_it_was_drawn(made: Callable[..., SheetResult]) -> None:
    """The enlarged picture is as wide as what is set: the boxes of the first frame begin at 6 % and end at 75 %."""
    image = np.asarray(Image.open(made("one.png", kind="enlarged", dpi=300).paths[0]).convert("RGB"), np.int16)
    blue = np.argwhere(image[..., 2] - image[..., 0] > 90)
    rows, columns = blue[:, 0], blue[:, 1]
    scale = 300 / 25.4
    margin = 14 * (148 / 210) ** 0.6 * scale
    wide = image.shape[1] - 2 * margin
    inside = columns[(rows > 0.1 * image.shape[0]) & (rows < 0.6 * image.shape[0])]
    assert inside.min() == pytest.approx(margin + 0.06 * wide, abs=8)
    assert inside.max() == pytest.approx(margin + 0.75 * wide, abs=8)


@pytest.mark.parametrize("kind", KINDS)
def test_who_refused_is_on_no_sheet(
    kind: Kind, project: LoadedProject, project_folder: Path, made: Callable[..., SheetResult], tmp_path: Path
) -> None:
    worker, name = project.dataset.workers.sort("alias").select("worker_id", "alias").row(0)
    folder = tmp_path / "refused"
    shutil.copytree(project_folder, folder)
    people = json.loads((folder / "metadata.json").read_text())
    people[worker]["consent"] = False
    (folder / "metadata.json").write_text(json.dumps(people))
    with load(configure(folder)[0]) as without:
        before = words(made("all.pdf", kind=kind, frames="0:10").paths[0])
        after = words(made("without.pdf", kind=kind, frames="0:10", loaded=without).paths[0])
    assert (name in before) == (kind != "poster")
    assert name not in after
    if kind == "poster":
        assert ("3\r\npeople" in before, "2\r\npeople" in after) == (True, True)


def test_hidden_names_are_on_no_sheet(project_folder: Path, made: Callable[..., SheetResult]) -> None:
    config = configure(project_folder)[0].changed({"identity": "hidden"})
    with load(config) as hidden:
        for kind in KINDS:
            assert "Worker" not in words(made(f"{kind}.pdf", kind=kind, loaded=hidden).paths[0])


def test_a_dark_theme_is_printed_dark(project_folder: Path, made: Callable[..., SheetResult]) -> None:
    config = configure(project_folder)[0].changed({"theme": "wake"})
    with load(config) as dark:
        image = np.asarray(Image.open(made("d.png", kind="poster", loaded=dark).paths[0]).convert("L"))
    assert np.median(image) < 60
    assert image.max() > 150


def test_a_legend_takes_the_lines_that_it_needs(
    project_folder: Path, tmp_path: Path, made: Callable[..., SheetResult]
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project_folder, folder)
    names = [f"Part {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    (folder / "data.yaml").write_text(f"names: [{', '.join(names)}]\n")
    label = next((folder / "labels").iterdir())
    label.write_text("".join(f"{number} 0.5 0.5 0.2 0.2\n" for number in range(26)))
    with load(configure(folder)[0]) as loaded:
        wide = words(made("wide.pdf", kind="frames", size="A3", landscape=True, loaded=loaded).paths[0])
        small = words(made("small.pdf", kind="frames", size="A5", loaded=loaded).paths[0])
    assert all(name in wide for name in names)
    shown = [name for name in names if name in small]
    assert 5 < len(shown) < 26
    assert f"+ {26 - len(shown)}" in small


BAD = {
    "a kind": ({"kind": "portrait"}, ConfigError),
    "an order": ({"by": "age"}, ConfigError),
    "a size": ({"size": "B4"}, ConfigError),
    "a bleed": ({"bleed": "3 miles"}, ConfigError),
    "no dots": ({"dpi": 0}, ConfigError),
    "too many dots": ({"dpi": 5000}, ConfigError),
    "no pictures": ({"count": 0}, ConfigError),
    "no columns": ({"columns": 0}, ConfigError),
    "no room": ({"columns": 40, "size": "60x60mm"}, ConfigError),
    "a range outside": ({"frames": "5:500"}, ConfigError),
    "no work in the range": ({"frames": "10:12"}, ConfigError),
    "no file for it": ({"name": "sheet.jpg"}, ConfigError),
    "too large for a PNG": ({"name": "s.png", "size": "A0", "dpi": 1200}, ConfigError),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_is_one_clear_error_and_leaves_nothing(
    made: Callable[..., SheetResult], tmp_path: Path, case: str
) -> None:
    said, kind = BAD[case]
    with pytest.raises(kind):
        made(**said)
    assert not list(tmp_path.iterdir())


def test_what_stands_there_is_kept(made: Callable[..., SheetResult], tmp_path: Path) -> None:
    (tmp_path / "sheet.pdf").write_text("mine")
    with pytest.raises(OutputError):
        made()
    assert (tmp_path / "sheet.pdf").read_text() == "mine"


def test_a_damaged_source_is_printed_as_far_as_it_can_be_read(project_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project_folder, folder)
    clip = folder / "clip.mp4"
    data = bytearray(clip.read_bytes())
    place = data.index(b"mdat") + len(data[data.index(b"mdat") :]) // 2
    data[place : place + 120] = bytes(120)
    clip.write_bytes(data)
    config = configure(folder)[0]
    with load(config) as loaded:
        assert write_sheet(loaded, tmp_path / "sheet.pdf", QUICK).pages == 1
    with load(config.changed({"strict": True})) as strict, pytest.raises(InputError):
        write_sheet(strict, tmp_path / "strict.pdf", QUICK)


def test_the_command_says_what_it_wrote(
    project_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out" / "sheet.pdf"
    command = ["sheet", str(project_folder), "--kind", "results", "--size", "A5", "--bleed", "3mm", "-o", str(target)]
    assert main([*command, "--json", "--landscape", "--title", "Ours"]) == 0
    assert f'"paths": ["{target}"]' in capsys.readouterr().out
    assert "Ours" in words(target)
    assert main([*command, "--size", "A99"]) == 2  # an option twice
    assert main(["sheet", str(project_folder), "--size", "A99"]) == 4
    assert "--size" in capsys.readouterr().err
    assert main(["sheet", str(project_folder), "--kind", "party"]) == 2
