"""Instruments of a laboratory's bench: scales and a multimeter."""

from collections.abc import Callable

from collector_serial.settings.format import FormatSettings
from collector_serial.simulator.instrument import Speaker
from collector_serial.simulator.sealing import as_line
from collector_serial.simulator.wave import moving

_SETTLES_EVERY = 4  # seconds: stable for three of them


def _is_stable(t_s: float) -> bool:
    return int(t_s) % _SETTLES_EVERY != 0


def _mt_sics(t_s: float) -> str:
    return f"S {'S' if _is_stable(t_s) else 'D'} {moving('weight', t_s):10.2f} g"


def _sbi(t_s: float) -> str:
    unit = "g  " if _is_stable(t_s) else "   "
    return f"+ {moving('weight', t_s):8.1f} {unit}"


def _kern(t_s: float) -> str:
    return f"+{moving('weight', t_s):07.2f} G {'S' if _is_stable(t_s) else 'U'}"


def _multimeter(t_s: float) -> str:
    return f"2{round(moving('volt', t_s) * 100) % 100_000:05d};000:0"


_TEXTS: dict[str, Callable[[float], str]] = {
    "mt-sics": _mt_sics,
    "sbi": _sbi,
    "kern": _kern,
    "es51922": _multimeter,
}


class BenchInstrument(Speaker):
    """Sends the lines of its maker."""

    def __init__(self, recipe: FormatSettings) -> None:
        self._recipe = recipe
        self._text = _TEXTS[recipe.decode]

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        return as_line(self._recipe, self._text(t_s))
