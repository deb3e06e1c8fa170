"""What a reward is an hour. ``templates/pay.js`` does the same sums in the same order: both agree to the cent."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from loopviz.errors import ConfigError


def hourly(reward_usd: float, seconds: float, search_minutes: float = 0.0) -> float:
    """Return what a reward is in dollars an hour.

    Args:
        reward_usd: What one task pays.
        seconds: How long one task takes.
        search_minutes: Unpaid minutes of looking for work that come with each task.

    Raises:
        ConfigError: If a value is not a number, or the task takes no time.
    """
    return _amount(reward_usd, "reward") * 3600 / _seconds(seconds, search_minutes)


def reward_for(usd_per_hour: float, seconds: float, search_minutes: float = 0.0) -> float:
    """Return the smallest reward in whole cents with which a task pays at least a wage; arguments as in ``hourly``.

    Raises:
        ConfigError: If a value is not a number, or the task takes no time.
    """
    cents = _amount(usd_per_hour, "wage") * _seconds(seconds, search_minutes) / 36
    return math.ceil(cents - 1e-9) / 100  # 15 cents that come out as 15.000000000000002 are 15


def usd(value: float) -> str:
    """Return dollars as ``$1,200.50``; half a cent is rounded up, as a browser's ``toFixed`` does it."""
    return f"${Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def _seconds(seconds: float, search_minutes: float) -> float:
    if not (math.isfinite(seconds) and seconds > 0):
        raise ConfigError("a task takes some time", at="seconds", found=seconds, expected="a number above 0")
    return seconds + 60 * _amount(search_minutes, "search minutes")


def _amount(value: float, name: str) -> float:
    if not (math.isfinite(value) and value >= 0):
        raise ConfigError("not an amount", at=name, found=value, expected="a number, 0 or more")
    return value
