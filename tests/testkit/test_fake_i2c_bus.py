"""A driver that uses smbus2 as it is reads fake chips, here and in another process."""

import errno
import subprocess
import sys

import pytest
from smbus2 import i2c_msg

from collector.testkit.i2c.bus import open_smbus
from collector.testkit.i2c.chip import FakeChip, no_acknowledge
from collector.testkit.i2c.registers import RegisterChip
from collector.testkit.i2c.transfer import Message

ADDRESS = 0x48


class Sleeping(FakeChip):
    """Acknowledges what is written, and no read."""

    def write(self, data: bytes) -> None:
        pass

    def read(self, count: int) -> bytes:
        raise no_acknowledge()


@pytest.fixture
def bus(fake_i2c_bus):
    fake_i2c_bus.add(ADDRESS, RegisterChip({0x10: b"\x12\x34\x56"}))
    return fake_i2c_bus


@pytest.fixture
def smbus(bus):
    opened = open_smbus(bus.path)
    yield opened
    opened.close()


def test_a_combined_transfer_is_one_transaction(bus, smbus):
    pointer, answer = i2c_msg.write(ADDRESS, b"\x10"), i2c_msg.read(ADDRESS, 3)

    smbus.i2c_rdwr(pointer, answer)

    assert b"\x12\x34\x56" == bytes(answer)
    assert [[Message(ADDRESS, b"\x10"), Message(ADDRESS, count=3)]] == bus.transfers


@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("read_byte_data", (0x10,), 0x12),
        ("read_word_data", (0x10,), 0x3412),
        ("read_i2c_block_data", (0x10, 3), [0x12, 0x34, 0x56]),
    ],
)
def test_smbus_calls_are_made_of_plain_transfers(smbus, call, arguments, expected):
    assert expected == getattr(smbus, call)(ADDRESS, *arguments)


@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("write_byte_data", (0x10, 0xAB), b"\xab\x34\x56"),
        ("write_word_data", (0x10, 0xCDAB), b"\xab\xcd\x56"),
        ("write_i2c_block_data", (0x10, [1, 2, 3]), b"\x01\x02\x03"),
    ],
)
def test_what_is_written_stands_in_the_chip(smbus, call, arguments, expected):
    getattr(smbus, call)(ADDRESS, *arguments)

    assert list(expected) == smbus.read_i2c_block_data(ADDRESS, 0x10, 3)


def test_an_address_where_nothing_is_does_not_acknowledge(bus, smbus):
    bus.remove(ADDRESS)

    with pytest.raises(OSError, match="Remote I/O error") as raised:
        smbus.read_byte_data(ADDRESS, 0x10)
    assert errno.EREMOTEIO == raised.value.errno


def test_a_chip_may_refuse_a_part_of_a_transfer(bus, smbus):
    bus.add(ADDRESS, Sleeping())

    smbus.write_byte(ADDRESS, 0x10)
    with pytest.raises(OSError, match="Remote I/O error"):
        smbus.read_byte(ADDRESS)


def test_a_bus_that_was_closed_gives_errors_to_whoever_has_it_open(bus, smbus):
    bus.close()

    with pytest.raises(OSError, match=r"."):
        smbus.read_byte_data(ADDRESS, 0x10)
    with pytest.raises(FileNotFoundError):
        open_smbus(bus.path)


def test_another_process_reads_the_same_chip(bus):
    code = (
        "from collector.testkit.i2c.bus import open_smbus\n"
        f"bus = open_smbus({bus.path!r})\n"
        f"print(bus.read_byte_data({ADDRESS}, 0x10)); bus.close()\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert "18\n" == done.stdout


def test_a_node_of_dev_is_opened_by_the_installed_smbus2(monkeypatch):
    opened = []
    monkeypatch.setattr("smbus2.SMBus", opened.append)

    open_smbus("/dev/i2c-1")

    assert ["/dev/i2c-1"] == opened
