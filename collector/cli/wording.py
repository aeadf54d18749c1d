"""Ages, sizes and dates as people say them."""

from datetime import UTC, datetime

MIB = 1024**2


def age_text(seconds: float | None) -> str:
    """Return an age as people say it: 0.4 s, 12 s, 3 min, 5 h."""
    if seconds is None:
        return "never"
    for limit, unit, size in ((10, "s", 1), (120, "s", 1), (7200, "min", 60), (172800, "h", 3600)):
        if seconds < limit:
            digits = 1 if limit == 10 else 0  # noqa: PLR2004 - the first row
            return f"{seconds / size:.{digits}f} {unit}"
    return f"{seconds / 86400:.0f} d"


def moment_text(at: int, per_second: int) -> str:
    """Return an instant that an agent told to the millisecond, in UTC; its number if it is none.

    Args:
        at: Since the epoch.
        per_second: In how many parts of a second that is.
    """
    try:
        return datetime.fromtimestamp(at / per_second, UTC).isoformat("T", "milliseconds")
    except (OverflowError, ValueError, OSError):  # a year that no calendar has
        return str(at)


def date_text(wall_ms: int) -> str:
    """Return the day of an instant, in UTC."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC).date().isoformat()


def time_text(wall_ms: int) -> str:
    """Return an instant to the second, in UTC."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
