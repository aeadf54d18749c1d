"""Whatever a serial device sends: frames and values of what it offers, and no memory of noise."""

import math

import pytest
from fuzz.mutations import most_examples, mutated
from hypothesis import given, settings
from hypothesis import strategies as st

from collector_serial.decode.decoder import BadFrameError, NoValueError
from collector_serial.decode.make import make_decoder
from collector_serial.dialogue.make import make_main_framer
from collector_serial.formats.catalogue import format_names
from collector_serial.settings.source import SerialSettings
from collector_serial.simulator.making import make_instrument

START_MS = 1_767_225_600_000
MOST_KEPT_BYTES = 70_000
"""The longest frame that a recipe may ask for, and what is read at once."""

SAID = {
    "binary": {
        "framing": {"type": "marked", "start": "hex:AA 55", "length": 8},
        "field": [{"metric": "a", "at": 2, "format": "float32"}],
    },
    "csv": {"columns": ["a", "", "b"]},
    "regex": {"pattern": r"T=(?P<t>-?\d+\.\d+) (?P<h>\d+)"},
    "scpi": {"request": [{"send": "V?\n"}]},
    "modbus-sniff": {"field": [{"metric": "a", "address": 0, "format": "float32"}]},
}


def recipe_of(name):
    return SerialSettings(port="/dev/ttyX", format=name, **SAID.get(name, {})).recipe()


RECIPES = {name: recipe_of(name) for name in format_names()}
SEEDS = {
    name: [make_instrument(recipe, [], START_MS).frame(float(second)) for second in range(3)]
    for name, recipe in RECIPES.items()
}


def listen(recipe, pieces):
    """Return what is decoded of a stream that comes in pieces, and how much of it is kept."""
    framer, decoder = make_main_framer(recipe), make_decoder(recipe)
    found = []
    for piece in pieces:
        for frame in framer.feed(piece) if piece else framer.silence():
            try:
                values = decoder.decode(frame).values
            except (BadFrameError, NoValueError):
                continue
            assert values.keys() <= {metric.id for metric in decoder.metrics}
            found += [each for each in values.values() if isinstance(each, float)]
    return found, len(framer._buffer)


@settings(max_examples=most_examples(), deadline=None)
@given(name=st.sampled_from(sorted(RECIPES)), size=st.integers(1, 100), data=st.data())
def test_any_bytes_give_numbers_or_none_and_are_not_kept(examine, name, size, data):
    stream = data.draw(mutated(SEEDS[name]) | st.binary(max_size=300))
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]

    found, kept = examine(listen, RECIPES[name], [*pieces, b"", *pieces])

    assert all(map(math.isfinite, found))
    assert kept <= MOST_KEPT_BYTES


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_megabyte_without_an_end_is_not_kept(examine, name):
    start = SEEDS[name][0]

    _, kept = listen(RECIPES[name], [start[: len(start) // 2], *[b"\x55" * 4096] * 256])

    assert kept <= MOST_KEPT_BYTES
