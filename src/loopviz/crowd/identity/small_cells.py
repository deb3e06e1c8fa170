"""Small cells: a combination of answers that fewer than k people gave may name them (age × city × health).

A Dataset is safe for some questions if every combination of answers to them is that of at least k people: k-anonymity
(P. Samarati and L. Sweeney, "Protecting Privacy when Disclosing Information: k-Anonymity and Its Enforcement through
Generalization and Suppression", SRI-CSL-98-04, 1998). It is reached as there: answers become coarser for everybody, and
what is still rare is withheld. How far to go is decided by what is lost (V. S. Iyengar, "Transforming Data to Satisfy
Privacy Constraints", KDD 2002): an answer merged from m of a question's M choices loses (m − 1) / (M − 1) of itself,
one withheld loses all.

It does not help if all k people of a cell gave the same answer to a question that was not chosen: choose every question
that an outsider may know, or must not learn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from loopviz.crowd.identity.apply import in_texts, with_aliases
from loopviz.crowd.identity.generalise import Recoding, as_given, steps
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, LoopvizError
from loopviz.schema import KEYS, table
from loopviz.wording import counted

WITHHELD = "withheld"
How = Literal["generalise", "leave out"]
Cell = tuple[str | None, ...]  # one answer a question; None where there is none


@dataclass(frozen=True)
class CellReport:
    """How many people share their answers to some questions with fewer than k.

    Args:
        questions: The questions' ids.
        k: The least number of people a combination must have.
        people: How many people answered at least one of the questions, and are not withheld.
        cells: How many combinations of answers there are.
        small: How many of them belong to fewer than k people.
        exposed: How many people these are.
        withheld: How many people's answers are withheld or left out.
        changes: What was done, in sentences; nothing where it was only looked at.
    """

    questions: tuple[str, ...]
    k: int
    people: int
    cells: int
    small: int
    exposed: int
    withheld: int = 0
    changes: tuple[str, ...] = ()

    @property
    def safe(self) -> bool:
        """Whether no combination belongs to fewer than k people."""
        return self.small == 0

    def lines(self) -> list[str]:
        """Return what was found and done as sentences; they name no answer that few people gave."""
        found = f"{' × '.join(self.questions)}: {counted(self.people, 'person', 'people')} in "
        found += f"{counted(self.cells, 'combination')} of answers; "
        if self.safe:
            found += f"none belongs to fewer than {self.k}."
        else:
            found += f"{self.small} of them with fewer than {self.k} people, {self.exposed} in all."
        return [*self.changes, found]


def check_cells(dataset: Dataset, questions: Sequence[str], k: int) -> CellReport:
    """Count the people whose answers to some questions, taken together, are shared by fewer than k.

    Answers are compared in their normal form where they have one. No answer is an answer too, unless somebody answered
    none of the questions.

    Raises:
        ConfigError: If k is less than 2, or the survey does not have a question.
    """
    return _report(_cells(dataset, _checked(dataset, questions, k)), questions, k)


def protect(dataset: Dataset, questions: Sequence[str], k: int, how: How = "generalise") -> tuple[Dataset, CellReport]:
    """Return a Dataset in which at least k people share every combination of answers to some questions.

    Args:
        dataset: The Dataset; answers to other questions stay as they are.
        questions: The ids of the questions that an outsider may know the answers to.
        k: The least number of people.
        how: ``generalise`` merges neighbouring bands and rare choices (to "other") for everybody, and withholds what is
            still rare ("withheld", for all the questions); ``leave out`` removes these people's answers to them.

    Returns:
        The Dataset, and what was done. Answers to the questions are no longer verbatim: one spelling stands for each.

    Raises:
        ConfigError: If k is less than 2, or the survey does not have a question.
        LoopvizError: If the result is not safe.
    """
    asked = _checked(dataset, questions, k)
    before = _cells(dataset, asked)
    recodings = _least_loss(before, k) if how == "generalise" else [as_given(c) for c in _columns(before)]
    after = {worker: _recoded(cell, recodings) for worker, cell in before.items()}
    rare = {worker for worker, number in _sharing(after).items() if number < k}
    changed = _with_answers(dataset, asked, after, rare, how)
    result = _cells(changed, asked)
    report = _report(result, asked, k, len(rare), _changes(before, after, asked, rare, how))
    if not report.safe or report.people + report.withheld != len(before):
        raise LoopvizError("the answers are not protected", found="; ".join(report.lines()), remedy="Please report it.")
    return changed, report


def _checked(dataset: Dataset, questions: Sequence[str], k: int) -> tuple[str, ...]:
    known = dataset.questions["question_id"].to_list()
    if k < 2:
        raise ConfigError("one person alone can always be identified", at="k", found=k, expected="2 or more")
    lost = [question for question in questions if question not in known]
    if lost or not questions:
        # A question may be called by somebody's id.
        shown = in_texts(with_aliases(dataset, "hidden", b"")).questions["question_id"]
        expected = ", ".join(shown) or "no question at all"
        raise ConfigError(
            "the survey has no such question", at="questions", found=lost[:1] or "none", expected=expected
        )
    return tuple(dict.fromkeys(questions))


def _cells(dataset: Dataset, questions: Sequence[str]) -> dict[str, Cell]:
    """Return the answers of everybody who gave one that tells something: nobody is found by what is withheld."""
    given = dataset.answers.filter(pl.col("question_id").is_in(list(questions)))
    answers: dict[str, dict[str, str]] = {}
    for worker, question, answer in given.select(
        "worker_id", "question_id", pl.coalesce("normal", "answer")
    ).iter_rows():
        if answer is not None and answer.strip():
            answers.setdefault(worker, {})[question] = " ".join(answer.split())
    cells = {worker: tuple(mine.get(question) for question in questions) for worker, mine in answers.items()}
    return {worker: cell for worker, cell in cells.items() if set(cell) - {None, WITHHELD}}


def _report(
    cells: Mapping[str, Cell], questions: Sequence[str], k: int, withheld: int = 0, changes: Sequence[str] = ()
) -> CellReport:
    sizes = Counter(cells.values())
    small = [size for size in sizes.values() if size < k]
    return CellReport(tuple(questions), k, len(cells), len(sizes), len(small), sum(small), withheld, tuple(changes))


def _columns(cells: Mapping[str, Cell]) -> list[tuple[str | None, ...]]:
    return list(zip(*cells.values(), strict=True))


def _recoded(cell: Cell, recodings: Sequence[Recoding]) -> Cell:
    return tuple(None if a is None else r.label[a] for a, r in zip(cell, recodings, strict=True))


def _sharing(cells: Mapping[str, Cell]) -> dict[str, int]:
    """Return with how many people, themselves included, each person shares a combination."""
    sizes = Counter(cells.values())
    return {worker: sizes[cell] for worker, cell in cells.items()}


def _least_loss(cells: Mapping[str, Cell], k: int) -> list[Recoding]:
    """Return the recodings that lose least, of those that greedy coarsening comes by.

    Each step merges answers to one question, that one for which least is lost when the rest is withheld.
    """
    best = current = [as_given(column) for column in _columns(cells)]
    least = _loss(cells, current, k)
    while choices := [
        [*current[:i], coarser, *current[i + 1 :]] for i in range(len(current)) for coarser in steps(current[i])
    ]:
        losses = [_loss(cells, choice, k) for choice in choices]
        loss = min(losses)
        current = choices[losses.index(loss)]
        if loss < least:
            best, least = current, loss
    return best


def _loss(cells: Mapping[str, Cell], recodings: Sequence[Recoding], k: int) -> float:
    """Return how many answers' worth is lost to a recoding, and to withholding what is still rare."""
    after = Counter[Cell]()
    worth: dict[Cell, float] = {}
    for cell, people in Counter(cells.values()).items():
        coarse = _recoded(cell, recodings)
        after[coarse] += people
        worth.setdefault(coarse, sum(r.loss[a] for a, r in zip(cell, recodings, strict=True) if a is not None))
    return sum(
        number * (worth[cell] if number >= k else sum(a is not None for a in cell)) for cell, number in after.items()
    )


