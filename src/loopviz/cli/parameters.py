"""The arguments and options of a command, made when that command is asked for: help of the others costs nothing.

A parameter of a command's function is one of three:

- an argument or an option of its own: ``Annotated`` with ``typer.Argument`` or ``typer.Option``;
- a dataclass whose fields are such;
- settings: ``Annotated[Settings, Fields(("theme", ...))]``, for the fields of the project file's models that carry an
  ``Option`` (see ``loopviz.settings``). They come back by dotted name, as ``config.changed`` takes them, and only
  those that were given.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
import typer.main

if TYPE_CHECKING:
    import pydantic
    from pydantic.fields import FieldInfo

    from loopviz.settings import Option

Settings = dict[str, Any]
PROJECT = "loopviz.project.config:ProjectConfig"
CLIP = "loopviz.project.config:ClipConfig"
CROWD = "loopviz.project.crowd.config:CrowdConfig"
TRAIN = "loopviz.train.job_options:TrainingOptions"
SEARCH = "loopviz.project.crowd.config:SearchConfig"
ALIGN = "loopviz.project.config:AlignConfig"
TRAINING = "loopviz.train.options:TrainingSetOptions"
_KINDS = (Path, int, float, str)  # as they are on a command line; anything else is written as text


@dataclass(frozen=True)
class Fields:
    """Which fields of a model a command takes as options.

    Attributes:
        names: Their dotted names in the order of the help; ``...`` stands for all others that are not named.
        model: The model, or ``"module:Class"``: what it loads is loaded only when the command is asked for.
    """

    names: tuple[str | types.EllipsisType, ...]
    model: str | type[pydantic.BaseModel] = PROJECT

    def options(self, named: set[str]) -> Iterator[tuple[str, FieldInfo, Option]]:
        """Yield the fields; ``named`` are those that ``...`` does not stand for."""
        every = {name: (name, field, option) for name, field, option in _options(self._model())}
        for name in self.names:
            if isinstance(name, str):
                yield every[name]
            else:
                yield from (each for each in every.values() if each[0] not in named)

    def _model(self) -> type[pydantic.BaseModel]:
        if not isinstance(self.model, str):
            return self.model
        module, _, name = self.model.partition(":")
        model: type[pydantic.BaseModel] = getattr(importlib.import_module(module), name)
        return model


@dataclass(frozen=True)
class Parameter:
    """An argument or an option.

    Attributes:
        owner: The parameter of the function that its value goes to.
        name: What the value is called there.
        annotation: As typer reads it.
        default: What it is where it is not given.
        read: Returns the value, or the setting, that a value given stands for.
    """

    owner: str
    name: str
    annotation: Any
    default: Any
    read: Callable[[Any], Any] = lambda value: value

    @property
    def identifier(self) -> str:
        """The name as Python takes it."""
        return self.name.replace(".", "__")


def parameters(function: Callable[..., Any]) -> list[Parameter]:
    """Return the arguments and options of a command's function, in the order of its help."""
    owners = inspect.signature(function, eval_str=True).parameters
    marks = {name: _mark(owner.annotation) for name, owner in owners.items()}
    named = {name for mark in marks.values() if mark for name in mark.names if isinstance(name, str)}
    found: list[Parameter] = []
    for name, owner in owners.items():
        mark = marks[name]
        if mark is not None:
            found += (_of_field(name, *each) for each in mark.options(named))
        elif _is_group(owner.annotation):
            hints = typing.get_type_hints(owner.annotation, include_extras=True)
            parts = dataclasses.fields(owner.annotation)
            found += (Parameter(name, part.name, hints[part.name], part.default) for part in parts)
        else:
            found.append(Parameter(name, name, owner.annotation, owner.default))
    return found


def for_typer(wanted: Sequence[Parameter]) -> list[Any]:
    """Return the parameters as typer's commands have them."""
    specs = [
        (each.identifier, each.annotation)
        if each.default is inspect.Parameter.empty
        else (each.identifier, each.annotation, dataclasses.field(default=each.default))
        for each in wanted
    ]
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(dataclasses.make_dataclass("Given", specs, kw_only=True))
    return list(typer.main.get_command(app).params)


def arguments(function: Callable[..., Any], wanted: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a command's function is called with.

    Args:
        function: The function.
        wanted: Its ``parameters``.
        given: What typer read, by ``identifier``.
    """
    values: dict[str, Any] = {}
    for name, owner in inspect.signature(function, eval_str=True).parameters.items():
        own = {each.name: each.read(_plain(given[each.identifier])) for each in wanted if each.owner == name}
        if _mark(owner.annotation) is not None:
            values[name] = {setting: value for setting, value in own.items() if value is not None}
        else:
            values[name] = owner.annotation(**own) if _is_group(owner.annotation) else own[name]
    return values


def listed(names: str | None) -> list[str] | None:
    """Return the names of ``A,B,C``."""
    return [name.strip() for name in names.split(",")] if names else None


def _plain(value: Any) -> Any:
    """Return several values as a list, and None for none of them."""
    return (list(value) or None) if isinstance(value, tuple | list) else value


def _is_group(annotation: Any) -> bool:
    return dataclasses.is_dataclass(annotation)


def _mark(annotation: Any) -> Fields | None:
    return next((mark for mark in getattr(annotation, "__metadata__", ()) if isinstance(mark, Fields)), None)


def _options(model: type[pydantic.BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo, Option]]:
    """Yield every field of a model, and of its sections, that carries an ``Option``."""
    from loopviz.settings import Option

    for name, field in model.model_fields.items():
        option = next((mark for mark in field.metadata if isinstance(mark, Option)), None)
        if option is not None:
            yield prefix + name, field, option
        elif hasattr(field.annotation, "model_fields"):
            yield from _options(field.annotation, f"{prefix}{name}.")  # type: ignore[arg-type]


def _of_field(owner: str, name: str, field: FieldInfo, option: Option) -> Parameter:
    """Return the option of a field: of its type as a command line has it."""
    kind, default, read = _as_given(_bare(field.annotation), option, field.default)
    info = typer.Option(
        *option.flags.split(),
        help=option.help,
        metavar=option.metavar,
        parser=option.parser,
        autocompletion=option.completes,
    )
    default = field.default if option.default_shown else default
    return Parameter(owner, name, Annotated[kind, info], default, read)


def _as_given(kind: Any, option: Option, default: Any) -> tuple[Any, Any, Callable[[Any], Any]]:
    """Return the type that is written for a type, what stands where nothing is, and how the setting is read."""
    if kind is bool:  # the flag says the contrary of what is so without it
        return bool, False, lambda raised: (not default) if raised else None
    if typing.get_origin(kind) is Literal:
        words = {str(value): value for value in typing.get_args(kind)}
        return Literal[tuple(words)] | None, None, lambda word: None if word is None else words[word]
    if typing.get_origin(kind) is tuple:
        return (list[str] | None, None, lambda each: each) if option.repeated else (str | None, None, listed)
    return (kind if kind in _KINDS else str) | None, None, lambda value: value


def _bare(annotation: Any) -> Any:
    """Return a type without None, and without what is said of it."""
    if typing.get_origin(annotation) is Annotated:
        return _bare(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return _bare(next(part for part in typing.get_args(annotation) if part is not type(None)))
    return annotation
