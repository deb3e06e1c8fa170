"""The documentation is true: what it shows runs, what it links to exists, what there is stands in it.

A fenced block is run in a copy of the project, page by page in order. A comment before a block says more of it:
``<!-- not run: why -->``, ``<!-- run with: run --range 0:3; split --range 0:3 -->`` (options that keep it quick),
``<!-- exits: 4 -->``, ``<!-- output -->`` (what the commands before it said), ``<!-- file: name -->``,
``<!-- project file: name -->`` and ``<!-- theme: name -->`` (written to that name; the last two are loaded as well).
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pydantic
import pytest
import typer.main
from pydantic.fields import FieldInfo

import loopviz
from loopviz.cli import main
from loopviz.cli.app import app
from loopviz.project.config import ProjectConfig
from loopviz.scene import Theme, load_theme
from loopviz.scene.style import Placed
from loopviz.scene.widgets.registry import OURS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(ROOT.glob("docs/**/*.md")) + [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
IMAGES = sorted((ROOT / "docs" / "images").iterdir())
BLOCK = re.compile(r"(?:^<!-- (?P<mark>[^\n]*) -->\n+)?^```(?P<language>\w*)\n(?P<content>.*?)^```$", re.M | re.S)
RUN = ("sh", "python")
VIDEOS = ("run", "render", "assemble")
SHELL = re.compile(r"(mkdir|cp|rm|head|chmod) [\w./ -]+(> [\w./]+)?")  # what a page may do beside loopviz
COCO = {
    "images": [{"id": i, "file_name": f"frame_{i:06d}.png", "width": 64, "height": 48} for i in range(12)],
    "annotations": [{"id": i, "image_id": i, "category_id": 1, "bbox": [8, 8, 20 + i, 24]} for i in range(12)],
    "categories": [{"id": 1, "name": "wheel"}],
}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, with what the comment before it says."""

    language: str
    content: str
    kind: str
    detail: str


def blocks(page: Path) -> list[Block]:
    found = []
    for match in BLOCK.finditer(page.read_text("utf-8")):
        kind, _, detail = (match["mark"] or "").partition(":")
        found.append(Block(match["language"], match["content"], kind.strip(), detail.strip()))
    return found


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def with_options(command: str, options: str) -> str:
    """Return a command line with what keeps it quick: the options that the page adds, the encoder's least effort."""
    word = command.split()[1]
    if "--preview" in command or "--dry-run" in command:
        return command
    more = dict(entry.strip().partition(" ")[::2] for entry in options.split(";"))
    quick = f"{more.get(word, '')} {'--preset ultrafast' if word in VIDEOS else ''}"
    for option in re.findall(r"--[a-z-]+", quick):  # in place of the page's own: nothing is said twice
        command = re.sub(rf" {option}[ =]\S+", "", command)
    return f"{command} {quick}"


