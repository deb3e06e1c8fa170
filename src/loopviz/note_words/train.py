"""The words of notes on training: what a detector learns from, and what it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loopviz.wording import Words, counted, listed

LISTED = 8  # categories
WHY = {
    "not-read": "not read",
    "rejected": "rejected",
    "does-not-count": "do not count",
    "not-borne-out": "not borne out by what else is known",
    "left-out": "asked to be left out",
}


def _work_left_out(assignments: int, whys: Mapping[str, int]) -> str:
    reasons = ", ".join(f"{WHY[why]} ({count})" for why, count in whys.items())
    return f"the labels of {sum(whys.values())} of {counted(assignments, 'assignment')} are left out: {reasons}"


def _held_blocks(blocks: int, held: int, frames: int) -> str:
    verb = "is" if held == 1 else "are"
    return f"{held} of {counted(blocks, 'block')} of at most {counted(frames, 'frame')} {verb} held out"


def _frames_left_out(count: int, why: str) -> str:
    return f"{counted(count, 'frame')} {'is' if count == 1 else 'are'} left out: {why}"


def _both_sides(count: int) -> str:
    work = f"the work of {counted(count, 'assignment')} is left out"
    return f"{work}: its frames lie on another side than the other work of the same people"


def _several(frames: int) -> str:
    have = "1 frame has" if frames == 1 else f"{frames:,} frames have"
    return f"{have} the labels of several people, side by side; --whose (whose) consensus or weighted makes them one"


def _outside(count: int, gone: int) -> str:
    return f"labels that reach beyond their picture, and are cut: {count}; that lie outside, and are left out: {gone}"


def _unjudged(part: str, names: Sequence[str]) -> str:
    return f"no label in the part {part!r}, which says nothing of them: {listed(names, LISTED)}"


def _twins(count: int, of: int, frame: int, other: int) -> str:
    shown = "shows" if count == 1 else "show"
    return (
        f"{count} of {counted(of, 'frame')} that are held out {shown} nearly the same picture as one that trains, such "
        f"as {frame} and {other}: of those the figures say little"
    )


JUDGES = {
    "truth": "the labels given as truth",
    "consensus": "accepted labels, and of several people's what most agree on",
}
SECONDS_A_MINUTE = 60


def _cost(count: int, steps: int, batch: int) -> str:
    each = f"{counted(steps, 'step')} of {counted(batch, 'picture')}"
    return f"{counted(count, 'training')} of about {each} each: one is trained as long as the other"


def _judged(frames: int, part: str, by: str) -> str:
    return f"all are judged on the same {counted(frames, 'frame')} (part {part!r}), by {JUDGES[by]}"


def _time(seconds: float, count: int) -> str:
    took = f"{seconds:.0f} s" if seconds < SECONDS_A_MINUTE else f"{seconds / SECONDS_A_MINUTE:.0f} min"
    return f"about {took} are left, for {counted(count, 'training')}"


def _folds_first(count: int, epochs: int, folder: str) -> str:
    what = f"{counted(count, 'smaller model')} of {counted(epochs, 'epoch')} are trained first, in {folder}"
    return f"{what}: each without the labels of a part of the people, whose work it is held against"


TRAIN: Mapping[str, Words] = {
    "split-blocks": _held_blocks,
    "split-random": "frames are held out at random: neighbouring frames of a video show nearly the same, and the "
    "figures will be too good",
    "split-unknown": lambda count: _frames_left_out(count, "the files do not say to which part they belong"),
    "split-both-sides": _both_sides,
    "work-left-out": _work_left_out,
    "without-area": "{count} points and lines are left out, for they have no area",
    "keypoints-untaught": "the keypoints of {count} labels are left out: a detector learns their boxes",
    "frames-incomplete": lambda count: _frames_left_out(
        count, "most of what stands on nearly every frame is not labelled"
    ),
    "several-teach": _several,
    "unlabelled-left-out": lambda count: _frames_left_out(count, "no label on them teaches"),
    "frames-damaged": lambda count: _frames_left_out(count, "they are damaged"),
    "labels-outside": _outside,
    "category-untaught": "no label to learn from: {names:8}",
    "category-unjudged": _unjudged,
    "sides-told-apart": "left and right are told apart ({names:4}): pictures must not be flipped in training",
    "twins": _twins,
    "trials-cost": _cost,
    "trials-judged": _judged,
    "trials-time": _time,
    "trial-begins": "training {number} of {of}, {trial}: {images} pictures, {epochs} epochs",
    "trial-same": "{trial} is left out: it has the same labels as {other}",
    "trial-impossible": "{trial} is left out: {why}",
    "folds-first": _folds_first,
    "copied-not-linked": "images that are copied, as the disk makes no links to them: {count}",
}
