"""Known registers of real devices, through the real source over real transports."""

import json
import struct
from pathlib import Path

import pytest
from modbus_vectors import expected_of, vectors_of

from collector import Deadline, SourceContext
from collector.clock import SystemClock
from collector_modbus.kind import ModbusKind
from collector_modbus.profiles.device_library import Library
from collector_modbus.registers.table import Table
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.simulator.bus import SimulatedBus
from collector_modbus.simulator.device import SimulatedDevice

CLOCK = SystemClock()
NAMES = Library().names()


def settings_of(name, link, metrics):
    plain = {"link": {"type": "tcp", "host": "replaced"}, "profile": name, "include": metrics}
    return ModbusSettings.model_validate(plain).model_copy(update={"link": link})


def read(settings):
    source = ModbusKind().create(settings, SourceContext("meter", "meter", 1.0, CLOCK))
    source.open()
    try:
        readings = source.read("", Deadline.after(CLOCK, 20))
        return dict(readings[0].values) if readings else {}
    finally:
        source.close()


@pytest.mark.parametrize("transport", ["rtu", "tcp"])
@pytest.mark.parametrize("name", NAMES)
def test_every_known_register_of_a_device_is_read_right(name, transport):
    table = Library().load(name).points[0].register_table
    vectors = [vector for vector in vectors_of(name) if not vector.is_recognised]

    with SimulatedBus(transport, CLOCK) as bus:
        for vector in vectors:
            device = bus.add(SimulatedDevice(1))
            for address, words in vector.words.items():
                device.registers.set_words(table, address, words)

            found = read(settings_of(name, bus.link(), sorted(vector.values)))

            expected = expected_of(vector)
            assert expected.keys() == found.keys()
            assert expected == {
                metric: pytest.approx(value, rel=1e-8) if isinstance(value, float) else value
                for metric, value in found.items()
            }


FACTS = Path(__file__).parents[4] / "shared" / "hardware" / "modbus_profiles.json"
"""Profiles with frames, words and values; not part of the project."""

SUNSPEC_CODES = {"int16": ["8000"], "uint16": ["ffff"], "uint32": ["ffffffff"]}
"""Not implemented, as the specification has it; the facts name these in words only."""


def facts():
    if not FACTS.exists():
        return [pytest.param(None, None, marks=pytest.mark.skip(reason=f"no {FACTS.name} here"))]
    profiles = json.loads(FACTS.read_text("utf-8"))["profiles"]
    return [
        pytest.param(profile, vector, id=vector["id"])
        for profile in profiles
        for vector in profile["vectors"]
        if "expect_error" not in vector
    ]


def words_of(vector):
    """Return the words of a vector by address, from its blocks or out of its frames."""
    if "blocks" in vector:
        return {block["address"]: block["words"] for block in vector["blocks"]}
    request, answer = bytes.fromhex(vector["request"]), bytes.fromhex(vector["response"])
    start = 7 if vector["transport"] == "tcp" else 1
    [address] = struct.unpack_from(">H", request, start + 1)
    size = answer[start + 1]
    return {address: list(struct.unpack_from(f">{size // 2}H", answer, start + 2))}


def point_of(row, profile):
    known = ("metric", "address", "type", "scale", "word_order")
    point = {key: row[key] for key in known if key in row}
    point |= {"metric": row["name"], "register": profile["table"]}
    if row["type"].startswith("string"):
        point |= {"type": "string", "count": row["count"]}
    if "scale_register" in row:
        point["scale_register"] = row["scale_register"]
    return point


@pytest.mark.parametrize(("profile", "vector"), facts())
@pytest.mark.parametrize("transport", ["rtu", "tcp"])
def test_every_fact_that_lies_beside_the_project_is_read_right(profile, vector, transport):
    wanted = {expected["register"]: expected["value"] for expected in vector["expected"]}
    rows = [row for row in profile["registers"] if row["name"] in wanted]
    told = profile.get("invalid_values", SUNSPEC_CODES if "sunspec" in profile["id"] else {})
    codes = {name: [int(code, 16) for code in each] for name, each in told.items()}
    settings = ModbusSettings.model_validate(
        {
            "link": {"type": "tcp", "host": "replaced"},
            "point": [point_of(row, profile) for row in rows],
            "invalid": codes,
        }
    )

    with SimulatedBus(transport, CLOCK) as bus:
        device = bus.add(SimulatedDevice(1))
        for address, words in words_of(vector).items():
            device.registers.set_words(Table(profile["table"]), address, words)
        found = read(settings.model_copy(update={"link": bus.link()}))

    present = {name: value for name, value in wanted.items() if value not in (None, "")}
    assert present.keys() == found.keys()
    assert present == {
        name: pytest.approx(value, rel=1e-6) if isinstance(value, float) else value
        for name, value in found.items()
    }
