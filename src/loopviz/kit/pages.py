"""The pages of a kit from their templates: every text inert, the local pages without a way out."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from loopviz.errors import ConfigError
from loopviz.kit.pay import hourly, reward_for, usd
from loopviz.kit.pictures import COLORS, Pictures
from loopviz.kit.plan import KitPlan
from loopviz.kit.texts import inert, label_list, markdown, typeset

TEMPLATES = Path(str(resources.files("loopviz") / "kit" / "templates"))
# A HIT's question, with the XML around it, is less than 64 kilobytes (Mechanical Turk's API reference, CreateHIT).
LARGEST_TASK = 65_000
UNKNOWN = "–"


@dataclass(frozen=True)
class PageFacts:
    """What the pages say of the images: their file names in order, their size, and the pictures of the instructions."""

    frames: tuple[str, ...]
    size: tuple[int, int]
    pictures: Pictures


def render_pages(plan: KitPlan, facts: PageFacts) -> dict[str, str]:
    """Return the texts of ``task.html``, ``preview.html``, ``pay.html`` and ``README.md`` by file name.

    Raises:
        ConfigError: If the task page is larger than Mechanical Turk takes.
    """
    css = (TEMPLATES / "style.css").read_text("utf-8")
    tasks = len(facts.frames) * plan.assignments
    words = {
        "plan": plan,
        "facts": _facts(plan),
        "pictures": facts.pictures,
        "labels": label_list(plan.categories),
        "css": _own("\n" + css),
        "colors": COLORS,
        "frame": facts.frames[0],
        "size": facts.size,
        "images": len(facts.frames),
        "tasks": tasks,
        "start": _start(plan, tasks),
        "sums": _sums(plan, tasks),
        "minutes": f"{_plain(plan.search_minutes_per_task or 0)} min",
        "wage": usd(plan.wage_usd_per_hour),
    }
    pages = {"task.html": _environment(html=True).get_template("task.html").render(words)}
    for name in ("preview", "pay"):
        pages[f"{name}.html"] = _local_page(name, words)
    pages["README.md"] = _environment(html=False).get_template("README.md").render(words)
    size = len(pages["task.html"].encode("utf-8"))
    if size > LARGEST_TASK:
        raise ConfigError(
            "the task page is larger than Mechanical Turk takes",
            found=f"{size:,} bytes",
            expected=f"at most {LARGEST_TASK:,}",
            remedy="Ask fewer questions, or shorten the consent text.",
        )
    return pages


def _local_page(name: str, words: Mapping[str, object]) -> str:
    """Return a page that may load images beside it, and nothing else from anywhere."""
    script = _own("\n" + (TEMPLATES / f"{name}.js").read_text("utf-8"))
    policy = (
        f"default-src 'none'; img-src 'self' file:; style-src {_hash(words['css'])}; script-src {_hash(script)}; "
        "form-action 'none'; base-uri 'none'"
    )
    page = _environment(html=True).get_template(f"{name}.html").render({**words, "script": script, "policy": policy})
    return page.lstrip()  # imports leave empty lines before the doctype


def _hash(text: object) -> str:
    """Return a Content Security Policy's name for an inline script or style."""
    digest = hashlib.sha256(str(text).encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _own(text: str) -> Markup:
    return Markup(text)  # noqa: S704  (from the package, not from anybody)


def _environment(*, html: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=html,  # noqa: S701  (without it: Markdown, whose filter stands at each text)
        finalize=inert if html else None,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["typeset"] = typeset
    environment.filters["markdown"] = markdown
    return environment


def _facts(plan: KitPlan) -> dict[str, object]:
    seconds = plan.pilot_seconds
    return {
        "reward": usd(plan.reward_usd),
        "time": None if seconds is None else _duration(seconds),
        "hourly": None if seconds is None else usd(hourly(plan.reward_usd, seconds)),
        "consent": _paragraphs(plan),
    }


def _paragraphs(plan: KitPlan) -> list[str]:
    text = plan.consent
    if text is None:
        text = _environment(html=False).get_template("consent.txt").render(plan=plan)
    return [" ".join(each.split()) for each in re.split(r"\n\s*\n", text) if each.strip()]


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes and rest else f"{minutes} min" if minutes else f"{rest} s"


def _start(plan: KitPlan, tasks: int) -> dict[str, object]:
    """What the calculator's fields begin with."""
    return {
        "reward": f"{plan.reward_usd:.2f}",
        "seconds": "" if plan.pilot_seconds is None else _plain(plan.pilot_seconds),
        "minutes": _plain(plan.search_minutes_per_task or 0),
        "wage": f"{plan.wage_usd_per_hour:.2f}",
        "tasks": tasks,
    }


def _plain(value: float) -> str:
    return repr(float(value)).removesuffix(".0")  # every digit: the calculator starts from what it reads here


def _sums(plan: KitPlan, tasks: int) -> dict[str, str]:
    """What the calculator says at the beginning, with or without its script."""
    total = usd(plan.reward_usd * tasks)
    if plan.pilot_seconds is None:
        return {**dict.fromkeys(("work", "search", "fair_work", "fair_search"), UNKNOWN), "total": total}
    seconds, minutes = plan.pilot_seconds, plan.search_minutes_per_task or 0.0
    return {
        "work": usd(hourly(plan.reward_usd, seconds)),
        "search": usd(hourly(plan.reward_usd, seconds, minutes)),
        "fair_work": usd(reward_for(plan.wage_usd_per_hour, seconds)),
        "fair_search": usd(reward_for(plan.wage_usd_per_hour, seconds, minutes)),
        "total": total,
    }
