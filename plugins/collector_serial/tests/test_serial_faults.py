"""What happens to serial lines, and what must come of it."""

import random
import threading
import time
import tracemalloc

import pytest

from collector import Deadline, SourceUnavailableError
from collector.clock import SystemClock
from collector_serial.port.line_errors import LineErrors
from collector_serial.port.port import Port
from collector_serial.talker import Talker

NUMBERS = {"format": "number", "field": [{"metric": "value"}]}


def test_unplugging_a_device_that_is_listened_to_ends_in_one_error(listen):
    listening = listen(**NUMBERS)
    listening.device.send(b"\n1.5\n")
    listening.wait_for(1)
    began_s = time.monotonic()

    listening.device.unplug()
    error = listening.wait_for_the_end()

    assert isinstance(error, SourceUnavailableError)
    assert "was unplugged" in str(error)
    assert error.retry_in_s == 1.0
    assert time.monotonic() - began_s < 2
    assert [{"value": 1.5}] == listening.wait_for(1)  # nothing that came before is lost


def test_unplugging_a_device_that_is_asked_ends_in_one_error(make, device, clock):
    source = make(format="mt-sics", response_timeout="5s")
    source.open()
    threading.Timer(0.2, device.unplug).start()

    with pytest.raises(SourceUnavailableError, match="was unplugged"):
        source.read("", Deadline.after(clock, 5))
    with pytest.raises(SourceUnavailableError):
        source.read("", Deadline.after(clock, 5))


def test_no_value_is_ever_half_a_value(listen):
    chance = random.Random(7)
    sent = [f"{chance.uniform(-1000, 1000):.4f}" for _ in range(10_000)]
    stream = b"rest of one\n" + b"".join(f"{number}\r\n".encode() for number in sent)
    listening = listen(**NUMBERS)
    place = 0

    while place < len(stream):
        step = chance.randint(1, 40)
        listening.device.send(stream[place : place + step])
        place += step

    values = [reading["value"] for reading in listening.wait_for(10_000)]
    assert [float(number) for number in sent] == values


def test_a_pause_in_a_line_makes_no_value_of_its_beginning_nor_of_its_end(listen):
    gap_s = 0.2
    listening = listen(**NUMBERS, framing={"type": "lines", "gap": f"{round(gap_s * 1000)}ms"})
    listening.device.send(b"\n12.3")
    listening.wait_until(lambda: listening.source._connection.tally.damaged == 1)

    listening.device.send(b"45\n14.0\n")

    assert [{"value": 14.0}] == listening.wait_for(1)


def test_noise_is_counted_and_takes_no_memory(listen):
    chance = random.Random(7)
    listening = listen(**NUMBERS)
    noise = [chance.randbytes(4096) for _ in range(16)]
    listening.device.send(noise[0])
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()

    for _ in range(30):
        for piece in noise:
            listening.device.send(piece)
    listening.device.send(b"x" * 1_000_000)  # a line that does not end
    listening.device.send(b"\n1.5\n")

    assert {"value": 1.5} == listening.wait_for(1)[-1]
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 2**20
    assert any("frames were damaged" in note for note in listening.source.notes)


def test_a_wrong_baudrate_is_guessed_from_bytes_without_frames(listen):
    listening = listen(format="sds011")

    listening.device.send(random.Random(7).randbytes(2000))

    assert listening.wait_until(
        lambda: any("wrong baudrate" in note for note in listening.source.notes)
    )


def test_a_device_that_is_silent_does_not_hold_up_the_stop(listen):
    listening = listen(**NUMBERS)
    began_s = time.monotonic()

    listening.stop()

    assert listening.error is None
    assert time.monotonic() - began_s < 3


def test_a_device_that_does_not_answer_is_unavailable(make, clock):
    source = make(format="mt-sics", response_timeout="100ms")
    source.open()

    with pytest.raises(SourceUnavailableError, match=r"'SI': no answer within 0\.1 s"):
        source.read("", Deadline.after(clock, 5))


