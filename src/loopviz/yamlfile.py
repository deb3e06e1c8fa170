"""Reads YAML (project files, themes) as plain data, and refuses what YAML can do beyond that.

Only the tags of YAML 1.1's core are known, a key may stand once, and there are no aliases: shared nodes are how a small
file becomes a large one ("billion laughs").
"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from loopviz.errors import ConfigError, InputError, shown_plain

MAX_BYTES = 1_000_000


class _PlainLoader(yaml.SafeLoader):
    """PyYAML's safe loader without aliases and without repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]  # the stubs leave it out
            raise _refused("aliases (*name) are not used here", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _refused("a key that is not plain text", key_node.start_mark)
            if key_node.value in seen:
                raise _refused(f"the key {key_node.value!r} stands twice", key_node.start_mark)
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


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
        # A subclass of PyYAML's safe loader: it builds plain data only.
        data = yaml.load(text, Loader=_PlainLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = shown_plain(" ".join(str(error.problem or error.context).split()))
        raise ConfigError(f"not plain YAML: {what}", file=path, at=f"line {mark.line + 1}" if mark else None) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        what = shown_plain(" ".join(str(error).split()))
        if isinstance(error, RecursionError):
            what = "too deeply nested"
        elif "int_max_str_digits" in what:
            what = "a number of thousands of digits"
        raise ConfigError(f"not plain YAML: {what}", file=path) from None
    if not isinstance(data, dict):
        what = "nothing" if data is None else f"a {type(data).__name__}"
        raise ConfigError(
            f"a {kind} holds keys and values, not {what}",
            file=path,
            expected=example,
        )
    return {str(key): value for key, value in data.items()}


def _read_text(path: Path, kind: str) -> str:
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe would be waited for, a device never ends
        raise InputError(f"the {kind} is not a regular file", file=path, remedy="Give a file.")
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


def _refused(what: str, mark: Any) -> yaml.MarkedYAMLError:  # the stubs have one Mark a parser
    return yaml.MarkedYAMLError(problem=what, problem_mark=mark)
