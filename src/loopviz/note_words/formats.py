"""The words of notes on labels, batches, people and surveys: what their readers assumed, changed or left out."""

from __future__ import annotations

from collections.abc import Mapping

from loopviz.errors import shown_plain
from loopviz.wording import Words, listed

LISTED = 8  # questions
LONGEST = 200  # characters of each
_WHICH = "--first-number N (align.first_number) says which it is"


def _names_gap(count: int, of: str) -> str:
    how = " by their ids" if of == "categories" else ""
    return f"{count} {of} have no name; they are called 'class N'{how}"


def _renumbered(count: int = 0) -> str:
    if count:
        return f"{count} annotations have no id; they are numbered"
    return "annotation ids repeat from file to file; they are numbered anew"


def _consent_taken(answers: Mapping[str, Mapping[str, int]]) -> str:
    words = [
        f"{shown_plain(repr(question[:LONGEST]))}: {', '.join(sorted(f'{word} ({n})' for word, n in given.items()))}"
        for question, given in answers.items()
    ]
    return f"taken as consent: {listed(words, LISTED, '; ')}"


def _not_people(count: int, kinds: Mapping[str, int]) -> str:
    what = "1 row is nobody's answer and was" if count == 1 else f"{count} rows are nobody's answers and were"
    return f"{what} left out: {', '.join(f'{number} {kind}' for kind, number in kinds.items())}"


