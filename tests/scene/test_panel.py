from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopviz.scene import Typesetter, load_theme
from loopviz.scene.caption import Caption, Figure, Row
from loopviz.scene.elements import Rect, Text
from loopviz.scene.panel import PanelSetter

SETTER = Typesetter()
ANSWERS = ("31", "India", "Somewhere between one and two hours on most days, sometimes more", "no")


@cache
def panel(name: str, unit: float = 960.0) -> PanelSetter:
    theme = load_theme(name)
    height = unit if name == "margin" else unit * (1 - theme.margins.top - theme.margins.bottom - 0.06)
    return PanelSetter(theme, SETTER, theme.panel.width * unit, height, unit)


def caption(
    rows: tuple[Row, ...] = (), *, figures: tuple[Figure, ...] = (), name: str = "Worker 0417", line: str = "labelled"
) -> Caption:
    return Caption("labelled by", name, line, figures, rows, "Simulated data")


def texts(shapes: tuple[Text | Rect, ...]) -> list[Text]:
    return [shape for shape in shapes if isinstance(shape, Text)]


def reach(text: Text) -> tuple[float, float]:
    """From where to where a text's ink goes, measured by the typesetter."""
    longest = SETTER.measure(text.text, text.style, text.width)[0]
    return (text.x + text.width - longest, text.x + text.width) if text.align == "right" else (text.x, text.x + longest)


def assert_in_column(setter: PanelSetter, shapes: tuple[Text | Rect, ...], *, slack: float = 0.0) -> None:
    for shape in shapes:
        if isinstance(shape, Rect):
            assert (shape.x_min, shape.x_max) == (0, setter.width)
            assert shape.y_max <= setter.height + 2 + slack
        else:
            left, right = reach(shape)
            assert left >= -0.5, shape
            assert right <= setter.width + 1, shape
            lines = SETTER.measure(shape.text, shape.style, shape.width)[2]
            assert 0 < shape.y + (lines - 1) * 1.3 * shape.style.size <= setter.height + slack, shape


QUESTIONS = [Row(f"Question {i}", ANSWERS[i % 4], True) for i in range(40)]


@pytest.mark.parametrize("name", ["margin", "house"])
@pytest.mark.parametrize("unit", [300.0, 640.0, 1080.0, 2160.0])
@pytest.mark.parametrize("count", [0, 1, 10, 14, 30])
def test_nothing_leaves_the_column_whatever_the_size_and_the_number_of_questions(name: str, unit: float, count: int):
    setter = panel(name, unit)
    figures = (Figure("$0.15", "for this"), Figure(None, "an hour"), Figure("12", "tasks never paid for"))
    shapes = setter.set(caption(tuple(QUESTIONS[:count]), figures=figures), note_inside=name == "house")
    assert_in_column(setter, shapes)


words = st.text(st.sampled_from("abcdefg WMِ—…शुक्रिया שלום سلام"), max_size=120)


@given(
    name=st.sampled_from(["margin", "house"]),
    head=words,
    line=words,
    figures=st.lists(st.builds(Figure, st.none() | words, words), max_size=4).map(tuple),
    rows=st.lists(st.builds(Row, words, words, st.booleans()), max_size=14).map(tuple),
)
@settings(max_examples=40)
def test_no_text_leaves_the_column_whatever_people_wrote(
    name: str, head: str, line: str, figures: tuple[Figure, ...], rows: tuple[Row, ...]
):
    setter = panel(name)
    for shape in texts(setter.set(caption(rows, figures=figures, name=head, line=line), note_inside=True)):
        left, right = reach(shape)
        assert left >= -0.5
        assert right <= setter.width + 1


class TestAnswers:
    def answer(self, answer: str, heading: str = "Why") -> Text:
        rows = (Row(heading, answer, True), *QUESTIONS[:9])
        shapes = texts(panel("margin").set(caption(rows), note_inside=False))
        (place,) = [i for i, shape in enumerate(shapes) if shape.text == heading]
        return shapes[place + 1]

    def test_a_short_answer_has_the_themes_size_in_one_line_at_the_right(self):
        text = self.answer("Kenya")
        assert text.text == "Kenya"
        assert text.style.size == pytest.approx(panel("margin").theme.panel.row * 960)
        assert (text.align, text.x, text.width) == ("right", 0, panel("margin").width)

    def test_a_longer_one_is_set_smaller_then_on_two_lines_then_cut(self):
        sizes, lines = [], []
        for count in range(1, 60):
            text = self.answer("word " * count + "end")
            sizes.append(text.style.size)
            lines.append(SETTER.measure(text.text, text.style, text.width)[2])
        full = panel("margin").theme.panel.row * 960
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] == pytest.approx(full)
        assert any(0.8 * full <= size < 0.999 * full for size in sizes)
        assert sizes[-1] == pytest.approx(0.76 * full)
        assert lines == sorted(lines)
        assert set(lines) == {1, 2}
        assert self.answer("word " * 5 + "end").text.endswith("end")
        assert self.answer("word " * 60).text.endswith("…")

    def test_an_answer_never_covers_its_heading(self):
        heading = "A heading that is rather long for its column and goes on"
        rows = (Row(heading, ANSWERS[2] * 3, True),)
        first, second = texts(panel("margin").set(caption(rows), note_inside=False))[-2:]
        assert first.text.endswith("…")
        assert reach(first)[1] < reach(second)[0]

    def test_what_was_not_said_is_quieter_than_what_was(self):
        rows = (Row("a", "no answer", False), Row("b", "Kenya", True), Row("c", "", False))
        shapes = {text.text: text for text in texts(panel("margin").set(caption(rows), note_inside=False))}
        colors = panel("margin").theme.colors
        assert shapes["no answer"].style.color == colors.quiet
        assert shapes["Kenya"].style.color == colors.ink
        assert "" not in shapes


