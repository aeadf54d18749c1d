"""A satellite receiver on the move."""

from datetime import UTC, datetime, timedelta

from collector_serial.settings.format import FormatSettings
from collector_serial.simulator.instrument import Speaker
from collector_serial.simulator.sealing import as_line
from collector_serial.simulator.wave import moving, shown

_KNOTS = 1.9438444924


class NmeaInstrument(Speaker):
    """Sends RMC and GGA, and a sentence for each field of its own."""

    def __init__(self, recipe: FormatSettings, started_at_ms: int) -> None:
        self._recipe = recipe
        self._start = datetime.fromtimestamp(started_at_ms / 1000, UTC)

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        sentences = [self._recommended(t_s), self._fix(t_s), *self._own(t_s)]
        return b"".join(as_line(self._recipe, f"${sentence}*") for sentence in sentences)

    def _recommended(self, t_s: float) -> str:
        now = self._start + timedelta(seconds=t_s)
        knots = moving("wind", t_s) * _KNOTS
        place = f"{_place('latitude', t_s)},{_place('longitude', t_s)}"
        return f"GPRMC,{now:%H%M%S}.000,A,{place},{knots:.2f},79.97,{now:%d%m%y},,,A"

    def _fix(self, t_s: float) -> str:
        now = self._start + timedelta(seconds=t_s)
        place = f"{_place('latitude', t_s)},{_place('longitude', t_s)}"
        return f"GPGGA,{now:%H%M%S}.000,{place},1,09,0.9,{360 + t_s % 7:.1f},M,46.0,M,,"

    def _own(self, t_s: float) -> list[str]:
        """Return the sentences that hold the fields of the user."""
        cells: dict[str, dict[int, str]] = {}
        for field in self._recipe.field:
            sentence, _, place = field.source_key.partition(".")
            cells.setdefault(sentence, {})[int(place)] = shown(field.metric, t_s)
        return [_sentence(*name.split("/"), cells=found) for name, found in cells.items()]


def _sentence(name: str, sort: str = "", *, cells: dict[int, str]) -> str:
    """Return a sentence with these cells; what sort it is stands in the first that is free."""
    free = next(at for at in range(1, len(cells) + 2) if at not in cells)
    there = cells | {free: sort} if sort else cells
    return ",".join([f"II{name}", *(there.get(at, "") for at in range(1, max(there) + 1))])


def _place(metric: str, t_s: float) -> str:
    """Return degrees and minutes, and the side."""
    degrees = moving(metric, t_s)
    whole = int(degrees)
    minutes = min((degrees - whole) * 60, 59.9999)
    if metric == "latitude":
        return f"{whole:02d}{minutes:07.4f},N"
    return f"{whole:03d}{minutes:07.4f},E"
