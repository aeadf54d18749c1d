"""Devices of the kernel that vanish, change places or give what is no number."""

import shutil

import pytest

from collector import Deadline, SourceContext, SourceUnavailableError
from collector.testkit.clock import FakeClock
from collector_i2c.kernel.devices import IioDevice
from collector_i2c.kernel.plugin import collector_source_kinds

KINDS = {kind.name: kind for kind in collector_source_kinds()}
CLOCK = FakeClock()


def device(folder, name, millicelsius):
    folder.mkdir(parents=True)
    (folder / "name").write_bytes(name)
    (folder / "temp1_input").write_text(millicelsius)
    return folder


def source_of(root, name="lm75"):
    settings = KINDS["hwmon"].settings(device=name, sys_root=str(root))
    return KINDS["hwmon"].create(settings, SourceContext("a", "a", 10.0, CLOCK))


def read(source):
    return [dict(reading.values) for reading in source.read("", Deadline.after(CLOCK, 5))]


@pytest.fixture
def numbered(tmp_path):
    """Return the place where the kernel puts its first device."""
    (tmp_path / "class/hwmon").mkdir(parents=True)
    return tmp_path / "class/hwmon/hwmon0"


def test_another_device_that_got_the_number_is_not_read(tmp_path, numbered):
    ours = device(tmp_path / "devices/ours", b"lm75\n", "21000\n")
    other = device(tmp_path / "devices/other", b"sht3x\n", "99000\n")
    numbered.symlink_to(ours)
    source = source_of(tmp_path)
    source.open()
    assert [{"temperature1": 21.0}] == read(source)

    numbered.unlink()
    shutil.rmtree(ours)
    numbered.symlink_to(other)

    with pytest.raises(SourceUnavailableError, match="is gone"):
        read(source)


@pytest.mark.parametrize("figure", ["nan\n", "inf\n", "1_000\n"])
def test_what_is_no_number_is_no_value(tmp_path, numbered, figure):
    device(numbered, b"lm75\n", figure)
    source = source_of(tmp_path)
    source.open()

    with pytest.raises(SourceUnavailableError, match="range invalid"):
        read(source)


def test_names_that_are_no_text_hide_no_other_device(tmp_path, numbered):
    device(numbered, b"\xff\xfe\n", "99000\n")
    device(numbered.with_name("hwmon1"), b"lm75\n", "21000\n")
    source = source_of(tmp_path)
    source.open()

    assert [{"temperature1": 21.0}] == read(source)


def test_a_device_that_vanishes_while_it_is_opened_is_unavailable(tmp_path, monkeypatch):
    settings = KINDS["iio"].settings(device="bme280", sys_root=str(tmp_path))
    source = KINDS["iio"].create(settings, SourceContext("a", "a", 10.0, CLOCK))
    monkeypatch.setattr(IioDevice, "find", lambda _self, root: root / "gone")

    with pytest.raises(SourceUnavailableError, match="is gone"):
        source.open()


def test_a_label_that_cannot_be_read_costs_nothing(tmp_path, numbered):
    device(numbered, b"lm75\n", "21000\n")
    (numbered / "temp1_label").mkdir()  # reading it fails as a driver may
    source = source_of(tmp_path)
    source.open()

    assert [{"temperature1": 21.0}] == read(source)
