"""The typefaces that text is set in: a theme's own, the package's for what those lack, and then those of its extras.

The package's own are files of its own, so the same text has the same pixels on every machine. What extras bring is
opened when a text has a character that all others lack.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from loopviz.errors import ConfigError
from loopviz.paths import IGNORABLE
from loopviz.scene.extra_fonts import extra_digest, extra_files
from loopviz.scene.skia_library import skia, textlayout
from loopviz.scene.style import Fonts
from loopviz.scripts import HAN_FORMS, han_form

FALLBACKS = ("Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai")
FAMILIES = {"sans": ("Inter", *FALLBACKS), "mono": ("IBM Plex Mono", "Inter", *FALLBACKS)}
WEIGHT, OS2 = (int.from_bytes(tag, "big") for tag in (b"wght", b"OS/2"))
RESTRICTED = 0x0002
OWN = "theme: "  # before the family names of a theme's fonts
HAN = "Noto Sans CJK "  # before the form that the faces of a collection have


@dataclass(frozen=True)
class ExtraFace:
    """A typeface that an extra brought.

    Attributes:
        face: Skia's.
        family: What it is registered as.
        form: Whose form its Han characters have, of ``HAN_FORMS``; None where it has none.
    """

    face: Any
    family: str
    form: str | None


class Typefaces:
    """A theme's typefaces and the package's.

    Of a variable font (OpenType ``fvar``) each hundred of its weights is a face. A font without letters of Latin (of
    another script, of emoji) leaves digits and signs to the package's: an emoji font's are parts of its pictures.

    Args:
        fonts: The theme's.

    Attributes:
        provider: What Skia asks for a face.

    Raises:
        ConfigError: If a font file is missing, cannot be read, or may not be embedded.
    """

    def __init__(self, fonts: Fonts) -> None:
        self.provider = textlayout.TypefaceFontProvider()
        self._manager = skia.FontMgr.New_Custom_Empty()
        self._files = [*package_fonts(), *fonts.sans, *fonts.mono, *fonts.files]
        self._faces = [self._register(font, None) for font in package_fonts()]
        every = self._own(fonts.files)
        own = {"sans": self._own(fonts.sans) | every, "mono": self._own(fonts.mono) | every}
        self._families = {family: _order(own[family], FAMILIES[family]) for family in FAMILIES}
        self._language = fonts.language
        self._taken: set[str] = set()
        self._needed = lru_cache(maxsize=8192)(self._extras_for)
        self._ours = lru_cache(maxsize=65536)(lambda character: _has(self._faces, character))

    @cached_property
    def fingerprint(self) -> str:
        """A SHA-256 over all files."""
        digests = [hashlib.sha256(file.read_bytes()).digest() for file in self._files]
        return hashlib.sha256(b"".join([*digests, extra_digest()])).hexdigest()

    def lacks(self, text: str) -> str:
        """Return the characters of a text that none of them has, each once."""
        faces = [extra.face for extra in self._extras]
        return "".join(character for character in self._strange(text) if not _has(faces, character))

    def families(self, family: str, text: str) -> list[str]:
        """Return the families that are asked for a text's characters, in order: of extras those that it needs."""
        return [*self._families[family], *self._needed(text)]

    def _extras_for(self, text: str) -> tuple[str, ...]:
        """Return the extras' families that a text needs: the one that has most of what is left, and again."""
        left, found = self._strange(text), []
        form = han_form(text, self._language) if left else ""
        extras = [extra for extra in self._extras if extra.form in {None, form}] if left else []
        while left and (best := max(extras, key=lambda extra: _count(extra.face, left), default=None)):
            if not _count(best.face, left):
                break
            self._take(best)
            found.append(best.family)
            left = [character for character in left if not _has([best.face], character)]
        return tuple(found)

    @cached_property
    def _extras(self) -> tuple[ExtraFace, ...]:
        return tuple(extra for file in extra_files() for extra in self._opened(file))

    def _opened(self, file: Path) -> Iterator[ExtraFace]:
        """Yield the faces of a file: of a collection one for each of the forms that Han characters have."""
        several, number = file.suffix == ".ttc", 0
        while (face := self._manager.makeFromFile(str(file), number)) is not None:
            name = face.getFamilyName()
            form = name.removeprefix(HAN) if name.startswith(HAN) else None
            if form is None or form in HAN_FORMS.values():  # not the half-width faces
                yield ExtraFace(face, f"{file}: {name}", form)
            number += 1
            if not several:
                return

    def _strange(self, text: str) -> list[str]:
        """Return a text's characters that neither the theme's fonts nor the package's have, each once."""
        if text.isascii() and text.isprintable():
            return []
        seen = dict.fromkeys(character for character in IGNORABLE.sub("", text) if not character.isspace())
        return [character for character in seen if not self._ours(character)]

    def _take(self, extra: ExtraFace) -> None:
        if extra.family not in self._taken:
            self._taken.add(extra.family)
            for each in weights_of(extra.face):
                self.provider.registerTypeface(each, extra.family)

    def _own(self, files: Iterable[Path]) -> dict[str, bool]:
        """Take up font files of a theme; returns their families, and whether each has the letters of Latin."""
        faces = [self._register(file, OWN) for file in files]
        self._faces += faces
        return {OWN + face.getFamilyName(): has_latin(face) for face in faces}

    def _register(self, file: Path, prefix: str | None) -> Any:
        face = self._manager.makeFromFile(str(file), 0) if file.is_file() else None
        if face is None:
            raise ConfigError(
                "not a font that can be read" if file.exists() else "the font file does not exist",
                file=file,
                expected="a TrueType or OpenType font",
                remedy="Correct the theme's `fonts`.",
            )
        if is_restricted(face):
            raise ConfigError(
                "the font's licence does not allow that it is embedded",
                file=file,
                found="restricted licence embedding (OS/2 fsType)",
                remedy="Use another font, or a file of this one that its maker licenses for embedding.",
            )
        for each in weights_of(face):
            # A theme's own Inter is another one than the package's.
            self.provider.registerTypeface(each, *([] if prefix is None else [prefix + face.getFamilyName()]))
        return face


