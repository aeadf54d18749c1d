"""Which model stands in for which chip."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from collector_i2c.simulated.bmx280 import SimulatedBmx280
from collector_i2c.simulated.model import Model
from collector_i2c.simulated.setting import Setting

MODELS: Mapping[str, Callable[[Setting], Model]] = MappingProxyType(
    {
        "bme280": partial(SimulatedBmx280, chip_id=0x60),
        "bmp280": partial(SimulatedBmx280, chip_id=0x58),
    }
)


def model_of(device: str, device_file: Path | None, address: int, setting: Setting) -> Model:
    """Return a model of a chip.

    Raises:
        ValueError: There is none.
    """
    del device_file, address
    return MODELS[device](setting)
