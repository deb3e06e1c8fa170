from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import WORKERS, make_dataset

from loopviz.crowd.identity.forget import forget
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.schema import ORIGINS, SCHEMAS

WHO, OTHER = WORKERS[0], WORKERS[1]


def mentioning(name: str) -> Dataset:
    """The small Dataset, with a name in every column of text that may hold one."""
    dataset = make_dataset()
    last = pl.col("answer").is_not_null() & (pl.col("worker_id") == OTHER)
    said = pl.when(last).then(pl.lit(f"ask {name.lower()}!")).otherwise("answer")
    return dataset.replace(
        frames=dataset.frames.with_columns(file=pl.format(f"mouse_{{}}_{name}.png", "frame")),
        assignments=dataset.assignments.with_columns(
            reason=pl.lit(f"the same as {name} did"), hit_id=pl.lit(f"HIT{name}"), batch=pl.lit(f"{name}, again")
        ),
        answers=dataset.answers.with_columns(answer=said, normal=said.str.to_uppercase()),
        questions=dataset.questions.with_columns(heading=pl.lit(f"for {name}")),
    )


def stored(dataset: Dataset) -> bytes:
    """Every byte of the tables as they are kept, and of their texts: Parquet may pack them."""
    with TemporaryDirectory() as folder:
        dataset.save(folder)
        kept = b"".join(file.read_bytes() for file in sorted(Path(folder).iterdir()))
    return kept + "".join(getattr(dataset, name).write_json() for name in SCHEMAS).encode()


