r"""Names of files and of people: which of them are the same, and in what order they stand.

One picture is called ``shot_1.jpg`` on a disk, ``images\shot_1.png`` in a COCO file, ``shot_1.txt`` as a label file,
and ``9f767c45-shot_1.jpg`` once Label Studio has taken it in. Whoever asks whether two names mean one thing asks here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import unquote

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".bmp", ".tif", ".tiff"})
# The folders in which the layouts of label sets keep pictures and labels: they tell no two sets apart.
PLAIN_FOLDERS = frozenset({"images", "labels", "annotations"})
# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), the direction marks among them.
IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# What folders of a set's parts are called, and which part it is.
SPLIT_FOLDERS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
_SUFFIX = re.compile(
    r"\.(jpe?g|jfif|jpe|png|webp|bmp|tiff?|gif|hei[cf]|avif|jp2|mpo|dng|p[bgnp]m|exr|txt|json|xml|csv)$", re.I
)
_NUMBER = re.compile(r"(\d{1,4000})")  # Python reads no number of more than 4,300 digits
_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://[^?#]*")
_DRIVE = re.compile(r"^[A-Za-z]:")
_ROOT = re.compile(r"^([A-Za-z]:|/|~/)")
# Label Studio puts eight digits of a hash before what is uploaded, other programs a whole UUID.
_UUID_TAIL = r"[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UPLOAD = re.compile(rf"^[0-9a-f]{{8}}-({_UUID_TAIL}[-_]|(?!{_UUID_TAIL}$))(?=.)", re.I)
_ROBOFLOW = re.compile(r"[._](jpe?g|png|webp|bmp|tiff?)\.rf\.[0-9A-Za-z]{8,64}$", re.I)
Chunks = list[str | int]  # text and numbers in turn, so that like is compared with like
NaturalKey = tuple[tuple[Chunks, ...], str]


def folded(text: str) -> str:
    """Return a text as it is seen: composed (Unicode NFC), without characters that draw nothing."""
    return text if text.isascii() else unicodedata.normalize("NFC", IGNORABLE.sub("", text))


def id_key(text: str) -> str:
    """Return what two spellings of one person's id share: ``folded``, without case and the blanks around it."""
    return folded(folded(text).casefold()).strip()


def folders_and_name(name: str) -> list[str]:
    """Return the parts of a path between slashes of either kind, empty ones and ``.`` left out."""
    return [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]


def stem_of(name: str) -> str:
    """Return a file name without its folders and its last suffix, if that is one of a picture or of a label file."""
    return _SUFFIX.sub("", name.replace("\\", "/").rsplit("/", 1)[-1])


def is_image_name(name: str) -> bool:
    """Say whether a file is a picture, by its suffix."""
    return "." + name.rpartition(".")[2].lower() in IMAGE_SUFFIXES


def split_of(name: str) -> str | None:
    """Return the part of a set that a file belongs to by its folders, ``train``, ``val`` or ``test``, or None."""
    folders = (part.lower() for part in folders_and_name(name)[:-1])
    return next((SPLIT_FOLDERS[part] for part in folders if part in SPLIT_FOLDERS), None)


def last_part(name: str) -> str:
    """Return a file name without its folders, ``folded``."""
    return folded(name.replace("\\", "/").rsplit("/", 1)[-1]).strip()


def name_key(name: str) -> str:
    """Return what the names of one picture and of its labels share: the ``folded`` stem."""
    return folded(stem_of(name)).strip()


def natural_key(name: str) -> NaturalKey:
    """Return a sorting key that puts ``frame_2`` before ``frame_10``, numbers before letters, folder by folder.

    Neither case nor suffix counts, but where nothing else tells two names apart.
    """
    folder, _, last = name.replace("\\", "/").rpartition("/")
    return (*_folder_chunks(folder), _chunks(_SUFFIX.sub("", last))), name


def natural_keys(names: Sequence[str]) -> list[NaturalKey]:
    """Return the ``natural_key`` of names that belong together, without what an upload added to them."""
    stems = before_upload([stem_of(name) for name in names])
    folders = (_folder_chunks(name.replace("\\", "/").rpartition("/")[0]) for name in names)
    return [((*folder, _chunks(stem)), name) for folder, stem, name in zip(folders, stems, names, strict=True)]


