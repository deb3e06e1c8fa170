"""What the crowd's commands write and say holds no id of the platform's, save in two places that must.

The working copy in ``dataset/`` and the files for the platform in ``review/upload/`` hold them; nothing else does:
every byte of it is searched, Parquet unpacked, for people, tasks and assignments.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from crowds import ANSWERS, FIRST, PEOPLE, RULE, SECOND, ids, write_batches, write_survey
from PIL import Image
from support import recorded

from loopviz.dataset import Dataset
from loopviz.formats.registry import EXPORTS
from loopviz.project.crowd.store import CrowdData
from loopviz.project.discover import configure
from loopviz.project.load import load
from loopviz.pseudonyms import KINDS
from loopviz.schema import COLUMNS

Run = Callable[..., tuple[int, str, str]]
FORMS = tuple(EXPORTS)


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
    """A file's name, its bytes, and what is packed in them: Parquet's columns, texts in a PNG, a recording."""
    text = file.name + file.read_bytes().decode("latin-1")
    if file.suffix == ".parquet":
        text += pl.read_parquet(file).write_json()
    if file.suffix == ".png":
        with Image.open(file) as picture:
            text += repr(getattr(picture, "text", {}))
    if file.suffix == ".rrd":
        text += recorded(file)
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


WRITTEN = {
    "as it is": lambda worker: worker,
    "in small letters": str.lower,
    "in a sentence": lambda worker: f"see {worker}, thanks",
    "in a name": lambda worker: f"mouse_{worker}_0001.png",
    "in groups": lambda worker: f"{worker[:6]} {worker[6:10]} {worker[10:]}",
    "by folders": lambda worker: f"{worker[:4]}/{worker[4:]}/0001.png",
    "in percent": lambda worker: f"%{ord(worker[0]):02x}{worker[1:]}",
    "with what is not seen": lambda worker: f"{worker[:5]}\u200b{worker[5:]}",
}
PLACES = [
    (table, name)
    for table, columns in COLUMNS.items()
    for name, column in columns.items()
    if column.role in KINDS and name != "worker_id"
]


def plant(dataset: Dataset, text: str) -> Dataset:
    """Put a text into every column that may say something of people, and into what points at it."""
    for name in dict.fromkeys(column for _, column in PLACES):
        tables = {table: getattr(dataset, table) for table, column in PLACES if column == name}
        some = pl.concat([rows[name] for rows in tables.values()]).drop_nulls()
        if len(some):  # one value, wherever it stands
            new = {table: rows.with_columns(pl.col(name).replace({some[0]: text})) for table, rows in tables.items()}
        else:  # nothing points at an empty column
            value = pl.lit([text]) if some.dtype == pl.List else pl.lit(text)
            first = pl.when(pl.int_range(pl.len()) == 0).then(value).otherwise(name).alias(name)
            new = {table: rows.with_columns(first) for table, rows in tables.items()}
        dataset = dataset.replace(**new)
    return dataset


def _texts(column: pl.Series) -> list[str]:
    """Return a column's texts, and those in its lists."""
    flat = column.explode() if column.dtype == pl.List else column
    return flat.to_list()


@pytest.mark.parametrize("written", WRITTEN)
def test_an_id_in_every_column_reaches_nothing(written: str, folder: Path, loopviz: Run):
    worker, project = PEOPLE[0], folder / "loopviz.yaml"
    text = WRITTEN[written](worker)
    assert loopviz("run", project, "-q")[0] == 0
    kept = CrowdData.load(folder / "out" / "video" / "dataset")
    planted = plant(kept.dataset, text)
    assert all(
        text in _texts(getattr(planted, table)[column])
        for table, column in PLACES
        if getattr(kept.dataset, table).height
    )
    tasks = planted.assignments.select("assignment_id")
    usage = kept.usage.filter(pl.col("assignment_id").is_in(tasks["assignment_id"].implode()))
    for place in (folder / "out" / "video" / "dataset", folder / "dataset"):
        replace(kept, dataset=planted, usage=usage).update(place)
    said = loopviz("crowd", "protect", folder / "dataset", "--questions", "Q0")[2]  # lists the questions that there are
    for words in (
        ("run", project, "--overwrite"),
        ("run", project, "--preview", "1"),
        ("run", project, "--identity", "hidden", "--dry-run"),
        *(("crowd", *words) for words in COMMANDS[:-1]),
        *(
            ("export", "{dataset}", "--to", form, "--identity", mode, "-o", f"{{out}}/{mode}/{form}")
            for form in FORMS
            for mode in ("alias", "hidden")
        ),
    ):
        filled = [str(w).replace("Q1,", "").format(dataset=folder / "dataset", out=folder / "out") for w in words]
        code, out, err = loopviz(*filled, "--json")
        assert code == 0, (words, err)
        said += out + err
    with load(configure(project)[0]) as loaded:
        said += repr([loaded.scene.elements(frame) for frame in range(6)])
    assert not [needle for needle in {worker.lower(), text.lower()} if needle in said.lower()]
    found = {
        str(file.relative_to(folder / "out"))
        for file in sorted((folder / "out").rglob("*"))
        if file.is_file() and any(needle in readable(file) for needle in {worker.lower(), text.lower()})
    }
    assert {name.rsplit("/", 1)[0] for name in found} <= {"video/dataset", "video/review/upload", "review/upload"}


@pytest.mark.parametrize(
    "who", [pytest.param(PEOPLE[0], id="a worker"), pytest.param("A9STRANGER99XY", id="a stranger")]
)
def test_names_of_images_in_the_decisions(who: str, folder: Path, loopviz: Run):
    batches = (folder / "batch1.csv", folder / "batch2.csv")
    assert loopviz("crowd", "import", *batches, "-o", folder / "dataset")[0] == 0
    kept = CrowdData.load(folder / "dataset")
    images = {frame: f"mouse_{frame:04d}_{who}.png" for frame in kept.record.images}
    replace(kept, record=kept.record.model_copy(update={"images": images})).update(folder / "dataset")
    words = ("crowd", "review", folder / "dataset", "--rule", "seconds >= 0", "-o", folder / "review")
    code, _, err = loopviz(*words)  # all is accepted: nobody asks for the images' addresses
    assert code == 0, err
    decisions = (folder / "review" / "decisions.csv").read_text()
    assert "mouse_0001_" in decisions
    assert who.lower() not in decisions.lower()
