"""A review that a notebook shows: as a widget, as a word on where it lies, and what was decided comes back."""

from __future__ import annotations

import base64
import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import WORKERS, make_dataset

import loopviz
from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError
from loopviz.project import notebook
from loopviz.project.notebook import LabelReview
from loopviz.review.embedded import Desk
from loopviz.review.folder import ASSETS


@pytest.fixture(autouse=True)
def _own_salt(user_config: Path) -> None:
    pass


@pytest.fixture
def dataset() -> Dataset:
    return make_dataset(12, (64, 48))


def decide(review: LabelReview, *labels: tuple[int, str]) -> None:
    """Say to a review what its page would say."""
    content = review.decisions
    content["decisions"] = [{"label": label, "decision": verdict, "comment": ""} for label, verdict in labels]
    review._desk.answer({"kept": "[]", "decisions": json.dumps(content)})


class TestDecisions:
    def test_nothing_decided_changes_nothing(self, dataset: Dataset):
        review = dataset.show()
        assert review.decisions["decisions"] == review.decisions["places"] == []
        assert review.apply().equals(dataset)

    def test_what_was_decided_comes_back_and_the_dataset_shown_stays(self, dataset: Dataset):
        review, before = dataset.show(), dataset.annotations
        label = before["annotation_id"][0]
        decide(review, (label, "reject"))
        assert review.apply().annotations["annotation_id"].to_list() == before["annotation_id"].to_list()[1:]
        assert dataset.annotations.equals(before)

    def test_its_file_is_the_one_that_a_page_hands_over(self, dataset: Dataset, tmp_path: Path):
        review = dataset.show()
        decide(review, (dataset.annotations["annotation_id"][0], "reject"))
        file = review.save_decisions(tmp_path / "decisions.json")
        assert dataset.show().apply(file).equals(review.apply())
        with pytest.raises(OutputError):
            review.save_decisions(file)
        review.save_decisions(file, overwrite=True)

    def test_decisions_on_other_labels_are_refused(self, dataset: Dataset, tmp_path: Path):
        file = make_dataset(3, (64, 48)).show().save_decisions(tmp_path / "decisions.json")
        with pytest.raises(InputError):
            dataset.show().apply(file)


