"""Plausible values that move."""

import math
import zlib
from dataclasses import dataclass

_PERIOD_S = 120.0


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of one kind move.

    Attributes:
        word: What a metric of this kind has in its name.
        centre: The middle of the values.
        swing: How far they move to each side.
        rate: For sums: how fast they grow, per second.
        decimals: The digits after the point that an instrument shows.
    """

    word: str
    centre: float
    swing: float
    rate: float = 0.0
    decimals: int = 2


_KINDS = (  # the first word that fits
    Kind("energy", 12_345.0, 0.0, rate=1e-3, decimals=3),
    Kind("volume_flow", 0.5, 0.3, decimals=3),
    Kind("volume", 872.0, 0.0, rate=1e-4, decimals=3),
    Kind("return_temp", 42.0, 4.0),
    Kind("flow_temp", 65.0, 6.0),
    Kind("temp", 21.5, 2.5),
    Kind("hum", 45.0, 8.0, decimals=1),
    Kind("pres", 1013.0, 6.0, decimals=1),
    Kind("co2", 640.0, 180.0, decimals=0),
    Kind("pm", 9.0, 5.0, decimals=1),
    Kind("count", 220.0, 90.0, decimals=0),
    Kind("weight", 100.0, 40.0),
    Kind("volt", 230.0, 4.0, decimals=1),
    Kind("current", 2.0, 1.2),
    Kind("power", 0.5, 0.4, decimals=3),
    Kind("latitude", 47.07, 0.002, decimals=6),
    Kind("longitude", 15.44, 0.002, decimals=6),
    Kind("wind", 5.0, 3.0, decimals=1),
    Kind("level", 2.0, 0.5),
    Kind("typical", 0.6, 0.2),
)
_ANY = Kind("", 10.0, 5.0)


def kind_of(metric: str) -> Kind:
    """Return how values of a metric move, by what its name says."""
    name = metric.lower()
    return next((kind for kind in _KINDS if kind.word in name), _ANY)


def moving(metric: str, t_s: float) -> float:
    """Return the value of a metric at an instant; different metrics do not move in step."""
    kind = kind_of(metric)
    share = zlib.crc32(metric.encode()) % 360 / 360
    if kind.rate:
        return kind.centre * (0.5 + share) + kind.rate * t_s
    return kind.centre + kind.swing * math.sin(math.tau * (t_s / _PERIOD_S + share))


def shown(metric: str, t_s: float) -> str:
    """Return the value as an instrument shows it."""
    return f"{moving(metric, t_s):.{kind_of(metric).decimals}f}"