def test_a_device_that_stays_silent_is_asked_less_and_less_often(make, clock):
    source = make(format="mt-sics", response_timeout="10ms", retries=0)
    pauses = []

    for _ in range(7):
        source.open()
        with pytest.raises(SourceUnavailableError) as caught:
            source.read("", Deadline.after(clock, 5))
        pauses.append(caught.value.retry_in_s)
        source.close()

    assert [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0] == pauses


def test_a_problem_is_not_told_twice(make, clock):
    source = make(format="mt-sics", response_timeout="10ms", retries=0)
    source.open()

    with pytest.raises(SourceUnavailableError):
        source.read("", Deadline.after(clock, 5))

    assert [] == list(source.notes)


def test_what_the_driver_counts_is_told(listen, monkeypatch):
    counted = iter([LineErrors(3, 0, 0), *[LineErrors(8, 2, 7)] * 9])
    monkeypatch.setattr(Port, "line_errors", lambda port: next(counted))
    listening = listen(**NUMBERS)

    listening.source._connection.look_at_the_line()

    settings, lost = listening.source.notes
    assert settings.startswith("5 bytes came without a stop bit, 2 with a wrong parity")
    assert "7 bytes were lost before they could be read" == lost


def test_a_device_that_takes_nothing_is_unavailable_within_the_time(make, clock):
    source = make(format="scpi", request=[{"send": "x" * 1_000_000}])
    source.open()
    began_s = time.monotonic()

    with pytest.raises(SourceUnavailableError, match="takes nothing within 2 s"):
        source.read("", Deadline.after(clock, 10))

    assert time.monotonic() - began_s < 4


def test_a_late_answer_is_not_taken_for_the_next(make, device, clock, monkeypatch):
    quieten = Talker.quieten

    def answer_late(talker, *arguments):
        device.send(b"1\n")
        quieten(talker, *arguments)

    monkeypatch.setattr(Talker, "quieten", answer_late)
    device.answer({b"A\n": b"", b"B\n": b"2\n"}.__getitem__)
    requests = [{"send": "A\n", "metric": "a"}, {"send": "B\n", "metric": "b"}]
    source = make(format="scpi", request=requests, response_timeout="200ms", retries=0)
    source.open()

    [reading] = source.read("", Deadline.after(clock, 5))

    assert {"b": 2.0} == dict(reading.values)
    assert any("'A': no answer" in note for note in source.notes)


def test_a_damaged_answer_is_asked_for_again(make, device, clock):
    answers = iter([b"S S  1x0.0 g\r\n", b"S S     100.00 g\r\n"])
    device.answer(lambda request: next(answers))
    source = make(format="mt-sics", response_timeout="100ms")
    source.open()

    [reading] = source.read("", Deadline.after(clock, 5))

    assert reading.values["weight"] == pytest.approx(0.1)


def test_an_echo_is_no_answer(make, device, clock):
    device.answer(lambda request: request + b"S S     100.00 g\r\n")
    source = make(format="mt-sics", echo=True)
    source.open()

    [reading] = source.read("", Deadline.after(clock, 5))

    assert reading.values["weight"] == pytest.approx(0.1)


def test_a_flood_is_read_without_holding_up_others(listen):
    listening = listen(**NUMBERS)
    lateness = []
    done = threading.Event()

    def tick():
        while not done.is_set():
            began_s = time.monotonic()
            done.wait(0.01)
            lateness.append(time.monotonic() - began_s - 0.01)

    ticker = threading.Thread(target=tick)
    ticker.start()
    block = b"".join(b"%d.5\n" % number for number in range(500))
    listening.device.send(b"\n")
    for _ in range(100):
        listening.device.send(block)
    values = listening.wait_for(50_000)
    done.set()
    ticker.join()

    assert len(values) == 50_000
    assert max(lateness) < 1.0
    assert len(listening.source._framer._buffer) < 4096


def test_reading_times_are_those_of_the_last_byte(listen):
    clock = SystemClock()
    listening = listen(**NUMBERS)
    listening.device.send(b"\n12.")
    before = clock.now()

    listening.device.send(b"5\n")
    listening.wait_for(1)

    [reading] = listening.readings
    assert before.boottime_ms <= reading.taken_at.boottime_ms <= clock.now().boottime_ms
