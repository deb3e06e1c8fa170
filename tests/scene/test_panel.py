from __future__ import annotations

import dataclasses
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import changed_theme

from loopviz.errors import ConfigError
from loopviz.scene import Typesetter
from loopviz.scene.caption import Caption, Figure, Row
from loopviz.scene.elements import Rect, Text
from loopviz.scene.panel import Panel, PanelSetter

SETTER = Typesetter()
ANSWERS = ("31", "India", "Somewhere between one and two hours on most days, sometimes more", "no")


@cache
def panel(name: str, unit: float = 960.0) -> PanelSetter:
    return setter_of(name, unit)


def setter_of(name: str, unit: float, /, **sizes: float) -> PanelSetter:
    theme = changed_theme(name, widgets={"panel": sizes})
    style, margins = next(theme.parts(Panel)), theme.canvas.margins
    height = unit if name == "margin" else unit * (1 - margins.top - margins.bottom - 0.06)
    return PanelSetter(style, theme.colors, SETTER, style.width * unit, height, unit)


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
        assert text.style.size == pytest.approx(panel("margin").style.row * 960)
        assert (text.align, text.x + text.width) == ("right", panel("margin").width)

    def test_a_longer_one_stands_under_its_heading_in_the_same_size(self):
        heading = panel("margin").colors.quiet
        for count in range(1, 40):
            rows = (Row("Why", "word " * count + "end", True),)
            first, second = texts(panel("margin").set(caption(rows), note_inside=False))[-2:]
            assert second.text.endswith("end")
            assert second.style.size == first.style.size == pytest.approx(panel("margin").style.row * 960)
            assert (second.align, second.y > first.y) in {("right", False), ("left", True)}
            assert first.style.color == heading

    def test_what_stands_beside_its_heading_stands_on_its_line(self):
        ideographs = "我在奶奶的房间里做这些标注因为那里是家里唯一有网络的地方"
        for count in range(1, len(ideographs)):
            rows = (Row("Age", ideographs[:count], True),)
            heading, answer = texts(panel("margin").set(caption(rows), note_inside=False))[-2:]
            if SETTER.lines(answer.text, answer.style, answer.width) == 1:
                assert (answer.y, answer.align) == (heading.y, "right")

    def test_an_answer_never_covers_its_heading(self):
        rows = (Row("A heading of words", "five words of an", True),)
        first, second = texts(panel("margin").set(caption(rows), note_inside=False))[-2:]
        assert reach(first)[1] < reach(second)[0]

    def test_a_long_heading_stands_above_its_answer(self):
        heading = "A heading that is rather long for its column and goes on and on until it needs a second line"
        first, second = texts(panel("margin").set(caption((Row(heading, "Kenya", True),)), note_inside=False))[-2:]
        assert (first.text, second.text) == (heading, "Kenya")
        assert second.y > first.y + 1.3 * first.style.size

    @pytest.mark.parametrize("name", ["margin", "house"])
    @pytest.mark.parametrize("unit", [640.0, 720.0, 2160.0])
    @pytest.mark.parametrize(
        "answer", ["word " * 50, "שלוש שעות " * 25, "मैंने तीन घंटे " * 20, "https://example.org/" + "a" * 200]
    )
    def test_long_answers_are_whole_while_there_is_room(self, name: str, unit: float, answer: str):
        setter, rows = panel(name, unit), (Row("Why", answer.strip(), True), Row("Where", "here", True))
        shapes = setter.set(caption(rows), note_inside=name == "house")
        assert_in_column(setter, shapes)
        assert not setter.left_out(caption(rows), note_inside=name == "house")
        assert answer.strip() in [text.text for text in texts(shapes)]

    @pytest.mark.parametrize("name", ["margin", "house"])
    def test_lines_are_counted_in_the_type_that_answers_are_set_in(self, name: str):
        told = "Three years I have looked for tasks at night, and when one is rejected nobody answers what I wrote. "
        for length in range(60, 400, 5):
            row = Row("What do you think about meanwhile?", (told * 4)[:length].strip(), True)
            assert not panel(name).left_out(caption((row,)), note_inside=name == "house"), length

    def test_one_that_runs_from_the_right_begins_there(self):
        rows = (Row("Why", "שלוש שעות " * 25, True), Row("How", "word " * 50, True))
        by_heading = {t.text[:4]: t for t in texts(panel("margin").set(caption(rows), note_inside=False))}
        assert (by_heading["שלוש"].align, by_heading["word"].align) == ("right", "left")

    @pytest.mark.parametrize("name", ["margin", "house"])
    def test_what_there_is_no_room_for_is_counted(self, name: str):
        answer = "word " * 700
        rows = tuple(Row(f"Why {i}", answer.strip(), True) for i in range(6))
        setter = panel(name)
        shapes = setter.set(caption(rows), note_inside=name == "house")
        assert_in_column(setter, shapes)
        shown = [text.text for text in texts(shapes) if text.text.startswith("word")]
        left = setter.left_out(caption(rows), note_inside=name == "house")
        assert left.texts == 6
        assert left.characters == sum(len(answer.strip()) - len(text.removesuffix("…")) for text in shown)
        lines = [len(text) for text in shown]
        assert max(lines) - min(lines) < 150  # lines are shared out
        many = setter.left_out(caption(tuple(QUESTIONS)), note_inside=name == "house")
        assert many.answers > 5

    @pytest.mark.parametrize("name", ["margin", "house"])
    def test_nothing_overlaps_whatever_is_long(self, name: str):
        setter = panel(name)
        long = "word " * 60
        figures = (Figure(long, "of " * 30), Figure("$1", "label"), Figure(None, "x"))
        rows = (Row(long, long, True), Row("b", "", False), Row("c", long * 3, True), *QUESTIONS[:3])
        shapes = setter.set(caption(rows, figures=figures, name=long, line=long), note_inside=name == "house")
        assert_in_column(setter, shapes)
        boxes = []
        for text in texts(shapes):
            left, right = reach(text)
            deep = (SETTER.lines(text.text, text.style, text.width) - 1) * SETTER.line_height(text.style)
            boxes.append((left, text.y - 0.7 * text.style.size, right, text.y + deep + 0.2 * text.style.size))
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                assert a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1

    def test_what_was_not_said_is_quieter_than_what_was(self):
        rows = (Row("a", "no answer", False), Row("b", "Kenya", True), Row("c", "", False))
        shapes = {text.text: text for text in texts(panel("margin").set(caption(rows), note_inside=False))}
        colors = panel("margin").colors
        assert shapes["no answer"].style.color == colors.quiet
        assert shapes["Kenya"].style.color == colors.ink
        assert "" not in shapes


