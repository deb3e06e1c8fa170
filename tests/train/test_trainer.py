"""Trainers of other packages: found by their entry point, used as ours is, and named where they are broken."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopviz.errors import ConfigError, MissingPartError
from loopviz.train.trainer import TrainingJob, plugins, trainer_named

Install = Callable[[str, str], None]
GOOD = "class T:\n    def fit(self, job, tell): raise KeyError('wheel')\n    check = resume = export = fit\n"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """A function that installs a package of some entries and of a module ``odd`` with some code."""

    def package(entries: str, code: str) -> None:
        info = tmp_path / "site" / "odd-2.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 2.0\n")
        (info / "entry_points.txt").write_text(f"[loopviz.trainers]\n{entries}\n")
        (tmp_path / "site" / "odd.py").write_text(code)

    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    plugins.cache_clear()
    yield package
    plugins.cache_clear()
    sys.modules.pop("odd", None)


@pytest.mark.parametrize(
    ("entry", "code", "word"),
    [
        pytest.param("odd = nowhere:T", "", "ModuleNotFoundError", id="a module that is missing"),
        pytest.param("odd = odd:U", GOOD, "AttributeError", id="a name that is missing"),
        pytest.param("odd = odd:T", "1 / 0", "ZeroDivisionError", id="a module that raises"),
        pytest.param("odd = odd:T", "raise SystemExit(3)", "SystemExit", id="a module that ends the program"),
        pytest.param("odd = odd:T", "T = 1", "no check", id="no trainer"),
    ],
)
def test_what_cannot_be_used_is_named(install: Install, entry: str, code: str, word: str) -> None:
    install(entry, code)
    (found,) = plugins()
    assert found.part is None
    assert word in str(found.trouble)
    with pytest.raises(MissingPartError, match=r"'odd' of odd 2\.0") as caught:
        trainer_named("odd")
    assert caught.value.remedy


def test_a_name_of_ours_stays_ours(install: Install) -> None:
    install("ultralytics = odd:T", GOOD)
    assert "loopviz has a trainer of this name" in str(plugins()[0].trouble)
    assert type(trainer_named("ultralytics")).__module__ == "loopviz.train.ultralytics.trainer"


def test_an_unknown_name_is_said_with_those_that_are_known(install: Install) -> None:
    install("odd = odd:T()", GOOD)
    with pytest.raises(ConfigError) as caught:
        trainer_named("even")
    assert caught.value.expected == "ultralytics"


@pytest.mark.parametrize("task", ["check", "fit", "resume", "export"])
def test_a_trainer_that_fails_is_named(install: Install, job: TrainingJob, task: str) -> None:
    install("odd = odd:t", f"{GOOD}t = T()\n")
    given = {"check": (job,), "export": (job, job.scratch, job.scratch, {})}.get(task, (job, print))
    with pytest.raises((MissingPartError, TypeError), match=r"'odd' of odd 2\.0 failed"):
        getattr(trainer_named("odd"), task)(*given)
