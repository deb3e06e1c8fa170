"""Ultralytics without a network, and without a trace outside of the run's folder.

``environment`` is what its process is started with; ``silence`` is called in there, before anything of it is used. What
it would look up, fetch or send: whether there is a network (when it is imported), fonts for plots, weights to try mixed
precision with, updates and missing packages, events of use. What it would write: settings in the user's config folder,
fonts of matplotlib in the cache, and a cache beside the labels.
"""

from __future__ import annotations

import functools
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOCAL = ("127.0.0.1", "::1", "localhost", None)
TELLING = ("clearml", "comet", "dvc", "mlflow", "raytune", "sync", "tensorboard", "wandb")


def environment(folder: Path, threads: int) -> Mapping[str, str]:
    """Return the environment of a process that trains.

    Args:
        folder: Where it may write whatever it believes it must.
        threads: How many threads torch may have.
    """
    given = {name: value for name, value in os.environ.items() if not name.startswith(("YOLO_", "OPENBLAS_", "OMP_"))}
    return given | {
        "YOLO_OFFLINE": "1",
        "YOLO_AUTOINSTALL": "0",
        "YOLO_VERBOSE": "false",
        "ULTRALYTICS_SAFE_LOAD": "1",  # weights are pickles: only known classes are made of them
        "ORT_DISABLE_TELEMETRY": "1",
        "YOLO_CONFIG_DIR": str(folder),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "TORCH_HOME": str(folder / "torch"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "PASSIVE",  # on a busy machine threads that wait in a loop hold up those they wait for
        "PYTHONPATH": os.pathsep.join(filter(None, map(_absolute, sys.path))),
    }


@functools.cache
def silence() -> None:
    """Have Ultralytics in this process look up and send nothing, and write nothing beside the labels."""
    _no_network()
    import ultralytics.data.dataset as dataset
    import ultralytics.data.utils as data
    import ultralytics.engine.trainer as trainer
    import ultralytics.utils as utils

    utils.SETTINGS.update({name: False for name in TELLING if name in utils.SETTINGS})
    data.check_font = lambda *_: None
    trainer.check_amp = _check_amp
    dataset.save_dataset_cache_file = _not_saved
    dataset.load_dataset_cache_file = _no_cache


def _absolute(place: str) -> str:
    return str(Path(place).absolute()) if place else str(Path.cwd())


def _no_network() -> None:
    """Refuse what a later version, or a package beside it, might look up; processes of this machine may talk.

    A hook of ``sys.addaudithook`` would hear of all of it, and of every ``id()`` too, of which torch makes many.
    """
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        setattr(socket, name, _refusing(getattr(socket, name)))


def _refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(host: object, *arguments: Any, **named: Any) -> Any:
        if host not in LOCAL:
            raise OSError(f"no network while training: {function.__name__} of {host!r}")
        return function(host, *arguments, **named)

    return call


def _not_saved(_: str, __: Path, cache: dict[str, object], number: str) -> None:
    cache["version"] = number  # all that is asked of it afterwards


def _no_cache(*_: object) -> None:
    raise FileNotFoundError


def _check_amp(model: Any) -> bool:
    """Say whether mixed precision works on this card, by the list of those where it does not; nothing is fetched."""
    from ultralytics.utils.checks import check_amp

    with _without_weights():
        return bool(check_amp(model))


@contextmanager
def _without_weights() -> Iterator[None]:
    import ultralytics

    def refused(*_: object) -> None:
        raise ConnectionError

    ultralytics.YOLO = refused
    try:
        yield
    finally:
        del ultralytics.YOLO
