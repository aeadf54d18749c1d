"""Recordings of a run, and runs that play them: real processes, real protocols, a real agent."""

import shlex
import signal
import sys
from contextlib import closing
from itertools import pairwise

import pytest
from running import wait_until

from collector.capture.lines import Header, event_line, header_line
from collector.capture.reading import load_recording
from collector.cli.calling import call
from collector.plugin.tape import TapeEvent
from collector.wire.replies import parse_live_data

COLLECTOR = [sys.executable, "-m", "collector"]
SOURCES = {
    "meter": '[[source]]\nplugin = "modbus"\nsensor = "meter"\ninterval = "500ms"\n'
    'profile = "pzem-016"\nlink = { type = "tcp", host = "192.0.2.1" }\n',
    "scale": '[[source]]\nplugin = "serial"\nsensor = "scale"\ninterval = "500ms"\n'
    'isolation = "process"\n'
    'format = "mt-sics"\nport = "/dev/ttyS9"\n',
    "chip": '[[source]]\nplugin = "i2c"\nsensor = "chip"\ninterval = "500ms"\ndevice = "bme280"\n',
}
THERMOMETER = '[[source]]\nplugin = "i2c"\nsensor = "wall"\ninterval = "100ms"\ndevice = "lm75"\n'


def delivered(run, sensor, count):
    """Return what the agent hands out of a sensor's values, as many messages as asked for."""
    request = {"request": "watch", "sensor": sensor}
    with closing(call(run.socket, request, timeout_s=40.0)) as answers:
        return [dict(parse_live_data(next(answers)["live"].encode()).values) for _ in range(count)]


def recorded(place, values):
    """Write the recording of an LM75 that showed these temperatures, one after the other."""
    table = {"plugin": "i2c", "sensor": "wall", "interval": "100ms", "device": "lm75"}
    asked = [(b"\x03", 80.0), *((b"\x00", value) for value in values)]
    lines = [header_line(Header(version="1.0", recorded_at_ms=1, sources={"wall": table}))]
    for number, (register, value) in enumerate(asked):
        answer = round(value * 256).to_bytes(2, "big", signed=True)
        for direction, data in (("out", register), ("in", answer)):
            event = TapeEvent(number / 10, "i2c 0x48", direction, data)
            lines.append(event_line("i2c", "wall", event))
    file = place.path / "wall.rec"
    file.write_bytes(b"".join(lines))
    return file


def test_a_run_delivers_what_is_on_the_recording_in_its_order(place):
    place.configure(THERMOMETER)
    values = [number / 2 for number in range(200)]
    run = place.collector("--simulate", "--replay", recorded(place, values))
    run.wait_until_confirmed()

    seen = [each["temperature"] for each in delivered(run, "wall", 10)]

    begin = values.index(seen[0])
    assert values[begin : begin + 10] == seen


def test_a_run_holds_the_end_of_the_recording(place):
    place.configure(THERMOMETER)
    run = place.collector("--simulate", "--replay", recorded(place, [20.0, 21.5, 23.0]))

    run.wait_until_confirmed(8)
    status = run.wait_for(
        lambda status: (
            [(each["value"], each["confirmed"]) for each in status["values"]] == [(23.0, True)]
        ),
        "the last temperature is confirmed",
    )

    assert "ok" == status["sources"][0]["state"]


@pytest.mark.parametrize("interval", ["300ms", "1s"])
def test_another_interval_than_the_recorded_one_skips_no_answer(place, interval):
    place.configure(THERMOMETER.replace("100ms", interval))
    run = place.collector("--simulate", "--replay", recorded(place, [20.0, 21.5, 23.0, 25.5] * 9))
    run.wait_until_confirmed()

    seen = [each["temperature"] for each in delivered(run, "wall", 4)]

    after = {20.0: 21.5, 21.5: 23.0, 23.0: 25.5, 25.5: 20.0}
    assert all(after[one] == next_one for one, next_one in pairwise(seen))


