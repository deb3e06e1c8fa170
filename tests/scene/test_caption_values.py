"""A new caption value is one row of a table."""

from __future__ import annotations

import polars as pl
import pytest
from support import make_dataset

from loopviz.consent import consented
from loopviz.crowd import Identity, apply_identity
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.scene import caption_values
from loopviz.scene.caption import CaptionWriter, shows_accounts
from loopviz.scene.caption_values import GROUPS, VALUES, Value
from loopviz.scene.style import CaptionText


def line(text: str, dataset: Dataset | None = None) -> str:
    return CaptionWriter(dataset or make_dataset(), CaptionText(line=text), {}).write(0).line


def with_work(**columns: object) -> Dataset:
    """All work with the same values."""
    work = make_dataset().assignments
    given = {name: pl.lit(value).cast(work.schema[name]) for name, value in columns.items()}
    return make_dataset().replace(assignments=work.with_columns(**given))


@pytest.mark.parametrize(
    ("status", "reward", "withheld"),
    [
        ("rejected", 0.15, "$0.15"),
        ("rejected", None, ""),
        ("approved", 0.15, "$0.00"),
        ("submitted", 0.15, "$0.00"),
        ("approved", None, "$0.00"),
        (None, 0.15, ""),
    ],
)
def test_what_was_withheld(status: str | None, reward: float | None, withheld: str) -> None:
    assert line("{{ pay.withheld_usd | money }}", with_work(status=status, reward_usd=reward)) == withheld


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        pytest.param({"status": "rejected", "reason": "too\x1b[31m few"}, "too [31m few", id="cleaned"),
        pytest.param({"status": "rejected", "reason": " "}, "", id="blank"),
        pytest.param({"status": "rejected", "reason": None}, "", id="none"),
        pytest.param({"status": "rejected", "reason": "{{ worker }}"}, "{{ worker }}", id="no template"),
        pytest.param({"status": "approved", "reason": "well done"}, "", id="approved"),
        pytest.param({"status": "rejected", "reason": "A. B. is blind", "worker_id": None}, "", id="of nobody known"),
    ],
)
def test_the_reason_of_a_rejection(columns: dict[str, object], shown: str) -> None:
    assert line("{{ work.reason }}", with_work(**columns)) == shown


def test_of_who_refused_no_reason_is_told() -> None:
    given = with_work(status="rejected", reason="W1 was late")
    refused = given.replace(workers=given.workers.with_columns(consent=pl.lit(value=False)))
    assert line("{{ work.reason }}", consented(refused)) == ""


@pytest.mark.parametrize("mode", ["alias", "hidden"])
def test_in_a_reason_ids_give_way(mode: Identity) -> None:
    worker = make_dataset().assignments["worker_id"][0]
    given = with_work(status="rejected", reason=f"{worker} was late")
    assert worker not in line("{{ work.reason }}", apply_identity(given, mode, b"a secret of some length"))


def test_every_value_has_a_name_of_its_own() -> None:
    names = [value.name for value in VALUES]
    assert len(set(names)) == len(names) > 30
    assert all(name.count(".") == 1 for name in names)
    assert GROUPS == ("worker", "work", "pay", "account", "everyone", "so_far", "frame")


def test_every_value_can_be_asked_for() -> None:
    for value in VALUES:
        assert line(f"{{% if {value.name} %}}a{{% else %}}b{{% endif %}}") in ("a", "b"), value.name


def test_a_new_row_is_a_new_value(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="no 'doubled' among"):
        line("{{ frame.doubled }}")
    row = Value("frame.doubled", lambda moment: 2 * moment.frames, "twice as many frames as there are")
    monkeypatch.setattr(caption_values, "VALUES", (*VALUES, row))
    assert line("{{ frame.doubled }}") == str(2 * make_dataset().frames.height)


@pytest.mark.parametrize(("text", "shown"), [("{{ account.tasks }}", True), ("{{ pay.usd }}", False)])
def test_an_account_is_reckoned_only_where_it_is_shown(text: str, shown: bool) -> None:
    assert shows_accounts(CaptionText(line=text)) is shown
