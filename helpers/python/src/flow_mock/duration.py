"""Durations as flowctl takes them."""
import re
from datetime import timedelta
from typing import Union

Duration = Union[str, float, timedelta]
"""``"500ms"``, ``"30s"``, ``"5m"``, ``"1h"``, ``"2d"``; a number of seconds; or a timedelta."""

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(duration: Duration) -> int:
    """The duration in ms. Raises ValueError if it is a text of another form."""
    if isinstance(duration, timedelta):
        return round(duration.total_seconds() * 1000)
    if isinstance(duration, (int, float)):
        return round(duration * 1000)
    found = re.fullmatch(r"([0-9]+)(ms|s|m|h|d)", duration)
    if not found:
        raise ValueError(f"{duration!r} is not a duration; write 500ms, 30s, 5m, 1h or 2d")
    return int(found[1]) * _UNITS[found[2]]
