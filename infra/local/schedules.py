"""When a schedule is due: EventBridge's `rate(…)` and `cron(…)` expressions."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON: Final = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_SECONDS: Final = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def next_due(expression: str, after: dt.datetime) -> dt.datetime:
    """The first moment later than `after` (UTC) at which the expression is due.

    Ranges, lists and steps of cron fields are understood; ``L``, ``W`` and ``#`` are not. Raises `ValueError` for
    what is not understood, and for a cron expression that is not due within four years.
    """
    rate = _RATE.fullmatch(expression)
    if rate:
        return after + dt.timedelta(seconds=int(rate[1]) * _SECONDS[rate[2]])
    cron = _CRON.fullmatch(expression)
    if not cron:
        raise ValueError(f"not a schedule expression: {expression}")
    minutes, hours = _field(cron[1], 0, 59), _field(cron[2], 0, 23)
    days, months = _field(cron[3], 1, 31), _field(_numbered(cron[4], _MONTHS), 1, 12)
    weekdays, years = _field(_numbered(cron[5], _DAYS), 1, 7), _field(cron[6], 1970, 2199)
    day = after.replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(4 * 366):
        is_due = day.day in days and day.month in months and day.year in years and day.isoweekday() % 7 + 1 in weekdays
        times = [day.replace(hour=hour, minute=minute) for hour in hours for minute in minutes] if is_due else []
        for moment in times:
            if moment > after:
                return moment
        day += dt.timedelta(days=1)
    raise ValueError(f"never due: {expression}")


def _field(text: str, low: int, high: int) -> list[int]:
    """The values of one cron field, in order."""
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        elif "-" in span:
            first, last = (int(end) for end in span.split("-", 1))
        else:
            first, last = int(span), high if step else int(span)
        values.update(range(first, last + 1, int(step or 1)))
    return sorted(values)


def _numbered(text: str, names: tuple[str, ...]) -> str:
    for number, name in enumerate(names, start=1):
        text = text.upper().replace(name, str(number))
    return text
