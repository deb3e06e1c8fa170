"""What became of tracks, in words: the counts as a sentence, and what the kinds of changes mean."""

from __future__ import annotations

from collections.abc import Mapping

from loopviz.evaluation.track_changes import KINDS, PART

LEGEND = (
    "A track is its boxes, whatever its number. Split: the boxes of a track before are those of several after, a row "
    "for each. Merged: the other way round. Exchanged: on these frames boxes of the track before are of a track after "
    "that is otherwise the other track, which gave so many boxes back. Renamed: most boxes of a track have another "
    f"category. Tracks that share less than {PART:.0%} of the boxes that either shares at all are not one."
)


def tracks_in_words(counts: Mapping[str, int]) -> str:
    """Return what became of tracks: ``12 tracks before, 13 after: 11 same, 1 split``.

    Args:
        counts: As ``TrackChanges`` has them.
    """
    said = [f"{counts[kind]:,} {kind}" for kind in ("same", *KINDS) if counts[kind]]
    numbered = f" ({counts['renumbered']:,} under another number)" if counts["renumbered"] else ""
    return f"{counts['before']:,} tracks before, {counts['after']:,} after: {', '.join(said)}{numbered}"
