"""What readers report becomes findings, also what another package's format reports under a code of its own."""

from __future__ import annotations

from loopviz.errors import InputError
from loopviz.formats.types import Report
from loopviz.project.check.findings import UNKNOWN_REMEDY, from_problems


def test_a_code_of_another_package_is_said_in_its_own_words():
    report = Report()
    for line in (1, 2):
        report.warn("toy-odd", "a.toy", text="a toy lacks a wheel", at=f"line {line}")
    (found,) = from_problems(report.problems())
    assert (found.code, found.severity, found.message, found.count) == ("toy-odd", "warning", "a toy lacks a wheel", 2)
    assert [place.at for place in found.places] == ["line 1", "line 2"]
    assert found.remedy == UNKNOWN_REMEDY


def test_its_own_remedy_counts_where_it_has_one():
    report = Report(skip_bad=True)
    report.bad("toy-odd", InputError("no wheel", file="a.toy", remedy="Add a wheel."))
    (found,) = from_problems(report.problems())
    assert (found.severity, found.remedy) == ("error", "Add a wheel.")
