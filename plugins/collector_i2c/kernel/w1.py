"""1-wire thermometers: what the kernel's ``w1_slave`` file says (Documentation/w1/slaves/w1_therm).

50 05 4b 46 7f ff 0c 10 1c : crc=1c YES
50 05 4b 46 7f ff 0c 10 1c t=85000
"""

import re

from collector import Metric, ValueUnit
from collector_i2c.refusal import Reason, RefusedError

TEMPERATURE = Metric(id="temperature", name="Temperature", unit=ValueUnit.CELSIUS)

_FILE = re.compile(
    r"(?P<bytes>(?:[0-9a-f]{2} ){9}): crc=(?P<crc>[0-9a-f]{2}) (?P<verdict>YES|NO)\n"
    r"(?:[0-9a-f]{2} ){9}t=(?P<millicelsius>-?\d+)\s*"
)
_POWER_ON = bytes.fromhex("5005")
_NEVER_CONVERTED = 0x0C


def celsius(text: str) -> float:
    """Return the temperature in a ``w1_slave`` file.

    Raises:
        RefusedError: Its CRC is wrong, or it holds no conversion.
    """
    match = _FILE.fullmatch(text)
    if match is None:
        raise RefusedError(Reason.NOT_READY, f"{text!r} holds no temperature")
    scratchpad = bytes.fromhex(match["bytes"])
    if match["verdict"] != "YES":
        raise RefusedError(Reason.CRC, f"{scratchpad.hex(' ')} came with {match['crc']}")
    if not any(scratchpad):
        # A CRC of nothing is 0, and so looks right: a data line that is held low.
        raise RefusedError(Reason.STUCK, "the bus gives zeros only")
    if scratchpad[:2] == _POWER_ON and scratchpad[6] == _NEVER_CONVERTED:
        raise RefusedError(Reason.SETTINGS_LOST, "85 °C since its power came: it did not convert")
    return int(match["millicelsius"]) / 1000
