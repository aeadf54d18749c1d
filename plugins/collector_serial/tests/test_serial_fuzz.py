"""Whatever comes over a line gives values of metrics that are offered, or a reason for none."""

import math
import random

import pytest

from collector import Deadline, SourceUnavailableError
from collector_serial.decode.decoder import BadFrameError, NoValueError
from collector_serial.decode.make import make_decoder
from collector_serial.dialogue.make import make_main_framer
from collector_serial.formats.catalogue import format_names
from collector_serial.settings.source import SerialSettings
from collector_serial.simulator.making import make_instrument

START_MS = 1_767_225_600_000
SAID = {
    "binary": {
        "framing": {"type": "marked", "start": "hex:AA 55", "length": 12},
        "checksum": {"method": "sum"},
        "field": [
            {"metric": "a", "at": 2, "format": "float32"},
            {"metric": "b", "at": 6, "format": "bcd", "length": 2},
            {"metric": "c", "at": 8, "format": "text", "length": 2},
            {"metric": "d", "at": -2, "bit": 7},
        ],
    },
    "csv": {"columns": ["a", "", "b"]},
    "regex": {"pattern": r"T=(?P<t>-?\d+\.\d+) (?P<h>\d+)"},
    "scpi": {"request": [{"send": "V?\n"}]},
    "modbus-sniff": {
        "field": [
            {"metric": "a", "address": 0, "format": "float32"},
            {"metric": "b", "address": 2, "function": 1},
        ]
    },
}


def recipe_of(name):
    return SerialSettings(port="/dev/ttyX", format=name, **SAID.get(name, {})).recipe()


def mutated(chance, frame):
    octets = bytearray(frame)
    for _ in range(chance.randrange(4)):
        place = chance.randrange(len(octets) + 1)
        match chance.randrange(4):
            case 0:
                octets[place : place + 1] = chance.randbytes(1)
            case 1:
                del octets[place : place + chance.randrange(8)]
            case 2:
                octets[place:place] = chance.randbytes(chance.randrange(20))
            case _:
                octets[place:place] = octets[place : place + 8]
    return bytes(octets)


@pytest.mark.parametrize("name", format_names())
def test_no_bytes_make_a_format_fail_otherwise_than_it_says(name):
    chance = random.Random(name)
    recipe = recipe_of(name)
    instrument = make_instrument(recipe, [], START_MS)
    frames = [instrument.frame(float(second)) for second in range(20)]
    framer, decoder = make_main_framer(recipe), make_decoder(recipe)

    for _ in range(1000):
        piece = mutated(chance, chance.choice(frames))
        found = framer.feed(piece) + (framer.silence() if chance.random() < 0.1 else [])
        for frame in [*found, piece, mutated(chance, piece)]:
            try:
                values = decoder.decode(frame).values
            except (BadFrameError, NoValueError):
                continue
            assert values.keys() <= {metric.id for metric in decoder.metrics}
            assert all(math.isfinite(each) for each in values.values() if isinstance(each, float))


@pytest.mark.parametrize("name", ["mbus", "iec62056-21", "mt-sics", "mh-z19", "sps30", "xy-md02"])
def test_no_answers_make_a_source_that_asks_fail_otherwise_than_it_says(name, make, device, clock):
    chance = random.Random(name)
    instrument = make_instrument(recipe_of(name), [], START_MS)
    device.answer(lambda _heard: mutated(chance, instrument.frame(1.0)))
    source = make(format=name, response_timeout="4ms", parity="N", bytesize=8)
    source.open()

    for _ in range(60):
        try:
            readings = list(source.read("", Deadline.after(clock, 0.03)))
        except SourceUnavailableError:
            continue
        for reading in readings:
            assert reading.values.keys() <= {metric.id for metric in source.metrics}
