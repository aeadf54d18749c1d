"""The spool as text: how full it is, for how long it lasts, and what it does not promise."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from collector.cli.wording import MIB, age_text

NOT_PROMISED: Mapping[str, str] = MappingProxyType(
    {
        "off": "what is not confirmed when the process ends is lost",
        "outage": "what was accepted in the last 20 s and not confirmed does not survive a kill",
    }
)

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "degraded": "degraded, readings wait in memory only: {}",
        "damaged_bytes": "{} bytes were found damaged",
        "lost_values": "{} values are lost to damage",
        "unreadable": "waits to be read back: {}",
        "kept_aside": "{} files in {directory} are not readable here",
    }
)


def spool_lines(spool: dict[str, Any]) -> list[str]:
    """Return how the spool is, and what it does not promise."""
    if spool["mode"] == "off":
        return ["spool: off", f"  {NOT_PROMISED['off']}"]
    parts = [
        f"spool: {spool['mode']}",
        f"{spool['readings']} readings",
        f"{spool['bytes'] / MIB:.1f} of {spool['max_bytes'] / MIB:.0f} MiB",
    ]
    if spool["oldest_age_s"] is not None:
        parts.append(f"oldest {age_text(spool['oldest_age_s'])}")
    return [", ".join(parts), *(f"  {remark}" for remark in _remarks(spool))]


def _remarks(spool: dict[str, Any]) -> Iterator[str]:
    if spool["holds_s"]:
        yield f"at the present rate the rest lasts {age_text(spool['holds_s'])}"
    if spool["mode"] in NOT_PROMISED:
        yield NOT_PROMISED[spool["mode"]]
    for key, words in _WORDS.items():
        if spool[key]:
            yield words.format(spool[key], directory=spool["directory"])
