from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import WORKERS, box, make_dataset, with_boxes, with_worker

from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError
from loopviz.schema import LINKS, SCHEMAS, empty_table, table


@pytest.fixture
def dataset() -> Dataset:
    return make_dataset()


def blank(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """The rows with one column null in the second."""
    second = pl.int_range(pl.len()) == 1
    return rows.with_columns(pl.when(second).then(None).otherwise(column).alias(column))


class TestTable:
    def test_columns_left_out_are_null_and_typed(self):
        frames = table("frames", {"frame": [0, 1]})
        assert dict(frames.schema) == dict(SCHEMAS["frames"])
        assert frames["file"].to_list() == [None, None]

    def test_rows_and_columns_give_the_same_table(self):
        rows = [{"class_id": 0, "name": "a"}, {"class_id": 1, "name": "b", "color": "#ffffff"}]
        columns = {"class_id": [0, 1], "name": ["a", "b"], "color": [None, "#ffffff"]}
        assert table("categories", rows).equals(table("categories", columns))

    def test_no_rows_give_the_empty_table(self):
        for name in SCHEMAS:
            assert table(name, []).equals(empty_table(name))
            assert dict(table(name, {}).schema) == dict(SCHEMAS[name])

    @pytest.mark.parametrize(
        ("name", "columns", "word"),
        [
            pytest.param("frames", {"frame": ["one"]}, "does not fit", id="text for a number"),
            pytest.param("frames", {"frame": [1.5]}, "does not fit", id="a fraction for a count"),
            pytest.param("frames", {"frame": [2**70]}, "does not fit", id="a number beyond 64 bits"),
            pytest.param("frames", {"frame": [0], "width": [1, 2]}, "does not fit", id="columns of two lengths"),
            pytest.param("workers", {"worker_id": ["\ud800"]}, "does not fit", id="text that is no Unicode"),
            pytest.param("annotations", {"origin": ["magic"]}, "does not fit", id="an origin that does not exist"),
            pytest.param("assignments", {"status": ["lost"]}, "does not fit", id="a status that does not exist"),
            pytest.param("frames", {"frames": [0]}, "no column 'frames'", id="an unknown column"),
            pytest.param(
                "frames", [{"frame": 0}, {"frame": 1, "colour": 2}], "no column 'colour'", id="unknown in a row"
            ),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, name: str, columns: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]], word: str
    ):
        with pytest.raises(InputError, match=word):
            table(name, columns)


