"""The command line: registers the commands, and catches every error once."""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

import loopviz
from loopviz.cli import check, convert, crowd_kit, diff, export, frames, inspect, quality, render, train, trials
from loopviz.cli import init as begin
from loopviz.cli import plan as planning
from loopviz.cli import predict as prediction
from loopviz.cli import preview as previewing
from loopviz.cli import sheet as printing
from loopviz.cli.cache import cache_app
from loopviz.cli.command import command
from loopviz.cli.crowd import crowd_app
from loopviz.cli.output import say, say_error, unsaid
from loopviz.cli.process import was_interrupted
from loopviz.cli.profile import profile_app
from loopviz.cli.review import review_app
from loopviz.cli.theme import theme_app
from loopviz.errors import InputError, LoopvizError, MissingPartError, OutputError, near_name, no_memory

INTERNAL, USAGE, INTERRUPTED = 1, 2, 130
GARBAGE = 50_000  # new objects between two searches for cycles: imports make many, and hardly any cycle
UNUSABLE = (errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.ELOOP, errno.EIO)  # as a path
NO_MEMORY = ("cannot allocate memory", "can't start new thread", "failed to map segment", "insufficient memory")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)

HELP = """
Shows the people behind a dataset: a video, its labels and those who drew them become an annotated video.

\b
  loopviz init path/to/folder           a project file to begin with
  loopviz run configs/mouse.yaml        a project file
  loopviz run path/to/folder            a folder: finds the video, the labels, the people
  loopviz render clip.mp4 --labels coco.json --people metadata.json -o out.mp4
  loopviz plan path/to/folder           what plays when, and can it be read?
  loopviz check anything                what is wrong with it?
  loopviz inspect anything              what is this?
  loopviz train configs/crowd.yaml -o runs/mouse    a detector, learned from the labels
"""
EPILOG = """
\b
Exit codes:
  0    done
  1    a bug in loopviz
  2    a command line that does not exist
  3    an input that cannot be used
  4    a project file, theme or option that says something impossible
  5    an output that cannot be written; what stood there before is intact
  6    something that this machine lacks; see loopviz doctor
  130  interrupted; nothing half done is left

Errors go to stderr; with --json also to stdout, as an object with "event": "error".
LOOPVIZ_TRACEBACK=1 shows where a bug is.
"""

EXAMPLES = {
    "run": """
        loopviz run configs/mouse.yaml
        loopviz run path/to/folder --theme house -o house.mp4
        loopviz run configs/mouse.yaml --preview 120 -o still.png
        loopviz run configs/mouse.yaml --range 10s:20s --crf 28 --preset veryfast
        loopviz run configs/mouse.yaml --profile overlay
        loopviz run path/to/folder --dry-run
    """,
    "init": """
        loopviz init
        loopviz init path/to/folder
    """,
    "render": """
        loopviz render clip.mp4 --labels coco.json --people metadata.json -o out.mp4
        loopviz render frames/ --labels labels/ --names Body,Cable --frame-rate 24 -o out.mp4
        loopviz render clip.mp4 --labels coco.json --preview 2.5s -o still.png
    """,
    "preview": """
        loopviz preview configs/mouse.yaml
        loopviz preview path/to/folder --port 8000 --no-open
    """,
    "plan": """
        loopviz plan configs/mouse.yaml
        loopviz plan configs/mouse.yaml --pace person:1.5s --table plan.csv --picture plan.png
    """,
    "sheet": """
        loopviz sheet configs/mouse.yaml --kind poster --size A2 -o out/poster.pdf
        loopviz sheet configs/mouse.yaml --kind contact --by quality --bleed 3mm -o out/contact.pdf
        loopviz sheet configs/mouse.yaml --kind sequence --range 60:90 -o out/sequence.png
    """,
    "assemble": """
        loopviz assemble frames/ -o out.mp4
        loopviz assemble photos/ --frame-rate 12 -o out.mp4
    """,
    "split": """
        loopviz split clip.mp4 frames/
        loopviz split clip.mp4 frames/ --range 0:100 --image-format jpg
    """,
    "check": """
        loopviz check configs/mouse.yaml
        loopviz check clip.mp4 labels/ metadata.json --strict
        loopviz check coco.json --json
    """,
    "inspect": """
        loopviz inspect clip.mp4
        loopviz inspect labels/ --json
    """,
    "export": """
        loopviz export dataset/ --to coco -o out/traceable.json
        loopviz export configs/mouse.yaml --to yolo -o out/yolo --plain
        loopviz export configs/crowd.yaml --to yolo --images --whose weighted -o out/set
        loopviz export dataset/ --to parquet --accepted --identity hidden -o out/tables
    """,
    "convert": """
        loopviz convert annotations.xml --to coco -o coco.json
        loopviz convert labels/ --to voc -o out/voc --names Body,Cable --frame-size 1920x1080
        loopviz convert coco.json --to yolo -o out/yolo --lossless
    """,
    "learning": train.FILM,
    "doctor": """
        loopviz doctor
        loopviz doctor --json
    """,
}

