"""Whose labels of the training a model's detections resemble most: in captions by name, in credits by how often."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from loopviz.consent import consented
from loopviz.crowd import apply_identity
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.predict.similar import SIMILAR_TABLE
from loopviz.project.config import ProjectConfig
from loopviz.project.salt import read_salt
from loopviz.scene.templates import clean
from loopviz.scene.versus.outcomes import Detections

AGAIN = "Predict again: loopviz predict RUN VIDEO -o FOLDER --taught-by 1."


def taught_names(config: ProjectConfig, found: Detections | None, everything: Dataset) -> dict[int, str]:
    """Return, by frame, who drew the label that each detection resembles most: those of most detections first.

    Nobody where names are hidden, and only people of the project who did not refuse: of others nobody knows whether
    they did since the training.

    Args:
        config: The project.
        found: The detections, on its frames.
        everything: All people and labels.

    Raises:
        ConfigError: If there are detections, and it was not looked up what they resemble, or nobody
            named there is one of the project's people.
        InputError: If that cannot be read.
    """
    if found is None or config.model.labels is None or config.identity == "hidden":
        return {}
    nearest = _nearest(config.model.labels, "caption")
    named = found.dataset.annotations.select("annotation_id", "frame").join(nearest, on="annotation_id")
    agreed = _named(config, named, everything, "caption")
    counted = agreed.group_by("frame", "worker").agg(count=pl.len())
    ordered = counted.sort("frame", "count", "worker", descending=[False, True, False])
    frames = ordered.group_by("frame", maintain_order=True).agg("worker").iter_rows()
    return {frame: clean(", ".join(workers)) for frame, workers in frames}


def taught_counts(config: ProjectConfig, everything: Dataset, at: str) -> dict[str, int]:
    """Return, by id, how many of a model's detections resemble most what somebody drew; nobody where names are hidden.

    Args:
        config: The project.
        everything: All people and labels.
        at: What of the project asks for it.

    Raises:
        ConfigError: If there are no detections, and as ``taught_names``.
        InputError: If what they resemble cannot be read.
    """
    if config.identity == "hidden":
        return {}
    if config.model.labels is None:
        what, remedy = "there is no model whose detections resemble anybody's labels", "Name them: --model predicted/."
        raise ConfigError(what, at=at, expected="model.labels", remedy=remedy)
    agreed = _named(config, _nearest(config.model.labels, at), everything, at)
    counted = agreed.group_by("worker").agg(count=pl.len())
    people = _people(config, everything).select("worker_id", worker="alias")
    return dict(people.join(counted, on="worker").select("worker_id", "count").iter_rows())


def _nearest(predicted: Path, at: str) -> pl.DataFrame:
    """Return who drew the label that each detection resembles most: ``annotation_id`` and ``worker``."""
    file = predicted / SIMILAR_TABLE
    if not file.is_file():
        what = "this asks for those whose labels taught the model, and nobody looked who they are"
        raise ConfigError(what, at=at, file=file.parent, expected=SIMILAR_TABLE, remedy=AGAIN)
    try:
        similar = pl.read_parquet(file, columns=["annotation_id", "rank", "workers"])
        return similar.filter(pl.col("rank") == 1).select("annotation_id", worker="workers").explode("worker")
    except (pl.exceptions.PolarsError, OSError) as error:
        what = f"what the detections resemble cannot be read: {error}"
        raise InputError(what, file=file, remedy=AGAIN) from error


def _named(config: ProjectConfig, named: pl.DataFrame, everything: Dataset, at: str) -> pl.DataFrame:
    """Return the rows of people who may be named.

    Raises:
        ConfigError: If there are people, and none of them is one of the project's.
    """
    named = named.drop_nulls("worker")
    people = _people(config, everything)["alias"]
    if named.height and people.len() and not named["worker"].is_in(people.implode()).any():
        what = "none of the people whose labels the detections resemble is known here by that name"
        remedy = (
            "Name the secret that the run's names were made with ('salt_file'), or predict with a run of this project."
        )
        raise ConfigError(what, at=at, remedy=remedy)
    return named.filter(pl.col("worker").is_in(_people(config, consented(everything))["alias"].implode()))


def _people(config: ProjectConfig, dataset: Dataset) -> pl.DataFrame:
    """Return a Dataset's people with their aliases: by these a run knows them, whatever shows them here."""
    salt = read_salt(config.salt_file, make=False)
    return apply_identity(dataset, "alias", salt).workers.drop_nulls("alias")