class TestChecks:
    def test_an_empty_dataset_is_whole(self):
        assert all(getattr(Dataset(), name).equals(empty_table(name)) for name in SCHEMAS)

    @pytest.mark.parametrize(
        ("name", "change", "message"),
        [
            pytest.param("frames", lambda t: t.drop("file"), "'file' is not as it should be", id="missing column"),
            pytest.param("frames", lambda t: t.with_columns(more=1), "'more' is not as.*no such", id="one too many"),
            pytest.param(
                "frames", lambda t: t.select(reversed(t.columns)), "in another order", id="columns in another order"
            ),
            pytest.param(
                "frames",
                lambda t: t.with_columns(pl.col("frame").cast(pl.Int32)),
                "'frame' is not as.*found Int32; expected Int64",
                id="another type",
            ),
            pytest.param("frames", lambda t: pl.concat([t, t[2:3]]), "two rows.*found 2", id="frame twice"),
            pytest.param("answers", lambda t: pl.concat([t, t[:1]]), "worker_id and question_id", id="answer twice"),
            pytest.param("frames", lambda t: blank(t, "frame"), "no frame", id="key is null"),
            pytest.param(
                "answers", lambda t: blank(t, "question_id"), "no worker_id and q", id="part of a key is null"
            ),
            pytest.param(
                "categories", lambda t: t.with_columns(pl.col("class_id") * 2), "0, 1, 2", id="class ids skip"
            ),
            pytest.param("categories", lambda t: t.sort(-pl.col("class_id")), "0, 1, 2", id="class ids out of order"),
            pytest.param("categories", lambda t: blank(t, "name"), "a row has no name", id="category without a name"),
            pytest.param("annotations", lambda t: blank(t, "frame"), "a row has no frame", id="label without a frame"),
            pytest.param("annotations", lambda t: blank(t, "class_id"), "no class_id", id="label without a class"),
            pytest.param("annotations", lambda t: blank(t, "x_min"), "a row has no x_min", id="label without an edge"),
            pytest.param(
                "annotations",
                lambda t: t.with_columns(x_max=pl.lit(float("nan"))),
                "x_max is not a.*nan",
                id="not a number",
            ),
            pytest.param(
                "annotations",
                lambda t: t.with_columns(y_min=pl.lit(float("-inf"))),
                "y_min is not a.*-inf",
                id="infinite",
            ),
        ],
    )
    def test_a_broken_table_is_refused_by_name(self, dataset: Dataset, name: str, change: Any, message: str):
        with pytest.raises(InputError, match=message) as caught:
            dataset.replace(**{name: change(getattr(dataset, name))})
        assert str(caught.value).startswith(f"table {name!r}: ")

    @pytest.mark.parametrize(
        ("polygons", "refused"),
        [
            (None, False),
            ([], False),
            ([[]], False),
            ([[1.0, 2.0]], False),
            ([[1.0, 2.0, 3.0, 4.0], []], False),
            ([None], True),
            ([[1.0]], True),
            ([[1.0, 2.0], [1.0, 2.0, 3.0]], True),
        ],
    )
    def test_an_outline_has_corners_of_two_numbers(self, dataset: Dataset, polygons: Any, refused: bool):
        kind = dataset.annotations.schema["polygons"]
        changed = dataset.annotations.with_columns(
            polygons=pl.Series([None, polygons] + [None] * (dataset.annotations.height - 2), dtype=kind)
        )
        if refused:
            with pytest.raises(InputError, match=r"an outline is not x and y of corners.*annotation 1"):
                dataset.replace(annotations=changed)
        else:
            assert dataset.replace(annotations=changed).annotations.equals(changed)

    @pytest.mark.parametrize(
        ("skeleton", "refused"),
        [
            ([], False),
            ([[0, 1], [7, -1]], False),
            ([None], True),
            ([[0]], True),
            ([[0, 1, 2]], True),
            ([[0, None]], True),
        ],
    )
    def test_an_edge_of_a_skeleton_is_two_keypoints(self, dataset: Dataset, skeleton: Any, refused: bool):
        kind = dataset.categories.schema["skeleton"]
        changed = dataset.categories.with_columns(skeleton=pl.Series([None, skeleton], dtype=kind))
        with pytest.raises(InputError, match="not two keypoints") if refused else contextlib.nullcontext():
            assert dataset.replace(categories=changed).categories.equals(changed)

    @pytest.mark.parametrize(("source", "column", "target"), [pytest.param(*x[:3], id=".".join(x[:2])) for x in LINKS])
    def test_a_reference_that_leads_nowhere_is_refused(self, dataset: Dataset, source: str, column: str, target: str):
        kind = SCHEMAS[source][column]
        lost = pl.lit(99 if kind == pl.Int64 else "nobody").cast(kind)
        first = pl.int_range(pl.len()) == 0
        rows = getattr(dataset, source).with_columns(pl.when(first).then(lost).otherwise(column).alias(column))
        with pytest.raises(
            InputError, match=f"{source}': {column} points at nothing in '{target}' .found .?(99|nobody)"
        ):
            dataset.replace(**{source: rows})

    def test_work_without_a_frame_and_labels_without_work_are_fine(self, dataset: Dataset):
        free = dataset.annotations.with_columns(assignment_id=pl.lit(None, pl.String))
        unplaced = dataset.assignments.with_columns(frame=pl.lit(None, pl.Int64))
        assert dataset.replace(annotations=free, assignments=unplaced).annotations.height == dataset.annotations.height

    def test_replace_leaves_the_original_alone(self, dataset: Dataset):
        before = dataset.annotations
        dataset.replace(annotations=dataset.annotations[:1])
        assert dataset.annotations is before
        with pytest.raises(AttributeError):
            dataset.frames = before  # type: ignore[misc]

    def test_equal_means_every_table_in_order(self, dataset: Dataset):
        assert dataset.equals(make_dataset())
        assert not dataset.equals(dataset.replace(frames=dataset.frames.reverse()))
        assert not dataset.equals(dataset.replace(answers=dataset.answers[:1]))


