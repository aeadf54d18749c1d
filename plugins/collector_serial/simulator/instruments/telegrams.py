"""Meters that send telegrams in text: DSMR P1 and IEC 62056-21."""

from datetime import datetime, timedelta, timezone

from collector_serial.settings.format import FormatSettings
from collector_serial.settings.request import RequestSettings
from collector_serial.simulator.instrument import Speaker
from collector_serial.simulator.sealing import with_check
from collector_serial.simulator.wave import moving

_WINTER_TIME = timezone(timedelta(hours=1))
_CODES = (  # code, metric, digits before and after the point, unit
    ("1-0:1.8.1", "import_energy_t1", "010.3", "kWh"),
    ("1-0:1.8.2", "import_energy_t2", "010.3", "kWh"),
    ("1-0:2.8.1", "export_energy_t1", "010.3", "kWh"),
    ("1-0:1.7.0", "import_power", "06.3", "kW"),
    ("1-0:32.7.0", "voltage_l1", "05.1", "V"),
    ("1-0:31.7.0", "current_l1", "06.2", "A"),
)


def _data_lines(t_s: float, suffix: str = "") -> str:
    return "".join(
        f"{code}{suffix}({moving(metric, t_s):{digits}f}*{unit})\r\n"
        for code, metric, digits, unit in _CODES
    )


class DsmrInstrument(Speaker):
    """Sends the telegrams of a smart meter, with a gas meter behind it."""

    def __init__(self, recipe: FormatSettings, started_at_ms: int) -> None:
        self._recipe = recipe
        self._start = datetime.fromtimestamp(started_at_ms / 1000, _WINTER_TIME)

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        clock = f"{self._start + timedelta(seconds=t_s):%y%m%d%H%M%S}W"
        gas = f"0-1:24.2.1({clock})({moving('volume', t_s):09.3f}*m3)\r\n"
        head = f"/ISK5\\2COLLECTOR\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0({clock})\r\n"
        body = f"{head}{_data_lines(t_s)}{gas}!"
        return with_check(self._recipe, body.encode("ascii")) + b"\r\n"


class IecInstrument:
    """A meter with an optical head: greets, names its speed, and is read out."""

    def __init__(self, recipe: FormatSettings) -> None:
        self._recipe = recipe

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        body = f"\x02{_data_lines(t_s, '*255')}!\r\n\x03"
        return with_check(self._recipe, body.encode("ascii"))

    def answer(self, request: RequestSettings | None, heard: bytes, t_s: float) -> bytes:
        """See `Instrument`."""
        del request
        return self.frame(t_s) if heard.startswith(b"\x06") else b"/ISK5COLLECTOR-1\r\n"