ALIGN: Mapping[str, Words] = {
    "dropped-frames": "{count} frames that the source does not have were left out: {names:3}",
    "extra-frames": "{count} frames that the source does not have: {names:3}",
    "rescaled": "{count} frames were labelled at another size, such as {size}, and mapped to the source's",
    "counted-otherwise": "equal numbers do not fit: the source's first file is taken for number {number} of the "
    f"labels; {_WHICH}",
    "equal-numbers": f"the source's first file is taken for number {{number}} of the labels; {_WHICH}",
    "counted-from-one": "the source's first frame is taken for number 1 of the labels, as that is the lowest; "
    f"{_WHICH}",
}
LABELS: Mapping[str, Words] = {
    "names-gap": _names_gap,
    "names-differ": "{file}: class {number} is {ours!r} here, which counts, and {other!r} in a text beside it",
    "results-beside": "the images and categories of the detections are those of {beside}",
    "names-from": "the classes are called as this file says: {names}",
    "no-names": "no file names the classes; they are called 'class 0', 'class 1' … unless --names (names) says how",
    "names-outside": "{count} file names are absolute or lead outside; their last part counts, such as {first}",
    "repeated-name": "some images have the same file name; each stays a frame of its own",
    "image-unreadable": "{trouble}: the size of its frame is the source's",
    "renumbered": _renumbered,
    "duplicate-row": "the row stands twice in this file; it counts once",
    "last-number": "the last numbers of the rows, 0 and 1 alone, are taken for {what}",
    "mixed-rows": "{boxes} boxes stand among {polygons} polygons; both are kept",
    "empty-box": "some boxes have no area",
    "short-polygon": "a polygon of fewer than three points was left out",
    "skew-boxes": "{count} rotated boxes have corners that are no rectangle's; they are read as outlines",
    "pose-shape": "no kpt_shape says what the poses are; they have {count} keypoints of {dims} numbers",
    "bad-value": "{value} is left out (expected {expected})",
    "first-pixel": "the first pixel is taken to be at 0, as CVAT and Datumaro have it: labels.txt lies beside the rows",
    "detections-aside": "the ground truth is read, and det/det.txt left aside",
    "rows-without-class": "rows tell no class; they are called {name!r} unless --names (names) gives the one that they "
    "are of",
    "rows-to-ignore": "{count} rows are flagged to be ignored (conf 0); they are kept, with a confidence of 0",
    "no-area": "shapes without an area are left out: {shapes}",
    "left-predictions": "{count} predictions of models are left out, as people drew labels too",
    "skipped-work": "{count} tasks were skipped by somebody; what was drawn by then is left out, the work is not",
    "several-names": "{count} labels have several names; the first counts",
    "shared-time": "work time is known of {count} videos as a whole; their labelled frames share it evenly",
    "tasks-without-picture": "{count} tasks name no picture, and nothing is drawn there; they are left out",
    "left-answers": "{count} answers about pictures or regions are left out",
    "category-attribute": "regions are called by their attribute {name!r}",
    "attributes-left-out": "these attributes of regions are left out: {names}",
    "deleted-objects": "{count} objects are marked as deleted, and are left out",
    "masks-missing": "the masks of {count} objects are not there, or of another size than their pictures; their boxes "
    "are read",
    "codes-without-name": "nothing says what {count} codes of classes mean; they are called by their codes",
    "voc-edges": "the numbers of boxes are taken as edges in pixels from 0, as LabelImg, CVAT and Roboflow write them",
    "voc-pixels": "the numbers of boxes are taken as pixels from 1, both ends included, as PASCAL VOC has them",
    "voc-parts": "{count} parts of objects are left out; the objects are read",
    "objects-difficult": "{count} objects are marked as difficult, and are read as all others",
    "shapes-grouped": "{count} shapes have a group_id: some are parts of one object. Each is a label of its own",
    "consolidated-aside": "what workers drew is read, and {count} manifests of the consolidated labels left aside",
    "fields-aside": "the labels of {name!r} are read; those of {names} are left aside",
    "assignee-taken": "who a task is assigned to is taken for who drew its labels, on {count} pictures",
    "visibility": "{count} rows tell a visibility other than 1, which is left out",
}
BATCHES: Mapping[str, Words] = {
    "batch-twice": "the same file was given before; it is read once",
    "short-rows": "{count} of {rows} rows lack Approve and Reject, as they do when downloaded",
    "columns-missing": "columns were deleted; unknown are {what}",
    "no-assignment-id": "there is no AssignmentId; rows are told apart by their numbers",
    "no-mask-column": "the column with the masks was deleted; what was labelled is unknown",
    "no-label-column": "no column holds labels; looked at were {columns:8}. A review does not judge this work. Where a "
    "column was deleted, download the results again; --label-columns (crowd.label_columns) names one not found",
    "taken-as": "taken as {what}: {columns:8}",
    "labels-not-read": "{count} cells of {column} may hold labels, and are not read: {why}. A review does not judge "
    "that work. --label-columns (crowd.label_columns) says which columns hold labels in pixels",
    "assignment-again": "{count} assignments stand in an earlier row or file too; what the later one says counts",
    "ids-alike": "{count} ids of people differ from another one only in case, and count as the same person",
    "labels-from-pixels": "a label counts as used from {min_area} pixels on, of colours at most {tolerance} from its "
    "own; {fewer} times it had fewer, and {unclear} painted pixels had no label's colour",
    "shared-pay": "{count} tasks had several images; each image has an equal share of the pay and of the time",
    "no-image": "no column Input.* names the image of {count} answers; their labels are counted, but left out",
    "labels-unknown": "of {count} assignments it is not known what was drawn; a review does not judge it",
    "outside-image": "{count} shapes had no area, or lay outside their image, and were left out",
    "protected": "left out to protect people: {columns}",
}
PEOPLE: Mapping[str, Words] = {
    "no-people": "there is no metadata.json: the workers are known by their ids alone",
    "people-met": "{met} of {people} people here worked on the labels, and {met} of {workers} workers stand here",
    "people-left-aside": "what stands under these keys is left aside: {keys}",
    "consent-taken": _consent_taken,
    "answers-differ": "one worker answers {question} twice; the first answer stands",
}
SURVEYS: Mapping[str, Words] = {
    "column-twice": "two columns are called {first!r}; the later one is {name!r} here",
    "metadata": "the form's own columns, no answers of people: {columns:20}",
    "embedded": "no questions, left aside: {columns:20}; --keep NAME (crowd: keep) takes one in",
    "unknown-response": "{count} rows whose {column} is not known ({kinds}) are taken for people's answers",
    "not-people": _not_people,
    "date-order": "nothing in {column} tells days from months; taken as {order}",
    "time-zone": "{column} names no time zone that is known; it is taken as UTC",
    "bad-date": "{count} cells of {column} are no dates; they are left empty",
}
FORMATS: Mapping[str, Words] = {**ALIGN, **LABELS, **BATCHES, **PEOPLE, **SURVEYS}
