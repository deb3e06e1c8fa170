from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser

import pytest

from loopviz.errors import ConfigError
from loopviz.kit import KitPlan, Question, SurveyQuestions
from loopviz.kit.pages import LARGEST_TASK, TEMPLATES, PageFacts, render_pages
from loopviz.kit.pictures import Pictures
from loopviz.scene.contrast import READABLE, contrast

FACTS = PageFacts(("frame_000000.jpg", "frame_000004.jpg"), (64, 48), Pictures(False, 2))
PLAN = KitPlan(("Body", "Cable"), pilot_seconds=47, search_minutes_per_task=4, base_url="https://example.org/kit")
PAGES = ("task.html", "preview.html", "pay.html")


class Tags(HTMLParser):
    """Every start tag with its attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_the_task_is_what_the_reader_of_results_expects():
    tags = Tags(render_pages(PLAN, FACTS)["task.html"])
    (form,) = tags.named("crowd-form")
    assert form["answer-format"] == "flatten-objects"  # else the results come as one cell of JSON
    (widget,) = tags.named("crowd-semantic-segmentation")
    assert (widget["name"], widget["src"]) == ("annotatedResult", "${image_url}")
    assert json.loads(widget["labels"] or "") == ["Body", "Cable"]
    assert {field["name"] for field in tags.named("input")} == {"consent", *(f"Q{n}" for n in range(1, 11))}
    assert [script["src"] for script in tags.named("script")] == ["https://assets.crowd.aws/crowd-html-elements.js"]
    assert {image["src"] for image in tags.named("img")} == {
        f"https://example.org/kit/instructions/{name}.png" for name in ("frame", "good", "poor")
    }


def test_choices_are_sent_as_the_survey_says_them():
    fields = Tags(render_pages(PLAN, FACTS)["task.html"]).named("input")
    for question in PLAN.survey.questions:
        sent = tuple(field["value"] for field in fields if field["name"] == question.id and "value" in field)
        assert sent == question.choices


def test_consent_is_asked_for_and_nothing_else_is_required():
    for page in ("task.html", "preview.html"):
        required = [f for f in Tags(render_pages(PLAN, FACTS)[page]).named("input") if "required" in f]
        assert [(f["name"], f["value"]) for f in required] == [("consent", "yes"), ("consent", "no")]


def test_hostile_texts_reach_no_template_and_no_tag(hostile_plan: KitPlan):
    pages = render_pages(hostile_plan, FACTS)
    task = pages["task.html"]
    assert re.findall(r"\$\{[^}]*\}?", task) == ["${image_url}"]
    calm = render_pages(dataclasses.replace(PLAN, categories=("a", "b", "c"), survey=_calm(hostile_plan)), FACTS)
    for name in PAGES:
        page = pages[name]
        assert not re.search(r"\{\{|\{%|%\}|\}\}", page)
        assert not any("onerror" in attributes for _, attributes in Tags(page).found)
        for tag in ("script", "img", "style", "meta"):
            assert len(Tags(page).named(tag)) == len(Tags(calm[name]).named(tag))
    (widget,) = Tags(task).named("crowd-semantic-segmentation")
    assert tuple(json.loads(widget["labels"] or "")) == hostile_plan.categories
    assert "onerror=boom()&gt;&#39;" in task


def _calm(plan: KitPlan) -> SurveyQuestions:
    calm = [
        Question(id=q.id, heading="h", text="t", kind=q.kind, choices=("x", "y") if q.choices else ())
        for q in plan.survey.questions
    ]
    return SurveyQuestions(questions=tuple(calm))


@pytest.mark.parametrize("name", ["preview.html", "pay.html"])
def test_local_pages_load_nothing_from_elsewhere(name: str):
    tags = Tags(render_pages(PLAN, FACTS)[name])
    assert tags.found[0][0] == "html"
    policy = next(m["content"] or "" for m in tags.named("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src 'self' file:; ")
    assert "unsafe" not in policy
    linked = [a.get("src") or a.get("href") for _, a in tags.found if "src" in a or "href" in a]
    assert all(address and "//" not in address for address in linked)


def test_every_field_has_a_label_and_every_picture_words():
    for name in PAGES:
        page = render_pages(PLAN, FACTS)[name]
        tags = Tags(page)
        assert all(image.get("alt") for image in tags.named("img"))
        labelled = {label["for"] for label in tags.named("label") if "for" in label}
        for field in tags.named("input"):
            assert field.get("id") in labelled or re.search(
                rf"<label class=\"choice\"><input type=\"{field['type']}\" name=\"{field['name']}\"", page
            )
        ids = [a["id"] for _, a in tags.found if "id" in a]
        assert len(ids) == len(set(ids))


def test_inks_can_be_read_on_their_papers():
    css = (TEMPLATES / "style.css").read_text("utf-8")
    color = dict(re.findall(r"--(\w+): (#\w{6});", css))
    for ink in ("ink", "quiet", "accent"):
        for paper in ("paper", "sheet", "tint"):
            assert contrast(color[ink], color[paper]) >= READABLE, (ink, paper)
    assert contrast(color["sheet"], color["ink"]) >= READABLE  # buttons and the notice
    assert contrast(color["sheet"], color["accent"]) >= READABLE  # a button under the pointer
    assert contrast(color["control"], color["sheet"]) >= 3  # a field's edge (WCAG 1.4.11)


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        pytest.param(PLAN, ("$11.49 an hour", "$1.88 an hour", "must be $0.20, or $1.20 with"), id="all is known"),
        pytest.param(
            dataclasses.replace(PLAN, search_minutes_per_task=None), ("true figure is lower",), id="no search"
        ),
        pytest.param(dataclasses.replace(PLAN, pilot_seconds=None), ("nobody knows yet",), id="no pilot"),
        pytest.param(KitPlan(("a",)), ("No address was given", "No contact was given"), id="hardly anything"),
        pytest.param(dataclasses.replace(PLAN, title="a <b> *c*"), (r"# a \<b\> \*c\*: ",), id="a title with signs"),
        pytest.param(
            dataclasses.replace(PLAN, assignments=3), ("3 people for each: 6 tasks", "$0.90"), id="three each"
        ),
    ],
)
def test_the_readme_says_what_it_pays_and_what_is_missing(plan: KitPlan, says: tuple[str, ...]):
    text = render_pages(plan, FACTS)["README.md"]
    assert all(each in text for each in says), text
    assert "None" not in text


def test_pay_is_said_to_the_people_only_where_it_was_measured():
    assert "11.49" in render_pages(PLAN, FACTS)["task.html"]
    assert "at that pace" not in render_pages(dataclasses.replace(PLAN, pilot_seconds=None), FACTS)["task.html"]


def test_a_page_that_is_too_large_to_publish():
    questions = tuple(Question(id=f"Q{n}", heading="h", text="é" * 500, kind="text") for n in range(60))
    with pytest.raises(ConfigError, match=f"at most {LARGEST_TASK:,}"):
        render_pages(dataclasses.replace(PLAN, survey=SurveyQuestions(questions=questions)), FACTS)


def test_a_consent_text_of_ones_own_keeps_its_paragraphs():
    text = "We ask you, 555-1234.\r\n\r\nYou\nmay say no."
    page = render_pages(dataclasses.replace(PLAN, consent=text), FACTS)["task.html"]
    assert '<p class="text">We ask you, 555-1234.</p>' in page
    assert '<p class="text">You may say no.</p>' in page
    assert "worker ID" not in page