def test_a_running_collector_is_recorded_while_it_delivers_and_the_recording_gives_the_same(place):
    place.configure(*SOURCES.values())
    run = place.collector("--simulate")
    run.wait_until_confirmed(20)
    file = place.path / "case.rec"
    recording = place.process(
        [*COLLECTOR, "record", "--running", "--config", place.config_file, "--output", file]
    )
    wait_until(lambda: file.exists() and file.stat().st_size > 4000, "something is recorded")
    shown = {sensor: delivered(run, sensor, 4) for sensor in SOURCES}
    recording.send_signal(signal.SIGINT)
    assert 0 == recording.wait(10)
    assert 0 == run.stop()

    assert all(account["delivered"] == account["accepted"] for account in run.ledger().values())
    assert set(SOURCES) == load_recording(file).header.sources.keys()
    again = place.collector("--simulate", "--replay", file)
    again.wait_until_confirmed(3)
    for sensor, values in shown.items():
        wait_until(
            lambda sensor=sensor, values=values: delivered(again, sensor, 1)[0] in values,
            f"{sensor} has a value that was delivered while it was recorded",
        )


def test_a_recording_ends_with_the_collector_and_can_be_played(place):
    place.configure(SOURCES["chip"])
    run = place.collector("--simulate")
    run.wait_until_confirmed()
    file = place.path / "case.rec"
    words = [*COLLECTOR, "record", "--running", "--config", place.config_file, "--output", file]
    recording = place.process(words, stderr=-1, text=True)
    wait_until(lambda: file.exists() and file.stat().st_size > 4000, "something is recorded")

    run.kill()

    _, complaints = recording.communicate(timeout=30)
    assert f"{file}: ended, as the running collector has ended\n" == complaints
    assert 0 == recording.returncode
    code, output, _ = place.ask("test", "chip", "--simulate", "--replay", file)
    assert 0 == code
    assert "humidity" in output


def test_nobody_is_recorded_where_none_runs(place):
    place.configure(SOURCES["chip"])

    code, _, complaints = place.ask("record", "--running", "--output", place.path / "x")

    assert 1 == code
    assert "no collector is running in" in complaints
    assert not (place.path / "x").exists()


def test_a_killed_recorder_leaves_the_collector_as_it_was(place):
    place.configure(SOURCES["chip"])
    run = place.collector("--simulate")
    run.wait_until_confirmed()
    for number in range(20):  # more than can ask at once, should any be left behind
        file = place.path / f"{number}.rec"
        words = [*COLLECTOR, "record", "--running", "--config", place.config_file]
        recording = place.process([*words, "--output", file])
        wait_until(file.exists, "the recording has begun")
        recording.kill()
        recording.wait()

    status = run.wait_for(bool, "it answers")

    assert 0 == status["sources"][0]["failures"]


def test_ctrl_c_ends_a_recording_that_is_whole(place):
    place.configure(SOURCES["chip"])
    file = place.path / "case.rec"
    words = [*COLLECTOR, "record", "--simulate", "--config", place.config_file, "--output", file]
    recording = place.process(words)
    wait_until(lambda: file.exists() and file.stat().st_size > 4000, "something is recorded")

    recording.send_signal(signal.SIGINT)

    assert 0 == recording.wait(10)
    assert not load_recording(file).is_cut


def test_a_file_that_can_grow_no_more_holds_what_came_before(place):
    place.configure(SOURCES["chip"])
    file = place.path / "case.rec"
    words = (
        f"{shlex.join(COLLECTOR)} record --simulate --config {place.config_file} --output {file}"
    )

    recording = place.process(["sh", "-c", f"ulimit -f 8; exec {words}"], stderr=-1, text=True)
    _, complaints = recording.communicate(timeout=50)

    assert 1 == recording.returncode
    assert f"{file}: ended, as it cannot be written: File too large\n" == complaints
    assert len(load_recording(file).tape("chip").events) > 10
