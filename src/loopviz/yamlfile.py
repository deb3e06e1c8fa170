"""Reads YAML (project files, themes, ``data.yaml``) as plain data, and refuses what YAML can do beyond that.

There are no tags and no aliases (shared nodes are how a small file becomes a large one, "billion laughs"), and limits
on how many values there are, how deep they stand and how long a number is. Numbers are those of YAML 1.2's core schema
(https://yaml.org/spec/1.2.2/#103-core-schema): ``1:30`` is text, not ninety, and so is a date.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml

from loopviz.errors import ConfigError, InputError, check_is_file, shown_plain

MAX_BYTES = 1_000_000
MAX_VALUES = 50_000  # keys count too
MAX_DEPTH = 50
MAX_NUMBER = 100  # characters


class TextLoader(yaml.SafeLoader):
    """PyYAML's safe loader with limits, and every scalar as the text that stands there: ``no`` is a word."""

    _values = _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose a node, unless it is one too many, too deep, shared or typed."""
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it out
        self._values += 1
        self._depth += 1
        if isinstance(event, yaml.AliasEvent):
            raise _refused("aliases (*name) are not used here", event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise _refused(f"tags ({event.tag}) are not used here", event.start_mark)
        if self._values > MAX_VALUES:
            raise _refused(f"more than {MAX_VALUES:,} keys and values", event.start_mark)
        if self._depth > MAX_DEPTH:
            raise _refused(f"nested more than {MAX_DEPTH} deep", event.start_mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class PlainLoader(TextLoader):
    """Reads truth values, null and numbers too, and refuses repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping, unless a key is no plain text or stands twice."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _refused("a key that is not plain text", key_node.start_mark)
            if key_node.value in seen:
                raise _refused(f"the key {key_node.value!r} stands twice", key_node.start_mark)
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """Return a whole number, or one with a fraction."""
        text = node.value
        if len(text) > MAX_NUMBER:
            raise _refused(f"a number of {len(text):,} characters", node.start_mark)
        if node.tag.endswith(":int"):
            return int(text, {"0x": 16, "0o": 8}.get(text[:2], 10))
        number = float(text)
        if not math.isfinite(number):
            raise _refused(f"the number {text}", node.start_mark)
        return number


_KEPT = {kind: [(tag, form) for tag, form in known if tag.endswith((":bool", ":null"))]
         for kind, known in yaml.SafeLoader.yaml_implicit_resolvers.items()}  # fmt: skip
TextLoader.yaml_implicit_resolvers = {}
PlainLoader.yaml_implicit_resolvers = _KEPT
for _kind, _form in (
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
):
    _tag = f"tag:yaml.org,2002:{_kind}"
    PlainLoader.add_implicit_resolver(_tag, re.compile(f"(?:{_form})\\Z"), list("-+.0123456789"))
    PlainLoader.add_constructor(_tag, PlainLoader.construct_number)


def parse(text: str, loader: type[TextLoader]) -> Any:
    """Return what a YAML text holds.

    Args:
        text: The text.
        loader: Which of the two loaders above reads it.

    Raises:
        yaml.MarkedYAMLError: If it is not YAML, or does more than is read here; the problem is one line.
    """
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 - subclasses of PyYAML's safe loader, which do even less
    except yaml.MarkedYAMLError as error:
        what = shown_plain(" ".join(str(error.problem or error.context).split()))
        raise _refused(what, error.problem_mark or error.context_mark) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _refused(shown_plain(" ".join(str(error).split())), None) from None


def read_mapping(path: Path, kind: str, example: str) -> dict[str, Any]:
    """Return the keys and values of a YAML file.

    Args:
        path: The file.
        kind: What it should be, in a message's words: ``"project file"``.
        example: What such a file holds at least.

    Raises:
        InputError: If the file is missing, too large or not text.
        ConfigError: If it is not YAML, holds more than plain data, or is not keys and values.
    """
    text = _read_text(path, kind)
    try:
        data = parse(text, PlainLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"line {mark.line + 1}" if mark else None
        raise ConfigError(f"not plain YAML: {error.problem}", file=path, at=at) from None
    if not isinstance(data, dict):
        what = "nothing" if data is None else f"a {type(data).__name__}"
        raise ConfigError(f"a {kind} holds keys and values, not {what}", file=path, expected=example)
    return {str(key): value for key, value in data.items()}


def _read_text(path: Path, kind: str) -> str:
    if path.exists():
        check_is_file(path, f"a {kind}, in YAML")
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        what = (error.strerror or "unreadable").lower()
        raise InputError(f"the {kind} cannot be read: {what}", file=path, remedy="Check the path.") from None
    if len(raw) > MAX_BYTES:
        raise InputError(f"too large for a {kind}", file=path, expected=f"at most {MAX_BYTES:,} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"the {kind} is not UTF-8 text", file=path, at=f"byte {error.start}", remedy="Save it as UTF-8."
        ) from None


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain data with other data laid over it, section by section."""
    both = {k: merged(base[k], v) for k, v in over.items() if isinstance(v, dict) and isinstance(base.get(k), dict)}
    return {**base, **over, **both}


def _refused(what: str, mark: Any) -> yaml.MarkedYAMLError:  # the stubs have one Mark a parser
    return yaml.MarkedYAMLError(problem=what, problem_mark=mark)
