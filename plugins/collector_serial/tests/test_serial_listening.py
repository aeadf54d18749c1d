"""Listening to a device at the other end of a pty."""

import pytest

CSV = {"format": "csv", "columns": ["temp", "hum", "pres"]}


def test_lines_in_columns_become_readings(listen):
    listening = listen(**CSV)

    # made up; the first line is the end of one that began before the opening
    listening.device.send(b"78,1013.2\r\n21.50,45.2,1013.25\r\n-3.25,99.9,998.10\r\n")

    assert [
        {"temp": 21.5, "hum": 45.2, "pres": 1013.25},
        {"temp": -3.25, "hum": 99.9, "pres": 998.1},
    ] == listening.wait_for(2)


def test_damaged_lines_cost_only_themselves(listen):
    listening = listen(**CSV, count_frames=True)

    listening.device.send(b"\n1,2\n\xff\xff,1,2\n21.5,45,1013\n")

    expected = {"temp": 21.5, "hum": 45.0, "pres": 1013.0, "damaged_frames": 2.0}
    assert [expected] == listening.wait_for(1)
    [note] = listening.source.notes
    assert "2 of 3 frames were damaged, the last is no utf-8 at byte 0" == note


def test_only_what_is_wanted_is_published(listen):
    listening = listen(**CSV, only=["h*"])

    listening.device.send(b"\nnan,nan,1013\n21.5,45,1013\n")

    assert [{"hum": 45.0}] == listening.wait_for(1)


def test_a_telegram_that_carries_its_time_hands_it_on(listen):
    listening = listen(format="nmea")

    # provenance: sigrok-dumps uart/gps/mtk3339, public domain
    listening.device.send(
        b"$GPRMC,061507.000,A,4530.7007,N,12240.8051,W,0.02,79.97,260813,,,D*4B\r\n"
    )
    listening.wait_for(1)

    assert 1_377_497_707_000 == listening.readings[0].device_time_ms


def test_metrics_that_turn_up_are_offered(listen):
    listening = listen(format="json-lines")
    assert [] == list(listening.source.metrics)

    listening.device.send(b'\n{"a": 1}\n')
    listening.wait_for(1)

    assert ["a"] == [metric.id for metric in listening.source.metrics]


@pytest.mark.parametrize("step", [1, 7])
def test_a_frame_may_come_in_any_pieces(listen, step):
    frame = bytes.fromhex("aac00600060058d93dab")  # provenance: avaldebe/PyPMS, SDS01x
    listening = listen(format="sds011")

    for place in range(0, len(frame), step):
        listening.device.send(frame[place : place + step])

    assert [{"pm2_5": pytest.approx(0.6), "pm10": pytest.approx(0.6)}] == listening.wait_for(1)


def test_a_frame_that_ends_with_the_silence_of_the_line_is_read(listen):
    listening = listen(
        format="regex",
        pattern=r"^(?P<t>\d+\.\d+)C$",
        framing={"type": "silence", "gap": "50ms"},
    )
    framer = listening.source._framer
    assert listening.wait_until(lambda: not framer.is_waiting)

    listening.device.send(b"16.")
    listening.device.send(b"02C")

    assert [{"t": 16.02}] == listening.wait_for(1)


def test_a_port_may_be_opened_again(listen, make):
    listening = listen(**CSV)
    listening.device.send(b"\n1,2,3\n")
    listening.wait_for(1)
    listening.stop()

    source = make(**CSV)
    source.open()
    source.close()
    source.open()
