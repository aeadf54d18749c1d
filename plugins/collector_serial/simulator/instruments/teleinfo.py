"""A French meter with teleinformation."""

from collector_serial.checks.check import make_checksum
from collector_serial.settings.format import FormatSettings
from collector_serial.simulator.instrument import Speaker
from collector_serial.simulator.wave import moving


class TeleinfoInstrument(Speaker):
    """A French meter, in the mode that its recipe asks for."""

    def __init__(self, recipe: FormatSettings) -> None:
        self._recipe = recipe

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        energy, current = moving("energy", t_s) * 1000, moving("current", t_s)
        is_historic = self._recipe.checksum is None or self._recipe.checksum.last is not None
        groups = (
            (f"BASE {energy:09.0f}", f"IINST {current:03.0f}", f"PAPP {current * 230:05.0f}")
            if is_historic
            else (
                "DATE\tH260101120000\t",
                f"EAST\t{energy:09.0f}",
                f"SINSTS\t{current * 230:05.0f}",
                f"URMS1\t{moving('volt', t_s):03.0f}",
            )
        )
        separator = " " if is_historic else "\t"
        return b"\x02" + b"".join(self._group(group + separator) for group in groups) + b"\x03"

    def _group(self, text: str) -> bytes:
        line = text.encode("ascii") + b"?"
        if self._recipe.checksum is not None:
            line = make_checksum(self._recipe.checksum).seal(line)
        return b"\n" + line + b"\r"