def _has(faces: Iterable[Any], character: str) -> bool:
    return any(face.unicharToGlyph(ord(character)) for face in faces)


def _count(face: Any, characters: Iterable[str]) -> int:
    return sum(bool(face.unicharToGlyph(ord(character))) for character in characters)


def _order(own: Mapping[str, bool], package: Sequence[str]) -> list[str]:
    """Return families in the order in which they are asked for a character; ``own``: whether each has Latin."""
    before, after = ([name for name, latin in own.items() if latin is wanted] for wanted in (True, False))
    return [*before, package[0], *after, *package[1:]]


def weights_of(face: Any) -> list[Any]:
    """Return a font's faces: of a variable one that of each hundred of its axis of weights."""
    axis = next((axis for axis in face.getVariationDesignParameters() if axis.tag == WEIGHT), None)
    if axis is None:
        return [face]
    arguments, faces = skia.FontArguments, []
    for weight in (weight for weight in range(100, 1000, 100) if axis.min <= weight <= axis.max):
        place = arguments.VariationPosition.Coordinates([arguments.VariationPosition.Coordinate(WEIGHT, weight)])
        position = arguments.VariationPosition(place)  # must live as long as what it is an argument of
        faces.append(face.makeClone(arguments().setVariationDesignPosition(position)))
    return faces


def is_restricted(face: Any) -> bool:
    """Say whether a font may not be embedded (OpenType, OS/2 ``fsType``, bit 1)."""
    if OS2 not in face.getTableTags():
        return False
    table = bytes(face.getTableData(OS2))
    return len(table) >= 10 and int.from_bytes(table[8:10], "big") & 0x000F == RESTRICTED


def has_latin(face: Any) -> bool:
    """Say whether a font has the letters of plain Latin."""
    return all(map(face.unicharToGlyph, map(ord, "AZaz")))


def package_fonts() -> list[Path]:
    """Return the font files that come with loopviz."""
    folder = resources.files("loopviz") / "fonts"
    return sorted(Path(str(f)) for f in folder.iterdir() if f.name.endswith(".ttf"))
