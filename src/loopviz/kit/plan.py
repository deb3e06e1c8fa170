"""What a kit is made from, checked when it is said."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.kit.questions import SurveyQuestions, load_survey
from loopviz.kit.texts import checked

NOWHERE = "https://images.invalid/kit"  # RFC 2606: a name that can never be anybody's
ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~%/-]*)?")
MOST_CATEGORIES = 50


@dataclass(frozen=True)
class KitPlan:
    """What is asked of whom, for what pay.

    Attributes:
        categories: What is to be labelled, in the order in which the page shows it.
        reward_usd: What one task pays.
        pilot_seconds: The median time that a task took in a pilot; None where nobody has measured it.
        search_minutes_per_task: Unpaid minutes of looking for work that come with each task; None where not known.
        wage_usd_per_hour: The wage that the kit names a reward for.
        step: Every how many frames one is labelled.
        assignments: How many people label each image.
        base_url: Where the kit's ``frames`` and ``instructions`` will be hosted; a stand-in where not known yet.
        title: The page's heading and the project's name.
        requester: Who asks, as the people are to know them.
        contact: Where they can be asked: an address.
        consent: The consent text, paragraphs apart by an empty line; a text of our own where None.
        survey: The questions; the thesis' ten by default.
        example: Labels with outlines or masks of some of the frames, for the example pictures.

    Raises:
        ConfigError: If a value is impossible; its field is named.
    """

    categories: tuple[str, ...]
    reward_usd: float = 0.15
    pilot_seconds: float | None = None
    search_minutes_per_task: float | None = None
    wage_usd_per_hour: float = 15.0
    step: int = 1
    assignments: int = 1
    base_url: str | None = None
    title: str = "Label the parts in a picture"
    requester: str | None = None
    contact: str | None = None
    consent: str | None = None
    survey: SurveyQuestions = field(default_factory=load_survey)
    example: Dataset | None = None

    def __post_init__(self) -> None:
        _check_categories(self.categories)
        for name in ("title", "requester", "contact"):
            text = getattr(self, name)
            if text is not None:
                checked(text, name, 200)
        if self.consent is not None:
            checked(self.consent, "consent", 10_000, lines=True)
        _check_numbers(self)
        if self.base_url is not None and not ADDRESS.fullmatch(self.base_url):
            raise ConfigError(
                "not an address that a task page can load images from",
                at="base_url",
                found=self.base_url,
                expected="https:// and a host and folder, as https://example.org/kit, without ? or #",
            )

    def address(self, *parts: str) -> str:
        """Return where a file of the kit will be hosted."""
        return "/".join([(self.base_url or NOWHERE).rstrip("/"), *parts])


def _check_categories(categories: tuple[str, ...]) -> None:
    if not 1 <= len(categories) <= MOST_CATEGORIES:
        raise ConfigError("no list of categories", at="categories", expected=f"1 to {MOST_CATEGORIES} names")
    for name in categories:
        checked(name, "categories", 60)
    if len({name.casefold() for name in categories}) < len(categories):
        raise ConfigError("a category is listed twice", at="categories", found=categories)


def _check_numbers(plan: KitPlan) -> None:
    limits = {  # a reward in whole cents; half a day is the longest task that anybody should be asked for
        "reward_usd": (0.01, 1000.0),
        "pilot_seconds": (1.0, 43_200.0),
        "search_minutes_per_task": (0.0, 720.0),
        "wage_usd_per_hour": (0.01, 10_000.0),
        "step": (1, math.inf),
        "assignments": (1, 100),
    }
    for name, (low, high) in limits.items():
        value = getattr(plan, name)
        if value is not None and not low <= value <= high:
            expected = f"{low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
            raise ConfigError("not a value that fits here", at=name, found=value, expected=expected)
    if abs(plan.reward_usd * 100 - round(plan.reward_usd * 100)) > 1e-6:
        raise ConfigError("a reward in whole cents", at="reward_usd", found=plan.reward_usd, expected="as 0.15")