SHORT = [Row(f"Question {i}", "Kenya", True) for i in range(9)]
LONG = Row("Why", "What I did not like is that nobody ever answers. " * 3, True)


def hairlines(setter: PanelSetter, said: Caption) -> list[float]:
    return [shape.y_min for shape in setter.set(said, note_inside=False) if isinstance(shape, Rect)]


class TestRows:
    def test_rows_keep_one_pitch_between_hairlines(self):
        lines = hairlines(panel("margin"), caption(tuple(SHORT[:8])))
        assert len(lines) == 9
        steps = {round(b - a) for a, b in pairwise(lines)}
        wanted = panel("margin").style.row_pitch * 960
        assert all(abs(step - wanted) <= 1 for step in steps)

    @pytest.mark.parametrize("name", ["margin", "house"])
    @pytest.mark.parametrize("long_at", [0, 4, 8])
    def test_all_rows_of_a_clip_stand_on_one_grid_whoever_said_more(self, name: str, long_at: int):
        usual = tuple(SHORT)
        blank = tuple(Row(row.heading, "", False) for row in SHORT)
        more = (*SHORT[:long_at], LONG, *SHORT[long_at + 1 :])
        clip = tuple(caption(rows) for rows in (usual, blank, more))
        setter = dataclasses.replace(panel(name), clip=clip)
        grid = hairlines(setter, clip[0])
        assert hairlines(setter, clip[1]) == grid
        pitch = (grid[-1] - grid[0]) / 9
        for edge in hairlines(setter, clip[2]):
            assert abs((edge - grid[0]) / pitch - round((edge - grid[0]) / pitch)) * pitch <= 1.5
        assert not setter.left_out(clip[2], note_inside=False)
        heads = [[t for t in texts(setter.set(each, note_inside=False)) if t.text == "Worker 0417"] for each in clip]
        assert heads[0] == heads[1] == heads[2]

    def test_what_one_caption_needs_makes_all_of_the_clip_smaller_and_nothing_moves(self):
        figures = Figure("$0.15", "for this"), Figure("1,234,567,890 tasks", "never paid for")
        clip = (
            caption(tuple(SHORT[:4]), name="W" * 20, figures=(figures[1],) * 2),
            caption(tuple(SHORT[:4]), line="a line that needs another one, as it says more than most do"),
            caption(tuple(SHORT[:4]), line="", figures=(figures[0],) * 2),
        )  # fmt: skip
        setter = dataclasses.replace(panel("margin"), clip=clip)
        shapes = [texts(setter.set(each, note_inside=False)) for each in clip]
        assert len({found[1].style.size for found in shapes}) == 1
        assert (
            len({text.y for found in shapes for text in found if text.text == "Question 0"}) == 2
        )  # one has no figures
        by_text = {text.text: text for text in shapes[2]}
        assert by_text["$0.15"].style.size == {t.text: t for t in shapes[0]}["1,234,567,890 tasks"].style.size

    @pytest.mark.parametrize("name", ["margin", "house"])
    def test_a_sentence_is_as_large_as_its_own_captions_leave_room_for(self, name: str):
        said = "Twenty words of a person of whom one sentence is said, while all of the others have figures and rows."
        sentence = dataclasses.replace(caption(line=""), sentence=said)
        figures = tuple(Figure("$0.15", "for this") for _ in range(3))
        alone = dataclasses.replace(panel(name), clip=(sentence,))
        among = dataclasses.replace(
            panel(name), clip=(caption(tuple(SHORT), figures=figures, line="x " * 40), sentence)
        )
        set_ = [
            next(t for t in texts(setter.set(sentence, note_inside=False)) if t.text == said)
            for setter in (alone, among)
        ]
        assert set_[0].style.size == set_[1].style.size == pytest.approx(panel(name).style.sentence * 960)

    def test_one_that_is_not_of_the_clip_and_has_no_room_there_is_set_by_itself(self):
        setter = dataclasses.replace(panel("margin"), clip=(caption(),))
        name = next(
            text for text in texts(setter.set(caption(name="W" * 30), note_inside=False)) if text.text[0] == "W"
        )
        assert name.text == "W" * 30

    def test_short_rows_yield_to_a_paragraph_those_without_an_answer_first(self):
        rows = (Row("Why", "word " * 130 + "end", True), *SHORT[:8], Row("Question 8", "no answer", False))
        shapes = texts(panel("margin").set(caption(rows), note_inside=False))
        said = [text.text for text in shapes]
        assert rows[0].answer in said
        assert [f"Question {i}" in said for i in range(9)].index(False) >= 3
        assert "Question 8" not in said
        (more,) = [text for text in said if text.startswith("and ")]
        hidden = int(more.split()[1])
        assert hidden == sum(f"Question {i}" not in said for i in range(9))
        assert panel("margin").left_out(caption(rows), note_inside=False).answers == hidden

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

    def test_a_long_name_shrinks_then_takes_more_lines(self):
        sizes = [texts(panel("margin").set(caption(name="W" * n), note_inside=False))[1] for n in (5, 20, 80)]
        assert sizes[0].style.size > sizes[1].style.size
        assert min(text.style.size for text in sizes) >= 0.6 * sizes[0].style.size - 1e-9
        assert sizes[2].text == "W" * 80
        assert SETTER.lines(sizes[2].text, sizes[2].style, sizes[2].width) > 1

    def test_a_sentence_takes_the_lines_that_it_needs(self):
        line = "word " * 60
        shapes = texts(panel("margin").set(caption(tuple(QUESTIONS[:3]), line=line.strip()), note_inside=False))
        assert line.strip() in [text.text for text in shapes]

    @pytest.mark.parametrize("name", ["margin", "house"])
    def test_figures_stand_in_a_row_or_a_column_each_above_its_label(self, name: str):
        figures = tuple(Figure(str(i), f"label {i}") for i in range(3))
        shapes = {text.text: text for text in texts(panel(name).set(caption(figures=figures), note_inside=False))}
        numbers = [shapes[str(i)] for i in range(3)]
        same = {"margin": "x", "house": "y"}[name]
        assert len({getattr(n, same) for n in numbers}) == 1
        for i, number in enumerate(numbers):
            assert shapes[f"label {i}"].x == number.x
            assert shapes[f"label {i}"].y > number.y

    def test_a_figure_that_is_not_known_is_a_quiet_dash(self):
        shapes = texts(
            panel("house").set(caption(figures=(Figure(None, "an hour"), Figure("$1", "x"))), note_inside=False)
        )
        dash, dollar = (next(text for text in shapes if text.text == t) for t in ("–", "$1"))
        assert dash.style.color == panel("house").colors.quiet
        assert dollar.style.color == panel("house").colors.ink

    def test_twelve_figures_in_a_row_do_not_fail(self):
        figures = tuple(Figure("123", "label") for _ in range(12))
        setter = panel("house")
        assert_in_column(setter, setter.set(caption(figures=figures), note_inside=True))


