"""How consent and the search are written in a project file."""

from __future__ import annotations

from pathlib import Path

import pytest

from loopviz.errors import ConfigError
from loopviz.project.config import ProjectConfig
from loopviz.project.crowd.config import ConsentConfig, CrowdConfig, SearchConfig
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
        pytest.param("consent: [Q12, Q13]", ConsentConfig(question=("Q12", "Q13")), id="their names alone"),
        pytest.param("consent: {question: [Q12, Q13]}", ConsentConfig(question=("Q12", "Q13")), id="two questions"),
        pytest.param(
            "consent: {question: Q7, no: [X], empty: yes}",
            ConsentConfig(question=("Q7",), no=("X",), empty="yes"),
            id="a tick that means a no",
        ),
        pytest.param(
            "consent: {no: no, empty: no}", ConsentConfig(no=("no", "false", "off"), empty="no"), id="YAML's false"
        ),
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


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ({"crowd": {"batches": ["b.csv"], "konsent": "Q1"}}, "'consent'?"),
        ({"crowd": {"batches": ["b.csv"], "consnet": {"yes": "Ja"}}}, "'consent'?"),
        ({"crowd": {"batches": ["b.csv"], "consent": {"quesiton": "Q1"}}}, "'question'?"),
        ({"crowd": {"batches": ["b.csv"], "consent": {"emtpy": True}}}, "'empty'?"),
        ({"konsent": "Q1"}, "'consent', in the section 'crowd'?"),
        ({"consent": {"question": "Q1"}}, "'consent', in the section 'crowd'?"),
        ({"lables": "x"}, "'labels'?"),
    ],
)
def test_a_misspelt_key_is_told_the_near_one(keys: dict[str, object], meant: str) -> None:
    with pytest.raises(ConfigError, match="unknown key") as caught:
        ProjectConfig.checked({"source": "clip.mp4", **keys})
    assert meant in str(caught.value)