class TestForget:
    @pytest.mark.parametrize(
        "who",
        [WHO, f" {WHO.lower()}\u200b", "Worker 0000", " worker  0000"],
        ids=["id", "id as typed", "alias", "alias as typed"],
    )
    def test_the_person_is_gone_and_nobody_else(self, who: str):
        dataset = make_dataset()
        left, gone = forget(dataset, who)
        assert left.workers.equals(dataset.workers.filter(pl.col("worker_id") != WHO))
        assert left.answers.equals(dataset.answers.filter(pl.col("worker_id") != WHO))
        assert left.assignments.equals(dataset.assignments.filter(pl.col("worker_id") != WHO))
        # The first of three workers labelled frames 0 and 3 of 0 to 4, two boxes each.
        assert left.annotations.equals(dataset.annotations.filter(~pl.col("frame").is_in([0, 3])))
        assert left.frames.equals(dataset.frames)
        assert gone.removed == {"workers": 1, "answers": 3, "assignments": 2, "annotations": 4}
        assert gone.frames == (0, 3)
        assert gone.mentions == {}

    def test_every_mention_is_gone(self):
        dataset = mentioning(WHO)
        assert WHO.encode() in stored(dataset)
        left, gone = forget(dataset, WHO)
        assert WHO.lower().encode() not in stored(left).lower()
        assert left.frames["file"][0] == "mouse_0_….png"
        assert left.answers["answer"].to_list() == ["ask …!"]
        assert gone.mentions == {
            "frames.file": 6,
            "assignments.hit_id": 3,
            "assignments.reason": 3,
            "assignments.batch": 3,
            "questions.heading": 3,
            "answers.answer": 1,
            "answers.normal": 1,
        }
        assert gone.files[0] == f"mouse_0_{WHO}.png"

    def test_the_report_does_not_say_whom(self):
        _, gone = forget(mentioning(WHO), WHO)
        assert WHO not in repr(gone) + "".join(gone.lines())
        assert "Worker 0000" not in repr(gone) + "".join(gone.lines())
        assert gone.lines()[0] == "Removed: 1 worker, 3 answers, 2 assignments, 4 annotations."
        assert "Render again: 2 frames (0, 3)" in gone.lines()[2]

    def test_the_alias_is_gone_from_texts_too(self):
        left, _ = forget(mentioning("Worker 0000"), WHO)
        assert b"worker 0000" not in stored(left).lower()

    def test_labels_agreed_on_with_this_work_are_pointed_out(self):
        dataset = make_dataset()
        agreed = dataset.annotations.with_columns(
            assignment_id=pl.when(pl.col("annotation_id") == 1).then(None).otherwise("assignment_id"),
            origin=pl.when(pl.col("annotation_id") == 1).then(pl.lit("consensus")).cast(pl.Enum(ORIGINS)),
        )
        left, gone = forget(dataset.replace(annotations=agreed), WHO)
        assert gone.consensus == 1
        assert left.annotations["annotation_id"].to_list().count(1) == 1
        assert any(line.startswith("Agree again: 1 consensus label") for line in gone.lines())

    @pytest.mark.parametrize("who", ["", "nobody", "Worker 9999", WHO[:-1]])
    def test_nobody_of_that_name(self, who: str):
        with pytest.raises(ConfigError, match="no person has that name") as caught:
            forget(make_dataset(), who)
        assert not any(worker in str(caught.value) for worker in WORKERS)

    def test_two_of_one_alias(self):
        dataset = make_dataset()
        same = dataset.workers.with_columns(alias=pl.lit("Worker 1"))
        with pytest.raises(ConfigError, match="two people have"):
            forget(dataset.replace(workers=same), "Worker 1")

    def test_ids_that_differ_in_capitals_only_are_told_apart_by_them(self):
        dataset = make_dataset()
        twin = dataset.workers.head(1).with_columns(worker_id=pl.lit(WHO.lower()), alias=pl.lit("Worker 7"))
        both = dataset.replace(workers=pl.concat([dataset.workers, twin]))
        left, _ = forget(both, WHO.lower())
        assert left.workers["worker_id"].to_list() == list(WORKERS)
        with pytest.raises(ConfigError, match="two people have"):
            forget(both, WHO.title())

    def test_twice(self):
        left, _ = forget(make_dataset(), WHO)
        with pytest.raises(ConfigError, match="no person has that name"):
            forget(left, WHO)

    def test_all_of_them(self):
        dataset = mentioning(WHO)
        for worker in WORKERS:
            dataset, _ = forget(dataset, worker)
        assert dataset.workers.height == dataset.annotations.height == dataset.answers.height == 0
        assert dataset.frames.height == 6

    def test_an_id_inside_somebody_elses(self):
        dataset = make_dataset()
        longer = WORKERS[1] + "7"
        people = dataset.workers.with_columns(
            worker_id=pl.Series([WORKERS[1], longer, WORKERS[2]]), alias=pl.lit(None, pl.String)
        )
        said = dataset.answers.with_columns(worker_id=pl.lit(longer), answer=pl.lit(f"{longer} and {WORKERS[1]}"))
        work = dataset.assignments.with_columns(worker_id=pl.lit(longer))
        grown = Dataset(workers=people, questions=dataset.questions, answers=said.unique("question_id"))
        left, _ = forget(grown.replace(frames=dataset.frames, assignments=work), WORKERS[1])
        assert set(left.answers["answer"]) == {f"{longer} and …"}


# Begun like no column of the tables: "simulated" is found in every file of them.
ids = st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Nd", "Pd", "Po")), min_size=6, max_size=18).map(
    "Ж7{}".format
)


@given(ids, st.text(max_size=12), st.text(max_size=12))
@settings(max_examples=30)
def test_no_trace_of_the_id_is_left(name: str, before: str, after: str):
    dataset = make_dataset()
    swap = pl.col("worker_id").replace({WHO: name})
    tables = {table: getattr(dataset, table).with_columns(swap) for table in ("assignments", "answers")}
    renamed = Dataset(
        frames=dataset.frames.with_columns(file=pl.lit(f"{before}{name}{after}")),
        categories=dataset.categories,
        annotations=dataset.annotations,
        workers=dataset.workers.with_columns(swap),
        questions=dataset.questions,
        assignments=tables["assignments"].with_columns(reason=pl.lit(f"{before}{name}{name}{after}")),
        answers=tables["answers"],
    )
    left, _ = forget(renamed, name)
    texts = [
        text
        for table, schema in SCHEMAS.items()
        for column, kind in schema.items()
        if kind == pl.String()
        for text in getattr(left, table)[column].drop_nulls()
    ]
    assert not [text for text in texts if name in text]
    assert name.encode() not in stored(left)
