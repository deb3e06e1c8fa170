"""How FFmpeg's scaler is told to work, wherever it does."""

from __future__ import annotations

from av.video.reformatter import Colorspace, Interpolation

SCALING = int(
    Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
)
# FFmpeg's AVCOL_SPC_* as the scaler counts them (SWS_CS_*).
SWS_MATRIX = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
}
