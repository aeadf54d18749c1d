"""Which buffer a run gets, and what it says of readings that nobody will send."""

import pytest

from collector.buffering.ring import RingBuffer
from collector.buffering.spool.buffer import SpooledBuffer
from collector.config import load
from collector.ledger import Ledger
from collector.service.buffers import make_buffer
from collector.service.state_dir import Mode, StateDirectory
from collector.testkit.clock import FakeClock


@pytest.fixture
def make(tmp_path):
    """Return how a buffer is made of the text of a configuration."""

    def made(text):
        (tmp_path / "collector.toml").write_text(text)
        state = StateDirectory(tmp_path, Mode.REAL)
        config = load(tmp_path / "collector.toml", environ={})
        return make_buffer(config, Mode.REAL, state, Ledger(), FakeClock())

    return made


def test_by_default_readings_lie_on_disk(make):
    assert isinstance(make(""), SpooledBuffer)


def test_without_a_spool_nothing_is_said_where_nothing_waits(make, caplog):
    assert isinstance(make('[spool]\nmode = "off"'), RingBuffer)
    assert [] == caplog.messages


def test_a_spool_that_is_turned_off_with_readings_in_it_is_told(make, caplog, tmp_path):
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "0000000000000000-00000000.segment").write_bytes(b"readings")

    make('[spool]\nmode = "off"')

    assert f"readings of an earlier run wait in {tmp_path}/spool" in caplog.text
