"""Registers of each device of the library, and the values that they stand for.

They are in the plugin's tests/profile_vectors, a file for each device: where they come from, words
at hexadecimal addresses, and the values in the units of the device's own documents.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from collector import ValueUnit

FOLDER = Path(__file__).parents[1] / "plugins" / "collector_modbus" / "tests" / "profile_vectors"

UNITS = {  # what a metric has in place of the document's unit, and how many of it that is
    "V": (ValueUnit.VOLT, 1),
    "A": (ValueUnit.AMPERE, 1),
    "W": (ValueUnit.WATT, 1),
    "kW": (ValueUnit.WATT, 1000),
    "VA": ("VA", 1),
    "kVA": ("VA", 1000),
    "var": ("var", 1),
    "kvar": ("var", 1000),
    "Wh": (ValueUnit.JOULE, 3600),
    "kWh": (ValueUnit.JOULE, 3_600_000),
    "kvarh": ("kvarh", 1),
    "Hz": (ValueUnit.HERTZ, 1),
    "°": (ValueUnit.RADIAN, math.pi / 180),
    "°C": (ValueUnit.CELSIUS, 1),
    "%": (ValueUnit.PERCENT, 1),
    "%RH": (ValueUnit.PERCENT, 1),
    "Mohm": (ValueUnit.OHM, 1_000_000),
    "": ("", 1),
}
RUN = re.compile(r"([0-9A-F]{4}|    )  [0-9A-F]{4}\b")
ENTRY = re.compile(r'(\w+) ("[^"]*"|\S+)(?: (\S+))?')
WORDS = {"none": None, "true": True, "false": False}


@dataclass(frozen=True)
class Vector:
    """One paragraph of a file.

    Attributes:
        provenance: Where it comes from.
        words: Registers, by the address of the first of each run.
        values: By metric: the value, None for none, and the document's unit.
        is_recognised: It is what a scan reads, and has no values.
    """

    provenance: str
    words: dict[int, list[int]]
    values: dict[str, tuple[object, str]]
    is_recognised: bool


def vector_of(paragraph):
    lines = paragraph.strip().splitlines()
    comment = " ".join(line.removeprefix("# ") for line in lines if line.startswith("#"))
    runs = [line for line in lines if RUN.match(line)]
    said = " ".join(line for line in lines if not line.startswith("#") and line not in runs)
    words = {}
    for line in runs:
        at, run = line[:4].strip(), [int(word, 16) for word in line[4:].split()]
        if at:
            words[int(at, 16)] = run
        else:  # goes on with the line above
            next(reversed(words.values())).extend(run)
    is_recognised = said == "recognised"
    return Vector(comment, words, {} if is_recognised else values_of(said), is_recognised)


def values_of(said):
    entries = [ENTRY.fullmatch(entry).groups("") for entry in said.split(", ")]
    return {metric: (read(text), unit) for metric, text, unit in entries}


def read(text):
    if text.startswith('"'):
        return text.strip('"')
    return WORDS[text] if text in WORDS else float(text)


def vectors_of(name):
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [vector_of(paragraph) for paragraph in text.split("\n\n")]


def expected_of(vector):
    """Return the values of a vector in the agent's units, without those that are none."""
    return {
        metric: value * UNITS[unit][1] if isinstance(value, float) else value
        for metric, (value, unit) in vector.values.items()
        if value is not None
    }
