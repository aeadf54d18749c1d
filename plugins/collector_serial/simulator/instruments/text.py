"""Instruments that send lines of text."""

import json
from collections.abc import Callable
from typing import Any

from collector import ValueType
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.format import FormatSettings
from collector_serial.settings.request import RequestSettings
from collector_serial.simulator.instrument import Speaker
from collector_serial.simulator.instruments.sample import sample_of
from collector_serial.simulator.sealing import as_line
from collector_serial.simulator.wave import shown

_USUAL = ("temperature", "humidity")
_IDENTITY = "COLLECTOR,SIMULATED,0,1.0"


class LineInstrument(Speaker):
    """Makes a line of the values of its fields."""

    def __init__(self, recipe: FormatSettings) -> None:
        self._recipe = recipe

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        return as_line(self._recipe, self.text(t_s))

    def text(self, t_s: float) -> str:
        """Return the line without its end."""
        raise NotImplementedError

    def number(self, metric: str, t_s: float) -> str:
        """Return a value as this device writes it."""
        number = shown(metric, t_s)
        return number.replace(".", ",") if self._recipe.decimal_comma else number

    @property
    def keys(self) -> list[str]:
        """What the values are called."""
        return [field.source_key for field in self._recipe.field] or list(_USUAL)


class CsvInstrument(LineInstrument):
    """Sends its columns."""

    def text(self, t_s: float) -> str:
        """See `LineInstrument`."""
        numbers = [self.number(column or "any", t_s) for column in self._recipe.columns]
        return self._recipe.separator.join(numbers)


class KeyValueInstrument(LineInstrument):
    """Sends pairs."""

    def text(self, t_s: float) -> str:
        """See `LineInstrument`."""
        pairs = (f"{key}{self._recipe.assign}{self.number(key, t_s)}" for key in self.keys)
        return self._recipe.separator.join(pairs)


class JsonInstrument(LineInstrument):
    """Sends an object, with objects inside for keys such as ``outer.inner``."""

    def text(self, t_s: float) -> str:
        """See `LineInstrument`."""
        found: dict[str, Any] = {}
        for key in self.keys:
            *outer, last = key.split(".")
            place = found
            for name in outer:
                place = place.setdefault(name, {})
            place[last] = float(shown(key, t_s))
        return json.dumps(found)


class NumberInstrument(LineInstrument):
    """Sends one number, or the one that it is asked for."""

    def text(self, t_s: float) -> str:
        """See `LineInstrument`."""
        return self.number(self.keys[0], t_s)

    def answer(self, request: RequestSettings | None, heard: bytes, t_s: float) -> bytes:
        """See `Instrument`."""
        del heard
        wanted = request.metric if request else None
        field = next((found for found in self._recipe.field if found.metric == wanted), None)
        return as_line(self._recipe, self._said(field, wanted or self.keys[0], t_s))

    def _said(self, field: FieldSettings | None, metric: str, t_s: float) -> str:
        is_text = field is not None and field.type is ValueType.STRING
        return _IDENTITY if is_text else self.number(metric, t_s)


class RegexInstrument(LineInstrument):
    """Sends lines that its own pattern matches.

    Raises:
        ValueError: No such line could be made.
    """

    def __init__(self, recipe: FormatSettings) -> None:
        super().__init__(recipe)
        self._shows_fractions = _fits(recipe.pattern, "1.0")
        if not self._shows_fractions:
            sample_of(recipe.pattern, _Numbers(lambda _: "1"))

    def text(self, t_s: float) -> str:
        """See `LineInstrument`."""
        return sample_of(self._recipe.pattern, _Numbers(lambda group: self._shown(group, t_s)))

    def _shown(self, group: str, t_s: float) -> str:
        number = self.number(group, t_s)
        return number if self._shows_fractions else number.partition(".")[0]


class _Numbers(dict[str, str]):
    """The number of any group."""

    def __init__(self, number: Callable[[str], str]) -> None:
        super().__init__()
        self._number = number

    def __missing__(self, group: str) -> str:
        return self._number(group)


def _fits(pattern: str, number: str) -> bool:
    try:
        sample_of(pattern, _Numbers(lambda _: number))
    except ValueError:
        return False
    return True
