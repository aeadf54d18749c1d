"""Answers and settings that look right and would give a wrong value, or none for ever."""

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collector import ConfigError, ConfiguredSource, SourceUnavailableError
from collector_i2c.bus import Bus, TransferError
from collector_i2c.check import check
from collector_i2c.muxes import Hop, Muxes
from collector_i2c.refusal import RefusedError
from collector_i2c.settings import I2cSettings

A3, B1 = Hop(0x70, 3), Hop(0x71, 1)


class Two:
    """Two multiplexers on one bus, a chip of the same address behind each."""

    def __init__(self):
        self.masks = {0x70: 0, 0x71: 0}
        self.deaf = 0
        self.muxes = Muxes(self.transfer)
        for path in ((A3,), (B1,)):
            self.muxes.learn(path)

    def transfer(self, address, data, count):
        if self.deaf:
            self.deaf -= 1
            raise TransferError(address, OSError(errno.EREMOTEIO, ""))
        if address in self.masks:
            self.masks[address] = data[0] if data else self.masks[address]
            return bytes((self.masks[address],)) * count
        answering = [mux for mux, mask in self.masks.items() if mask]
        assert len(answering) == 1, "two chips answer at once"
        return bytes(answering)

    def read(self, path):
        self.muxes.connect(path)
        return self.transfer(0x76, b"", 1)[0]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=9))
def test_no_chip_is_read_while_another_of_its_address_may_be_connected(steps):
    two = Two()
    for is_second, deaf in steps:
        two.deaf = deaf
        try:
            assert (0x71 if is_second else 0x70) == two.read((B1,) if is_second else (A3,))
        except (TransferError, RefusedError):
            two.muxes.forget()


def test_a_multiplexer_that_was_pulled_out_does_not_hold_up_the_others_for_ever():
    two = Two()
    two.read((A3,))
    transfer, seen = two.transfer, []

    def without_the_first(address, data, count):
        if address == 0x70:
            raise TransferError(address, OSError(errno.EREMOTEIO, ""))
        two.masks[0x70] = 0
        return transfer(address, data, count)

    two.muxes._transfer = without_the_first
    for _ in range(20):
        try:
            two.muxes.connect((B1,))
            seen.append(without_the_first(0x76, b"", 1)[0])
        except TransferError:
            two.muxes.forget()

    assert seen[-3:] == [0x71] * 3


def test_a_bme280_that_never_ends_loading_its_calibration_gives_nothing(bench):
    chip = bench.registers({0xD0: "60", 0xF3: "01", 0x88: "01" * 26, 0xE1: "02" * 7})
    source = bench.on(chip, device="bme280")

    with pytest.raises(SourceUnavailableError, match="calibration"):
        source.open()


@pytest.mark.parametrize(
    ("name", "shunt", "settings"),
    [("ina219", "7d00", "399b"), ("ina219", "8300", "399b"), ("ina226", "7fff", "4123")],
)
def test_a_current_beyond_the_range_of_its_shunt_has_no_value(bench, name, shunt, settings):
    chip = bench.words({0: settings, 1: shunt, 2: "1f40", 6: "0008", 0xFE: "5449"})
    source = bench.on(chip, device=name)
    source.open()

    assert {} == bench.read(source)
    assert "overflow" in source.notes[0]


def test_an_adapter_that_gives_fewer_bytes_than_were_asked_for_gives_none():
    class Short:
        fd = 0

        def __init__(self, _path):
            self.funcs = 0

        def read_i2c_block_data(self, _address, _register, count):
            return [1] * (count - 1)

    class Library:
        SMBus = Short

        class i2c_msg:  # noqa: N801 - smbus2's name
            read = write = None

    bus = Bus("/dev/i2c-1", Library())

    with pytest.raises(TransferError, match="broke the protocol"):
        bus.transfer(0x76, b"\xf7", 8)


STEP = {"write": "20", "read": 4, "value": {"metric": "force"}}


