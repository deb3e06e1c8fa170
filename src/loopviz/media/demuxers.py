"""Which of FFmpeg's demuxers may open a source, and what a file is that none of them reads.

Some demuxers open what a file *names*: playlists, lists of files, session descriptions, sequences of images. Only those
stand here that read the one file that they are given. FFmpeg compares its choice with the list before the demuxer reads
a byte (``format_whitelist``), so that nothing else is ever opened.
"""

from __future__ import annotations

import re
from pathlib import Path

VIDEOS = """
    mov matroska avi mpegts mpeg flv live_flv kux asf asf_o ogg wtv mxf gxf nut nuv nsv rm dv ivf swf dhav smjpeg
    mpjpeg lmlm4 ifv pva film_cpk flic roq smk bink cine r3d yuv4mpegpipe
"""
STREAMS = """
    h261 h263 h264 hevc vvc evc av1 obu m4v mpegvideo mjpeg mjpeg_2000 ingenient vc1 vc1test avs2 avs3 cavsvideo
    dirac dnxhd apv
"""
IMAGES = """
    gif apng jpegxl_anim ico fits bmp_pipe dds_pipe dpx_pipe exr_pipe gem_pipe gif_pipe hdr_pipe j2k_pipe jpeg_pipe
    jpegls_pipe jpegxl_pipe pam_pipe pbm_pipe pcx_pipe pfm_pipe pgm_pipe pgmyuv_pipe phm_pipe png_pipe ppm_pipe
    psd_pipe qoi_pipe sgi_pipe sunrast_pipe tiff_pipe webp_pipe xwd_pipe
"""
SOUNDS = """
    wav w64 aiff au caf flac mp3 aac ac3 eac3 dts amr ape tta wv tak mpc mpc8 aea oma voc
"""
DEMUXERS = ",".join(f"{VIDEOS}{STREAMS}{IMAGES}{SOUNDS}".split())

LOOKED_AT = 4096  # bytes of a file's beginning
# What names other files instead of holding pictures: how its text begins, or what stands in it.
_NAMING = {
    "a playlist (HLS or M3U)": rb"#EXTM3U|#EXTINF|#EXT-X-",
    "a list of files (ffconcat)": rb"ffconcat version|(?:#[^\n]*\n|\s)*file\s+\S",
    "a session description (SDP)": rb"v=0\s|(?:[^\n]*\n)*?c=IN IP[46]",
    "a playlist (PLS)": rb"\[playlist\]",
    "a playlist (XSPF, SMIL or ASX)": rb"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:playlist|smil|asx)\b",
    "a list of streams (DASH)": rb"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<MPD\b",
    "a list of assets (IMF)": rb"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:\w+:)?(?:CompositionPlaylist|AssetMap)\b",
    "a redirection (ASF or RTSP)": rb"\[Reference\]|ASF |rtsptext",
}
_KINDS = {kind: re.compile(pattern, re.DOTALL | re.IGNORECASE) for kind, pattern in _NAMING.items()}


def beginning(path: Path) -> bytes:
    """Return a file's first bytes, none where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LOOKED_AT)
    except OSError:
        return b""


def names_other_files(head: bytes) -> str | None:
    """Return what a file is that names other files instead of holding pictures; None if it is no such thing."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((kind for kind, pattern in _KINDS.items() if pattern.match(text)), None)


def is_text(head: bytes) -> bool:
    """Say whether a file begins with nothing but letters and marks."""
    return bool(head) and head[:256].decode("utf-8", "ignore").translate({9: "", 10: "", 13: ""}).isprintable()
