"""A project file as it is read: checked, and with its paths counted from the folder that it lies in."""

from __future__ import annotations

from pathlib import Path

from loopviz.project.base_model import expanded
from loopviz.project.config import ProjectConfig, default_output
from loopviz.project.option import THEME_SUFFIXES
from loopviz.settings import Section
from loopviz.yamlfile import read_mapping

EXAMPLE = "at least 'source: clip.mp4' and 'labels: labels/'"
PATHS = ("source", "labels", "people", "assignments", "salt_file", "output")


def load_config(path: str | Path) -> ProjectConfig:
    """Read a project file.

    Returns:
        The config with its paths counted from the file's folder. Where no output is named it is ``out/<name>.mp4``
        beside the project file.

    Raises:
        InputError: If the file cannot be read.
        ConfigError: If it is not plain YAML, a key is unknown, or a value is not what it should be.
    """
    file = Path(path)
    config = ProjectConfig.checked(read_mapping(file, "project file", EXAMPLE), file=file)
    if config.caption:
        from loopviz.scene.theme import check_templates  # here: most projects leave the caption to the theme

        check_templates(config.caption, file)
    if config.model.line:
        from loopviz.scene.theme import check_template  # here: most projects show no model

        check_template(config.model.line, "model.line", file)
    base = file.parent
    given = {name: getattr(config, name) for name in PATHS}
    moved: dict[str, object] = {name: _below(base, value) for name, value in given.items() if value is not None}
    if config.crowd is not None:
        moved["crowd"] = config.crowd.below(lambda path: _below(base, path)).model_dump(exclude_unset=True)
    if config.training is not None and config.training.weights is not None:
        moved["training.weights"] = _below(base, config.training.weights)
    for key in ("labels", "run"):
        if (given := getattr(config.model, key)) is not None:
            moved[f"model.{key}"] = _below(base, given)
    if config.timeline.soundtrack is not None:
        moved["timeline.sound"] = _below(base, config.timeline.soundtrack)
    if config.edit is not None:
        moved["edit"] = config.edit.below(lambda path: _below(base, path))
    if config.profile is not None and config.profile.endswith(THEME_SUFFIXES):
        moved["profile"] = str(_below(base, expanded(config.profile)))
    if config.theme.endswith(THEME_SUFFIXES):
        moved["theme"] = str(_below(base, expanded(config.theme)))
    usual = default_output(base, base.resolve().name if file.stem == "loopviz" else file.stem)
    placed = Section.changed(config, {"output": usual, **moved})
    return placed if placed.profile is None or config.output is not None else placed.named_by_profile()


def _below(base: Path, path: Path) -> Path:
    """Return a path as it counts from a folder; with the dots resolved, as messages show it."""
    return (base / path).resolve() if ".." in path.parts else base / path
