"""A device that describes itself, as a source: slow, busy, and another after an update."""

import pytest
from modbus_units import SourceRig, frame, words_pdu

from collector import Deadline, SourceFaultError, SourceUnavailableError
from collector.capture.feed import Feed
from collector.capture.taps import Tap
from collector.plugin.tape import NO_TAPE
from collector.testkit.clock import FakeClock
from collector_modbus.sunspec.source import SunSpecSource

MARK = [0x5375, 0x6E53]
COMMON = [1, 65, *[0x4141] * 64, 0]  # texts of the letter A
END = [0xFFFF, 0]


def inverter(watts):
    """A model 103 of which the power is known, and its scale factor is 0."""
    registers = [0x8000] * 50
    registers[12], registers[13] = watts, 0
    return [103, 50, *registers]


class Device:
    """A SunSpec device that can change its map."""

    def __init__(self, *models, took_s=0.01):
        self.took_s = took_s
        self.code = 0
        self.load(*models)

    def load(self, *models):
        words = [*MARK, *(word for model in models for word in model), *END]
        self.registers = {40000 + n: word for n, word in enumerate(words)}

    def __call__(self, request):
        wanted = range(request.address, request.address + request.count)
        if self.code:
            return [(self.took_s, frame(1, bytes((0x83, self.code))))]
        if any(at not in self.registers for at in wanted):
            return [(self.took_s, frame(1, b"\x83\x02"))]
        return [(self.took_s, frame(1, words_pdu(3, [self.registers[at] for at in wanted])))]


def make(device, tape=NO_TAPE, **table):
    rig = SourceRig(device)
    settings, context, unit = rig.context_of(
        1, tape, **{"profile": "sunspec", "include": ["inverter_W"], **table}
    )
    source = SunSpecSource(settings, context, unit)
    source.open()
    return rig, source


def test_a_device_is_read_after_its_own_description():
    rig, source = make(Device(COMMON, inverter(700)))

    assert {"inverter_W": 700.0} == rig.read(source)
    assert ["inverter_W"] == [metric.id for metric in source.metrics]


def test_a_device_whose_description_takes_longer_than_a_read_is_described_over_several():
    rig, source = make(Device(COMMON, inverter(700), took_s=0.15))
    rig.timeout_s = 0.4
    values = {}
    for _ in range(8):
        rig.clock.advance(5.0)
        try:
            values = rig.read(source)
        except SourceUnavailableError as error:
            rig.clock.advance(error.retry_in_s)
            source.close()
            source.open()

    assert {"inverter_W": 700.0} == values


def test_a_description_that_took_several_reads_is_remembered_whole_for_who_records_later():
    clock = FakeClock()
    tap = Tap("inverter", clock)
    rig, source = make(Device(COMMON, inverter(700), took_s=0.15), tap)
    rig.timeout_s = 0.4
    failures = read_until_it_answers(rig, source, tap)

    kept = [event.data for event in tap.join(Feed(clock)) if event.direction == "out"]

    asked = {data[2:4] for data in kept}
    assert failures > 0
    assert {(40000 + at).to_bytes(2, "big") for at in (0, 2, 69, 121)} == asked


def read_until_it_answers(rig, source, tap):
    """Read as the collector does, and return how often it failed."""
    for failures in range(8):
        try:
            rig.read(source)
        except SourceUnavailableError as error:
            rig.clock.advance(error.retry_in_s)
            source.close()
            with tap.setting_up():
                source.open()
        else:
            return failures
    raise AssertionError("it never answers")


@pytest.mark.parametrize("code", [4, 5, 6])
def test_a_device_that_is_busy_is_described_at_the_next_tick(code):
    device = Device(COMMON, inverter(700))
    rig, source = make(device)
    device.code = code
    with pytest.raises(SourceUnavailableError, match=f"exception {code}") as caught:
        rig.read(source)
    device.code = 0

    assert caught.value.retry_in_s < 1.0
    assert {"inverter_W": 700.0} == rig.read(source)


def test_a_device_without_a_description_needs_a_human():
    rig, source = make(Device([7, 7]))
    rig.units.behave.registers = {}

    with pytest.raises(SourceFaultError, match="no SunSpec device"):
        rig.read(source)


def test_a_device_that_was_away_is_described_anew_as_its_models_may_lie_elsewhere():
    device = Device(COMMON, inverter(700))
    rig, source = make(device)
    rig.read(source)
    answers, rig.units.behave = rig.units.behave, lambda request: []
    for _ in range(6):  # an update of its firmware
        with pytest.raises(SourceUnavailableError):
            rig.read(source)
        source.close()
        rig.clock.advance(5.0)
        source.open()
    rig.units.behave = answers
    rig.clock.advance(rig.bus.breaker.wait_s(1))
    device.load([*COMMON[:1], 66, *COMMON[2:], 0], inverter(702))

    assert {"inverter_W": 702.0} == rig.read(source)


def test_a_device_that_only_missed_an_answer_is_not_described_anew():
    rig, source = make(Device(COMMON, inverter(700)))
    rig.read(source)
    rig.asked()
    source.close()
    rig.clock.advance(1.0)

    source.open()
    rig.read(source)

    assert 1 == len(rig.asked())


def test_groups_that_the_device_has_nothing_for_give_nothing():
    rig, source = make(
        Device(COMMON, inverter(700)),
        group=[{"name": "fast", "interval": "1s", "metrics": ["inverter_W"]}],
    )

    assert {"inverter_W": 700.0} == rig.read(source, "fast")
    assert () == source.read("", Deadline.after(rig.clock, 5.0))
