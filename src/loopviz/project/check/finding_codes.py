"""Every kind of trouble that a check knows: its code, which never changes, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loopviz.notes import Severity


@dataclass(frozen=True)
class Kind:
    """A kind of trouble: how bad it is, what it is, and what to do about it."""

    severity: Severity
    message: str
    remedy: str


def _error(message: str, remedy: str) -> Kind:
    return Kind("error", message, remedy)


def _warning(message: str, remedy: str) -> Kind:
    return Kind("warning", message, remedy)


def _note(message: str, remedy: str = "Nothing, if it is meant so.") -> Kind:
    return Kind("note", message, remedy)


INPUTS: Mapping[str, Kind] = {
    "input-unusable": _error("this cannot be used as an input", "Give a project, a video, frames, labels or people."),
    "input-twice": _error("two inputs play the same part", "Check them one after the other."),
    "input-left-aside": _note("this was not taken for a part of the project"),
    "labels-left-aside": _warning(
        "the labels beside the frames are in a format that is not read",
        "Export them as COCO or YOLO: without labels run refuses the folder, and only assemble makes a video of it.",
    ),
    "project-unusable": _error("the project file cannot be used", "Correct it."),
    "video-unusable": _error("the video or the frames cannot be read", "Convert or replace them."),
    "labels-unusable": _error("the labels cannot be read", "Export them again."),
    "crowd-unusable": _error("the batches, their survey or the rule cannot be used", "Correct what is named."),
    "people-unusable": _error("the file about people cannot be read", "Export it again."),
    "assignments-unusable": _error("the table of assignments cannot be read", "Export it again."),
    "theme-unusable": _error("the theme cannot be used", "Correct it, or choose another one."),
    "model-unusable": _error("the model's detections cannot be shown beside these labels", "Correct 'model: labels:'."),
    "salt-unusable": _error("the secret behind the aliases cannot be used", "Name another one with 'salt_file:'."),
    "output-unusable": _error("the output cannot be written under this name", "Choose another name."),
    "output-exists": _note("the output exists already", "Give --overwrite to replace it, unless loopviz made it."),
    "unknown-name": _warning("the project names something that its labels or people do not have", "Correct the name."),
    "text-cut": _warning("the panel has no room for some texts", "Choose a theme with smaller type or fewer figures."),
    "unprintable": _error(
        "no font here has some characters",
        "Install the extra it names, name one that does in a theme's 'fonts: files:', or say 'missing_glyphs: draw'.",
    ),
}
FILM: Mapping[str, Kind] = {
    "timeline-unusable": _error("the film cannot be made so", "Correct what is named."),
    "edit-unusable": _error("the edit cannot be made so", "Correct what is named."),
    "not-credited": _warning(
        "people are shown whom the credits leave out", "Add '- {credits: roll, project: …}' of their project."
    ),
    "edit-length": _note("the edit is a film of several clips"),
    "unreadable": _warning(
        "there is no time to read the words",
        "Set 'timeline: pace: reading', or say less: a 'rhythm' with a sentence a person.",
    ),
    "small-text": _warning(
        "the smallest words are too small for the screen",
        "Choose larger type, or say in 'screen:' where it is watched.",
    ),
    "flashes": _warning(
        "it flashes more than three times a second",
        "Let frames stand longer, or dissolve: 'timeline: pace', 'between'.",
    ),
    "seam": _warning(
        "the film's end does not meet its beginning",
        "Set 'timeline: loop: cross-fade 1s', or 'none' if it never loops.",
    ),
    "seam-broken": _error("a repetition does not begin where the one before it ends", "Make the film again."),
    "low-contrast": _warning("words are hard to tell from what they stand on", "Choose colours further apart."),
}
VIDEO: Mapping[str, Kind] = {
    "frame-damaged": _error("a frame cannot be decoded", "Copy or export the file again."),
    "video-damaged": _warning("a part of the video is damaged or missing", "Copy or export the file again."),
    "frame-count": _warning(
        "the header claims another number of frames than there are", "Trust the number found here."
    ),
    "times-mended": _warning("time stamps were missing or ran backwards", "Convert the video, if it plays unevenly."),
    "variable-frame-rate": _note("frames have different durations", "Nothing: every frame keeps its time."),
    "video-rotated": _note("the pictures are rotated when they are shown", "Mind it where labels were drawn unturned."),
    "pixels-not-square": _note(
        "the pixels are not square, and stretched when they are shown", "Mind it where labels were drawn unstretched."
    ),
    "single-frame": _warning("there is only one frame", "Give the video or the folder that was meant."),
    "size-huge": _warning("the pictures are larger than common players show", "Scale the video down."),
    "numbers-missing": _warning("numbers are missing in the images' names", "Put the images back, if they were lost."),
    "images-left-aside": _warning(
        "images, or pictures in them, are not used as frames",
        "Export them as PNG or JPEG, one picture a file, if they should be.",
    ),
    "video-note": _note("the video is changed on reading"),
}
READING: Mapping[str, Kind] = {
    "bad-row": _error("rows that are not labels", "Correct or remove the rows."),
    "bad-class": _error("rows whose class is not a whole number from 0", "Correct the rows."),
    "unknown-class": _error(
        "rows whose class is not in the names", "Name all classes, in data.yaml or with --names A,B,C (names)."
    ),
    "bad-coordinate": _error(
        "rows with a coordinate outside the picture", "Write fractions of the picture, from 0 to 1."
    ),
    "bad-annotation": _error("annotations that cannot be used", "Correct or remove them."),
    "bad-image": _error("images that cannot be used", "Correct or remove the entries."),
    "bad-category": _error("categories that cannot be used", "Correct or remove the entries."),
    "image-unreadable": _error(
        "images beside the labels cannot be read: their frames are taken to have the source's size", "Replace them."
    ),
    "no-size": _error("frames of an unknown size", "Put the images beside the labels, or give the video as well."),
    "bad-person": _error("entries about people that cannot be used", "Correct or remove them."),
    "bad-consent": _error("consent that is neither yes nor no, and counts as refused", "Ask, and say true or false."),
    "consent-taken": _note(
        "questions that were taken for consent by their words", "Look whether they are: a no leaves the person out."
    ),
    "bad-assignment": _error("rows about work that cannot be used", "Correct or remove them."),
    "duplicate-row": _warning("rows that occur twice in their file, and count once", "Remove one of them."),
    "short-polygon": _warning("polygons of fewer than three points, which are left out", "Draw them again."),
    "bad-value": _warning(
        "values that are not a confidence or a track id, and are left out", "Correct them, or leave the key out."
    ),
    "answers-differ": _warning(
        "a worker answers a question twice and differently; the first answer stands", "Keep one answer."
    ),
    "people-met": _note("some people of a file about people worked on the labels, others did not"),
    "people-left-aside": _note(
        "a file about people holds more than their answers",
        "Nothing, if it is no answer. Else put it with the answers.",
    ),
    "repeated-name": _note("images of the same name; each stays a frame of its own", "Rename one of them."),
    "names-outside": _note("file names are absolute, or lead outside their folder; their last part counts"),
    "renumbered": _note("annotation ids repeat from file to file; they are numbered anew"),
    "skew-boxes": _note("rotated boxes whose corners are no rectangle's, read as outlines"),
    "pose-shape": _note("poses of which no kpt_shape says how many keypoints they have", "Write it into data.yaml."),
    "last-number": _note(
        "rows end in 0 or 1 alone, which may be confidences or track ids", "Write confidences with a point: 1.0."
    ),
    "mixed-rows": _note("boxes and polygons in one label set; both are kept"),
    "names-gap": _note("class ids without a name", "Name them in data.yaml."),
    "results-beside": _note(
        "which file names the images and categories of detections", "Leave only the right COCO file beside them."
    ),
    "names-from": _note("which file names the classes", "Say otherwise with --names (names), if it is not so."),
    "names-differ": _warning("two files name the classes differently", "Remove the one that is wrong."),
    "no-names": _note("no file names the classes", "Name them in data.yaml, or with --names A,B,C (names)."),
    "first-pixel": _note("tracks whose pixels count from 0, as CVAT and Datumaro write them"),
    "detections-aside": _note("of ground truth and detections in one folder the ground truth is read"),
    "rows-without-class": _note("labels that tell no class", "Name it with --names A (names)."),
    "rows-to-ignore": _note("rows of tracks that are flagged to be ignored, and are kept"),
    "no-area": _warning(
        "shapes without an area are left out", "Export them as boxes, polygons or points, if they are to be seen."
    ),
    "left-predictions": _note("predictions of models are left out, as people drew labels too"),
    "skipped-work": _note("tasks that somebody skipped; what was drawn by then is left out, the work is not"),
    "category-attribute": _note("which attribute of regions is taken as their category"),
    "attributes-left-out": _note("attributes of regions that are left out"),
    "deleted-objects": _note("objects marked as deleted, which are left out"),
    "masks-missing": _note("masks that are not there; the boxes are read"),
    "codes-without-name": _note("codes of classes of which nothing says what they mean"),
    "several-names": _warning("labels with several names, of which the first counts", "Give each label one name."),
    "shared-time": _note("work time of videos as a whole, which their labelled frames share evenly"),
    "tasks-without-picture": _note("tasks that name no picture, on which nothing is drawn, are left out"),
    "left-answers": _note("answers about pictures or regions are left out"),
    "voc-edges": _note("boxes of Pascal VOC whose numbers are taken as edges from 0"),
    "voc-pixels": _note("boxes of Pascal VOC whose numbers are taken as pixels from 1, both ends included"),
    "voc-parts": _warning("parts of objects are left out; the objects are read", "Label the parts as objects."),
    "objects-difficult": _note("objects marked as difficult are read as all others"),
    "shapes-grouped": _note("shapes that are parts of one object are labels of their own"),
    "consolidated-aside": _note("of what workers drew and what was made of it, what they drew is read"),
    "fields-aside": _note("of several fields or jobs with labels, the one that people drew or adjusted is read"),
    "assignee-taken": _note("who a task is assigned to is taken for who drew its labels"),
    "visibility": _note("how much of an object is seen is left out"),
    "no-people": _note(
        "workers are known by their ids alone", "Put metadata.json into the folder, or give it as well."
    ),
}
BATCH: Mapping[str, Kind] = {
    "no-mask-column": _warning(
        "a batch's column of masks was deleted, so what was labelled is unknown", "Download the results again."
    ),
    "no-image": _warning(
        "answers whose image no column names, and whose labels are left out", "Put the column Input.image_url back."
    ),
    "outside-image": _warning(
        "shapes without an area or outside their image, which are left out", "Nothing, if they were slips of the hand."
    ),
    "short-rows": _note(
        "rows without Approve and Reject, as they are downloaded", "To decide on them: loopviz crowd review."
    ),
    "columns-missing": _note("columns of the platform were deleted", "Download the results again, to know all of it."),
    "no-assignment-id": _note(
        "rows have no AssignmentId and are told apart by their numbers",
        "Download the results again: decisions are uploaded by that id.",
    ),
    "no-label-column": _warning(
        "no column of a batch holds labels, so what was drawn is unknown, and no review judges it",
        "Download the results again, if a column was deleted; --label-columns (crowd.label_columns) names one.",
    ),
    "labels-not-read": _warning(
        "a column may hold labels of a kind that is not read",
        "Look at what it holds; --label-columns (crowd.label_columns) says which columns hold labels in pixels.",
    ),
    "labels-unknown": _warning(
        "work of which it is not known what was drawn, and which no review judges",
        "Download the results again, if cells were deleted.",
    ),
    "taken-as": _note("what columns of the requester's own are taken for", "Say otherwise, if it is not so."),
    "ids-alike": _warning(
        "ids of people that differ only in case, and count as one person", "Correct the ids, if they are two people."
    ),
    "assignment-again": _note("assignments stand in several rows; what the last row says counts"),
    "labels-from-pixels": _note(
        "labels were told from the masks' colours", "Look at the two limits, if labels were lost or made up."
    ),
    "shared-pay": _note("tasks had several images, which share the pay and the time"),
}
IMPORT: Mapping[str, Kind] = {
    "batch-twice": _warning("a batch was given twice, and is read once", "Give each file once."),
    "column-twice": _warning("two columns of a survey have one name", "Rename one of them."),
    "bad-date": _warning("cells of a survey that should be dates and are not", "Correct them."),
    "time-zone": _note(
        "a survey's dates name no known time zone and are taken as UTC", "Export it again, if hours matter."
    ),
    "unknown-response": _warning(
        "responses of a kind that is not known are taken for people's", "Delete their rows, if they are tests."
    ),
    "not-people": _note("previews, tests and spam in a survey, which are left out", "Nothing."),
    "metadata": _note("a survey's own columns, which hold no answers of people", "Name one that does: crowd.keep."),
    "date-order": _note(
        "nothing tells days from months in a survey's dates", "Export it with 2026-01-31, if it matters."
    ),
    "embedded": _note(
        "columns of a survey that came with its link are left aside", "Name those that you need: crowd.keep."
    ),
    "protected": _note("columns of a survey were left out to protect people", "Name those that you need: crowd.keep."),
}
FIT: Mapping[str, Kind] = {
    "frames-unmatched": _error(
        "nothing says which frame is which",
        "Call the labels as the source's files are called, or number them as its frames.",
    ),
    "extra-frames": _error("labelled frames that the source does not have", "Give the source they were made on."),
    "other-size": _error("frames that were labelled at another size", "Give the source they were made on."),
    "swapped-size": _error(
        "frames whose width is the source's height, and the reverse", "Export the labels for upright pictures."
    ),
    "counted-otherwise": _note(
        "labels and files count differently", "Say it with --first-number (align.first_number)."
    ),
    "equal-numbers": _note("equal numbers are taken for one frame", "Say it with --first-number (align.first_number)."),
    "counted-from-one": _note(
        "the labels are taken to count from 1", "Say it with --first-number (align.first_number)."
    ),
}
LABELS: Mapping[str, Kind] = {
    "no-labels": _warning("there is no label at all", "Give the labels that were meant."),
    "outside-picture": _error("labels that lie entirely outside the picture", "Correct or remove them."),
    "beyond-edge": _warning("labels that reach beyond the picture's edge", "Cut them at the edge."),
    "zero-area": _warning("boxes without an area", "Remove them, or draw them again."),
    "tiny": _warning("boxes with a side under 3 pixels", "Remove those that were a slip of the hand."),
    "duplicate": _warning("labels of one class at the same place", "Remove one of them."),
    "track-twice": _warning("a track with two labels in one frame", "Give one of them another track id."),
    "track-changes-class": _warning("a track whose labels have several classes", "Give each class its own track id."),
    "swapped-axes": _error("labels that would fit their pictures with x and y exchanged", "Export them again."),
    "corners-as-size": _error(
        "boxes that would fit if their last two numbers were a corner, not a size",
        "Subtract x_min from x_max and y_min from y_max, or export them again.",
    ),
    "fractions-as-pixels": _error(
        "every label lies within the first pixel: fractions of the picture, likely",
        "Multiply x by the width and y by the height.",
    ),
    "out-of-order": _note("annotations do not stand in the order of their frames", "Nothing: names and numbers count."),
    "frames-without-labels": _note("frames without a label"),
    "number-gap": _note("numbers are missing in the names of the labelled frames", "Look for lost files."),
    "size-unknown": _note(
        "the frames' size is unknown: what depends on it was not checked",
        "Put the images beside the labels, or give the video as well.",
    ),
    "category-unused": _note("categories without a label"),
    "category-repeated": _warning("categories of the same name", "Give each its own name, or join them."),
    "category-unnamed": _warning("categories without a name", "Name them."),
    "mask-unreadable": _error("masks whose run lengths do not fill their frame", "Export the labels again."),
    "mask-empty": _warning("masks without a pixel", "Remove them, or draw them again."),
    "shape-not-in-box": _warning("outlines or masks that do not fit their box", "Export the labels again."),
    "polygon-flat": _warning("polygons without an area", "Remove them, or draw them again."),
}
PEOPLE: Mapping[str, Kind] = {
    "labels-of-nobody": _note("labels without a known worker, beside others that have one"),
    "worker-without-answers": _warning(
        "people who worked, and of whom no answer is known", "Look whether their ids are spelt alike in both files."
    ),
    "answers-without-work": _warning(
        "people who answered, and of whom no work is known", "Look whether their ids are spelt alike in both files."
    ),
    "consent-refused": _note(
        "people who refused consent, and are shown nowhere", "Nothing: what they did is shown as nobody's."
    ),
    "refusal-unmet": _warning(
        "people who refused consent, and of whom no work is known, while others who worked were not asked",
        "Look whether their ids are spelt alike in both files: who is not known to have refused is shown.",
    ),
    "answer-refused": _note("answers that consent was refused for, and that are shown nowhere", "Nothing."),
    "answers-empty": _note("people who left every answer empty", "Nothing: their silence is shown as one."),
    "question-unanswered": _note("questions that nobody answered", "Leave them out of the caption, if you like."),
    "work-without-frame": _note("work that belongs to no frame of the source"),
    "hidden-characters": _warning(
        "text with characters that are not seen: controls, marks of direction, soft hyphens, and their like",
        "Remove them. They are never drawn.",
    ),
    "answer-long": _note("answers of more than 500 characters, which few panels have room for"),
    "contact-data": _warning(
        "text that holds an e-mail or an IP address", "Remove it: answers are shown as they were given."
    ),
    "pay-odd": _warning(
        "pay of 0, or of more than 100 dollars, for one piece of work", "Look whether it is in dollars."
    ),
    "time-odd": _warning("work that took no time, or more than a day", "Look whether it is in seconds."),
}
CODES: Mapping[str, Kind] = {**INPUTS, **FILM, **VIDEO, **READING, **BATCH, **IMPORT, **FIT, **LABELS, **PEOPLE}
