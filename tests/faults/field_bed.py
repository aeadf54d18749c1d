"""Field devices beside the recorded sources: their tables, what arrived of them, what is told."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from faults.fault_bench import FaultBench
from faults.fault_load import STANDARD, Load
from faults.serial_device import SerialDevice
from faults.watching import NAMED_WITHIN_S
from running import wait_until

CALM = Load(sensors=3, interval="1s")
"""Ticks that a machine which is busy with other tests does not miss by itself."""

LEAST_PER_S = 1
"""Values of one sensor that come in a second, where many are waited for."""

LOOKS = 5000
"""At the status, for so many values: a look takes some of the collector's time."""


def table(plugin: str, sensor: str, **settings: object) -> str:
    """Return a ``[[source]]``; a value that is text is taken as TOML if it begins with a brace."""
    lines = [f'[[source]]\nplugin = "{plugin}"\nsensor = "{sensor}"']
    lines += [f"{key} = {_toml(value)}" for key, value in settings.items()]
    return "\n".join([*lines, ""])


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) or str(value).startswith(("{", "[")):
        return str(value)
    return f'"{value}"'


def numbers_from(device: SerialDevice, sensor: str = "meter", **settings: object) -> str:
    """Return the table of a device that talks in lines, a number in each."""
    keys = {"format": "number", "interval": "1s", "field": '[{ metric = "value" }]'}
    return table("serial", sensor, port=device.path, **(keys | settings))


def registers_from(device: SerialDevice, *units: int, **settings: object) -> str:
    """Return the tables of Modbus units on one RTU line; three points each, see `modbus_units`."""
    link = (
        f'{{ type = "rtu", port = "{device.path}", baudrate = 115200, response_timeout = "200ms" }}'
    )
    return _units(link, units, settings)


def over_network(port: int, *units: int, quirk: str = "check", **settings: object) -> str:
    """Return the tables of Modbus units behind one gateway on this machine, as above.

    Args:
        quirk: What becomes of the transaction ids: ``check`` or ``ignore``.
    """
    network = f'type = "tcp", host = "127.0.0.1", port = {port}, transaction_id = "{quirk}"'
    return _units(f'{{ {network}, response_timeout = "500ms" }}', units, settings)


def _units(link: str, units: Sequence[int], settings: Mapping[str, object]) -> str:
    shown = ", ".join(f'{{ metric = "m{at}", address = {at} }}' for at in (0, 7, 300))
    keys = {"interval": "500ms", "link": link, "point": f"[{shown}]", **settings}
    return "\n".join(table("modbus", f"u{unit}", unit_id=unit, **keys) for unit in units)


def chip(sensor: str, device: str = "sht31", bus: int = 1, **misdeeds: object) -> str:
    """Return the table of a chip on a simulated bus, and what it does wrong."""
    simulate = ", ".join(f"{key} = {_toml(value)}" for key, value in misdeeds.items())
    keys = {"interval": "200ms", "isolation": "thread", "device": device, "bus": bus}
    return table("bench-i2c", sensor, simulate=f"{{ {simulate} }}", **keys)


def is_plausible(metric: str, value: float) -> bool:
    """Tell whether a value lies where the simulated chips move."""
    low, high = {"temperature": (15.0, 32.0), "humidity": (10.0, 90.0)}[metric]
    return low <= value <= high


def largest_step(bench: FaultBench, sensor: str, metric: str = "temperature") -> float:
    """Return the largest difference between values that follow upon each other."""
    rows = [(row["sensor"], row["metric"], row) for row in bench.agent.journal()]
    mine = [row for name, of, row in rows if (name, of) == (sensor, metric)]
    values = [row["value"] for row in sorted(mine, key=lambda row: row["timestamp_ms"])]
    return max((abs(b - a) for a, b in pairwise(values)), default=0.0)


def assert_all_are_right(bench: FaultBench, units: Sequence[int]) -> None:
    """Hold that each value that came is that of its register, and note how many there were."""
    values = [(f"u{n}", *found) for n in units for found in arrived(bench, f"u{n}").elements()]
    bench.row.note(f"{len(values)} values, all right")
    assert values
    assert [] == [each for each in values if not is_right(*each)]


def is_right(sensor: str, metric: str, value: float) -> bool:
    """Tell whether a value is that of this register of this unit: 1000 times the unit, and it."""
    return value == 1000 * int(sensor[1:]) + int(metric[1:])


def start(bench: FaultBench, *tables: str) -> None:
    """Start a bench with these sources beside the recorded ones, which are to be undisturbed."""
    bench.others = frozenset(re.findall(r'sensor = "([^"]+)"', "\n".join(tables)))
    bench.start(bench.row.pick(CALM, STANDARD), tables="\n".join(tables))


def arrived(bench: FaultBench, sensor: str) -> Counter[tuple[str, Any]]:
    """Return how often each value of a sensor came to the agent, with its metric."""
    return Counter(
        (row["metric"], row["value"]) for row in bench.agent.journal() if row["sensor"] == sensor
    )


def wait_for_value(bench: FaultBench, sensor: str, value: float) -> None:
    """Wait until a value of a sensor has come to the agent."""
    wait_until(
        lambda: any(found == value for _, found in arrived(bench, sensor)), f"{value} has come"
    )


def wait_for_values(bench: FaultBench, sensor: str, count: int) -> None:
    """Wait until so many more values of a sensor were confirmed."""
    wait_for_values_of_each(bench, [sensor], count)


def wait_for_values_of_each(bench: FaultBench, sensors: Sequence[str], count: int) -> None:
    """Wait until so many more values of each sensor were confirmed."""
    before = _delivered(bench.collector.status())

    def are_here() -> bool:
        bench.run_for(count / LOOKS)
        now = _delivered(bench.collector.status())
        return all(now[sensor] >= before[sensor] + count for sensor in sensors)

    what = f"{count} values of {', '.join(sensors)} are confirmed"
    wait_until(are_here, what, NAMED_WITHIN_S + count / LEAST_PER_S)


def _delivered(status: dict[str, Any]) -> Counter[str]:
    return Counter({each["sensor"]: each["delivered"] for each in status.get("ledger", ())})


def wait_until_told(bench: FaultBench, source: str, words: str) -> float:
    """Wait until a source tells something in its message or notes; return the seconds that took.

    Args:
        source: A pattern of its name.
        words: A pattern of what it tells.
    """

    def fits(status: dict[str, Any]) -> bool:
        told = [each for each in status["sources"] if re.fullmatch(source, each["name"])]
        texts = [text for each in told for text in (each["message"], *each["notes"])]
        return any(re.search(words, text) for text in texts)

    return bench.seconds_until(fits, f"{source} tells: {words}", NAMED_WITHIN_S)
