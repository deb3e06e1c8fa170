"""The JSON Schema of themes, for editors that complete keys and say what a value may be (https://json-schema.org)."""

from __future__ import annotations

from typing import Any

from loopviz.scene.style import Placed
from loopviz.scene.theme import Theme
from loopviz.scene.widgets.registry import OURS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def theme_schema() -> dict[str, Any]:
    """Return the schema: of a whole theme, and of one that says only what differs from another."""
    schema = Theme.model_json_schema()
    parts: dict[str, Any] = schema.setdefault("$defs", {})
    for name, widget in OURS.items():
        style = widget.style_type.model_json_schema(ref_template="#/$defs/{model}")
        parts.update(style.pop("$defs", {}))
        parts[f"widget-{name}"] = _optional(style)
    for part in parts.values():
        _optional(part)
    known = {name: {"anyOf": [{"$ref": f"#/$defs/widget-{name}"}, {"type": "null"}]} for name in OURS}
    others = {"anyOf": [*({"$ref": f"#/$defs/widget-{name}"} for name in OURS), {"type": "null"}]}
    schema["properties"]["widgets"] = {"type": "object", "properties": known, "additionalProperties": others}
    schema["properties"]["extends"] = {"type": "string", "description": "The theme that this one begins from."}
    parts.pop(Placed.__name__, None)
    return {"$schema": DIALECT, "title": "A theme of loopviz", **_optional(schema)}


def _optional(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of which nothing is needed: a theme that extends another says what differs."""
    part.pop("required", None)
    return part
