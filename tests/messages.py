"""What the program says when something is wrong, from its source: ``python tests/messages.py > tests/messages.txt``.

What is filled in stands in braces, by its name where it has one. What checks find stands at the end, as they say it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from loopviz.project.check.finding_codes import CODES, Kind

SOURCE = Path(__file__).resolve().parents[1] / "src" / "loopviz"
ERRORS = ("InputError", "ConfigError", "OutputError", "MissingPartError", "DamagedError", "BadParameter")
PARTS = ("at", "found", "expected", "remedy")


def text_of(node: ast.expr) -> str:
    """A text as it stands in the source: its own words, and names of what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return text_of(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_of(node.left) + text_of(node.right)
    if isinstance(node, ast.IfExp):
        return f"{text_of(node.body)} | {text_of(node.orelse)}"
    return f"{{{getattr(node, 'id', getattr(node, 'attr', '…'))}}}"


def assigned(function: ast.AST) -> dict[str, str]:
    """Texts that stand under a name within a function: a remedy, mostly."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        several = isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)
        names, values = (node.targets[0].elts, node.value.elts) if several else (node.targets, [node.value])
        for name, value in zip(names, values, strict=False):
            text = text_of(value)
            if isinstance(name, ast.Name) and not text.startswith("{"):
                found.setdefault(name.id, []).append(text)
    return {name: " | ".join(dict.fromkeys(texts)) for name, texts in found.items()}


def raised(tree: ast.Module) -> Iterator[str]:
    """Each error that a module makes, as a line."""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    inner = {id(node): f for f in functions for node in ast.walk(f)}  # the innermost comes last
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in ERRORS:
            continue
        names = assigned(inner[id(node)]) if id(node) in inner else {}

        def said(value: ast.expr, names: dict[str, str] = names) -> str:
            return names.get(value.id, text_of(value)) if isinstance(value, ast.Name) else text_of(value)

        more = {key.arg: said(key.value) for key in node.keywords if key.arg in PARTS}
        words = "".join(f"\n    {part}: {more[part]}" for part in PARTS if part in more)
        yield f"  {name}: {said(node.args[0])}{words}"


def passed_on(tree: ast.Module) -> Iterator[str]:
    """Words that a module hands to a function of its own, which makes the error of them, each as a line."""
    own = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)} | {"refuse"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in own:
            for value in (*node.args, *(key.value for key in node.keywords)):
                text = text_of(value) if isinstance(value, ast.Constant | ast.JoinedStr) else ""
                if text.count(" ") > 1 and text[0].isalnum():
                    yield f"  words: {text}"


def messages() -> str:
    """All of it, module by module."""
    parts = []
    for file in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found = list(raised(tree))
        found += passed_on(tree) if any("{" in line.partition(": ")[2][:1] for line in found) else ()
        if found:
            parts.append("\n".join([file.relative_to(SOURCE).with_suffix("").as_posix(), *found]))
    parts.append("\n".join(["checks", *map(checked, CODES.items())]))
    return "\n\n".join(parts) + "\n"


def checked(kind: tuple[str, Kind]) -> str:
    """What a check says of one kind of trouble."""
    return f"  {kind[0]} ({kind[1].severity}): {kind[1].message}\n    remedy: {kind[1].remedy}"


if __name__ == "__main__":
    sys.stdout.write(messages())
