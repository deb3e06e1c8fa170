"""What a crowd's project writes beside its video: the dataset, the review, the account of the labour, and exports."""

from __future__ import annotations

from loopviz.crowd import apply_identity
from loopviz.project.crowd_account import account, write_account
from loopviz.project.crowd_review import review_line, write_review_files
from loopviz.project.export import export_dataset
from loopviz.project.load import Project


def write_crowd(project: Project) -> list[str]:
    """Write everything that a crowd's project makes beside the video; what an earlier run made is replaced.

    Returns:
        What was written, in sentences.

    Raises:
        OutputError: If something else stands in the way, or cannot be written.
    """
    config, crowd, work = project.config, project.config.crowd, project.crowd
    assert crowd is not None and work is not None  # noqa: S101 - the caller asked
    named = work.data.with_dataset(apply_identity(work.data.dataset, config.identity, project.salt))
    work.data.save(work.folder / "dataset", overwrite=True)
    lines = [f"{work.folder / 'dataset'}: the dataset, with the platform's ids"]
    if work.review:
        folder = work.folder / "review"
        lines.append(review_line(write_review_files(named, work.review, folder, source=project.source, overwrite=True)))
    ledger = write_account(account(named.dataset, crowd), work.folder / "ledger", overwrite=True)
    lines.append(f"{ledger}: the account of the labour")
    for form in crowd.export:
        made = export_dataset(named.dataset, form, work.folder / form, identity=config.identity, overwrite=True)
        lines.append(f"{made}: the dataset as {form}")
    return lines