class TestFilter:
    def test_nothing_asked_nothing_lost(self, dataset: Dataset):
        assert dataset.filter().equals(dataset)

    def test_frames_take_what_belongs_to_them(self, dataset: Dataset):
        part = dataset.filter(frames=range(1, 3))
        assert part.frames["frame"].to_list() == [1, 2]
        assert set(part.annotations["frame"]) == {1, 2}
        assert part.assignments["frame"].to_list() == [1, 2]
        assert part.workers.equals(dataset.workers)

    def test_work_without_a_frame_stays_whatever_frames_are_asked_for(self, dataset: Dataset):
        loose = dataset.assignments[:1].with_columns(assignment_id=pl.lit("T9"), frame=pl.lit(None, pl.Int64))
        both = dataset.replace(assignments=pl.concat([dataset.assignments, loose]))
        assert both.filter(frames=[3]).assignments["assignment_id"].to_list() == ["T3", "T9"]

    def test_an_empty_list_is_not_no_condition(self, dataset: Dataset):
        none = dataset.filter(frames=[], categories=[], workers=[], statuses=[])
        heights = {name: getattr(none, name).height for name in SCHEMAS}
        assert heights == dict.fromkeys(SCHEMAS, 0) | {"categories": 2, "questions": 3}

    def test_categories_stay_listed(self, dataset: Dataset):
        part = dataset.filter(categories=["wheel"])
        assert set(part.annotations["class_id"]) == {1}
        assert part.categories.equals(dataset.categories)
        assert part.frames.equals(dataset.frames)
        assert dataset.filter(categories=["no such"]).annotations.height == 0

    def test_workers_take_their_work_and_answers(self, dataset: Dataset):
        part = dataset.filter(workers=[WORKERS[1]])
        assert part.workers["worker_id"].to_list() == [WORKERS[1]]
        assert set(part.assignments["worker_id"]) == {WORKERS[1]}
        assert set(part.annotations["assignment_id"]) == set(part.assignments["assignment_id"])
        assert part.answers["answer"].to_list() == ["Kenya"]
        assert part.questions.equals(dataset.questions)

    def test_statuses_keep_people_because_silence_is_data(self, dataset: Dataset):
        part = dataset.filter(statuses=["rejected"])
        assert set(part.assignments["frame"]) == {2}
        assert set(part.annotations["frame"]) == {2}
        assert part.workers.equals(dataset.workers)

    def test_labels_of_nobody_go_when_somebodys_are_asked_for(self, dataset: Dataset):
        nobody = dataset.annotations.with_columns(assignment_id=pl.lit(None, pl.String))
        assert dataset.replace(annotations=nobody).filter(workers=list(WORKERS)).annotations.height == 0

    def test_conditions_add_up(self, dataset: Dataset):
        part = dataset.filter(frames=range(3), categories=["button"], workers=[WORKERS[0], WORKERS[2]])
        assert part.annotations.select("frame", "class_id").rows() == [(0, 0), (2, 0)]

    @given(
        frames=st.none() | st.sets(st.integers(-1, 7)).map(sorted),
        categories=st.none() | st.sets(st.sampled_from(["button", "wheel", "x"])).map(list),
        workers=st.none() | st.sets(st.sampled_from([*WORKERS, "x"])).map(list),
        statuses=st.none() | st.sets(st.sampled_from(["approved", "rejected"])).map(list),
    )
    @settings(max_examples=40)
    def test_filtering_keeps_order_and_can_be_repeated(self, **conditions: Any):
        whole = make_dataset()
        part = whole.filter(**conditions)
        assert part.filter(**conditions).equals(part)
        for name in SCHEMAS:
            rows = getattr(whole, name).rows()
            places = [rows.index(row) for row in getattr(part, name).rows()]
            assert places == sorted(places)


class TestShown:
    def test_three_lines_of_counts(self, dataset: Dataset):
        lines = repr(dataset).splitlines()
        assert [line.split(":")[0] for line in lines] == ["Labels", "Work", "Answers"]
        assert lines[1] == "Work: 5 assignments, 3 people"

    def test_words_of_others_do_not_stand_in_it(self, dataset: Dataset):
        hostile = dataset.categories.with_columns(name=pl.lit("<script>") + pl.col("name"))
        shown = dataset.replace(categories=hostile)
        assert "<script>" not in repr(shown) + shown._repr_html_()
        assert "2 categories" in shown._repr_html_()


class TestConfidence:
    @pytest.mark.parametrize(
        ("least", "kept"),
        [
            pytest.param(0.0, [0.2, 0.5, None, 0.9], id="all"),
            pytest.param(0.5, [0.5, None, 0.9], id="as much is enough"),
            pytest.param(1.0, [None], id="people's labels have none, and stay"),
        ],
    )
    def test_what_is_sure_enough_is_kept(self, dataset: Dataset, least: float, kept: list[float | None]):
        four = dataset.annotations.head(4).with_columns(confidence=pl.Series([0.2, 0.5, None, 0.9]))
        found = dataset.replace(annotations=four).filter(confidence=least)
        assert found.annotations["confidence"].to_list() == kept