class TestRows:
    def test_rows_keep_one_pitch_between_hairlines(self):
        shapes = panel("margin").set(caption(tuple(QUESTIONS[:8])), note_inside=False)
        lines = [shape.y_min for shape in shapes if isinstance(shape, Rect)]
        assert len(lines) == 9
        steps = {round(b - a) for a, b in pairwise(lines)}
        wanted = panel("margin").theme.panel.row_pitch * 960
        assert all(abs(step - wanted) <= 1 for step in steps)

    def test_the_pitch_does_not_depend_on_what_is_answered(self):
        rows = tuple(QUESTIONS[:12])
        blank = tuple(Row(row.heading, "", False) for row in rows)
        lines = [
            [shape for shape in panel("house").set(caption(r), note_inside=True) if isinstance(shape, Rect)]
            for r in (rows, blank)
        ]
        assert lines[0] == lines[1]

    def test_rows_that_do_not_fit_are_counted(self):
        shapes = texts(panel("house").set(caption(tuple(QUESTIONS)), note_inside=True))
        shown = [text.text for text in shapes if text.text.startswith("Question")]
        assert f"and {40 - len(shown)} more answers" in [text.text for text in shapes]
        assert shown == [f"Question {i}" for i in range(len(shown))]
        assert 10 < len(shown) < 40

    def test_rows_end_above_the_note(self):
        setter = panel("house")
        shapes = setter.set(caption(tuple(QUESTIONS)), note_inside=True)
        note = texts(shapes)[-1]
        assert note.text == "Simulated data"
        assert max(s.y_max for s in shapes if isinstance(s, Rect)) < note.y - note.style.size
        assert "Simulated data" not in [text.text for text in texts(setter.set(caption(), note_inside=False))]


class TestHeadAndFigures:
    def test_the_head_stands_in_order_and_what_is_empty_takes_no_room(self):
        kicker, name, line = texts(panel("house").set(caption(), note_inside=False))
        assert (kicker.text, name.text, line.text) == ("LABELLED BY", "Worker 0417", "labelled")
        assert kicker.y < name.y < line.y
        assert name.style.family == "mono"
        bare = texts(panel("house").set(Caption("", "W", "", (), (), ""), note_inside=True))
        assert [text.text for text in bare] == ["W"]
        assert bare[0].y < name.y

    def test_a_long_name_shrinks_then_is_cut(self):
        sizes = [texts(panel("margin").set(caption(name="W" * n), note_inside=False))[1] for n in (5, 20, 80)]
        assert sizes[0].style.size > sizes[1].style.size >= sizes[2].style.size
        assert sizes[2].style.size >= 0.6 * sizes[0].style.size - 1e-9
        assert sizes[2].text.endswith("…")

    @pytest.mark.parametrize("name", ["margin", "house"])
    def test_figures_stand_in_a_row_or_a_column_each_above_its_label(self, name: str):
        figures = tuple(Figure(str(i), f"label {i}") for i in range(3))
        shapes = {text.text: text for text in texts(panel(name).set(caption(figures=figures), note_inside=False))}
        numbers = [shapes[str(i)] for i in range(3)]
        same = "x" if panel(name).theme.panel.figures == "column" else "y"
        assert len({getattr(n, same) for n in numbers}) == 1
        for i, number in enumerate(numbers):
            assert shapes[f"label {i}"].x == number.x
            assert shapes[f"label {i}"].y > number.y

    def test_a_figure_that_is_not_known_is_a_quiet_dash(self):
        shapes = texts(
            panel("house").set(caption(figures=(Figure(None, "an hour"), Figure("$1", "x"))), note_inside=False)
        )
        dash, dollar = (next(text for text in shapes if text.text == t) for t in ("–", "$1"))
        assert dash.style.color == panel("house").theme.colors.quiet
        assert dollar.style.color == panel("house").theme.colors.ink

    def test_twelve_figures_in_a_row_do_not_fail(self):
        figures = tuple(Figure("123", "label") for _ in range(12))
        setter = panel("house")
        assert_in_column(setter, setter.set(caption(figures=figures), note_inside=True))
