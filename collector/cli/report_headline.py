"""Whether everything is well, and if not, what is not and what to do."""

from collections.abc import Sequence
from typing import Any

from collector.cli.wording import age_text


def headline(status: dict[str, Any]) -> str:
    """Return it in one line."""
    alarms = status["alarms"]
    levels = dict.fromkeys(["problem", "warning", *(alarm["level"] for alarm in alarms)])
    counts = [_count(alarms, level) for level in levels]
    told = " and ".join(count for count in counts if count)
    sources = len(status["sources"])
    return f"not well: {told}" if told else f"all is well: {sources} sources, agent connected"


def headline_lines(status: dict[str, Any]) -> list[str]:
    """Return it with each alarm and what to do about it."""
    return [headline(status), *(line for alarm in status["alarms"] for line in _alarm(alarm))]


def alarm_line(alarm: dict[str, Any]) -> str:
    """Return one alarm in one line, without the advice."""
    about = f"{alarm['about']}: " if alarm["about"] else ""
    age = "" if alarm["age_s"] is None else f" (for {age_text(alarm['age_s'])})"
    return f"{alarm['level']}: {about}{alarm['message']}{age}"


def _alarm(alarm: dict[str, Any]) -> list[str]:
    return [f"  {alarm_line(alarm)}", f"    to do: {alarm['advice']} [{alarm['kind']}]"]


def _count(alarms: Sequence[dict[str, Any]], level: str) -> str:
    number = sum(alarm["level"] == level for alarm in alarms)
    return f"{number} {level}{'' if number == 1 else 's'}" if number else ""
