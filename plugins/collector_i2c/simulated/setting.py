"""What a simulated chip knows of its surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector import Clock
from collector_i2c.settings import SimulateSettings


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a simulated chip finds itself.

    Attributes:
        name: The source's name: chips of other names have other values.
        clock: The time.
        faults: What it does wrong.
        options: The ``options`` of the configuration, as far as the chip's hardware follows them.
    """

    name: str
    clock: Clock
    faults: SimulateSettings
    options: Mapping[str, Any]
