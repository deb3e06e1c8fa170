"""What became of tracks, in words: the counts as a sentence, and what the kinds of changes mean."""

from __future__ import annotations

from collections.abc import Mapping

from loopviz.evaluation.track_changes import KINDS, PART

LEGEND = (
    "A track is its boxes, whatever its number. Split: the boxes of one track are those of several now, a row for "
    "each. Merged: those of several are one's. Exchanged: on these frames, boxes of the track are those of another, "
    "the other track, which gave so many boxes back. Renamed: most boxes of the track have another category. Two "
    f"tracks are one only if they share at least {PART:.0%} of the boxes that either shares, and of the shorter one's."
)


def tracks_in_words(counts: Mapping[str, int]) -> str:
    """Return what became of tracks: ``12 tracks before, 13 after: 11 same, 1 split``.

    Args:
        counts: As ``TrackChanges`` has them.
    """
    said = [f"{counts[kind]:,} {kind}" for kind in ("same", *KINDS) if counts[kind]]
    numbered = f" ({counts['renumbered']:,} under another number)" if counts["renumbered"] else ""
    return f"{counts['before']:,} tracks before, {counts['after']:,} after: {', '.join(said)}{numbered}"
