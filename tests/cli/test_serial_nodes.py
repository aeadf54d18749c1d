import pytest

from collector.cli.serial_nodes import serial_nodes


@pytest.fixture
def machine(tmp_path):
    """Make a sysfs and device nodes; give what makes a port."""
    (tmp_path / "dev/serial/by-id").mkdir(parents=True)

    def port(name, *, kind=None, steady=""):
        place = tmp_path / "sys/class/tty" / name
        (place / "device").mkdir(parents=True)
        (tmp_path / "dev" / name).touch()
        if kind is not None:
            (place / "type").write_text(f"{kind}\n")
        if steady:
            (tmp_path / "dev/serial/by-id" / steady).symlink_to(tmp_path / "dev" / name)

    return port


def test_ports_with_hardware_are_named_by_what_stays_the_same(machine, tmp_path):
    machine("ttyUSB0", steady="usb-FTDI-if00")
    machine("ttyS0", kind=4)
    machine("ttyS1", kind=0)
    (tmp_path / "sys/class/tty/tty1").mkdir()

    found = serial_nodes(tmp_path / "sys", tmp_path / "dev")

    assert [f"{tmp_path}/dev/ttyS0", f"{tmp_path}/dev/serial/by-id/usb-FTDI-if00"] == found


def test_a_machine_without_ports_has_none(tmp_path):
    assert [] == serial_nodes(tmp_path / "sys", tmp_path / "dev")
