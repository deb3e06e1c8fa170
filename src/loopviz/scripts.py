"""Scripts of the world: which the package's fonts have, which an extra brings, and whose form Han characters take.

A character's script is the beginning of its Unicode name, which is the script's for all letters below.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# A word each; where letters take other forms beside each other, one in which they do.
OWN = {
    "Latin": "Worker 0417",
    "Greek": "Ελλάδα",
    "Cyrillic": "Україна",
    "Arabic": "سلام",
    "Hebrew": "שלום",
    "Devanagari": "क्षत्रिय",
    "Thai": "สวัสดี",
}
SHAPED = frozenset({"Arabic", "Devanagari"})  # together letters are not as wide as apart
EXTRA = {
    "fonts": {
        "Armenian": "Հայաստան",
        "Balinese": "ᬩᬮᬶ",
        "Bengali": "বাংলা",
        "Canadian": "ᐃᓄᒃᑎᑐᑦ",
        "Cherokee": "ᏣᎳᎩ",
        "Ethiopic": "አማርኛ",
        "Georgian": "ქართული",
        "Gujarati": "ગુજરાતી",
        "Gurmukhi": "ਪੰਜਾਬੀ",
        "Javanese": "ꦗꦮ",
        "Kannada": "ಕನ್ನಡ",
        "Khmer": "ខ្មែរ",
        "Lao": "ລາວ",
        "Malayalam": "മലയാളം",
        "Mongolian": "ᠮᠣᠩᠭᠣᠯ",
        "Myanmar": "မြန်မာ",
        "Nko": "ߒߞߏ",
        "Oriya": "ଓଡ଼ିଆ",
        "Sinhala": "සිංහල",
        "Syriac": "ܣܘܪܝܝܐ",
        "Tamil": "தமிழ்",
        "Telugu": "తెలుగు",
        "Thaana": "ދިވެހި",
        "Tibetan": "བོད་སྐད",
        "Tifinagh": "ⵜⵉⴼⵉⵏⴰⵖ",
    },
    "cjk": {
        "Han": "漢字汉字",
        "Hiragana": "ひらがな",
        "Katakana": "カタカナ",
        "Hangul": "한국어",
        "Bopomofo": "ㄅㄆㄇ",
    },
    "emoji": {"Emoji": "😀👍🏽👨‍👩‍👧"},
}
# What characters' names say of a script that is called otherwise.
NAMED = {
    "CJK": "Han", "IDEOGRAPHIC": "Han", "FULLWIDTH": "Han",
    "HALFWIDTH": "Katakana", "KATAKANA-HIRAGANA": "Katakana",
}  # fmt: skip
EMOJI = (range(0x2300, 0x2C00), range(0x1F000, 0x1FB00))  # blocks of signs, many of which are emoji
HAN_FORMS = {"zh-Hans": "SC", "zh-Hant": "TC", "zh-HK": "HK", "ja": "JP", "ko": "KR"}  # as Noto Sans CJK calls them


def extras_for(characters: str) -> list[str]:
    """Return the extras whose fonts have some of these characters, in the order of their names."""
    words = {_script(character) for character in characters}
    return sorted(extra for extra, scripts in EXTRA.items() if words & set(scripts))


def _script(character: str) -> str:
    if any(ord(character) in block for block in EMOJI):
        return "Emoji"
    word = unicodedata.name(character, "").split(" ")[0]
    return NAMED.get(word, word.capitalize())


def han_form(text: str, language: str | None) -> str:
    """Return whose form Han characters of a text take: ``SC``, ``TC``, ``HK``, ``JP`` or ``KR``.

    Unicode has one code for forms that differ from country to country. Kana are Japanese, Hangul is Korean; else the
    language that is said counts, else whether the text has characters of Traditional Chinese (Big5) that the Simplified
    set (GB 2312) lacks, and none the other way round.
    """
    scripts = {_script(character) for character in text}
    if scripts & {"Hiragana", "Katakana"}:
        return "JP"
    if "Hangul" in scripts:
        return "KR"
    if language is not None:
        return HAN_FORMS[language]
    han = [character for character in text if _script(character) == "Han"]
    return "TC" if _all_in(han, "big5") and not _all_in(han, "gb2312") else "SC"


def _all_in(characters: Iterable[str], encoding: str) -> bool:
    try:
        "".join(characters).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