@pytest.fixture
def project(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_clip: Callable[..., Path],
    sample: Path,
    user_config: Path,  # noqa: ARG001  (the salt is made in it)
) -> Path:
    """A folder such as the pages speak of, as the working folder."""
    shutil.copytree(sample, tmp_path / "sample_media" / "mouse")
    for name in ("crowd", "model"):
        (tmp_path / "sample_media" / name).symlink_to(ROOT / "sample_media" / name)
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    make_clip(tmp_path / "clip.mp4")
    (tmp_path / "coco.json").write_text(json.dumps(COCO), "utf-8")
    (tmp_path / "predicted.json").write_text(json.dumps(COCO), "utf-8")
    (tmp_path / "metadata.json").write_text('{"frame_000000.png": {"worker_id": "A1B2", "Q1": "25 - 34"}}', "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Reader:
    """Does what a page says, block by block."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture
        self._namespace: dict[str, object] = {"__name__": "__main__"}
        self._said = ""

    def follow(self, block: Block) -> None:
        if block.kind == "not run":
            assert block.detail, "a block that is not run says why"
        elif block.kind == "output":
            self._compare(block)
        elif block.kind in {"file", "project file", "theme"}:
            self._write(block)
        elif block.language == "python":
            exec(compile(block.content, "<page>", "exec"), self._namespace)  # noqa: S102  (our own page)
        elif block.language in RUN:
            self._shell(block)

    def _write(self, block: Block) -> None:
        file = Path(block.detail)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.content, "utf-8")
        if block.kind == "project file":
            loopviz.load_config(file)
        elif block.kind == "theme":
            load_theme(file)

    def _shell(self, block: Block) -> None:
        expected = int(block.detail) if block.kind == "exits" else 0
        self._capture.readouterr()
        for line in block.content.splitlines():
            command = line.partition("   #")[0].strip()
            if command.startswith("loopviz "):
                command = with_options(command, block.detail if block.kind == "run with" else "")
                assert main(shlex.split(command)[1:]) == expected, (command, self._capture.readouterr().err)
            else:
                assert SHELL.fullmatch(command), f"a page may not do this: {command}"
                subprocess.run(["sh", "-c", command], check=True)
        said = self._capture.readouterr()
        self._said = said.out + said.err

    def _compare(self, block: Block) -> None:
        if block.language == "json":
            assert json.loads(self._said) == json.loads(block.content)
            return
        for line in block.content.splitlines():
            assert line in self._said.splitlines(), self._said


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=name)
def test_what_a_page_shows_runs(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reader = Reader(capsys)
    for block in blocks(page):
        reader.follow(block)


def test_blocks_are_found() -> None:
    found = [block for page in PAGES for block in blocks(page)]
    run = [block for block in found if block.language in RUN and block.kind != "not run"]
    assert len(PAGES) > 15
    assert len(run) > 30
    assert sum(block.language == "python" for block in run) > 6
    assert sum(block.kind == "project file" for block in found) > 5
    fences = sum(page.read_text("utf-8").count("\n```") for page in PAGES)
    assert fences == 2 * len(found), "a fence that the tests do not see"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_says_what_it_is(page: Path) -> None:
    kinds = {"", "not run", "run with", "exits", "output", "file", "project file", "theme"}
    for block in blocks(page):
        assert block.kind in kinds
        assert block.language in {*RUN, "yaml", "json", "text"}
        assert block.language not in {"yaml", "json"} or block.kind, f"is this a project file or a theme?\n{block}"


def slug(heading: str) -> str:
    """Return the anchor that a heading gets: lower case, hyphens for blanks, without other punctuation."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text("utf-8")), re.M)}


def links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", BLOCK.sub("", page.read_text("utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if link.startswith("https://"):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        assert file.is_relative_to(ROOT), link
        assert file.exists(), link
        assert not anchor or anchor in anchors(file), link


def test_every_page_and_picture_is_linked() -> None:
    linked = {(page.parent / link.partition("#")[0]).resolve() for page in PAGES for link in links(page)}
    assert {page for page in PAGES if page != ROOT / "README.md"} | set(IMAGES) <= linked


@pytest.mark.parametrize("image", IMAGES, ids=name)
def test_pictures_are_small(image: Path) -> None:
    assert 10_000 < image.stat().st_size < 500_000


def sections(page: Path) -> dict[str, str]:
    """Return the text under each heading of the second level, by anchor."""
    parts = re.split(r"^## (.+)$", page.read_text("utf-8"), flags=re.M)
    return {slug(heading): text for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def commands() -> dict[str, list[str]]:
    """Return the options of every command, and under an empty name those of ``loopviz`` itself."""
    group = typer.main.get_command(app)
    every = {"": group, **group.commands}  # type: ignore[attr-defined]
    return {
        word: [
            option
            for part in (getattr(command, "own", command), *(getattr(command, "commands", {}) if word else {}).values())
            for parameter in part.params
            for option in parameter.opts
            if option.startswith("-")
        ]
        for word, command in every.items()
    }


CLI = ROOT / "docs" / "reference" / "cli.md"
THEMES = ROOT / "docs" / "reference" / "themes.md"


@pytest.mark.parametrize("command", commands())
def test_every_command_and_option_is_documented(command: str) -> None:
    parts = sections(CLI)
    text = parts[f"loopviz-{command}"] if command else CLI.read_text("utf-8").partition("\n## ")[0]
    own = text + "".join(parts.get(anchor, "") for anchor in re.findall(r"\]\(#([\w-]+)\)", text))
    missing = [option for option in commands()[command] if not re.search(rf"`{option}[ `]", own)]
    assert not missing


def test_every_documented_option_exists() -> None:
    known = {option for options in commands().values() for option in options} | {"--help", "-h"}
    documented = set(re.findall(r"`(-{1,2}[a-z][a-z-]*)", CLI.read_text("utf-8")))
    assert len(documented) > 25
    assert documented <= known


def keys(model: type[pydantic.BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the dotted names of a model's fields, those of its parts too; ``*`` stands for a mapping's own keys."""
    for field, info in model.model_fields.items():
        key = prefix + (info.alias or field)
        yield key
        for part, between in parts_of(info.annotation):
            yield from keys(part, f"{key}.{between}")


def parts_of(annotation: object) -> Iterator[tuple[type[pydantic.BaseModel], str]]:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation, ""
        return
    between = "*." if getattr(annotation, "__origin__", None) is dict else ""
    for argument in getattr(annotation, "__args__", ()):
        yield from ((part, between + rest) for part, rest in parts_of(argument))


def widget_keys() -> set[str]:
    """What a theme may say of each widget beside its area."""
    return {
        f"widgets.{name}.{field}"
        for name, widget in OURS.items()
        for field in widget.style_type.model_fields.keys() - Placed.model_fields.keys()
    }


@pytest.mark.parametrize(
    ("page", "model", "more"),
    [
        pytest.param("project-file.md", ProjectConfig, set(), id="project file"),
        pytest.param("themes.md", Theme, {"extends", *widget_keys()}, id="theme"),
    ],
)
def test_every_key_is_documented(page: str, model: type[pydantic.BaseModel], more: set[str]) -> None:
    text = (ROOT / "docs" / "reference" / page).read_text("utf-8")
    cells = re.findall(r"^\| (`[^|]+`) \|", text, re.M)
    documented = {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}
    assert documented == set(keys(model)) | more


def test_the_project_files_defaults_are_the_models() -> None:
    text = (ROOT / "docs" / "reference" / "project-file.md").read_text("utf-8")
    said = dict(re.findall(r"^\| `([a-z_.]+)` \| ([^|]*?) *\|", text, re.M))
    checked = 0
    for key in keys(ProjectConfig):
        field = field_of(ProjectConfig, key)
        if field is None:
            continue
        assert (said[key] == "needed") == field.is_required() or key == "labels", key
        if isinstance(field.default, bool | int | str):
            default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
            assert said[key].strip("`") == default, key
            checked += 1
    assert checked > 12


def field_of(model: type[pydantic.BaseModel], key: str) -> FieldInfo | None:
    """Return the field of a dotted name; None of one under a mapping's own keys."""
    name, _, rest = key.partition(".")
    field = next(field for known, field in model.model_fields.items() if name in (known, field.alias))
    if not rest or rest.startswith("*"):
        return None if rest else field
    part, _ = next(parts_of(field.annotation))
    return field_of(part, rest)


def test_documented_defaults_are_the_models() -> None:
    rows = re.findall(r"^\| `widgets\.(\w+)\.(\w+)` \|.*default `?([\w.]+)`?(?: |$)", THEMES.read_text("utf-8"), re.M)
    assert len(rows) > 12
    for widget, key, said in rows:
        default = OURS[widget].style_type.model_fields[key].default
        shown = default if isinstance(default, str) else f"{default:g}"
        assert (str(default).lower() if isinstance(default, bool) else shown) == said, (widget, key)


def test_every_value_of_a_caption_is_documented_as_it_is() -> None:
    from loopviz.scene.caption_values import VALUES

    text = (CLI.parent / "captions.md").read_text("utf-8").partition("## Variables")[2].partition("## ")[0]
    rows = dict(re.findall(r"^\| `(\w+\.\w+)`(?:, [^|]+)? \| (.+) \|$", text, re.M))
    own = {
        name: rows.pop(name)
        for name in (
            "answers.Q1",
            "headings.Q1",
            "everyone.tasks",
            "own_words.answer",
            "own_words.heading",
            "own_words.silence",
        )
    }
    assert all(own.values())
    assert rows == {value.name: value.says for value in VALUES if value.says}


def test_every_check_is_documented_as_it_is() -> None:
    from loopviz.project.check.finding_codes import CODES

    text = (CLI.parent / "checks.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \| (.+) \| (.+) \|$", text, re.M)
    assert rows == [(code, kind.severity, kind.message, kind.remedy) for code, kind in CODES.items()]


def test_every_public_name_is_documented() -> None:
    text = (ROOT / "docs" / "reference" / "python.md").read_text("utf-8")
    assert len(loopviz.__all__) > 20
    assert not [public for public in loopviz.__all__ if not re.search(rf"`{public}[`(]", text)]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "command",
    [
        pytest.param("run configs/mouse.yaml --dry-run", id="forecast"),
        pytest.param("run configs/mouse.yaml --preview 3", id="preview"),
        pytest.param("assemble sample_media/mouse/mouse_turntable.mp4 --range 0:2 -o out/a.mp4", id="result"),
        pytest.param("split clip.mp4 frames", id="split"),
        pytest.param("inspect clip.mp4", id="video"),
        pytest.param("inspect coco.json", id="labels"),
        pytest.param("check clip.mp4 coco.json", id="check"),
        pytest.param("export coco.json --to coco -o out/export", id="export"),
        pytest.param("crowd kit clip.mp4 --categories Wheel -o out/kit", id="crowd"),
        pytest.param("doctor", id="doctor"),
        pytest.param("run nowhere.yaml", id="error"),
    ],
)
def test_every_json_key_is_documented(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "reference" / "json.md").read_text("utf-8")
    main([*command.split(), "--json"])
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = {key for answer in said for key in answer}
    assert found
    assert not [key for key in found if f"`{key}`" not in text and f'"{key}"' not in text]


def test_the_exit_codes_are_those_of_the_program() -> None:
    codes = {"0", "1", "2", "130"} | {str(error.exit_code) for error in loopviz.LoopvizError.__subclasses__()}
    for page in (ROOT / "README.md", CLI):
        assert set(re.findall(r"^\| (\d+) \|", sections(page)["exit-codes"], re.M)) == codes


def test_the_changelog_knows_the_version() -> None:
    versions = re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert versions[0] == loopviz.__version__


def test_the_formats_that_exist_are_documented() -> None:
    from loopviz.formats.registry import EXPORTS, FORMATS
    from loopviz.media.containers import CONTAINERS

    offered = {each.name: word for word, each in EXPORTS.items()}
    offered |= {each.traceable: word for word, each in EXPORTS.items() if each.traceable}

    text = (ROOT / "docs" / "reference" / "formats.md").read_text("utf-8").lower()
    table = re.findall(r"^\| (\(?)`(\w[\w-]+)`\)? \|[^|]*\| ?(?:`([\w-]+)[^`]*`)? ?\|[^|]*\|$", text, re.M)
    assert [(name, bool(hidden), word or None) for hidden, name, word in table] == [
        (form.name, form.read is None, offered.get(form.name)) for form in FORMATS
    ]
    assert not [suffix for suffix in CONTAINERS if f"`{suffix}`" not in text]
