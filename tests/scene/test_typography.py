from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopviz.scene.elements import Align, Drawing, Path, Ramp, Rect, Scrim, Sprite, Text, TextStyle
from loopviz.scene.typography import ELLIPSIS, Typesetter, rgb

STYLE = TextStyle("sans", 400, 20, "#ffffff")
SETTER = Typesetter()


def ink(text: str, style: TextStyle = STYLE, width: float = 400) -> np.ndarray:
    """Where a text leaves ink: its coverage in a drawing of 400 by 60, the baseline at 40."""
    return SETTER.paint(Drawing(400, 60, (Text(text, style, 0, 40, width),)))[..., 3]


class TestScripts:
    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("The quick brown fox: 0123456789, ÄÖÜß Łódź Việt Nam €", id="Latin"),
            pytest.param("Съешь же ещё этих мягких булок", id="Cyrillic"),
            pytest.param("Ξεσκεπάζω την ψυχοφθόρα", id="Greek"),
            pytest.param("هذا نص عربي ١٢٣", id="Arabic"),
            pytest.param("این فارسی است گچپژ", id="Persian"),
            pytest.param("זה טקסט בעברית", id="Hebrew"),
            pytest.param("यह हिन्दी में है १२३ ₹", id="Devanagari"),
            pytest.param("นี่คือภาษาไทย ๑๒๓ ฿", id="Thai"),
            pytest.param("“quotes” – — … • × → −", id="signs"),
        ],
    )
    def test_every_script_of_the_package_has_all_its_glyphs(self, text: str):
        assert SETTER.lacks(text) == ""
        for family in ("sans", "mono"):
            assert ink(text, TextStyle(family, 400, 20, "#ffffff")).any()

    def test_what_no_font_has_is_told_once_each(self):
        assert SETTER.lacks("ok 漢字漢 \U0001f600") == "漢字\U0001f600"
        assert SETTER.lacks("a\n\t\u200d") == ""

    @pytest.mark.parametrize(
        "word",
        [pytest.param("سلام", id="Arabic letters join"), pytest.param("क्षत्रिय", id="Devanagari makes conjuncts")],
    )
    def test_a_word_is_shaped_not_spelt(self, word: str):
        separate = sum(SETTER.width(letter, STYLE) for letter in word)
        assert 0 < SETTER.width(word, STYLE) < 0.95 * separate

    @pytest.mark.parametrize(
        ("first", "text", "last"),
        [
            pytest.param("WWW", "שלום WWW", "שלום", id="Hebrew first: Latin is on its left"),
            pytest.param("Google", "أعمل Google", "أعمل", id="Arabic first"),
            pytest.param("!", "שלום!", "שלום", id="the sign at the end stands on the left"),
            pytest.param("WWW", "WWW שלום", "שלום", id="Latin first: it begins on the left"),
        ],
    )
    def test_a_line_runs_from_the_side_of_its_first_letter(self, first: str, text: str, last: str):
        whole, left, right = (np.flatnonzero(ink(part).any(axis=0)) for part in (text, first, last))
        shape = ink(text).astype(int)
        begin, width = whole[0] - left[0], left[-1] + 1
        difference = shape[:, begin : begin + width] - ink(first)[:, :width]
        assert np.abs(difference)[:, left[0] : width].mean() < 12  # the same letters, perhaps a part of a pixel off
        assert whole[-1] - whole[0] > right[-1] - right[0]

    def test_lines_are_equally_high_in_every_script(self):
        heights = {SETTER.measure(text, STYLE, 1e5)[1] for text in ("Latin", "हिन्दी", "ภาษาไทย", "عربي", "漢")}
        assert len(heights) == 1

    def test_the_weights_of_the_package_differ(self):
        weights = [int(ink("Weight", TextStyle("sans", w, 20, "#ffffff")).sum()) for w in (300, 400, 500, 600)]
        assert weights == sorted(weights)
        assert len(set(weights)) == 4

    def test_mono_is_mono(self):
        mono = TextStyle("mono", 600, 20, "#ffffff")
        assert SETTER.width("iiii", mono) == pytest.approx(SETTER.width("WWWW", mono))
        assert SETTER.width("iiii", STYLE) < SETTER.width("WWWW", STYLE)


