from __future__ import annotations

import polars as pl
from support import make_dataset

from loopviz.scene.work_time import Task, tasks_of

STATUS = pl.Enum(["submitted", "approved", "rejected"])


def test_tasks_lie_one_after_the_other_in_the_films_order():
    dataset = make_dataset(size=(640, 480))
    work = dataset.assignments.with_columns(
        work_seconds=pl.Series([60.0, None, 30.0, *[10.0] * (dataset.assignments.height - 3)]),
        reward_usd=pl.lit(0.5),
        status=pl.Series([*["approved"] * 2, "rejected", *[None] * (dataset.assignments.height - 3)], dtype=STATUS),
    )
    frames = work["frame"].to_list()
    tasks = tasks_of(dataset.replace(assignments=work), tuple(frames[:3]))
    assert tasks == [
        Task(0.0, 60.0, "paid", 0.0, 0.5),
        Task(60.0, 0.0, "paid", 0.5, 0.5),  # nobody knows how long it took: no place in the line, but paid
        Task(60.0, 30.0, "rejected", 1.0, 0.0),
    ]
    assert [task.start for task in tasks_of(dataset.replace(assignments=work), (frames[2], frames[0]))] == [0.0, 30.0]


def test_a_frame_that_nobody_worked_on_takes_no_time():
    assert tasks_of(make_dataset(size=(640, 480)), (5,)) == [Task(0.0, 0.0, "open", 0.0, 0.0)]
