"""1-wire thermometers that the kernel reads, on files of a test."""

import pytest
from kernel_sensors import KINDS, read, source_of
from pydantic import ValidationError

from collector import SourceUnavailableError
from collector_i2c.kernel import w1
from collector_i2c.refusal import RefusedError

# The kernel's Documentation/w1/slaves/w1_therm shows this form; the bytes with 20.687 °C are the
# example of many tutorials.
GOOD = "4b 01 4b 46 7f ff 05 10 e1 : crc=e1 YES\n4b 01 4b 46 7f ff 05 10 e1 t=20687\n"


def test_a_1_wire_thermometer(sys):
    sys("bus/w1/devices/28-0316a2794b2f", {"w1_slave": GOOD})

    assert {"temperature": 20.687} == read(source_of(sys, "w1", device="28-0316a2794b2f"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD.replace("YES", "NO"), "wrong CRC"),
        ("", "not ready"),
        (GOOD.partition("\n")[0], "not ready"),
        (
            "00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n",
            "stuck",
        ),
        (
            "50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=85000\n",
            "settings lost",
        ),
    ],
)
def test_a_1_wire_thermometer_refuses(text, reason):
    with pytest.raises(RefusedError, match=reason):
        w1.celsius(text)


def test_85_degrees_that_were_measured_are_a_temperature():
    # Data sheet DS18B20: byte 6 is 0x0C when power came, and 0x10 minus the low bits afterwards.
    row = "50 05 4b 46 7f ff 10 10 00"

    assert 85.0 == w1.celsius(f"{row} : crc=00 YES\n{row} t=85000\n")


def test_a_1_wire_thermometer_that_is_not_there_is_told(sys):
    with pytest.raises(SourceUnavailableError, match="is the sensor connected"):
        source_of(sys, "w1", device="28-0316a2794b2f")


def test_the_number_of_a_1_wire_thermometer_has_its_form():
    with pytest.raises(ValidationError, match="device"):
        KINDS["w1"].settings.model_validate({"device": "28-xyz"})
