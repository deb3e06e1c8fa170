"""How who waits for work hears how far it is."""

from collections.abc import Callable

Progress = Callable[[int, int], None]  # how much is done, and of how much; what it raises ends the work, and passes
