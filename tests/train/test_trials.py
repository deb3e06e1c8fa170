"""Which trials differ, how long each is trained, and who may be left out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from planted import planted

from loopviz.errors import ConfigError
from loopviz.train.job_options import TrainingOptions
from loopviz.train.left_out import left_out
from loopviz.train.options import TrainingSetOptions
from loopviz.train.set_plan import SetPlan, plan_set
from loopviz.train.trials import Trial, by_worker, different, of_equal_length

CROWD = planted(each=2)
ALIASES = CROWD.dataset.workers.with_columns(alias="Worker " + pl.col("worker_id").str.slice(-3))
DATASET = CROWD.dataset.replace(workers=ALIASES)
RECIPE = TrainingOptions(epochs=10, batch=8)


def plan(**options: Any) -> SetPlan:
    asked = TrainingOptions(**options)
    fields = {name: getattr(asked, name) for name in TrainingSetOptions.model_fields}
    source: Any = SimpleNamespace(damaged=())
    return plan_set(DATASET, source, TrainingSetOptions(**fields), None, left_out(DATASET, asked))


def trial(name: str, **changes: Any) -> tuple[Trial, SetPlan]:
    return Trial(name, changes), plan(**{k: v for k, v in changes.items() if k != "repetition"})


def test_sets_of_the_same_labels_are_one() -> None:
    trials = [trial("all", whose="all"), trial("accepted", whose="accepted"), trial("weighted", whose="weighted")]
    kept, notes = different(trials)
    assert [each.name for each, _ in kept] == ["all", "weighted"]
    assert [note.values for note in notes] == [{"trial": "accepted", "other": "all"}]
    kept, notes = different([trial("once"), trial("again", repetition=1), trial("twice", repetition=1)])
    assert [each.name for each, _ in kept] == ["once", "again"]


def test_none_is_trained_longer_than_another() -> None:
    whole, weighted, less = of_equal_length(
        [trial("all", whose="all"), trial("weighted", whose="weighted"), trial("less", without=("Worker 019",))], RECIPE
    )
    assert (whole.options.epochs, whole.images, whole.steps) == (10, 48, 60)
    assert weighted.images > 1.5 * whole.images
    for each in (whole, weighted, less):
        steps = -(-each.images // 8)
        assert each.steps == each.options.epochs * steps  # type: ignore[operator]
        assert abs(each.steps - 60) <= steps / 2
        assert each.options.seed == 0
    assert less.labels < whole.labels


def test_none_ends_before_and_none_turns_alone() -> None:
    patient = TrainingOptions(preset="standard", epochs=10, settings={"lr0": 0.1})
    (one, other) = of_equal_length([trial("all", whose="all"), trial("weighted", whose="weighted")], patient)
    assert one.options.settings == other.options.settings == {"lr0": 0.1, "patience": 0}
    assert not one.options.outlines  # these labels have none
    assert one.options.job(outlined=True)["settings"]["patience"] == 0


def test_people_come_by_how_many_of_their_labels_teach() -> None:
    theirs = dict(by_worker(plan(whose="all")))
    assert list(theirs.values()) == sorted(theirs.values(), reverse=True)
    assert len(theirs) == DATASET.workers.height
    assert sum(theirs.values()) == plan(whose="all").objects.filter(pl.col("split") == "train").height
    assert "Worker 003" not in dict(by_worker(plan(whose="all", without=("Worker 003",))))


def test_who_is_left_out_judges_nothing_and_is_no_background() -> None:
    whole, less = plan(whose="all"), plan(whose="all", without=("Worker 003",), background="all")
    theirs = set(DATASET.assignments.filter(pl.col("worker_id") == "SIMPLANTED003")["assignment_id"])
    assert not theirs & set(less.objects["assignment_ids"].explode())
    assert less.dataset.frames["split"].to_list() == whole.dataset.frames["split"].to_list()
    weights = less.weights.filter(pl.col("assignment_id").is_in(list(theirs)))
    assert set(weights["why"]) == {"left-out"}


@pytest.mark.parametrize("name", ["Worker 999", "SIMPLANTED003", ""])
def test_nobody_is_called_so(name: str) -> None:
    with pytest.raises(ConfigError, match="called so"):
        left_out(DATASET, TrainingOptions(without=(name,)))


def test_who_refused_is_not_called_by_name() -> None:
    refused = ALIASES.with_columns(consent=pl.col("worker_id") != "SIMPLANTED003")
    with pytest.raises(ConfigError, match="called so"):
        left_out(DATASET.replace(workers=refused), TrainingOptions(without=("Worker 003",)))
