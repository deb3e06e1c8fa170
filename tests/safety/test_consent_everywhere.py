"""Who refused consent, or whose answer was refused, is in nothing that loopviz makes or says: one table over all ways.

Two students drew on one frame each. Whatever is made of it is searched, names of files and what is set in type
included, for the second one's id, alias and answers, in every way in which consent is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import recorded

from loopviz.crowd.identity.apply import aliases
from loopviz.formats.registry import EXPORTS
from loopviz.project.discover import configure
from loopviz.project.load import load

Run = Callable[..., tuple[int, str, str]]
AGREED, WHO = "student-01", "student-02"
ANSWERS = {"Q1": "25 minutes of it", "Q2": "zebra stripes"}
FORMS = tuple(EXPORTS)
SALT = b"a salt for these tests alone"

REFUSED = [
    pytest.param({WHO: {"consent": False, **ANSWERS}}, id="false"),
    pytest.param({WHO: {"consent": 0, **ANSWERS}}, id="0"),
    pytest.param({WHO: {"consent": "no", **ANSWERS}}, id="no"),
    pytest.param({WHO: {"Consent": " Nein ", **ANSWERS}}, id="nein"),
    pytest.param({WHO: {"form_responses": {"consent": "I do not agree", **ANSWERS}}}, id="among the answers"),
    pytest.param({" Student-02": {"consent": "FALSE", **ANSWERS}}, id="another spelling of the id"),
    pytest.param({WHO: {"consent": {"Q1": False, "Q2": "no"}, **ANSWERS}}, id="every answer for itself"),
]
ALLOWED = [pytest.param({WHO: {"consent": said, **ANSWERS}}, id=repr(said)) for said in (True, 1, "yes", "Ja", None)]


@pytest.fixture
def project(tmp_path: Path, make_clip: Callable[..., Path]) -> Callable[[dict[str, Any]], Path]:
    folder = tmp_path / "class"
    (folder / "labels").mkdir(parents=True)
    make_clip(folder / "clip.mp4", frames=4)
    (folder / "data.yaml").write_text("names: [object]\n")
    (folder / "salt").write_bytes(SALT)
    (folder / "small.yaml").write_text("extends: margin\nmin_height: 0\n")
    for number, who in enumerate((AGREED, WHO), 1):
        (folder / "labels" / f"frame_{number:04d}_{who}.txt").write_text("0 .5 .5 .2 .2\n")
    (folder / "loopviz.yaml").write_text(
        "source: clip.mp4\nlabels: .\npeople: metadata.json\noutput: out/film.mp4\ntheme: small.yaml\nsalt_file: salt\n"
        "align: {how: number, first_number: 1}\nencoder: {preset: ultrafast, crf: 45}\nmissing: say so\n"
    )

    sidecars = "sidecars: [srt, vtt, txt, json, otio, edl, chapters]\n"
    timed = "timeline: {pace: 0.5s, end: {credits: roll, for: 0.5s}}\n" + sidecars
    (folder / "timed.yaml").write_text((folder / "loopviz.yaml").read_text() + timed)

    def make(people: dict[str, Any]) -> Path:
        # The one who agreed speaks of the other.
        spoken = {"consent": True, "Q1": f"as {WHO.upper()} did", "Q3": "12 minutes"}
        (folder / "metadata.json").write_text(json.dumps({AGREED: spoken, **people}))
        return folder

    return make


def traces(text: str, *, single: bool = False) -> set[str]:
    """What of the second student is in a text; where single answers were refused the name may be."""
    alias = aliases([AGREED, WHO], SALT)[1]
    telling = {*ANSWERS.values(), *(() if single else (WHO, alias))}
    return {word for word in telling if word.lower() in text.lower()}


def written(folder: Path) -> str:
    text = ""
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        text += str(file.relative_to(folder)) + file.read_bytes().decode("latin-1")
        text += pl.read_parquet(file).write_json() if file.suffix == ".parquet" else ""
        text += recorded(file) if file.suffix == ".rrd" else ""
    assert text
    return text


def in_type(folder: Path) -> str:
    """All that a film or a still of the project shows, and the notes."""
    with load(configure(folder)[0]) as loaded:
        lines = [note.line for note in loaded.notes]
        return repr([[loaded.scene.elements(frame) for frame in range(4)], loaded.notes, lines])


def made(folder: Path, loopviz: Run, way: str) -> str:
    out = folder / "out"
    if way == "type":
        return in_type(folder)
    words: dict[str, tuple[object, ...]] = {
        "film": ("run", folder, "--no-cache"),
        "still": ("run", folder, "--preview", "1"),
        "plan": ("run", folder, "--dry-run"),
        "check": ("check", folder),
        "film in its own time": ("run", folder / "timed.yaml", "--no-cache"),
        "table": ("plan", folder / "timed.yaml", "--table", out / "plan.csv", "--picture", out / "plan.png"),
        "plain": ("export", folder, "--to", "coco", "--plain", "-o", out / "plain"),
        **{form: ("export", folder, "--to", form, "-o", out / form) for form in FORMS},
        **{f"{form}, hidden": ("export", folder, "--to", form, "--identity", "hidden", "-o", out) for form in FORMS},
        **{f"{form}, full": ("export", folder, "--to", form, "--identity", "full", "-o", out) for form in FORMS},
    }
    code, said, err = loopviz(*words[way], "--json")
    assert code == 0, err
    files = written(out) if out.exists() else ""
    return said + err + files


WAYS = (
    "type", "film", "still", "plan", "check", "plain", "film in its own time", "table",
    *(f"{form}{kind}" for form in FORMS for kind in ("", ", hidden", ", full")),
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_who_refused_is_nowhere(way: str, project: Callable[..., Path], loopviz: Run, user_config: Path):
    assert user_config.is_dir()
    assert traces(made(project({WHO: {"consent": "no", **ANSWERS}}), loopviz, way)) == set()


@pytest.mark.parametrize("people", REFUSED)
@pytest.mark.parametrize("way", ["type", "csv"])
def test_in_every_spelling(
    way: str, people: dict[str, Any], project: Callable[..., Path], loopviz: Run, user_config: Path
):
    assert user_config.is_dir()
    single = isinstance(people.get(WHO, {}).get("consent"), dict)
    assert traces(made(project(people), loopviz, way), single=single) == set()


@pytest.mark.parametrize("people", ALLOWED)
def test_who_agreed_or_was_not_asked_is_shown(people: dict[str, Any], project: Callable[..., Path]):
    assert set(ANSWERS.values()) <= traces(in_type(project(people)))


def test_nothing_is_said_of_their_silence(project: Callable[..., Path]):
    assert "answered no question" not in in_type(project({WHO: {"consent": False, **ANSWERS}}))
    assert "answered no question" in in_type(project({WHO: {}}))


def test_how_many_is_said(project: Callable[..., Path], loopviz: Run):
    folder = project({WHO: {"consent": False, **ANSWERS}})
    assert "Consent: 1 person agreed, 1 refused, 0 not asked." in loopviz("run", folder, "--dry-run")[2]
    found = json.loads(loopviz("check", folder, "--json")[1])["findings"]
    assert {each["code"]: each["count"] for each in found}["consent-refused"] == 1


def test_what_is_unclear_is_asked_about(project: Callable[..., Path], loopviz: Run):
    folder = project({WHO: {"consent": "perhaps", **ANSWERS}})
    code, _, err = loopviz("run", folder, "--dry-run")
    assert (code, "neither yes nor no" in err) == (3, True)
    assert "bad-consent" in loopviz("check", folder)[1]