class TestMeasuring:
    def test_size_and_tracking_widen(self):
        assert SETTER.width("abc", TextStyle("sans", 400, 40, "#fff000")) == pytest.approx(
            2 * SETTER.width("abc", STYLE), rel=0.03
        )
        assert SETTER.width("abc", TextStyle("sans", 400, 20, "#fff000", 5)) > SETTER.width("abc", STYLE) + 9

    def test_lines_are_counted(self):
        assert SETTER.measure("", STYLE, 100)[2] == 1
        assert SETTER.measure("one", STYLE, 100)[2] == 1
        assert SETTER.measure("one two three four five six", STYLE, 100)[2] == 3

    @given(
        text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40),
        width=st.floats(30, 300),
        lines=st.integers(1, 3),
    )
    @settings(max_examples=60)
    def test_a_fitted_text_fits_and_is_a_beginning(self, text: str, width: float, lines: int):
        fitted = SETTER.fit(text, STYLE, width, lines)
        longest, _, count = SETTER.measure(fitted, STYLE, width)
        assert longest <= width + 0.5
        assert count <= lines
        text = SETTER.hyphenated(text, STYLE, width) if lines > 1 else text.replace("\u00ad", "")
        if fitted != text:
            assert fitted.endswith(ELLIPSIS)
            assert text.startswith(fitted.removesuffix(ELLIPSIS))

    def test_a_text_that_fits_is_not_cut_and_one_that_is_cut_is_cut_late(self):
        assert SETTER.fit("fits", STYLE, 100) == "fits"
        cut = SETTER.fit("m" * 50, STYLE, 200)
        assert SETTER.width(cut.removesuffix(ELLIPSIS) + "m" + ELLIPSIS, STYLE) > 200
        assert SETTER.fit("anything", STYLE, 1) == ELLIPSIS


UNSEEN = [
    0xAD, 0x34F, 0x17B4, 0x180B, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x202A, 0x202E, 0x2060, 0x2066,
    0xFE00, 0xFE0F, 0xFEFF, 0xE0067, 0xE0100, 0x1D173,
]  # fmt: skip


class TestUnseen:
    @pytest.mark.parametrize("family", ["sans", "mono"])
    @pytest.mark.parametrize("tracking", [0.0, 2.0])
    @pytest.mark.parametrize("code", UNSEEN, ids=hex)
    def test_what_is_not_seen_has_neither_ink_nor_room(self, family: str, tracking: float, code: int):
        style = TextStyle(family, 400, 20, "#ffffff", tracking)
        np.testing.assert_array_equal(ink(f"50{chr(code)}%", style), ink("50%", style))
        assert SETTER.lacks(chr(code)) == ""

    def test_a_soft_hyphen_is_seen_where_a_line_ends_at_it_and_only_there(self):
        text = "Aus\u00adbildungs\u00adplatz"
        whole, first = SETTER.width("Ausbildungsplatz", STYLE), SETTER.width("Ausbildungs-", STYLE)
        assert SETTER.fit(text, STYLE, whole + 1, 2) == SETTER.fit(text, STYLE, whole + 1) == "Ausbildungsplatz"
        assert SETTER.fit(text, STYLE, first + 1, 2) == "Ausbildungs-\u200bplatz"
        assert SETTER.fit(text, STYLE, first + 1).endswith(ELLIPSIS)
        assert SETTER.lines("Ausbildungs-\u200bplatz", STYLE, first + 1) == 2

    @pytest.mark.parametrize("width", range(60, 400, 20))
    def test_hyphens_fill_lines_without_making_more(self, width: int):
        words = "Die Donaudampf-schiff-fahrts-gesell-schaft fährt an der Bild-schirm-arbeit vorbei".replace(
            "-", "\u00ad"
        )
        plain, soft = words.replace("\u00ad", ""), SETTER.hyphenated(words, STYLE, width)
        assert soft.replace("-\u200b", "") == plain
        longest, _, count = SETTER.measure(soft, STYLE, width)
        assert longest <= width + 0.5
        if (
            SETTER.measure(plain, STYLE, width)[0] <= width
            and max(SETTER.width(word, STYLE) for word in plain.split()) <= width
        ):
            assert count <= SETTER.lines(plain, STYLE, width)

    @pytest.mark.parametrize("before", ["", "in ", "the well-known "])
    def test_a_word_of_many_lines_breaks_at_its_hyphens_alone(self, before: str):
        parts = ["Donau", "dampf", "schiff", "fahrts", "gesell", "schafts", "stadt"]
        for width in range(round(SETTER.width("schafts-", STYLE)) + 1, 400, 7):
            text = SETTER.hyphenated(before + "\u00ad".join(parts), STYLE, width)
            first, *lines = text.split("\u200b")
            assert all(SETTER.lines(line, STYLE, width) == 1 for line in (first.split()[-1], *lines))
            assert all(line.endswith("-") for line in (first, *lines)[:-1])
            assert SETTER.lines(text, STYLE, width) == SETTER.lines(first, STYLE, width) + len(lines)

    def test_a_thousand_soft_hyphens_are_none(self):
        assert SETTER.hyphenated("a\u00ad" * 1000, STYLE, 100) == "a" * 1000

    def test_a_zero_width_space_breaks_a_line_without_a_hyphen(self):
        assert SETTER.lines("Kuala\u200bLumpur", STYLE, SETTER.width("Lumpur", STYLE) + 2) == 2

    def test_a_cut_text_keeps_a_letters_marks(self):
        text = "मै" * 40
        assert not SETTER.fit(text, STYLE, 101).removesuffix(ELLIPSIS).endswith("म")