def _with_answers(
    dataset: Dataset, questions: Sequence[str], cells: Mapping[str, Cell], rare: set[str], how: How
) -> Dataset:
    """Return the Dataset with the answers of cells; for the rare ones not even silence is told from speech."""
    rows: list[dict[str, object]] = []
    for row in dataset.answers.iter_rows(named=True):
        worker, question = row["worker_id"], row["question_id"]
        if question not in questions or worker not in cells:
            rows.append(row)
        elif worker not in rare:
            answer = cells[worker][questions.index(question)]
            rows.append(row | {"answer": answer, "normal": answer})
        elif how == "generalise":
            rows.append(row | {"answer": WITHHELD, "normal": WITHHELD})
    answers = table("answers", rows)
    if how == "generalise":
        silent = [
            {"worker_id": w, "question_id": q, "answer": WITHHELD, "normal": WITHHELD}
            for w in cells
            if w in rare
            for q in questions
        ]
        more = table("answers", silent).join(answers, on=KEYS["answers"], how="anti", maintain_order="left")
        answers = pl.concat([answers, more])
    return dataset.replace(answers=answers)


def _changes(
    before: Mapping[str, Cell], after: Mapping[str, Cell], questions: Sequence[str], rare: set[str], how: How
) -> list[str]:
    """Return a sentence for each question that became coarser, and one on who was withheld."""
    lines = []
    for i, question in enumerate(questions):
        pairs = [(before[worker][i], after[worker][i]) for worker in before if worker not in rare]
        merged = [(old, new) for old, new in pairs if old != new]
        if merged:
            kept = len({new for _, new in pairs} - {None})
            known = len({cell[i] for cell in before.values()} - {None})
            lines.append(
                f"{question}: {counted(len(merged), 'answer')} made coarser; {counted(kept, 'choice')} left of {known}."
            )
    if rare:
        done = "are withheld" if how == "generalise" else "are left out"
        whose = counted(len(rare), "person", "people")
        lines.append(f"The answers of {whose} to {', '.join(questions)} {done}.")
    return lines
