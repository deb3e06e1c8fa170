"""``loopviz crowd``: from the batches of a crowd and a survey to reviewed labels and an account of the labour."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from loopviz.cli import options
from loopviz.cli.command import command
from loopviz.cli.output import Reporter
from loopviz.cli.parameters import ALIGN, CROWD, SEARCH, Fields, Settings, listed
from loopviz.cli.results import near

EXAMPLES = {
    "import": """
        loopviz crowd import batch1.csv batch2.csv --survey survey.csv --video clip.mp4 -o dataset
        loopviz crowd import batch1.csv --skip-bad -o dataset
    """,
    "review": """
        loopviz crowd review dataset --rule "categories >= 3 and seconds >= 30"
        loopviz crowd review dataset --rule "categories >= 3" --pay-all -o review
    """,
    "people": """
        loopviz crowd people dataset
        loopviz crowd people dataset --identity hidden --json
    """,
    "ledger": """
        loopviz crowd ledger dataset --wage 7.25
        loopviz crowd ledger dataset -o account
    """,
    "protect": """
        loopviz crowd protect dataset --questions Q1,Q4
        loopviz crowd protect dataset --questions Q1,Q4 --k 3 -o safe
    """,
    "forget": """
        loopviz crowd forget "Worker 9692" dataset
        loopviz crowd forget "Worker 9692" dataset --run runs/mouse --run predicted
    """,
}

crowd_app = typer.Typer(
    name="crowd",
    help="Batches of Mechanical Turk and their survey: import, review, account, protect, and a kit for the next.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Batches = Annotated[list[Path], typer.Argument(metavar="BATCH.CSV...", help="Results as they were downloaded.")]
Dataset = Annotated[Path, typer.Argument(metavar="DATASET", help="The folder that crowd import made.")]
Folder = Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")]
MaybeFolder = Annotated[Path | None, typer.Option("--output", "-o", help="The folder to write; without it nothing is.")]
Video = Annotated[Path | None, typer.Option("--video", help="The video or the frames that were labelled.")]
Survey = Annotated[Settings, Fields(("survey",), CROWD)]
Asked = Annotated[
    Settings,
    Fields(
        (
            *("key", "consent.question", "consent.yes", "consent.no", "consent.empty"),
            *("search.question", "search.unit", "keep", "images", "label_columns", "image_column"),
            *("tolerance", "min_area"),
        ),
        CROWD,
    ),
]
Fit = Annotated[Settings, Fields((...,), ALIGN)]
SkipBad = Annotated[Settings, Fields(("skip_bad",))]
Search = Annotated[Settings, Fields(("question", "unit", "per"), SEARCH)]
Rule = Annotated[str, typer.Option("--rule", help="What work must keep: 'categories >= 3 and seconds >= 30'.")]
PayAll = Annotated[bool, typer.Option("--pay-all", help="Approve everyone; the rule only says whose labels count.")]
Gold = Annotated[Path | None, typer.Option("--gold", help="Labels with known answers, for rules about gold.")]
Batch = Annotated[
    list[Path] | None, typer.Option("--batch", help="A batch's file, if it is not where it was. May be repeated.")
]
Salt = Annotated[Path | None, typer.Option("--salt-file", help="The secret behind the aliases, instead of your own.")]
Identity = Annotated[
    Literal["alias", "full", "hidden"], typer.Option("--identity", help="What names people in what is shown.")
]


@dataclass(frozen=True)
class Reviewing:
    """How work is reviewed, and people are named in it."""

    pay_all: PayAll = False
    gold: Gold = None
    batch: Batch = None
    identity: Identity = "alias"
    salt_file: Salt = None


@command(crowd_app, "import", EXAMPLES["import"])
def import_batches(
    batches: Batches,
    *,
    folder: Folder,
    survey: Survey,
    video: Video = None,
    asked: Asked,
    fit: Fit,
    skip_bad: SkipBad,
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Make a dataset of batches and a survey.

    The dataset holds the platform's ids: it is a working copy for your own disk. What leaves it is made by export.
    """
    from loopviz.project.config import AlignConfig
    from loopviz.project.crowd.commands import import_crowd
    from loopviz.project.crowd.config import CrowdConfig
    from loopviz.project.crowd.gather import Reading

    reporter = messages.reporter
    crowd = CrowdConfig.checked({"batches": tuple(batches)}).changed(survey | asked)
    reading = Reading(align=AlignConfig().changed(fit), **skip_bad)
    data = import_crowd(crowd, reading, video, folder, overwrite=overwrite).data
    counts = {name: getattr(data.dataset, name).height for name in ("assignments", "workers", "annotations", "answers")}
    lines = [*data.record.report, f"{near(folder)}: the dataset, with the platform's ids: for your own disk alone"]
    reporter.result({"output": str(folder), **counts, "report": list(data.record.report)}, lines)


