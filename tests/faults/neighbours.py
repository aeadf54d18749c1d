"""Sources that misbehave beside the recorded ones, and what that costs each."""

import re
from typing import Any

from faults.fault_bench import FaultBench
from faults.fault_load import Load
from faults.watching import NAMED_WITHIN_S

STEADY = Load(interval="500ms")
"""Ticks that a slow machine does not miss by itself."""

Status = dict[str, Any]


def unruly(name: str, fault: str, **settings: object) -> str:
    """Return the table of a source in a process of its own, as is the default for its package."""
    keys = {"plugin": "unruly", "sensor": name, "interval": "200ms", "timeout": "300ms"}
    keys |= {"fault": fault, **settings}
    lines = [f"{key} = {value!r}" for key, value in keys.items()]
    return "\n".join(["[[source]]", *lines, ""])


def source_in(status: Status, name: str) -> Status:
    """Return one source of a status."""
    [found] = [each for each in status["sources"] if each["name"] == name]
    return found


def wait_until_all_are_named(
    bench: FaultBench, words: dict[str, str], *, begins_s: float = 0.0
) -> None:
    """Wait until the status says of each source what is wrong with it, and note how long it took.

    Args:
        bench: Runs.
        words: By source; patterns that its message or one of its notes has to hold.
        begins_s: When in the run the fault begins: mostly they misbehave from its start on.
    """
    seen: set[str] = set()

    def look(status: Status) -> bool:
        for name, pattern in words.items():
            source = source_in(status, name)
            if any(re.search(pattern, text) for text in (source["message"], *source["notes"])):
                seen.add(name)
        return seen == words.keys()

    status = bench.wait_for(look, f"each is named: {words}", NAMED_WITHIN_S)
    bench.row.detected(max(0.0, status["uptime_s"] - begins_s))


def assert_others_are_well(bench: FaultBench) -> None:
    """Hold that no recorded source missed a tick or failed."""
    sources = bench.collector.status()["sources"]
    others = [each for each in sources if each["plugin"] == "recorded"]
    missed = sum(each["missed_ticks"] for each in others)
    bench.row.note(f"{missed} ticks of others missed")
    assert bench.load.sensors == len(others)
    assert 0 == sum(each["failures"] for each in others)
    assert 0 == missed
