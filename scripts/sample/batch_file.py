"""Writes simulated batch results in the column layout of the platform's own files."""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sample.crowd import Batch, Labelled
from sample.people import simulated_ids
from sample.png import COLORS
from sample.truth import PARTS

PLATFORM_COLUMNS = (
    *("HITId", "HITTypeId", "Title", "Description", "Keywords", "Reward", "CreationTime", "MaxAssignments"),
    *("RequesterAnnotation", "AssignmentDurationInSeconds", "AutoApprovalDelayInSeconds", "Expiration"),
    *("NumberOfSimilarHITs", "LifetimeInSeconds", "AssignmentId", "WorkerId", "AssignmentStatus", "AcceptTime"),
    *("SubmitTime", "AutoApprovalTime", "ApprovalTime", "RejectionTime", "RequesterFeedback", "WorkTimeInSeconds"),
    *("LifetimeApprovalRate", "Last30DaysApprovalRate", "Last7DaysApprovalRate"),
)
WIDGET = "Answer.annotatedResult"
ANSWER_COLUMNS = (
    *(f"{WIDGET}.inputImageProperties.{edge}" for edge in ("height", "width")),
    *(f"{WIDGET}.labelMappings.{name}.color" for name in PARTS),
    f"{WIDGET}.labeledImage.pngImageData",
)
COLUMNS = (*PLATFORM_COLUMNS, "Input.image_url", *ANSWER_COLUMNS)
REVIEW_COLUMNS = ("Approve", "Reject")  # in the header only, until someone reviews the file
ID_LENGTH = 30
PACIFIC = timedelta(hours=-8)  # the platform writes its own standard time
ALL_TASKS = {
    "Title": "Simulated: mark the parts of a computer mouse, then answer ten questions",
    "Description": "Simulated data, nobody did this. Paint each part of the mouse in its colour.",
    "Keywords": "simulated, image, segmentation, survey",
    "Reward": "$0.15",
    "MaxAssignments": "1",
    "AssignmentDurationInSeconds": "3600",
    "AutoApprovalDelayInSeconds": "604800",
}
LIFETIME = timedelta(days=7)
FEEDBACK = "Fewer than three parts are marked."


def batch_rows(rng: Random, batch: Batch, record: Counter[tuple[str, bool]]) -> list[dict[str, str]]:
    """Return one row a task, in the order of the frames.

    Args:
        rng: Invents the ids.
        batch: What was done.
        record: How often whose work was approved (True) or rejected (False), when the file was fetched.
    """
    (hit_type,) = simulated_ids(rng, 1, ID_LENGTH)
    ids = iter(simulated_ids(rng, 2 * len(batch.work), ID_LENGTH))
    return [
        {
            **ALL_TASKS,
            **_task(batch, item),
            **_verdict(batch, item, index),
            "HITTypeId": hit_type,
            "HITId": next(ids),
            "AssignmentId": next(ids),
            **dict.fromkeys(PLATFORM_COLUMNS[-3:], _rate(record, item.attempt.person.worker_id)),
        }
        for index, item in enumerate(batch.work)
    ]


def write_batch(file: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as the platform does: all quoted, two fields shorter than the header, no line end after the last."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow((*COLUMNS, *REVIEW_COLUMNS))
    writer.writerows([row.get(column, "") for column in COLUMNS] for row in rows)
    file.write_text(text.getvalue().removesuffix("\r\n"), encoding="utf-8", newline="")


def _task(batch: Batch, item: Labelled) -> dict[str, str]:
    attempt = item.attempt
    submitted = attempt.started + timedelta(seconds=attempt.work_seconds)
    width, height = batch.size
    return {
        "CreationTime": _time(batch.opened),
        "Expiration": _time(batch.opened + LIFETIME),
        "RequesterAnnotation": f"BatchId:{batch.number};OriginalHitTemplateId:1;",
        "WorkerId": attempt.person.worker_id,
        "AcceptTime": _time(attempt.started),
        "SubmitTime": _time(submitted),
        "AutoApprovalTime": _time(submitted + timedelta(seconds=int(ALL_TASKS["AutoApprovalDelayInSeconds"]))),
        "WorkTimeInSeconds": str(attempt.work_seconds),
        "Input.image_url": f"https://example.org/mouse/mouse_{attempt.number:04d}.jpeg",
        **dict(zip(ANSWER_COLUMNS, (str(height), str(width), *COLORS, b64encode(item.png).decode()), strict=True)),
    }


def _verdict(batch: Batch, item: Labelled, index: int) -> dict[str, str]:
    if batch.reviewed_at is None:
        return {"AssignmentStatus": "Submitted"}
    decided = _time(batch.reviewed_at + timedelta(seconds=index // 4))  # an uploaded file is worked off quickly
    if item.passes:
        return {"AssignmentStatus": "Approved", "ApprovalTime": decided}
    return {"AssignmentStatus": "Rejected", "RejectionTime": decided, "RequesterFeedback": FEEDBACK}


def _rate(record: Counter[tuple[str, bool]], worker_id: str) -> str:
    approved = record[worker_id, True]
    decided = approved + record[worker_id, False]
    return f"{round(100 * approved / max(decided, 1))}% ({approved}/{decided})"


def _time(moment: datetime) -> str:
    return (moment + PACIFIC).strftime("%a %b %d %H:%M:%S PST %Y")