class TestPainting:
    def test_a_rectangle_has_exact_pixels_multiplied_by_alpha(self):
        pixels = SETTER.paint(Drawing(4, 4, (Rect(1, 1, 3, 3, "#ff8000"), Rect(0, 3, 1, 4, "#ffffff", 0.5))))
        assert pixels[1:3, 1:3].reshape(-1, 4).tolist() == [[255, 128, 0, 255]] * 4
        assert pixels[3, 0].tolist() == [128, 128, 128, 128]
        assert pixels[0].any() == pixels[:, 3].any() == False  # noqa: E712

    def test_text_is_painted_in_its_colour_and_place(self):
        pixels = SETTER.paint(Drawing(100, 40, (Text("I", TextStyle("sans", 600, 30, "#ff0000"), 50, 30, 50),)))
        rows, columns = np.nonzero(pixels[..., 3])
        assert columns.min() >= 50
        assert rows.max() <= 30
        assert 30 - 0.8 * 30 < rows.min() < 12
        assert pixels[..., 1:3].max() == 0

    @pytest.mark.parametrize(("align", "low", "high"), [("left", 0, 20), ("center", 90, 110), ("right", 180, 200)])
    def test_alignment(self, align: str, low: int, high: int):
        pixels = SETTER.paint(Drawing(200, 40, (Text("I", STYLE, 0, 30, 200, align),)))
        columns = np.flatnonzero(pixels[..., 3].any(axis=0))
        assert low <= columns.min() <= columns.max() < high

    def test_outlines_are_filled_by_even_odd_and_stroked(self):
        ring = ((10, 10, 50, 10, 50, 50, 10, 50), (20, 20, 40, 20, 40, 40, 20, 40))
        filled = SETTER.paint(Drawing(60, 60, (Path(ring, "#00ff00", fill_opacity=0.5),)))
        assert filled[15, 15].tolist() == [0, 128, 0, 128]
        assert filled[30, 30].tolist() == filled[5, 5].tolist() == [0, 0, 0, 0]
        stroked = SETTER.paint(Drawing(60, 60, (Path(ring[:1], "#00ff00", stroke=4.0),)))
        assert stroked[30, 8:12].tolist() == [[0, 255, 0, 255]] * 4
        assert not stroked[30, 13:47].any()

    def test_a_scrim_is_level_then_fades_without_a_step(self):
        scrim = Scrim("#ffffff", Ramp(20, 60, 0.8, 0.0))
        alpha = SETTER.paint(Drawing(80, 2, (scrim,)))[0, :, 3].astype(int)
        assert alpha[:20].tolist() == [204] * 20
        assert alpha[60:].tolist() == [0] * 20
        assert (np.diff(alpha) <= 0).all()
        assert np.abs(np.diff(alpha)).max() <= 9
        assert alpha[39] + alpha[40] == pytest.approx(204, abs=1)

    def test_two_ramps_unite_without_a_seam(self):
        scrim = Scrim("#000000", Ramp(0, 10, 0.6, 0.0), Ramp(0, 10, 0.0, 0.5))
        alpha = SETTER.paint(Drawing(12, 12, (scrim,)))[..., 3]
        assert alpha[11, 11] == round(0.5 * 255)
        assert alpha.max() <= round(255 * (1 - 0.4 * 0.5))

    def test_the_same_drawing_has_the_same_pixels_from_any_typesetter(self):
        drawing = Drawing(200, 40, (Text("Same العربية हिन्दी", STYLE, 0, 30, 200),))
        np.testing.assert_array_equal(Typesetter().paint(drawing), SETTER.paint(drawing))

    @pytest.mark.parametrize(("color", "values"), [("#000000", (0, 0, 0)), ("#FF8001", (255, 128, 1))])
    def test_rgb(self, color: str, values: tuple[int, int, int]):
        assert rgb(color) == values


