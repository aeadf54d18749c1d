"""The chip of the plugin guide is read, and a damaged answer gives no value."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from collector import SourceUnavailableError
from collector.testkit.i2c.chip import FakeChip

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/writing-a-plugin.md").read_text()
[CODE] = re.findall(r"```python\n(from smbus2 import i2c_msg.*?)```", GUIDE, flags=re.DOTALL)


class Chip(FakeChip):
    """Measures 10 Pa at 22 degrees once it was told to."""

    def __init__(self, guide, flaw=0):
        self.crc8 = guide["crc8"]
        self.flaw = flaw
        self.commands = []

    def write(self, data):
        self.commands.append(data)

    def read(self, count):
        words = [word.to_bytes(2, "big") for word in (600, 4400, 60)]
        answer = b"".join(word + bytes([self.crc8(word) ^ self.flaw]) for word in words)
        return answer[:count]


@pytest.fixture
def guide():
    names = {}
    exec(CODE, names)
    return names


@pytest.fixture
def source(guide, fake_i2c_bus):
    made = type("Whole", (guide["Sdp810"],), {"metrics": ()})()
    made._settings = SimpleNamespace(bus=fake_i2c_bus.path)
    yield made
    made._bus.close()


def test_the_check_sum_is_that_of_the_data_sheet(guide):
    assert 0x92 == guide["crc8"](b"\xbe\xef")


def test_the_chip_is_told_to_measure_and_read(guide, source, fake_i2c_bus):
    chip = Chip(guide)
    fake_i2c_bus.add(0x25, chip)

    source.open()
    [reading] = source.read("", None)

    assert {"pressure": 10.0, "temperature": 22.0} == reading.values
    assert [b"\x36\x15"] == chip.commands


def test_a_damaged_answer_gives_no_value(guide, source, fake_i2c_bus):
    fake_i2c_bus.add(0x25, Chip(guide, flaw=1))
    source.open()

    with pytest.raises(SourceUnavailableError, match="is damaged"):
        source.read("", None)
