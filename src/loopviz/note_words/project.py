"""The words of notes on a project: what its file names in vain, what is not shown, and what an export leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loopviz.wording import Words, counted

LISTED = 10  # questions


def _thesis_headings(headings: Mapping[str, str]) -> str:
    listed = ", ".join(f"{question} {heading}" for question, heading in headings.items())
    return f"the questions have the headings of the thesis' survey: {listed}"


def _plain_ids(questions: Sequence[str]) -> str:
    listed = f"{', '.join(questions[:LISTED])}{' …' if len(questions) > LISTED else ''}"
    return f"questions whose words are not known stand by their ids: {listed} ('questions' says what they ask)"


def _not_accepted(assignments: int, frames: int) -> str:
    alone = f", and {frames} frames that have no other work" if frames else ""
    return f"left out: {assignments} assignments that were not accepted{alone}"


def _no_room(texts: int, characters: int, answers: int, some: bool, captions: int, frame: int) -> str:
    parts = [f"{counted(texts, 'text')} cut by {counted(characters, 'character')} in all"] if texts else []
    parts += [f"{counted(answers, 'answer')} only counted"] if answers else []
    least = "at least " if some else ""  # of very many captions not all are looked at
    return f"the panel has no room: {least}{', '.join(parts)}; {counted(captions, 'caption')}, first on frame {frame}"


def glyph_remedy(extras: Sequence[str]) -> str:
    """Return what to do where no font has a character."""
    install = f"install one (pip install 'loopviz[{','.join(extras)}]'), " if extras else ""
    return f"{install}name one that does in a theme's 'fonts: files:', or say 'missing_glyphs: draw'"


def _no_glyphs(characters: str, extras: Sequence[str]) -> str:
    return f"no font here has {characters!r}; {glyph_remedy(extras)}"


def _review_written(verdicts: int, reversals: int, sheets: int, images: int, with_ids: int) -> str:
    ids = f" (warning: {with_ids} with a worker's id in the address: rename them before you publish them)"
    return (
        f"{verdicts} verdicts and {reversals} reversals to upload, {sheets} contact sheets, {images} images for a next "
        f"batch{ids if with_ids else ''}"
    )


PROJECT: Mapping[str, Words] = {
    "part-found": "{part}: {name}",
    "frames-found": "frames: {names} ({count} images)",
    "labels-found": "labels: {names} ({format})",
    "made-left-aside": "left aside, a program made it: {name}",
    "dataset-written": "the dataset, with the platform's ids",
    "review-written": _review_written,
    "account-written": "the account of the labour",
    "dataset-exported": "the dataset as {format}",
    "thesis-headings": _thesis_headings,
    "plain-ids": _plain_ids,
    "platform-decides": "nobody decided which labels count: what the platform approved does (its status), and no other "
    "work",
    "not-accepted": _not_accepted,
    "column-left-out": "{count} labels have {words}, which trainers do not take: left out without --with",
    "no-shared-people": "both sides say who drew their labels, and no person stands on both: labels are paired whoever "
    "drew them",
    "tracks-on-one-side": "only the labels {side} have track ids: what became of tracks is left out",
    "column-empty": "no label has {words}",
    "origin-lost": "{format} cannot say that {count} labels were carried over from other frames, and that nobody drew "
    "them",
    "several-on-a-frame": "{frames} frames have the labels of several people, which YOLO mixes; --to thesis does not",
    "no-place-in-coco": "COCO has no place for work without a label ({assignments}), nor for people without any "
    "({workers})",
    "written-as-seen": "of {count} labels nobody says whether their keypoints are seen or hidden; COCO says seen",
    "boxes-around-points": "{count} points and lines have no area; other programs may take the box around "
    "them for theirs",
    "written-as-masks": "{count} outlines of several parts are written as masks, which keep them one object",
    "no-place": "{format} has no place for {what}: left out ({count})",
    "unknown-name": "{key}: nothing is called {name!r}. {remedy}",
    "no-glyphs": _no_glyphs,
    "no-room": _no_room,
    "several-surveys": "more than one survey: {names}; the first is taken",
    "table-left-aside": "{name} is left aside; if people's answers stand in it, write survey: {name} below crowd",
    "nothing-found": "the model is surer than {confidence:g} of nothing; --confidence (confidence) asks for less",
    "several-shown": "several people worked on {frames} frames: the first is named, shown and compared with the model",
    "several-judge": "on {frames} frames several people's labels stand side by side, each as an object of its own; "
    "--whose consensus (whose) makes one of them",
    "categories-not-predicted": "only the labels have these categories, and all of them are missed: {names:6}",
    "categories-not-labelled": "only the detections have these categories, and all of them are extra: {names:6}",
    "sides-swapped": "the first label set, which is the reference, is a model's, and the second is not",
    "no-confidence": "no detection has a confidence: its average precision is of one choice of detections alone",
    "confidence-cut": "detections that the model was less sure of than {confidence:g} are not there: the mAP is lower "
    "than it would be with loopviz predict --confidence 0.001",
    "names-of-people": "the images may be called after people: in the result frames have numbers, and no names",
    "not-ready": "it cannot be rendered yet: {trouble}",
}