class TestThemes:
    @staticmethod
    def setter(base: str = "house", **sizes: float) -> PanelSetter:
        return setter_of(base, 960, **sizes)

    @pytest.mark.parametrize("row", [0.0165, 0.025, 0.035, 0.05])
    @pytest.mark.parametrize("count", [1, 6, 10, 30])
    def test_rows_of_large_type_move_apart(self, row: float, count: int):
        setter = self.setter(width=0.6, row=row)
        setter.check_room(3, True, True)
        shapes = setter.set(caption(tuple(QUESTIONS[:count])), note_inside=True)
        assert_in_column(setter, shapes)
        lines = [shape.y_min for shape in shapes if isinstance(shape, Rect)]
        for text in texts(shapes)[3:-1]:
            above = max(line for line in lines if line < text.y)
            below = min(line for line in lines if line > text.y)
            deep = (SETTER.lines(text.text, text.style, text.width) - 1) * SETTER.line_height(text.style)
            assert text.y - 0.74 * text.style.size >= above
            assert text.y + deep + 0.2 * text.style.size <= below

    @pytest.mark.parametrize(
        ("name", "sizes", "figures", "what"),
        [
            pytest.param("house", {"row": 0.9}, 3, "panel is too low|too narrow", id="rows"),
            pytest.param("house", {"figure": 0.5}, 3, "too low", id="figures"),
            pytest.param("margin", {"name": 1.5}, 3, "too low", id="name"),
            pytest.param("margin", {}, 9, "too low.*fewer figures", id="nine figures"),
            pytest.param("margin", {"width": 0.05}, 0, "too narrow.*expected at most 0.0", id="narrow"),
        ],
    )
    def test_what_cannot_fit_is_refused_with_what_would(
        self, name: str, sizes: dict[str, float], figures: int, what: str
    ):
        with pytest.raises(ConfigError, match=what):
            self.setter(name, **sizes).check_room(figures, rows=True, note=name == "house")

    def test_the_share_that_is_told_fits(self):
        sizes = {"figure": 0.5, "figure_label": 0.2, "name": 0.3}
        with pytest.raises(ConfigError) as caught:
            self.setter(**sizes).check_room(3, rows=False, note=False)
        share = float(str(caught.value).split("at most ")[1].split()[0])
        every = {key: value * share for key, value in (panel("house").style.model_dump() | sizes).items()
                 if isinstance(value, float) and key != "width"}  # fmt: skip
        self.setter(**every).check_room(3, rows=False, note=False)
