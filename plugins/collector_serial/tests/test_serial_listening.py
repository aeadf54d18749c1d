"""Listening to a device at the other end of a pty."""

CSV = {"format": "csv", "columns": ["temp", "hum", "pres"]}


def test_lines_in_columns_become_readings(listen):
    listening = listen(**CSV)

    # provenance: made up; the first line is the end of one that began before the opening
    listening.device.send(b"78,1013.2\r\n21.50,45.2,1013.25\r\n-3.25,99.9,998.10\r\n")

    assert [
        {"temp": 21.5, "hum": 45.2, "pres": 1013.25},
        {"temp": -3.25, "hum": 99.9, "pres": 998.1},
    ] == listening.wait_for(2)
