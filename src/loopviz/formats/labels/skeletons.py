"""Skeletons that formats leave to be known: which keypoints are mirrored ones, and COCO's person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loopviz.formats.label_names import Skeleton

# ``keypoints`` and ``skeleton`` of ``person_keypoints_*.json`` (https://cocodataset.org/#format-data), counted from 0.
PERSON = Skeleton(
    (
        "nose",
        *(f"{side}_{part}" for part in ("eye", "ear", "shoulder", "elbow", "wrist") for side in ("left", "right")),
        *(f"{side}_{part}" for part in ("hip", "knee", "ankle") for side in ("left", "right")),
    ),
    (
        *((15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8)),
        *((7, 9), (8, 10), (1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6)),
    ),
    (0, *(i + 1 if i % 2 else i - 1 for i in range(1, 17))),
)
_WORD = re.compile(r"(?<![a-z])(left|right|l|r)(?![a-z])|(?<=[a-z])(?=[A-Z])", re.IGNORECASE)
_OTHER = {"left": "right", "right": "left", "l": "r", "r": "l"}


def mirror_of(names: Sequence[str]) -> tuple[int, ...]:
    """Return which keypoint each one is in a mirrored picture, by their names; none where these tell no sides."""
    places = {name.lower(): place for place, name in enumerate(names)}
    mirrored = [
        _WORD.sub(lambda found: _OTHER.get(found[0].lower(), found[0]), name.lower().replace("_", " "))
        for name in names
    ]
    spaced = {name.replace("_", " "): place for name, place in places.items()}
    mirror = tuple(spaced.get(name, place) for place, name in enumerate(mirrored))
    sound = is_mirror(mirror, len(names)) and mirror != tuple(range(len(names)))
    return mirror if sound else ()


def is_mirror(mirror: Sequence[int], count: int) -> bool:
    """Say whether a mirrored picture that is mirrored again has every keypoint where it was."""
    return len(mirror) == count and all(0 <= to < count and mirror[to] == i for i, to in enumerate(mirror))


def known(skeleton: Skeleton) -> Skeleton:
    """Return a skeleton with all that is known of it: of COCO's person, by its names or its mirrored ones, all is."""
    if skeleton.names == PERSON.names or (not skeleton.names and skeleton.mirror == PERSON.mirror):
        return skeleton._replace(names=PERSON.names, edges=skeleton.edges or PERSON.edges, mirror=PERSON.mirror)
    return skeleton if skeleton.mirror else skeleton._replace(mirror=mirror_of(skeleton.names))
