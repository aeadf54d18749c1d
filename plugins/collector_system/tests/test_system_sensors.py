"""Temperatures, fans and the Raspberry Pi's flags."""

import os

import pytest


def chip(machine, number, name, device="", **inputs):
    for file, text in ({"name": name} | inputs).items():
        machine.sys(f"class/hwmon/hwmon{number}/{file}", f"{text}\n")
    if device:
        machine.link(f"class/hwmon/hwmon{number}/device", f"../../devices/{device}")


def test_a_chip_with_one_input_goes_by_its_own_name(machine):
    chip(machine, 0, "cpu_thermal", temp1_input="51540")

    assert machine.read(machine.group("temperature")) == {"temp_cpu_thermal": 51.54}


def test_several_inputs_go_by_label_or_number(machine):
    chip(machine, 0, "nvme", temp1_input="38850", temp1_label="Composite", temp2_input="-5000")

    assert machine.read(machine.group("temperature")) == {
        "temp_nvme_composite": 38.85,
        "temp_nvme_temp2": -5.0,
    }


def test_chips_of_one_kind_are_told_apart_by_their_devices_whatever_their_numbers(machine):
    chip(machine, 7, "nvme", device="nvme0", temp1_input="30000")
    chip(machine, 2, "nvme", device="nvme1", temp1_input="40000")

    assert machine.read(machine.group("temperature")) == {
        "temp_nvme": 30.0,
        "temp_nvme_nvme1": 40.0,
    }


def test_a_thermal_zone_without_a_chip_is_given_and_one_with_a_chip_is_not_given_twice(machine):
    chip(machine, 0, "cpu_thermal", temp1_input="51540")
    machine.sys("class/thermal/thermal_zone0/type", "cpu-thermal\n")
    machine.sys("class/thermal/thermal_zone0/temp", "51540\n")
    machine.sys("class/thermal/thermal_zone1/type", "acpitz\n")
    machine.sys("class/thermal/thermal_zone1/temp", "27800\n")
    machine.sys("class/thermal/thermal_zone2/type", "acpitz\n")
    machine.sys("class/thermal/thermal_zone2/temp", "29800\n")

    assert machine.read(machine.group("temperature")) == {
        "temp_cpu_thermal": 51.54,
        "temp_acpitz": 27.8,
        "temp_acpitz_zone2": 29.8,
    }


def test_an_input_that_gives_no_number_is_left_out(machine):
    chip(machine, 0, "iwlwifi", temp1_input="")
    chip(machine, 1, "k10temp", temp1_input="45000")

    assert machine.read(machine.group("temperature")) == {"temp_k10temp": 45.0}


def test_a_sensor_that_hangs_costs_only_its_own_figure(machine):
    chip(machine, 0, "w1_slave_temp", device="28-0001")
    stuck = machine.root / "sys/class/hwmon/hwmon0/temp1_input"
    os.mkfifo(stuck)  # opening it for reading waits for a writer
    chip(machine, 1, "k10temp", device="z", temp1_input="45000")
    group = machine.group("temperature", answer_within="5s")

    first = machine.read_while_time_passes(group)
    again = machine.read(group)

    assert first == {"temp_k10temp": 45.0}
    assert again == {"temp_k10temp": 45.0}
    os.close(os.open(stuck, os.O_WRONLY))  # lets the helper go


def test_fans_give_their_speed(machine):
    chip(machine, 0, "pwmfan", fan1_input="2073")

    assert machine.read(machine.group("fan")) == {"fan_pwmfan": 2073.0}


def test_a_pi_whose_kernel_keeps_the_flags_gives_them(machine):
    machine.sys("devices/platform/soc/soc:firmware/get_throttled", "50005\n")

    values = machine.read(machine.group("raspberry"))

    assert values == {
        "rpi_under_voltage": True,
        "rpi_frequency_capped": False,
        "rpi_throttled": True,
        "rpi_temperature_limit": False,
        "rpi_under_voltage_occurred": True,
        "rpi_frequency_capped_occurred": False,
        "rpi_throttled_occurred": True,
        "rpi_temperature_limit_occurred": False,
    }


# Documentation/hwmon/raspberrypi-hwmon.rst: in0_lcrit_alarm is 1 when undervoltage was seen.
@pytest.mark.parametrize(("alarm", "under_voltage"), [("1", True), ("0", False)])
def test_the_kernels_supply_watcher_is_enough_for_undervoltage(machine, alarm, under_voltage):
    chip(machine, 0, "cpu_thermal")
    chip(machine, 1, "rpi_volt", in0_lcrit_alarm=alarm)

    assert machine.read(machine.group("raspberry")) == {"rpi_under_voltage": under_voltage}


@pytest.fixture
def firmware(machine):
    """Install a vcgencmd that answers with one line and counts how often it is asked."""

    def install(line, status=0):
        program = machine.root / "vcgencmd"
        asked = machine.root / "asked"
        program.write_text(
            f'#!/bin/sh\n[ "$1" = get_throttled ] || exit 9\n'
            f"echo asked >>{asked}\necho {line}\nexit {status}\n"
        )
        program.chmod(0o755)
        return lambda: len(asked.read_text().splitlines())

    return install


def test_the_firmware_is_asked_where_the_kernel_does_not_tell(machine, firmware):
    firmware("throttled=0x80008")

    values = machine.read(machine.group("raspberry"))

    assert values["rpi_temperature_limit"] is True
    assert values["rpi_under_voltage"] is False


def test_the_firmware_is_asked_once_a_minute(machine, firmware):
    times_asked = firmware("throttled=0x0")
    group = machine.group("raspberry")
    machine.read(group)
    machine.clock.advance(59.0)
    within_the_minute = machine.read(group)
    machine.clock.advance(1.0)

    after_it = machine.read(group)

    assert within_the_minute == {}
    assert len(after_it) == 8
    assert times_asked() == 2


def test_the_firmware_s_device_is_needed_where_it_is_asked(machine, firmware):
    firmware("throttled=0x0")

    assert ["/dev/vcio"] == machine.source(groups=["cpu", "raspberry"]).resources.devices
    assert not machine.source(groups=["cpu"]).resources.devices


def test_the_firmware_s_device_is_not_needed_where_the_kernel_tells(machine, firmware):
    firmware("throttled=0x0")
    machine.sys("devices/platform/soc/soc:firmware/get_throttled", "0")

    assert not machine.source(groups=["raspberry"]).resources.devices


def test_another_machine_needs_no_device(machine):
    assert not machine.source(groups=["raspberry"]).resources.devices


def test_a_firmware_command_that_fails_gives_nothing(machine, firmware):
    firmware("throttled=0x0", status=1)

    assert machine.read(machine.group("raspberry")) == {}


def test_any_other_machine_gives_nothing(machine):
    assert machine.read(machine.group("raspberry")) == {}