class TestJoins:
    def test_work_has_the_workers_columns_in_the_works_order(self, dataset: Dataset):
        work = dataset.work()
        assert work["assignment_id"].to_list() == dataset.assignments["assignment_id"].to_list()
        assert work.filter(pl.col("worker_id") == WORKERS[2])["alias"].unique().to_list() == ["Worker 0002"]

    def test_work_of_nobody_known_is_kept(self, dataset: Dataset):
        unknown = dataset.assignments.with_columns(worker_id=pl.lit(None, pl.String))
        assert dataset.replace(assignments=unknown).work()["alias"].to_list() == [None] * 5

    def test_annotations_know_their_worker_and_the_verdict(self, dataset: Dataset):
        rows = with_worker(dataset)
        assert rows["annotation_id"].to_list() == dataset.annotations["annotation_id"].to_list()
        third = rows.filter(pl.col("frame") == 2)
        assert third.select("worker_id", "status").unique().rows() == [(WORKERS[2], "rejected")]

    def test_answers_wide_has_every_person_and_every_question(self, dataset: Dataset):
        wide = dataset.answers_wide()
        assert wide.columns == ["worker_id", "Q1", "Q2", "Q3"]
        assert wide.rows() == [
            (WORKERS[0], "31", "India", "I like it"),
            (WORKERS[1], None, "Kenya", None),
            (WORKERS[2], None, None, None),
        ]

    def test_answers_wide_without_an_answer_or_a_question(self, dataset: Dataset):
        silent = dataset.replace(answers=empty_table("answers"))
        assert silent.answers_wide().rows() == [(worker, None, None, None) for worker in WORKERS]
        assert silent.answers_wide().schema["Q1"] == pl.String
        assert Dataset().answers_wide().rows() == []

    def test_a_question_may_be_called_anything(self):
        names = ["worker id?", "", "x" * 300]
        data = Dataset(
            workers=table("workers", {"worker_id": ["A"]}),
            questions=table("questions", {"question_id": names}),
            answers=table("answers", {"worker_id": ["A"], "question_id": [names[2]], "answer": ["yes"]}),
        )
        assert data.answers_wide().rows() == [("A", None, None, "yes")]


class TestParquet:
    def test_a_round_trip_loses_nothing(self, dataset: Dataset, tmp_path: Path):
        shape = {"mask_rle": "abc", "polygons": [[1.5, 2.0, 3.0, 4.0], [5.0, 6.0]], "origin": "gold", "confidence": 0.1}
        done = dataset.assignments.with_columns(submitted_at=pl.lit(datetime(2024, 5, 1, 12, 30, tzinfo=UTC)))
        full = with_boxes(dataset, box(1, 2, 3, 4.5, **shape), box(0, 0, 1, 1)).replace(assignments=done)
        full.save(tmp_path / "deep" / "folder")
        assert Dataset.load(tmp_path / "deep" / "folder").equals(full)
        assert sorted(p.name for p in (tmp_path / "deep" / "folder").iterdir()) == sorted(
            f"{n}.parquet" for n in SCHEMAS
        )

    def test_saving_again_replaces(self, dataset: Dataset, tmp_path: Path):
        dataset.save(tmp_path)
        part = dataset.filter(frames=[0])
        part.save(tmp_path)
        assert Dataset.load(tmp_path).equals(part)

    def test_a_missing_table_is_named(self, dataset: Dataset, tmp_path: Path):
        dataset.save(tmp_path)
        (tmp_path / "answers.parquet").unlink()
        with pytest.raises(InputError, match=r"answers\.parquet: a table of the dataset is missing.*Save"):
            Dataset.load(tmp_path)

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(lambda _: b"", id="empty"),
            pytest.param(lambda _: b"PAR1 but no more", id="text"),
            pytest.param(lambda data: data[: len(data) // 2], id="cut off"),
            pytest.param(lambda data: data[:-12] + b"\xff" * 4 + data[-8:], id="footer overwritten"),
        ],
    )
    def test_a_damaged_table_is_named(self, dataset: Dataset, tmp_path: Path, damage: Any):
        dataset.save(tmp_path)
        file = tmp_path / "workers.parquet"
        file.write_bytes(damage(file.read_bytes()))
        with pytest.raises(InputError, match=r"workers\.parquet: not a readable Parquet file"):
            Dataset.load(tmp_path)

    def test_tables_that_do_not_fit_together_are_refused(self, dataset: Dataset, tmp_path: Path):
        dataset.save(tmp_path)
        dataset.frames[:2].write_parquet(tmp_path / "frames.parquet")
        with pytest.raises(InputError, match="points at nothing in 'frames'"):
            Dataset.load(tmp_path)

    def test_another_programs_parquet_is_refused(self, dataset: Dataset, tmp_path: Path):
        dataset.save(tmp_path)
        pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "frames.parquet")
        with pytest.raises(InputError, match="is not as it should be"):
            Dataset.load(tmp_path)

    def test_a_folder_that_cannot_be_is_an_output_error(self, dataset: Dataset, tmp_path: Path):
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(OutputError, match="cannot be written"):
            dataset.save(tmp_path / "file" / "folder")
        assert (tmp_path / "file").read_text() == "in the way"
