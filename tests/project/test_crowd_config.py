"""How consent and the search are written in a project file."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopviz.errors import ConfigError
from loopviz.project.crowd_config import ConsentConfig, CrowdConfig, SearchConfig
from loopviz.yamlfile import read_mapping


@pytest.mark.parametrize(
    ("text", "consent"),
    [
        pytest.param("consent: Q12", ConsentConfig(question="Q12"), id="its name alone"),
        pytest.param("consent: none", ConsentConfig(question="none"), id="nobody was asked"),
        pytest.param(
            "consent: {question: Q12, yes: I agree}", ConsentConfig(question="Q12", yes=("I agree",)), id="one"
        ),
        pytest.param("consent: {yes: [I agree, 1]}", ConsentConfig(yes=("I agree", "1")), id="several"),
        pytest.param("consent: {yes: Yes}", ConsentConfig(yes=("yes", "true", "on")), id="what YAML takes for true"),
        pytest.param("tolerance: 3", ConsentConfig(), id="nothing"),
    ],
)
def test_consent(tmp_path: Path, text: str, consent: ConsentConfig) -> None:
    file = tmp_path / "loopviz.yaml"
    file.write_text(f"batches: [batch.csv]\n{text}\n")
    assert CrowdConfig.checked(read_mapping(file, "project file", "")).consent == consent


@pytest.mark.parametrize(
    ("keys", "search"),
    [
        pytest.param({"search": "Q5"}, SearchConfig(question="Q5"), id="its id alone"),
        pytest.param({"search": {"question": "Q5", "unit": "hours", "per": "task"}},
                     SearchConfig(question="Q5", unit="hours", per="task"), id="all"),
        pytest.param({"search_question": "Q5", "search_per": "task"}, SearchConfig(question="Q5", per="task"),
                     id="as it was written before"),
    ],
)  # fmt: skip
def test_search(keys: dict[str, object], search: SearchConfig) -> None:
    assert CrowdConfig.checked({"batches": ["b.csv"], **keys}).search == search


@pytest.mark.parametrize(
    "keys", [{"search": {"unit": "years"}}, {"consent": {"column": "Q1"}}, {"search": "Q5", "search_per": "day"}]
)
def test_what_is_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        CrowdConfig.checked({"batches": ["b.csv"], **keys})
