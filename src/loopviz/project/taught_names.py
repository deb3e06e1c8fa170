"""Whom captions may name as those whose labels of the training a model's detections resemble most."""

from __future__ import annotations

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
    file = config.model.labels / SIMILAR_TABLE
    if not file.is_file():
        what = "the captions name those whose labels taught the model, and nobody looked who they are"
        raise ConfigError(what, at="caption", file=file.parent, expected=SIMILAR_TABLE, remedy=AGAIN)
    try:
        similar = pl.read_parquet(file, columns=["annotation_id", "rank", "workers"])
        nearest = similar.filter(pl.col("rank") == 1).select("annotation_id", worker="workers").explode("worker")
    except (pl.exceptions.PolarsError, OSError) as error:
        what = f"what the detections resemble cannot be read: {error}"
        raise InputError(what, file=file, remedy=AGAIN) from error
    named = found.dataset.annotations.select("annotation_id", "frame").join(nearest, on="annotation_id")
    named = named.drop_nulls("worker")
    people = _aliases(config, everything)
    if named.height and people.len() and not named["worker"].is_in(people.implode()).any():
        what = "none of the people whose labels the detections resemble is known here by that name"
        remedy = (
            "Name the secret that the run's names were made with ('salt_file'), or predict with a run of this project."
        )
        raise ConfigError(what, at="caption", remedy=remedy)
    agreed = pl.col("worker").is_in(_aliases(config, consented(everything)).implode())
    counted = named.filter(agreed).group_by("frame", "worker").agg(count=pl.len())
    ordered = counted.sort("frame", "count", "worker", descending=[False, True, False])
    frames = ordered.group_by("frame", maintain_order=True).agg("worker").iter_rows()
    return {frame: clean(", ".join(workers)) for frame, workers in frames}


def _aliases(config: ProjectConfig, dataset: Dataset) -> pl.Series:
    """Return the aliases of a Dataset's people: by these a run knows them, whatever shows them here."""
    salt = read_salt(config.salt_file, make=False)
    return apply_identity(dataset, "alias", salt).workers["alias"].drop_nulls()