class TestWhatIsShown:
    def test_without_widgets_it_says_where_the_page_is(self, dataset: Dataset, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(notebook, "WIDGETS", "no_such_package")
        review = dataset.show()
        shown = review._repr_mimebundle_()
        assert shown["text/plain"] == repr(review)
        assert str(review.folder.path / "index.html") in shown["text/html"]
        assert "22 labels on 11 frames by 3 people" in shown["text/html"]

    def test_the_folder_goes_with_the_review(self, dataset: Dataset):
        review = dataset.show()
        place = review.folder.path
        assert (place / "index.html").exists()
        del review
        assert not place.exists()

    @pytest.mark.parametrize(("identity", "named"), [("alias", False), ("full", True), ("hidden", False)])
    def test_ids_are_in_it_only_where_they_were_asked_for(self, dataset: Dataset, identity: Any, named: bool):
        review = dataset.show(identity=identity)
        content = b"".join(file.read_bytes() for file in review.folder.path.rglob("*") if file.is_file())
        assert (WORKERS[0].encode() in content) is named

    def test_a_project_shows_its_labels_on_its_video(self, dataset: Dataset, make_clip: Any, tmp_path: Path):
        dataset.save(tmp_path / "labels")
        project = loopviz.open(make_clip(tmp_path / "clip.mp4"), labels=tmp_path / "labels")
        review = project.show()
        assert (review.folder.picture, review.folder.labels) == ("film", 22)

    def test_a_video_that_is_not_there_is_said(self, dataset: Dataset, tmp_path: Path):
        with pytest.raises(InputError):
            dataset.show(tmp_path / "none.mp4")


class TestTheWidget:
    @pytest.fixture
    def review(self, dataset: Dataset) -> LabelReview:
        pytest.importorskip("anywidget", reason="anywidget is not installed: extra notebook")
        return dataset.show()

    def test_it_is_shown_as_one_widget_again_and_again(self, review: LabelReview):
        (one, _), (other, _) = review._repr_mimebundle_(), review._repr_mimebundle_()
        view = "application/vnd.jupyter.widget-view+json"
        assert one[view]["model_id"] == other[view]["model_id"]

    def test_messages_are_answered_to_who_asked(self, review: LabelReview, monkeypatch: pytest.MonkeyPatch):
        review._repr_mimebundle_()
        sent: list[tuple[Any, Any]] = []
        monkeypatch.setattr(review._widget, "send", lambda content, buffers=None: sent.append((content, buffers)))
        ask = {"view": "0.5", "message": {"ask": 3, "name": "data/meta.js", "part": 0}}
        for content in (ask, {"view": 1, "message": None}, {"message": ask}, "no"):
            review._widget._handle_custom_msg(content, [])
        meta = (review.folder.path / "data" / "meta.js").read_bytes()
        assert sent == [({"view": "0.5", "answer": 3, "parts": 1}, [meta])]

    def test_its_state_which_a_notebook_keeps_has_nothing_of_the_labels(self, review: LabelReview):
        review._repr_mimebundle_()
        decide(review, (1, "accept"))
        state = {name: value for name, value in review._widget.get_state().items() if not name.startswith("_")}
        assert set(state) <= {"layout", "tabbable", "tooltip"}
        assert review._widget._esm == (ASSETS / "notebook.js").read_text()


HOST = """<!doctype html><title>A notebook</title><main></main><script type="module">
const listeners = new Set();
const model = {
  on: (_, act) => listeners.add(act), off: (_, act) => listeners.delete(act),
  async send(content) {
    const answer = await window.answer(content);
    if (!answer) return;
    const buffers = answer.pieces.map(text => {  // as they come: views of a larger message
      const bytes = Uint8Array.from(atob(text), each => each.charCodeAt(0)), all = new Uint8Array(bytes.length + 16);
      all.set(bytes, 8);
      return new DataView(all.buffer, 8, bytes.length);
    });
    for (const act of listeners) act(answer.values, buffers);
  },
};
const url = URL.createObjectURL(new Blob([SOURCE], {type: "text/javascript"}));
const {default: widget} = await import(url);
window.shows = () => {
  const el = document.createElement("div");
  document.querySelector("main").replaceChildren(el);
  return widget.render({model, el});
};
window.ends = window.shows();
</script>"""


@pytest.mark.browser
class TestInABrowser:
    @pytest.fixture
    def complaints(self) -> list[str]:
        return []

    @pytest.fixture
    def opens(self, chromium: Any, complaints: list[str]) -> Iterator[Callable[[LabelReview], Any]]:
        """A function that shows a review as a notebook does, its messages being answered by the review itself."""
        context = chromium.new_context(viewport={"width": 1100, "height": 1000})

        def answered(desk: Desk, content: Any) -> dict[str, Any] | None:
            found = desk.answer(content["message"])
            if found is None:
                return None
            values, pieces = found
            return {
                "values": {"view": content["view"], **values},
                "pieces": [base64.b64encode(each).decode() for each in pieces],
            }

        def show(review: LabelReview) -> Any:
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.expose_function("answer", lambda content: answered(review._desk, content))
            source = json.dumps((ASSETS / "notebook.js").read_text()).replace("</", "<\\/")
            page.set_content(HOST.replace("SOURCE", source))
            return page

        yield show
        context.close()

    @staticmethod
    def wait(page: Any, what: str) -> None:
        """Wait until something is there inside the frame."""
        page.frame_locator("iframe").locator(what).wait_for(state="attached")

    @pytest.mark.parametrize("picture", ["film", "stills"])
    def test_labels_are_decided_on_in_it(
        self, opens: Any, dataset: Dataset, make_clip: Any, tmp_path: Path, complaints: list[str], picture: str
    ):
        clip = make_clip(tmp_path / "clip.mp4")
        if picture == "stills":
            with loopviz.open_source(clip) as source:
                loopviz.split_frames(source, tmp_path / "frames")
        review = dataset.show(clip if picture == "film" else tmp_path / "frames")
        assert review.folder.picture == picture
        page = opens(review)
        self.wait(page, "html[data-loaded='22']")
        self.wait(page, "html[data-shown='0:2']")
        frame = page.frames[1]
        width = "document.getElementById('film').videoWidth || document.getElementById('still').naturalWidth"
        assert frame.evaluate(width) == 64
        frame.locator("#decide").focus()
        page.keyboard.press("r")
        page.keyboard.press("a")
        while review._desk.decisions is None or len(review.decisions["decisions"]) < 2:
            page.wait_for_timeout(20)
        assert [each["decision"] for each in review.decisions["decisions"]] == ["reject", "accept"]
        assert review.apply().annotations.height == 21
        page.evaluate("window.ends(); window.ends = window.shows(); undefined")  # the cell is run again
        self.wait(page, "#progress:text-is('1 accepted, 1 rejected')")
        assert complaints == []

    def test_it_reaches_neither_the_notebook_nor_the_network(self, opens: Any, dataset: Dataset):
        page = opens(dataset.show())
        self.wait(page, "html[data-loaded='22']")
        tried = (
            """() => { try { return String(window.parent.document.title); } catch (error) { return error.name; } }"""
        )
        assert page.frames[1].evaluate(tried) == "SecurityError"
        assert page.frames[1].evaluate("fetch('https://example.org').then(() => 'there', error => error.name)") == (
            "TypeError"
        )


def test_the_extra_is_asked_for_by_its_name():
    assert importlib.util.find_spec(notebook.WIDGETS) or "notebook" in notebook.INSTALL
