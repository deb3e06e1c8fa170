"""A new caption value is one row of a table."""

from __future__ import annotations

import pytest
from support import make_dataset

from loopviz.errors import ConfigError
from loopviz.scene import caption_values
from loopviz.scene.caption import CaptionWriter, shows_accounts
from loopviz.scene.caption_values import GROUPS, VALUES, Value
from loopviz.scene.theme import CaptionText


def line(text: str) -> str:
    return CaptionWriter(make_dataset(), CaptionText(line=text), {}).write(0).line


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
