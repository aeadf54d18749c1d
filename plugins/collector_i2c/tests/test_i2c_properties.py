"""Whatever bytes come from a bus: a chip gives finite values, or says in its own words why not."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector import SourceFaultError, SourceUnavailableError, ValueType
from collector.testkit.i2c.chip import FakeChip, no_acknowledge
from collector_i2c.chips.catalogue import NAMES
from collector_i2c.decode import bme680, bmp388, bmx280
from collector_i2c.decode.crc import SENSIRION, SMBUS, checked_frame, checked_words, crc8
from collector_i2c.decode.fields import signed
from collector_i2c.refusal import RefusedError


class Noise(FakeChip):
    """Gives bytes of a test, and does not acknowledge when there are none left."""

    def __init__(self, data):
        self.data = data

    def write(self, data):
        pass

    def read(self, count):
        if len(self.data) < count:
            raise no_acknowledge()
        answer, self.data = self.data[:count], self.data[count:]
        return answer

    def reset(self):
        pass


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=200), is_opened=st.booleans())
def test_no_bytes_make_a_chip_fail_otherwise_than_it_says(bench, name, data, is_opened):
    interval_s = 1.0 if name == "sgp30" else 10.0
    source = bench.simulated(name, interval_s, device=name)
    wires = bench.bus().kernel.wires
    if is_opened:
        source.open()
    wires._models[source.address][:] = [Noise(data)]

    try:
        if not is_opened:
            source.open()
        values = bench.read(source)
    except (SourceUnavailableError, SourceFaultError):
        values = {}
    source.close()
    wires._models.clear()

    types = {metric.id: metric.type for metric in source.metrics}
    for metric, value in values.items():
        assert types[metric] is not ValueType.DOUBLE or math.isfinite(value)


@given(
    st.binary(min_size=26, max_size=26), st.binary(min_size=7, max_size=7), st.binary(max_size=8)
)
def test_no_calibration_of_a_bme280_makes_an_arithmetic_error(low, high, data):
    data = data.ljust(8, b"\x55")
    try:
        constants, raw = bmx280.calibration(low, high), bmx280.raw(data)
        t_fine = bmx280.fine_temperature(constants, raw.temperature)
        values = (
            bmx280.celsius(t_fine),
            bmx280.pascal(constants, raw.pressure, t_fine),
            bmx280.percent(constants, raw.humidity, t_fine),
        )
    except RefusedError:
        return

    assert all(map(math.isfinite, values))
    assert 0 <= values[2] <= 100


@given(st.binary(min_size=21, max_size=21), st.binary(min_size=6, max_size=6))
def test_no_calibration_of_a_bmp388_makes_an_arithmetic_error(block, data):
    try:
        constants = bmp388.calibration(block)
        adc_p, adc_t = bmp388.raw(data)
    except RefusedError:
        return

    temperature = bmp388.celsius(constants, adc_t)
    assert math.isfinite(bmp388.pascal(constants, adc_p, temperature))


@given(
    st.binary(min_size=25, max_size=25),
    st.binary(min_size=16, max_size=16),
    st.integers(0, 1023),
    st.integers(0, 15),
    st.integers(0, 1),
)
def test_no_gas_reading_of_a_bme680_makes_an_arithmetic_error(low, high, adc, gas_range, variant):
    try:
        constants = bme680.calibration(low, high, bytes(5))
    except RefusedError:
        return

    assert bme680.gas_ohm(constants, adc, gas_range, variant=variant) > 0
    assert 0 <= bme680.heater_code(constants, 320, 25) <= 0xFF


# The check value of Sensirion's data sheets, and of TE's for the HTU21D.
@pytest.mark.parametrize(
    ("word", "start", "crc"), [("beef", 0xFF, 0x92), ("dc", 0, 0x79), ("683a", 0, 0x7C)]
)
def test_the_crc_is_that_of_the_data_sheets(word, start, crc):
    assert crc == crc8(bytes.fromhex(word), polynomial=SENSIRION, start=start)


def test_the_packet_error_code_is_that_of_smbus():
    # CRC-8 of the catalogue of parametrised CRC algorithms: "123456789" gives 0xF4.
    assert 0xF4 == crc8(b"123456789", polynomial=SMBUS, start=0)


@given(st.binary(min_size=2, max_size=2), st.integers(0, 23))
def test_any_single_bit_that_turns_over_is_noticed(word, bit):
    good = word + bytes((crc8(word, polynomial=SENSIRION, start=0xFF),))
    bad = (int.from_bytes(good, "big") ^ 1 << bit).to_bytes(3, "big")

    assert word == checked_words(good) == checked_frame(good)
    with pytest.raises(RefusedError, match="wrong CRC"):
        checked_words(bad)


@given(
    st.integers(1, 64).flatmap(lambda bits: st.tuples(st.just(bits), st.integers(0, 2**bits - 1)))
)
def test_two_s_complement_comes_back(case):
    bits, code = case

    value = signed(code, bits)

    assert -(1 << bits - 1) <= value < 1 << bits - 1 or bits == 1
    assert code == value & (1 << bits) - 1