@pytest.mark.parametrize(
    "said",
    [
        'write = "zz"',
        'write = "{gain}"',
        'write = "{"',
        'write = "{0}"',
        'write = "{x.y}"',
        'wait = "soon"',
        'look_again = "soon"\nlooks = 2',
        'refuse = [{ reason = "busy", equals = "zz" }]',
        '[[measure.value]]\nmetric = "force"\nscale = "1/0"',
        '[[measure.value]]\nmetric = "force"\nscale = "1/x"',
        '[[measure.value]]\nmetric = "force"\nshift = 8',
        '[[measure.value]]\nmetric = "force"\nshift = 20',
        '[[measure.value]]\nmetric = "force"\nshift = 4\nbits = 5',
        '[[measure.value]]\nmetric = "force"\nmask = 0x100',
        '[[measure.value]]\nmetric = "force"\nclamp = [5, 1]',
        '[[measure.value]]\nmetric = "force"\nfloat32 = true\nsigned = true',
    ],
)
def test_a_description_that_makes_no_sense_is_refused_by_its_file(bench, tmp_path, said):
    file = tmp_path / "force.toml"
    lines = 'title = "x"\naddresses = [0x50]\n[[measure]]\nread = 4\n'
    file.write_text(lines + ("" if "write" in said else 'write = "20"\n') + said)

    with pytest.raises((ValueError, ConfigError)) as refused:
        bench.on(bench.stream("00"), device_file=file)

    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_number_that_is_none_is_refused_also_as_an_integer(bench, tmp_path):
    file = tmp_path / "force.toml"
    file.write_text(
        'title = "x"\naddresses = [0x50]\n[[measure]]\nwrite = "20"\nread = 4\n'
        '[[measure.value]]\nmetric = "force"\ntype = "integer"\nfloat32 = true\n'
    )
    source = bench.on(bench.stream("7fc00000"), device_file=file)
    source.open()

    assert {} == bench.read(source)
    assert "range invalid" in source.notes[0]


def test_an_address_that_a_chip_cannot_have_is_warned_of(bench):
    source = bench.simulated(device="bh1750", address=0x40)
    configured = ConfiguredSource(
        name="light", sensor="light", settings=None, interval_s=10.0, timeout_s=5.0, source=source
    )

    [complaint] = check([configured])

    assert complaint.is_warning
    assert "0x40 is no address of a ROHM BH1750: it has 0x23, 0x5c" == complaint.message


@pytest.mark.parametrize("mux", [{"address": 0x70}, {"address": 0x70, "channel": 9}, [5]])
def test_a_multiplexer_is_complained_about_once(mux):
    with pytest.raises(ValidationError) as refused:
        I2cSettings(device="bme280", mux=mux)

    assert 1 == refused.value.error_count()


@pytest.mark.parametrize("name", ["bme280", "bmp280", "bmp180", "bmp388", "bme680"])
def test_a_bit_that_turns_over_in_a_calibration_falsifies_no_value(bench, name):
    right = bench.first(bench.simulated(device=name))
    source = bench.simulated(bus=2, device=name)
    [model] = bench.bus("/dev/i2c-2").kernel.wires.at(source.address)
    read, long_reads = model.read, []

    def read_with_a_fault(count):
        answer = read(count)
        if count > 15:
            long_reads.append(count)
        return bytes((answer[0] ^ 0x10,)) + answer[1:] if long_reads == [count] else answer

    model.read = read_with_a_fault
    found = bench.first(source)

    assert {metric: pytest.approx(value, rel=0.05) for metric, value in right.items()} == found
    assert len(long_reads) > 1


def test_a_bme680_that_was_reset_while_it_was_set_gives_no_made_up_humidity(bench):
    source = bench.simulated(device="bme680", options={"gas": False})
    source.open()
    bench.clock.advance(60)
    [model] = bench.bus().kernel.wires.at(source.address)
    read = model.read
    model.read = lambda count: (
        (answer := read(count))[:8] + b"\x80\x00" + answer[10:] if count == 17 else read(count)
    )

    assert {} == bench.read(source)
    assert "not ready" in source.notes[0]
