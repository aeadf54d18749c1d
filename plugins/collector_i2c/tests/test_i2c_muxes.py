"""Multiplexers: one path is connected and nothing else, and no reading is of the wrong chip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import SourceUnavailableError
from collector.testkit.i2c.chip import FakeChip
from collector_i2c.bus import TransferError
from collector_i2c.muxes import Hop, Muxes
from collector_i2c.refusal import RefusedError
from collector_i2c.simulated.wiring import Segment

A0, A3, B1 = Hop(0x70, 0), Hop(0x70, 3), Hop(0x71, 1)
INNER2 = Hop(0x74, 2)


class Labelled(FakeChip):
    """A chip that gives its own number."""

    def __init__(self, number):
        self.number = number

    def write(self, data):
        pass

    def read(self, count):
        return bytes((self.number,)) * count

    def reset(self):
        pass


class Wired:
    """Muxes over simulated wires, with every transfer noted."""

    def __init__(self, *paths):
        self.wires = Segment()
        self.log = []
        self.muxes = Muxes(self.transfer)
        for number, path in enumerate(paths):
            self.wires.add(path, 0x76, Labelled(number))
            self.muxes.learn(path)

    def transfer(self, address, data, count):
        self.log.append((address, data.hex(), count))
        models = list(self.wires.at(address))
        if not models:
            raise TransferError(address, OSError(121, "Remote I/O error"))
        for model in models:
            if data:
                model.write(data)
        answers = [model.read(count) for model in models]
        assert count == 0 or len(answers) == 1, "two chips answer at once"
        return answers[0]

    def read(self, path):
        self.muxes.connect(path)
        return self.transfer(0x76, b"", 1)[0]


def test_a_channel_is_selected_and_looked_at():
    wired = Wired((A3,))

    wired.muxes.connect((A3,))

    assert [(0x70, "08", 0), (0x70, "", 1)] == wired.log


def test_what_is_connected_already_costs_nothing():
    wired = Wired((A3,))
    wired.muxes.connect((A3,))
    wired.log.clear()

    wired.muxes.connect((A3,))

    assert [] == wired.log


def test_another_channel_replaces_the_first_in_one_write():
    wired = Wired((A0,), (A3,))
    wired.muxes.connect((A0,))
    wired.log.clear()

    wired.muxes.connect((A3,))

    assert [(0x70, "08", 0), (0x70, "", 1)] == wired.log


def test_a_second_multiplexer_is_disconnected_before_the_first_is_used():
    wired = Wired((A0,), (B1,))
    wired.read((B1,))
    wired.log.clear()

    assert 0 == wired.read((A0,))
    assert (0x71, "00", 0) == wired.log[0]


def test_the_bus_itself_is_reached_with_all_channels_off():
    wired = Wired((A0,))
    wired.read((A0,))

    wired.muxes.connect(())

    assert (0x70, "00", 0) == wired.log[-1]


def test_a_multiplexer_behind_another_is_reached_through_it():
    wired = Wired((A0, INNER2), (A3,))

    assert [0, 1, 0] == [wired.read(path) for path in [(A0, INNER2), (A3,), (A0, INNER2)]]


def test_after_a_failure_everything_is_selected_anew():
    wired = Wired((A3,))
    wired.muxes.connect((A3,))
    wired.muxes.forget()
    wired.log.clear()

    wired.muxes.connect((A3,))

    assert (0x70, "08", 0) in wired.log


def test_a_multiplexer_that_did_not_take_its_channel_is_noticed():
    muxes = Muxes(lambda _address, _data, count: b"\0" * count)

    with pytest.raises(RefusedError, match="multiplexer at 0x70 is on 0x00, not on 0x08"):
        muxes.connect((A3,))


PATHS = [(), (A0,), (A3,), (B1,), (A0, INNER2), (A3, INNER2), (A0, Hop(0x74, 5)), (B1, INNER2)]


@given(st.lists(st.tuples(st.integers(0, len(PATHS) - 1), st.booleans()), max_size=30))
def test_whatever_the_order_each_chip_is_read_alone(order):
    # The chips on a mux's own channel have an address of their own, as they stay connected while
    # an inner one is used.
    wired = Wired()
    for number, path in enumerate(PATHS):
        wired.wires.add(path, 0x20 + number, Labelled(number))
        wired.muxes.learn(path)

    for number, is_forgotten in order:
        if is_forgotten:
            wired.muxes.forget()
        wired.muxes.connect(PATHS[number])
        assert number == wired.transfer(0x20 + number, b"", 1)[0]


def test_two_chips_with_one_address_on_two_channels_are_two_sources(bench):
    chips = [bench.stream("0c"), bench.stream("18")]
    settings = {"device": "pcf8591", "options": {"vref": 256}}
    sources = [
        bench.on(
            bench.stream(f"00{chip.answers[''].hex()}"),
            device="pcf8591",
            mux={"address": 0x70, "channel": channel},
            options=settings["options"],
        )
        for channel, chip in enumerate(chips)
    ]
    for source in sources:
        source.open()

    seen = [bench.read(source) for _ in range(3) for source in sources]

    assert [{"voltage": 12.0}, {"voltage": 24.0}] * 3 == seen


def test_between_readings_all_channels_are_off(bench):
    source = bench.on(bench.stream("000c"), device="pcf8591", mux={"address": 0x70, "channel": 4})
    source.open()

    bench.read(source)

    [mux] = bench.bus().kernel.wires.at(0x70)
    assert 0 == mux.mask


def test_a_multiplexer_that_was_reset_between_readings_is_selected_again(bench):
    source = bench.on(bench.stream("000c"), device="pcf8591", mux={"address": 0x70, "channel": 4})
    source.open()
    [mux] = bench.bus().kernel.wires.at(0x70)

    for _ in range(3):
        mux.reset()
        assert bench.read(source)


def test_a_multiplexer_that_is_not_there_is_named(bench):
    source = bench.simulated(device="bme280", mux={"address": 0x70, "channel": 4})
    bench.bus().kernel.wires._muxes.clear()

    with pytest.raises(SourceUnavailableError, match="0x70: nothing acknowledges"):
        source.open()


def test_muxes_may_be_nested_in_the_configuration(bench):
    mux = [{"address": 0x70, "channel": 0}, {"address": 0x72, "channel": 7}]
    source = bench.simulated(device="bme280", mux=mux)
    source.open()

    assert "pressure" in bench.read(source)
