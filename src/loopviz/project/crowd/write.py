"""What a crowd's project writes beside its video: the dataset, the review, the account of the labour, and exports."""

from __future__ import annotations

from loopviz.crowd import apply_identity
from loopviz.notes import Note, told
from loopviz.outputs import Origin, check_file, check_folder
from loopviz.project.crowd.account import account, account_files, write_account
from loopviz.project.crowd.review import review_note, write_review_files
from loopviz.project.crowd.store import check_updatable
from loopviz.project.export import ExportOptions, ExportPlace, export_dataset
from loopviz.project.load import LoadedProject


def check_crowd(project: LoadedProject, *, overwrite: bool) -> None:
    """Refuse, before any of it is written, places where something must be kept.

    Raises:
        OutputError: If there is one.
    """
    crowd, work = project.config.crowd, project.crowd
    assert crowd is not None and work is not None  # noqa: S101 - the caller asked
    if not crowd.write:
        return
    check_updatable(work.folder / "dataset")
    if work.review:
        check_folder(work.folder / "review", overwrite=True)  # a folder never gives way if somebody touched it
    for file in account_files(work.folder / "ledger"):
        check_file(file, _origin(project, "account"), overwrite=overwrite)
    for form in crowd.export:
        _place(project, form, overwrite=overwrite).check()


def write_crowd(project: LoadedProject, *, overwrite: bool) -> tuple[Note, ...]:
    """Write everything that a crowd's project makes beside the video; what an earlier run made is replaced.

    Args:
        project: The project.
        overwrite: Replace what loopviz made there of something else, too.

    Returns:
        What was written.

    Raises:
        OutputError: If something else stands in the way, or cannot be written.
    """
    config, crowd, work = project.config, project.config.crowd, project.crowd
    assert crowd is not None and work is not None  # noqa: S101 - the caller asked
    if not crowd.write:
        return ()
    named = work.data.with_dataset(apply_identity(work.data.dataset, config.identity, project.salt))
    check_crowd(project, overwrite=overwrite)
    work.data.update(work.folder / "dataset")
    notes = [told("dataset-written").about(work.folder / "dataset")]
    if work.review:
        folder = work.folder / "review"
        made = write_review_files(named, work.review, folder, source=project.source, overwrite=True)
        notes.append(review_note(made))
    origin = _origin(project, "account")
    ledger = write_account(account(named.dataset, crowd), work.folder / "ledger", origin, overwrite=overwrite)
    notes.append(told("account-written").about(ledger))
    for form in crowd.export:
        place = _place(project, form, overwrite=overwrite)
        export_dataset(named.dataset, place, ExportOptions(config.identity))
        notes.append(told("dataset-exported", format=form).about(place.path))
    return tuple(notes)


def _place(project: LoadedProject, form: str, *, overwrite: bool) -> ExportPlace:
    assert project.crowd is not None  # noqa: S101 - the caller asked
    origin = _origin(project, "export", form)
    return ExportPlace.of(project.crowd.folder / form, form, origin, overwrite=overwrite)


def _origin(project: LoadedProject, kind: str, *choices: str) -> Origin:
    """Return what a project's files are made of."""
    batches = project.config.crowd.batches if project.config.crowd else ()
    return Origin.of(kind, project.config.source, *batches, *choices)