class TestPlacing:
    @pytest.mark.parametrize("align", ["left", "right"])
    def test_lines_break_where_they_were_measured_to_break(self, align: Align):
        text = "For three years I have looked for tasks at night, when the children sleep, and nobody says why."
        for width in np.arange(90, 180, 0.5):
            (sprite,) = SETTER.place([Text(text, STYLE, 0, 0, float(width), align)], 0, 0)
            (inner,) = sprite.drawing.shapes
            assert isinstance(inner, Text)
            assert SETTER.lines(text, STYLE, inner.width) == SETTER.lines(text, STYLE, float(width))

    @pytest.mark.parametrize("x", [0, 31, 32.4])
    @pytest.mark.parametrize("align", ["left", "right", "center"])
    @pytest.mark.parametrize("words", ["Fjord", "one two three four five six"])
    def test_a_sprite_holds_all_the_ink_where_the_text_was_to_stand(self, x: float, align: str, words: str):
        text = Text(words, STYLE, 20, 40, 120, align)
        whole = SETTER.paint(Drawing(240, 160, (Text(words, STYLE, round(x) + 20, 70, 120, align),)))
        (sprite,) = SETTER.place([text], round(x), 30)
        assert isinstance(sprite, Sprite)
        assert sprite.x % 2 == sprite.y % 2 == sprite.drawing.width % 2 == sprite.drawing.height % 2 == 0
        painted = np.zeros_like(whole)
        height, width = sprite.drawing.height, sprite.drawing.width
        painted[sprite.y : sprite.y + height, sprite.x : sprite.x + width] = SETTER.paint(sprite.drawing)
        one, other = (np.nonzero(p[..., 3]) for p in (whole, painted))
        assert [int(a.min()) for a in one] == pytest.approx([int(a.min()) for a in other], abs=1)
        assert [int(a.max()) for a in one] == pytest.approx([int(a.max()) for a in other], abs=1)
        assert painted[..., 3].sum() == pytest.approx(whole[..., 3].sum(), rel=0.02)

    def test_the_same_words_are_the_same_drawing_two_pixels_on(self):
        texts = [Text("same", STYLE, x, y, 100) for x, y in ((0, 40), (20, 40), (20, 66))]
        assert len({sprite.drawing for sprite in SETTER.place(texts, 0, 0)}) == 1

    def test_rectangles_are_moved_to_whole_pixels(self):
        assert list(SETTER.place([Rect(0.2, 0, 9.6, 1.4, "#ffffff", 0.5)], 10.3, 5)) == [
            Rect(10, 5, 20, 6, "#ffffff", 0.5)
        ]


def test_no_text_has_no_width():
    assert SETTER.width("", STYLE) == 0
