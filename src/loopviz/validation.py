"""Turns what pydantic says of a project file or a theme into one sentence in the file's own words."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from loopviz.errors import ConfigError, did_you_mean, near_name, shown_plain
from loopviz.wording import listed

LISTED = 20  # known names in a message

# pydantic's error types (https://docs.pydantic.dev/latest/errors/validation_errors/) in the words of a YAML file
EXPECTED: Mapping[str, str] = {
    "string_type": "text (in quotes where it looks like a number)",
    "string_too_short": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list, as [one, two]",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "string_pattern_mismatch": "text such as '#e69f00'",
    "literal_error": "{expected}",
    "value_error": "{error}",
}


def config_error(
    error: ValidationError,
    model: type[BaseModel],
    file: Path | None,
    *,
    within: str | None = None,
    missing: str = "Add a line such as '{key}: path/to/{key}'.",
) -> ConfigError:
    """Return the problem that a person should mend first; an unknown key comes first, as it may explain the others.

    Args:
        error: What pydantic found.
        model: The model that refused.
        file: The file that it is about.
        within: The section of the file that the model stands for, if it is not the whole.
        missing: What to do where a ``key`` of the file itself is missing.
    """
    problem = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    parents = [str(part) for part in ((within, *problem["loc"]) if within else problem["loc"])]
    place = ".".join(parents)
    if problem["type"] == "extra_forbidden":
        found, known = str(problem["loc"][-1]), _known_keys(model, problem["loc"][:-1])
        remedy = did_you_mean(found, known) or _in_a_section(found, model, parents) or nearest(found, known)
        parents.pop()
        return ConfigError("unknown key", file=file, at=".".join(parents) or None, found=found, remedy=remedy)
    if problem["type"] == "missing":
        key, section = parents[-1], ".".join(parents[:-1])
        remedy = f"Add {key!r} to '{section}'." if section else missing.format(key=key)
        return ConfigError(f"{place!r} is missing", file=file, remedy=remedy)
    return ConfigError(
        "not a value that fits here", file=file, at=place, found=problem["input"], expected=_expected(problem)
    )


def nearest(name: str, known: typing.Iterable[str]) -> str:
    """Return what to say about a name that is not known: the nearest one that is, or all of them."""
    names = list(known)
    return did_you_mean(name, names) or f"Known: {listed([shown_plain(each) for each in names], LISTED) or 'none'}."


def _expected(problem: ErrorDetails) -> str:
    said = problem["msg"].removeprefix("Input should be ")
    return EXPECTED.get(problem["type"], said).format_map(problem.get("ctx", {}))


def _in_a_section(name: str, model: type[BaseModel], parents: list[str]) -> str | None:
    """Say in which section of the file an unknown key of the file itself belongs, if it does in one."""
    sections = [key for key in model.model_fields if len(parents) == 1 and _section(model, key) is not None]
    meant = ((key, near_name(name, _known_keys(model, (key,)))) for key in sections)
    return next((f"Did you mean {near!r}, in the section {key!r}?" for key, near in meant if near), None)


def _section(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    field = model.model_fields.get(key)
    kinds = [] if field is None else [field.annotation, *typing.get_args(field.annotation)]
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _known_keys(model: type[BaseModel], parents: tuple[int | str, ...]) -> list[str]:
    """Return the keys of the section that a place in the file belongs to."""
    for part in parents:
        model = _section(model, str(part)) or model  # else it is a key of a mapping, such as a category's name
    return [field.alias or name for name, field in model.model_fields.items()]
