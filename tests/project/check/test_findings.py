"""What readers report becomes findings, also what another package's format reports under a code of its own."""

from __future__ import annotations

from loopviz.formats import Problem
from loopviz.project.check.findings import UNKNOWN_REMEDY, from_problems


def test_a_code_of_another_package_is_said_in_its_own_words():
    met = [Problem("toy-odd", "warning", "a.toy", "a toy lacks a wheel", f"line {line}") for line in (1, 2)]
    (found,) = from_problems(met)
    assert (found.code, found.severity, found.message, found.count) == ("toy-odd", "warning", "a toy lacks a wheel", 2)
    assert [place.at for place in found.places] == ["line 1", "line 2"]
    assert found.remedy == UNKNOWN_REMEDY


def test_its_own_remedy_counts_where_it_has_one():
    (found,) = from_problems([Problem("toy-odd", "error", "a.toy", "no wheel", remedy="Add a wheel.")])
    assert (found.severity, found.remedy) == ("error", "Add a wheel.")