@command(crowd_app, "review", EXAMPLES["review"])
def review(
    dataset: Dataset,
    *,
    rule: Rule,
    output: MaybeFolder = None,
    how: Reviewing,
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Decide on every assignment by a rule, and say what that costs people.

    With -o the decisions, contact sheets and the files to upload are written, and the dataset remembers whose labels
    count. Without it nothing is written: look at the cost first.
    """
    from loopviz.project.crowd.commands import Naming, review_crowd
    from loopviz.project.crowd.review import review_note

    reporter = messages.reporter
    decided, files = review_crowd(
        dataset,
        rule,
        output,
        Naming(how.identity, how.salt_file),
        pay_all=how.pay_all,
        gold=how.gold,
        batches=how.batch or (),
        overwrite=overwrite,
        announce=lambda cost: reporter.notes([cost]),
    )
    count = int(decided.decisions["passes"].sum())
    lines = [f"The labels of {count} of {decided.decisions.height} assignments count."]
    lines.append(review_note(files).line if files else str(decided.cost.note()))
    data = {"assignments": decided.decisions.height, "count": count, "cost": asdict(decided.cost)}
    written = {**asdict(files), "folder": str(files.folder)} if files else None
    reporter.result(data | {"written": written}, lines)


@command(crowd_app, "people", EXAMPLES["people"])
def people(
    dataset: Dataset, identity: Identity = "alias", salt_file: Salt = None, as_json: options.Json = False
) -> None:
    """Say who worked on this: tasks, time, pay an hour, answers."""
    from loopviz.crowd.ledger.account import people as people_of
    from loopviz.crowd.ledger.text import people_lines
    from loopviz.project.crowd.commands import Naming
    from loopviz.project.crowd.store import CrowdData

    found = people_of(Naming(identity, salt_file).named(CrowdData.load(dataset).dataset))
    shown = found.drop("worker_id") if identity != "full" else found
    rows = [
        {k: v if v is None or isinstance(v, str | bool | int) else float(v) for k, v in r.items()}
        for r in shown.to_dicts()
    ]
    Reporter(as_json=as_json).answer({"people": rows}, people_lines(found))


@command(crowd_app, "ledger", EXAMPLES["ledger"])
def account(
    dataset: Dataset,
    *,
    wage: Annotated[float | None, typer.Option("--wage", help="US dollars an hour to compare pay with.")] = None,
    asked: Search,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write NAME.txt and NAME.json as well.")] = None,
    overwrite: options.Overwrite = False,
    as_json: options.Json = False,
) -> None:
    """Account for the labour: hours, pay, rejections, pay an hour, every figure with how it was got."""
    from loopviz.crowd.ledger.account import LedgerOptions, ledger
    from loopviz.outputs import Origin
    from loopviz.project.crowd.account import write_account
    from loopviz.project.crowd.commands import Naming
    from loopviz.project.crowd.store import CrowdData

    data = CrowdData.load(dataset)
    search = data.record.search.changed(asked)
    how = LedgerOptions(wage, search.question, search.per, search.unit)
    found = ledger(Naming().named(data.dataset), how)
    if output is not None:
        write_account(found, output, Origin.of("account", dataset, str(how)), overwrite=overwrite)
    Reporter(as_json=as_json).answer(found.as_json(), [*found.lines(), *map(str, found.notes)])


@command(crowd_app, "protect", EXAMPLES["protect"])
def protect(
    dataset: Dataset,
    questions: Annotated[
        str, typer.Option("--questions", metavar="Q1,Q4", help="Answers that together tell people apart.")
    ],
    k: Annotated[int, typer.Option("--k", help="How many people must share every combination of answers.")] = 5,
    how: Annotated[
        Literal["generalise", "leave out"],
        typer.Option("--how", help="Coarser answers where that is enough, or leave the people's answers out."),
    ] = "generalise",
    output: MaybeFolder = None,
    overwrite: options.Overwrite = False,
    as_json: options.Json = False,
) -> None:
    """Find people whom a combination of answers singles out; with -o write a dataset in which nobody is."""
    from loopviz.project.crowd.commands import protect_people

    report = protect_people(dataset, listed(questions) or (), k, how, output, overwrite=overwrite)
    Reporter(as_json=as_json).answer({"safe": report.safe, "report": report.lines()}, report.lines())


@command(crowd_app, "forget", EXAMPLES["forget"])
def forget(
    who: Annotated[str, typer.Argument(metavar="WORKER", help="The person: the platform's id, or the alias.")],
    dataset: Dataset,
    salt_file: Salt = None,
    learned: Annotated[
        list[Path] | None,
        typer.Option(
            "--run",
            metavar="RUN|PREDICTED|PROJECT",
            help="Take the person out of a training's run, or of what a model predicted, too; or of those that a "
            "project names. May be repeated.",
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Remove one person from a dataset, and say which outputs must be rendered again."""
    from loopviz.project.crowd.commands import Naming, forget_person

    gone = forget_person(dataset, who, Naming("alias", salt_file), learned or [])
    data = {"removed": dict(gone.removed), "frames": list(gone.frames), "report": gone.lines()}
    Reporter(as_json=as_json).answer(data, gone.lines())
