"""What the crowd's commands write and say holds no id of the platform's, save in two places that must.

The working copy in ``dataset/`` and the files for the platform in ``review/upload/`` hold them; nothing else does:
every byte of it is searched, Parquet unpacked, for people, tasks and assignments.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from crowds import ANSWERS, FIRST, PEOPLE, RULE, SECOND, ids, write_batches, write_survey
from PIL import Image

Run = Callable[..., tuple[int, str, str]]
FORMS = ("coco", "yolo", "thesis", "parquet", "csv")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=6, width=40, height=30)


@pytest.fixture
def folder(tmp_path: Path, clip: Path) -> Path:
    """A project whose people type ids where they do not belong, and whose batch gives one in a reason."""
    write_batches(tmp_path, FIRST, SECOND, RequesterFeedback=f"Not as {PEOPLE[0]} did it.")
    rows = [(worker, *said) for worker, said in ANSWERS.items()]
    write_survey(tmp_path, [*rows, (PEOPLE[3], f"I am {PEOPLE[3].lower()}, thanks", PEOPLE[1])])
    (tmp_path / "clip.mp4").write_bytes(clip.read_bytes())
    (tmp_path / "small.yaml").write_text("extends: margin\nmin_height: 0\n")
    (tmp_path / "loopviz.yaml").write_text(
        "source: clip.mp4\noutput: out/video.mp4\ntheme: small.yaml\nencoder: {preset: ultrafast, crf: 45}\n"
        "caption: {kicker: Drawn by}\n"
        f"crowd:\n  batches: [batch1.csv, batch2.csv]\n  survey: survey.csv\n  rule: {RULE}\n"
        f"  wage_usd_per_hour: 7.25\n  export: [{', '.join(FORMS)}]\n"
    )
    return tmp_path


def readable(file: Path) -> str:
    """A file's name, its bytes, and what is packed in them: Parquet's columns, and texts in a PNG."""
    text = file.name + file.read_bytes().decode("latin-1")
    if file.suffix == ".parquet":
        text += pl.read_parquet(file).write_json()
    if file.suffix == ".png":
        with Image.open(file) as picture:
            text += repr(getattr(picture, "text", {}))
    return text.lower()


def leaks(text: str) -> list[str]:
    return [i for i in ids() if i.lower() in text.lower()]


def telling(folder: Path) -> set[str]:
    """Return the folders that hold files with an id."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    assert files
    return {str(file.parent.relative_to(folder)) for file in files if leaks(readable(file))}


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        pytest.param("alias", {"video/dataset", "video/review/upload"}, id="alias"),
        pytest.param("hidden", {"video/dataset", "video/review/upload"}, id="hidden"),
    ],
)
def test_a_run(identity: str, expected: set[str], folder: Path, loopviz: Run):
    for again in ("made", "kept"):  # the second run reads its own working copy
        code, out, err = loopviz("run", folder / "loopviz.yaml", "--identity", identity, "--overwrite", "--json")
        assert (code, err) == (0, ""), again
        assert not leaks(out)
        assert json.loads(out.splitlines()[-1])["event"] == "result"
        made = {path.name for path in (folder / "out" / "video").iterdir()}
        assert made == {"dataset", "review", "ledger.txt", "ledger.json", *FORMS}
        assert telling(folder / "out") == expected


def test_the_cache_holds_none(folder: Path, loopviz: Run, own_cache: Path):
    assert loopviz("run", folder / "loopviz.yaml", "-q")[0] == 0
    assert telling(own_cache) == set()


def test_with_full_ids_the_search_finds_them(folder: Path, loopviz: Run):
    assert loopviz("run", folder / "loopviz.yaml", "--identity", "full", "-q")[0] == 0
    crowd = "video"
    found = telling(folder / "out")
    assert {
        f"{crowd}/dataset",
        f"{crowd}/review/upload",
        f"{crowd}/review",
        f"{crowd}/coco",
        f"{crowd}/parquet",
    } <= found


COMMANDS = (
    ("review", "{dataset}", "--rule", RULE),
    ("review", "{dataset}", "--rule", "agreement >= 0.5 and seconds >= 30", "-o", "{out}/review"),
    ("people", "{dataset}"),
    ("ledger", "{dataset}", "--wage", "7.25", "-o", "{out}/account"),
    ("protect", "{dataset}", "--questions", "Q1,Q10", "--k", "2"),
    ("forget", "{alias}", "{dataset}"),
)


@pytest.mark.parametrize("json_too", [(), ("--json",)], ids=["for people", "for machines"])
def test_the_commands(folder: Path, loopviz: Run, json_too: tuple[str, ...]):
    dataset, out = folder / "dataset", folder / "out"
    batches = (folder / "batch1.csv", folder / "batch2.csv")
    options = ("--survey", folder / "survey.csv", "--video", folder / "clip.mp4", "-o", dataset)
    said = loopviz("crowd", "import", *batches, *options, *json_too)
    assert said[0] == 0
    log = said[1] + said[2]
    people = json.loads(loopviz("crowd", "people", dataset, "--json")[1])["people"]
    for command in COMMANDS:
        words = [word.format(dataset=dataset, out=out, alias=people[0]["alias"]) for word in command]
        code, printed, err = loopviz("crowd", *words, *json_too)
        assert code == 0, err
        log += printed + err
    assert not leaks(log)
    assert telling(out) == {"review/upload"}
    for mode in ("alias", "hidden"):
        for form in FORMS:
            code, printed, err = loopviz(
                "export", dataset, "--to", form, "-o", folder / "exports" / mode / form, "--identity", mode, *json_too
            )
            assert (code, leaks(printed + err)) == (0, []), err
    assert telling(folder / "exports") == set()


def test_hidden_people_are_called_nothing_on_the_sheets_and_in_the_decisions(folder: Path, loopviz: Run):
    batches = (folder / "batch1.csv", folder / "batch2.csv")
    assert loopviz("crowd", "import", *batches, "-o", folder / "dataset", "--video", folder / "clip.mp4")[0] == 0
    words = ("crowd", "review", folder / "dataset", "--rule", RULE, "-o", folder / "review", "--identity", "hidden")
    code, out, err = loopviz(*words)
    assert (code, leaks(out + err)) == (0, [])
    assert "Worker " not in (folder / "review" / "decisions.csv").read_text()
    assert telling(folder / "review") == {"upload"}


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda f: f.write_bytes(f.read_bytes().replace(b"$0.15", b"much")), id="a cell"),
        pytest.param(lambda f: f.write_bytes(f.read_bytes()[:-40]), id="a file cut short"),
    ],
)
def test_refusals(folder: Path, loopviz: Run, harm: Callable[[Path], object]):
    harm(folder / "batch1.csv")
    code, out, err = loopviz("crowd", "import", folder / "batch1.csv", "-o", folder / "dataset", "--json")
    assert code == 3
    assert not leaks(out + err)
