"""Registers of each device of the library, and the values that they stand for."""

import pytest
from modbus_vectors import FOLDER, UNITS, expected_of, vectors_of

from collector_modbus.decoding.group import GroupDecoder
from collector_modbus.decoding.missing import Missing
from collector_modbus.planning.cost import NetworkCost, SerialCost
from collector_modbus.planning.planner import plan
from collector_modbus.profiles.device_library import Library
from collector_modbus.profiles.merge import points_of
from collector_modbus.registers.table import ADDRESSES, Block, Span
from collector_modbus.settings.source import InvalidCodes, ModbusSettings

NAMES = Library().names()


def decoded(points, invalid, words):
    table = points[0].register_table
    blocks = [Block(table, Span(at, len(run))) for at, run in words.items()]
    answers = [b"".join(word.to_bytes(2, "big") for word in run) for run in words.values()]
    return GroupDecoder(points, invalid, blocks).decode(answers)


def test_every_device_has_vectors_and_every_vector_a_device():
    assert sorted(NAMES) == sorted(file.stem for file in FOLDER.iterdir())


@pytest.mark.parametrize(
    ("name", "vector"),
    [
        pytest.param(name, vector, id=f"{name}-{number}")
        for name in NAMES
        for number, vector in enumerate(vectors_of(name))
        if not vector.is_recognised
    ],
)
def test_registers_mean_what_they_are_known_to_mean(name, vector):
    profile = Library().load(name)
    expected = expected_of(vector)

    found = decoded(profile.points, profile.invalid, vector.words)

    assert vector.provenance
    assert expected.keys() == found.values.keys()
    assert expected == {
        metric: pytest.approx(value, rel=1e-8) if isinstance(value, float) else value
        for metric, value in found.values.items()
    }
    absent = {metric for metric, why in found.missing.items() if why is Missing.INVALID}
    assert {metric for metric, (value, _) in vector.values.items() if value is None} == absent


@pytest.mark.parametrize("cost", [SerialCost(9600), NetworkCost()])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_planned_for_a_device_gives_a_value_of_every_point(name, cost):
    device = points_of(settings_of(name), Library().load(name))
    registers = [0] * ADDRESSES
    for at, run in full_vector_of(name).words.items():
        registers[at : at + len(run)] = run

    requests = planned(device, cost)
    words = {block.span.address: cut(registers, block.span) for block in requests.blocks}
    found = decoded(device.points, device.invalid, words)

    assert () == requests.unreadable
    assert max(len(run) for run in words.values()) <= device.max_registers
    assert {point.metric for point in device.points} == found.values.keys()


def full_vector_of(name):
    [full] = [it for it in vectors_of(name) if it.provenance == "Computed: every point once."]
    return full


def settings_of(name):
    link = {"type": "tcp", "host": "unused"}
    return ModbusSettings.model_validate({"link": link, "profile": name})


def planned(device, cost):
    blocks = [block for point in device.points for block in (point.block, point.scale_block)]
    [table] = {block.table for block in blocks if block}
    spans = [block.span for block in blocks if block]
    return plan(table, spans, cost, max_count=device.max_registers)


def cut(registers, span):
    return registers[span.address : span.end]


@pytest.mark.parametrize("name", NAMES)
def test_the_vectors_of_a_device_have_a_value_of_every_point(name):
    shown = {
        metric
        for vector in vectors_of(name)
        for metric, (value, _) in vector.values.items()
        if value is not None
    }

    assert shown == {point.metric for point in Library().load(name).points}


@pytest.mark.parametrize("name", NAMES)
def test_metrics_have_the_agents_unit_for_that_of_the_document(name):
    metrics = {point.metric: point.as_metric() for point in Library().load(name).points}

    for vector in vectors_of(name):
        for metric, (value, unit) in vector.values.items():
            ours = metrics[metric].unit or metrics[metric].annotation
            assert value is None or UNITS[unit][0] == ours


@pytest.mark.parametrize("name", NAMES)
def test_a_device_is_recognised_by_what_a_scan_reads(name):
    profile = Library().load(name)
    registers = [signature for signature in profile.identify if signature.point]
    shown = [vector.words for vector in vectors_of(name) if vector.is_recognised]

    for words in shown:
        assert any(holds(signature, words) for signature in registers)
    assert bool(registers) == bool(shown)


def holds(signature, words):
    found = decoded([signature.point], InvalidCodes(), words)
    return signature.holds(found.values.get(signature.point.metric))


def test_a_signature_that_names_the_model_fits_no_other_device():
    named = {
        name: [signature for signature in Library().load(name).identify if by_name(signature)]
        for name in NAMES
    }
    shown = [(name, vector.words) for name in NAMES for vector in vectors_of(name)]

    wrong = [
        (name, other)
        for name, signatures in named.items()
        for other, words in shown
        if other != name and any(holds(signature, words) for signature in signatures)
    ]

    assert [] == wrong


def by_name(signature):
    return signature.point and (signature.value is not None or signature.address == 11)