# Without rich's markup help needs no rich: it answers faster, and reads the same in a pipe.
app = typer.Typer(
    name="loopviz",
    help=HELP,
    epilog=EPILOG,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for _command in (
    begin.init,
    render.run,
    render.render,
    planning.plan,
    previewing.preview,
    printing.sheet,
    frames.assemble,
    frames.split,
    check.check,
    inspect.inspect,
    export.export,
    convert.convert,
    train.learning,
    inspect.doctor,
):
    command(app, _command.__name__, EXAMPLES[_command.__name__])(_command)


command(app, "predict", prediction.EXAMPLES["predict"])(prediction.predict)
command(app, "compare", prediction.EXAMPLES["compare"])(prediction.compare)
command(app, "diff", diff.EXAMPLES)(diff.diff)
command(app, "quality", quality.EXAMPLES)(quality.quality)
app.add_typer(review_app)
app.add_typer(trials.train_app)
app.add_typer(cache_app)
app.add_typer(profile_app)
command(crowd_app, "kit", crowd_kit.EXAMPLES)(crowd_kit.kit)
app.add_typer(theme_app)
app.add_typer(crowd_app)


def _version(asked: bool) -> None:
    if asked:
        say(f"loopviz {loopviz.__version__}", "stdout")
        raise typer.Exit


@app.callback()
def _app(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  (its callback does the work)
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; nothing is raised, whatever happens.

    Args:
        arguments: What stands after ``loopviz``; those of the process where none are given.
    """
    _start_light()
    given = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    as_json = "--json" in given
    code = _run(given, as_json=as_json)
    trouble = unsaid()
    if not trouble:
        return code
    streams = ", ".join(f"{stream}: {why}" for stream, why in trouble.items())
    say(f"loopviz: The work is done, but not all could be said ({streams}).", "stderr")
    unsaid()
    return code or OutputError.exit_code


def _run(given: Sequence[str], *, as_json: bool) -> int:
    try:
        code = app(given, prog_name="loopviz", standalone_mode=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except typer.TyperException as error:
        return _usage(error, as_json=as_json)
    except SystemExit:
        raise
    except BaseException as error:  # the one place where everything ends; a panic of Polars is no Exception
        if not was_interrupted(error):
            return _failed(error, as_json=as_json)
        code = INTERRUPTED
    if code == INTERRUPTED:
        say_error("Interrupted; nothing half done is left.", INTERRUPTED, as_json=as_json)
    return code if isinstance(code, int) else 0


def _start_light() -> None:
    """Leave out what a process pays for when it starts and ends, and has nothing from."""
    # numpy and Polars would start a thread for every core: a fifth of a second before they are asked for anything, and
    # tables as small as ours are handed from one to the other for longer than they are worked on.
    for name in ("OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"):
        os.environ.setdefault(name, "1")
    gc.set_threshold(GARBAGE)
    atexit.register(gc.freeze)  # the system takes all memory back at once: no need to look for cycles in it before


def _failed(error: BaseException, *, as_json: bool) -> int:
    error = _of_the_machine(error)
    if isinstance(error, LoopvizError):
        say_error(str(error), error.exit_code, as_json=as_json, error=error)
        return error.exit_code
    if os.environ.get("LOOPVIZ_TRACEBACK"):
        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    say_error(
        f"This is a bug in loopviz ({what[:200]}). LOOPVIZ_TRACEBACK=1 shows where; please report it.",
        INTERNAL,
        as_json=as_json,
        error=error,
    )
    return INTERNAL


def _of_the_machine(error: BaseException) -> BaseException:
    """Return what a person can do about what the system refused; any other error as it is."""
    number, path = getattr(error, "errno", None), getattr(error, "filename", None)
    text = str(error).lower()
    reason = (getattr(error, "strerror", None) or "").lower()
    if isinstance(error, LoopvizError):
        return error
    if isinstance(error, MemoryError) or number == errno.ENOMEM or any(words in text for words in NO_MEMORY):
        return no_memory()
    if number in (errno.EMFILE, errno.ENFILE):
        return MissingPartError("too many files are open", remedy="Raise the limit (ulimit -n).")
    if not isinstance(error, OSError):
        return error
    if number in NO_ROOM:
        return OutputError("nothing more can be written here", file=path, found=error.strerror, remedy="Make room.")
    if isinstance(error, FileNotFoundError) and path is None:
        return InputError("the working folder was removed", remedy="Change to one that is there, or give whole paths.")
    if number in UNUSABLE and path:
        return InputError(f"cannot be used: {reason}", file=path, remedy="Check the path.")
    return error


def _usage(error: typer.TyperException, *, as_json: bool) -> int:
    context = getattr(error, "ctx", None)
    if (option := getattr(error, "option_name", None)) and hasattr(error, "possibilities"):
        error.possibilities = None  # as typer finds them, any two options are alike: both begin with --
        known = {name.lstrip("-"): name for each in context.command.params for name in each.opts} if context else {}
        near = near_name(option.lstrip("-"), known) if option.startswith("--") else None
        error.message += f". Did you mean {known[near]}?" if near else ""
    hint = f" Try '{context.command_path} --help'." if context is not None else ""
    message = " ".join(error.format_message().split())
    message += "" if message.endswith((".", "?")) else "."
    say_error(message + hint, USAGE, as_json=as_json, error=error)
    return USAGE
