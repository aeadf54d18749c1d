"""What a scan tries: speeds, unit ids, and the time that takes."""

import pytest

from collector_modbus.commissioning.duration import silent_s, spoken
from collector_modbus.commissioning.port_names import stable_name
from collector_modbus.commissioning.speeds import USUAL_SPEEDS, Speed, speeds_of
from collector_modbus.commissioning.unit_ids import unit_ids
from collector_modbus.settings.link import NetworkLink, SerialLink


def test_without_a_word_the_usual_speeds_are_tried_the_most_likely_first():
    assert ["9600 8N1", "9600 8E1", "19200 8E1"] == [
        str(each) for each in speeds_of([], [], [])[:3]
    ]
    assert list(USUAL_SPEEDS) == speeds_of([], [], [])


def test_of_what_is_given_every_combination_is_tried_and_nothing_else():
    assert [Speed(57600, "N", 1), Speed(57600, "E", 1)] == speeds_of([57600], [], [])
    assert [Speed(9600, "O", 2)] == speeds_of([9600], ["O"], [2])
    assert {Speed(baudrate, "E", 1) for baudrate in (9600, 19200)} == set(
        speeds_of([9600, 19200], ["E"], [1])
    )


def test_a_usual_speed_comes_before_an_unusual_one_and_each_only_once():
    tried = speeds_of([4800, 9600, 9600], ["E", "N"], [])

    assert [Speed(4800, "N"), Speed(9600, "E"), Speed(9600, "N"), Speed(4800, "E")] == tried


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7", (7,)), ("1-3, 247", (1, 2, 3, 247)), ("5,1-5", (5, 1, 2, 3, 4)), ("0-1", (0, 1))],
)
def test_unit_ids_are_taken_in_the_order_that_they_are_written(text, expected):
    assert expected == unit_ids(text)


@pytest.mark.parametrize("text", ["", "x", "5-", "-5", "7-3", "256", "1-256", "1;2", "1,,2", "0x5"])
def test_what_is_no_list_of_unit_ids_is_refused(text):
    with pytest.raises(ValueError, match="is no"):
        unit_ids(text)


def test_a_silent_unit_takes_its_timeout_twice_and_the_bytes_on_the_wire():
    line = SerialLink(type="rtu", port="x", baudrate=2400).model_copy(
        update={"response_timeout": 0.2}
    )

    assert silent_s([line], 10) == pytest.approx(10 * (0.4 + 15 * 10 / 2400))
    assert silent_s([line, line], 10) == pytest.approx(2 * silent_s([line], 10))


def test_the_line_rests_no_longer_than_a_second_after_a_long_timeout():
    gateway = NetworkLink(type="tcp", host="x").model_copy(update={"response_timeout": 5.0})

    assert silent_s([gateway], 1) == pytest.approx(6.0)


@pytest.mark.parametrize(("seconds", "said"), [(0.1, "1 s"), (99.4, "99 s"), (130, "2 min")])
def test_durations_are_said_roughly(seconds, said):
    assert said == spoken(seconds)


def test_a_port_is_called_by_the_name_that_stays_if_it_has_one(tmp_path):
    node, by_id = tmp_path / "ttyUSB0", tmp_path / "by-id"
    node.touch()
    by_id.mkdir()
    (by_id / "usb-1").symlink_to(node)

    assert str(by_id / "usb-1") == stable_name(str(node), by_id)
    assert "/dev/ttyS0" == stable_name("/dev/ttyS0", by_id)
    assert str(node) == stable_name(str(node), tmp_path / "none")