@lru_cache(maxsize=4096)
def _folder_chunks(folder: str) -> tuple[Chunks, ...]:
    return tuple(map(_chunks, folders_and_name(folder)))


def natural_order(names: Sequence[str]) -> list[int]:
    """Return the places of names that belong together in their natural order; see ``natural_keys``."""
    return sorted(range(len(names)), key=natural_keys(names).__getitem__)


def _chunks(part: str) -> Chunks:
    pieces: Chunks = [*_NUMBER.split(folded(part).casefold())]
    pieces[1::2] = map(int, pieces[1::2])
    return pieces


def before_upload(stems: Sequence[str]) -> list[str]:
    """Return the stems of a set without the hashes that Label Studio and Roboflow add to them.

    ``9f767c45-frame_1`` and ``frame_1_jpg.rf.0c91b2…`` are ``frame_1``. Eight digits alone may be a date: they are a
    hash where another name of the set has letters in their place.
    """
    plain = [_ROBOFLOW.sub("", stem) for stem in stems]
    hashes = [found[0] for stem in plain if (found := _UPLOAD.match(stem))]
    if all(text[:-1].isdecimal() for text in hashes):
        return plain
    return [_UPLOAD.sub("", stem) for stem in plain]


def inside(names: Sequence[str]) -> list[str]:
    """Return a set's file names as relative ones with ``/``, none of which leads anywhere else.

    Absolute names, addresses and names with ``..`` become their last part; two that would be the same then keep their
    folders. A name that has no last part becomes an empty text.
    """
    own = {name: _parts(name) for name in dict.fromkeys(names)}
    short = {name: "/".join(parts[-1:] if strays(name) else parts) for name, parts in own.items()}
    seen: dict[str, int] = {}
    for text in short.values():
        seen[text] = seen.get(text, 0) + 1
    return [short[name] if seen[short[name]] == 1 or not strays(name) else "/".join(own[name]) for name in names]


def strays(name: str) -> bool:
    """Say whether a name is absolute, an address, or climbs out of its folder."""
    plain = name.replace("\\", "/")
    return bool(_ROOT.match(plain) or _ADDRESS.match(plain)) or ".." in plain.split("/")


def _parts(name: str) -> list[str]:
    address = _ADDRESS.match(name)
    path = unquote(address[0].split("://", 1)[1]) if address else name
    parts = folders_and_name(_DRIVE.sub("", path))
    return [] if parts[-1:] in ([".."], ["~"]) else [part for part in parts if part not in {"..", "~"}]


class NameIndex:
    """Finds frames by what their files are called elsewhere.

    A name is looked up as it stands, then by its ``name_key``, then by what it was before an upload. Of several files
    of one name that one is meant whose folders the two paths share; where that tells nothing, none is.

    Args:
        names: Every file's name, and the frame that it is.
    """

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        self._exact = dict(names)
        self._alike: dict[str, list[str]] = {}
        self._uploaded: dict[str, list[str]] = {}
        self._whole: dict[str, list[str]] = {}
        for name in self._exact:
            self._whole.setdefault(last_part(name), []).append(name)
            self._alike.setdefault(name_key(name), []).append(name)
            self._uploaded.setdefault(_original(name_key(name)), []).append(name)

    def find(self, name: str) -> int | None:
        """Return the frame that a name means, or None."""
        if name in self._exact:
            return self._exact[name]
        # What stands for a label file has lost its suffix already: "a.webp" may be the whole stem of "a.webp.jpg".
        # Some programs call the labels of "a.jpg" "a.jpg.txt".
        keys = [last_part(name), name_key(name)]
        ways = [table.get(key) for table in (self._alike, self._whole) for key in keys]
        ways += [self._uploaded.get(_original(key)) for key in keys]
        return next((self._nearest(name, found) for found in ways if found), None)

    def _nearest(self, name: str, candidates: Sequence[str]) -> int | None:
        if len(candidates) == 1:
            return self._exact[candidates[0]]
        folders = _telling_folders(name)
        shared = [len(folders & _telling_folders(candidate)) for candidate in candidates]
        best = max(shared)
        return self._exact[candidates[shared.index(best)]] if shared.count(best) == 1 else None


def _original(stem: str) -> str:
    return _UPLOAD.sub("", _ROBOFLOW.sub("", stem))


def _telling_folders(name: str) -> set[str]:
    return {folded(part).casefold() for part in folders_and_name(name)[:-1]} - PLAIN_FOLDERS
