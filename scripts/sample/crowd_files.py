"""Writes the simulated crowd's files: two batches, the survey, and the truth about each task."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from random import Random

from sample.batch_file import batch_rows, write_batch
from sample.crowd import Crowd
from sample.survey_file import make_responses, write_survey

TRUTH_COLUMNS = ("batch", "assignment_id", "frame", "kind", "categories", "overlap")


def write_crowd(target: Path, rng: Random, crowd: Crowd) -> None:
    """Write everything into ``target``; other files there stay."""
    target.mkdir(parents=True, exist_ok=True)
    # Both files were fetched after the first batch's review and before the second's.
    record = Counter((item.attempt.person.worker_id, item.passes) for item in crowd.batches[0].work)
    truths = []
    for batch in crowd.batches:
        rows = batch_rows(rng, batch, record)
        write_batch(target / f"batch{batch.number}.csv", rows)
        for row, item in zip(rows, batch.work, strict=True):
            known = (item.attempt.number - 1, item.kind, item.categories, f"{item.overlap:.3f}")
            truths.append((f"batch{batch.number}", row["AssignmentId"], *known))
    write_survey(target / "survey.csv", rng, make_responses(rng, crowd))
    with (target / "truth.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows((TRUTH_COLUMNS, *truths))
