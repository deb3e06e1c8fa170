"""A review of labels in a notebook: the page itself where widgets can be shown, else a word on where it lies."""

from __future__ import annotations

import contextlib
import html
import importlib.util
import json
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

from loopviz.atomic import new_file, write_text, writing
from loopviz.dataset import Dataset
from loopviz.project.compare import Naming
from loopviz.project.review_page import PAGE, ReviewFolder, write_review
from loopviz.review.columns import revision
from loopviz.review.decisions import DecisionFile, apply_decisions, read_decisions
from loopviz.review.embedded import Desk
from loopviz.wording import counted

WIDGETS = "anywidget"
ALIASES = Naming()
INSTALL = "pip install 'loopviz[notebook]'"
FILE = "decisions.json"


class LabelReview:
    """Labels to look at and to decide on; it shows itself in a notebook, and knows what was decided there.

    Its files are in a folder of their own, which goes when neither Python nor a notebook's page needs it any more.

    Attributes:
        folder: What was written, and where; its ``index.html`` opens in any browser.
    """

    def __init__(self, dataset: Dataset, made: ReviewFolder) -> None:
        self.folder = made
        self._dataset, self._desk = dataset, Desk(made.path)
        self._widget: Any = None

    @property
    def decisions(self) -> dict[str, Any]:
        """What was decided in the notebook so far, as ``decisions.json`` has it: ``decisions``, ``places``."""
        text = self._desk.decisions
        if text is None:
            none = DecisionFile(loopviz="decisions", version=1, revision=revision(self._dataset), decisions=[])
            return none.model_dump(mode="json")
        found: dict[str, Any] = json.loads(text)
        return found

    def save_decisions(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write what was decided in the notebook so far, for ``loopviz review apply``.

        Raises:
            OutputError: If the file cannot be written, or exists and is not to be replaced.
        """
        target = Path(path)
        with new_file(target, replace=overwrite) as part, writing(target):
            write_text(part, json.dumps(self.decisions, indent=1) + "\n")
        return target

    def apply(self, decisions: str | Path | None = None) -> Dataset:
        """Return the labels with what was decided brought back into them; the dataset shown stays as it is.

        Args:
            decisions: The file that a page handed over; None: what was decided in the notebook so far.

        Raises:
            InputError: If it is no such file, or about other labels.
        """
        if decisions is not None:
            return self._applied(Path(decisions))
        with tempfile.TemporaryDirectory() as place:
            return self._applied(self.save_decisions(Path(place) / FILE))

    def _applied(self, file: Path) -> Dataset:
        return apply_decisions(self._dataset, read_decisions(file), revision(self._dataset), file).dataset

    def _repr_mimebundle_(self, **_: object) -> Any:
        if importlib.util.find_spec(WIDGETS) is None:
            return {"text/plain": repr(self), "text/html": self._where()}
        if self._widget is None:
            from loopviz.project.notebook_widget import ReviewWidget

            self._widget = ReviewWidget(self._desk)
        return self._widget._repr_mimebundle_()

    def _where(self) -> str:
        """Say where the page lies; a browser does not let a notebook's page open it by itself."""
        place = html.escape(str(self.folder.path / PAGE))
        return (
            f"<p>{html.escape(self._facts())}</p><p>Open <code>{place}</code> in a browser, or let it appear here: "
            f"<code>{html.escape(INSTALL)}</code>, and start the notebook's kernel again.</p>"
        )

    def _facts(self) -> str:
        made = self.folder
        on, by = counted(made.frames, "frame"), counted(made.people, "person", "people")
        return f"Review of {counted(made.labels, 'label')} on {on} by {by}"

    def __repr__(self) -> str:
        return f"<loopviz.LabelReview: {self._facts()}, {self.folder.path / PAGE}>"


def show(
    dataset: Dataset, video: str | Path | None = None, naming: Naming = ALIASES, predictions: str | Path | None = None
) -> LabelReview:
    """Make a review of labels that a notebook shows.

    Args:
        dataset: The labels; who refused consent is left out, as everywhere.
        video: The video or the folder of images; None: labels stand on blank ground.
        naming: What may name people on it.
        predictions: A model's labels of the same frames; None: none.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``.
    """
    source = None if video is None else Path(video)
    place = Path(tempfile.mkdtemp(prefix="loopviz-review-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        dataset.save(place / "dataset")
        made = write_review(place / "dataset", place / "review", naming, source, predictions=predictions)
        shutil.rmtree(place / "dataset")  # it has everybody's ids
        review = LabelReview(dataset, made)
        weakref.finalize(review._desk, stack.pop_all().close)
    return review
