"""What a device plays: for any recording, the same requests get the same answers again."""

import errno
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import RecordedTape, TapeEvent
from collector_i2c.kernel.folder import PlayedFolder
from collector_i2c.simulated.replayed import ReplayedChip
from collector_modbus.simulator import pdus
from collector_modbus.simulator.script import Script as ModbusScript
from collector_serial.simulator.script import Script as SerialScript

REGISTERS = st.binary(min_size=1, max_size=1)
TRANSFERS = st.lists(st.tuples(REGISTERS, st.binary(min_size=1, max_size=4)), max_size=20)
FILES = st.lists(
    st.tuples(st.sampled_from(["temp1_input", "fan1_input"]), st.text(max_size=9)), max_size=20
)
LINES = st.sampled_from([b"A\r\n", b"B\r\n", b"READ?\r\n"])
DIALOGUE = st.lists(st.tuples(LINES, st.lists(st.binary(min_size=1), max_size=3)), max_size=20)
QUERIES = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 2), st.integers(0, 0xFFFF), st.binary(max_size=9)),
    max_size=20,
)


def tape_of(*events: tuple[str, bytes]) -> RecordedTape:
    noted = [TapeEvent(n / 10, "c", direction, data) for n, (direction, data) in enumerate(events)]
    return RecordedTape("s", noted)


@given(TRANSFERS)
def test_transfers_of_a_chip(transfers: list[tuple[bytes, bytes]]) -> None:
    events = [each for data, answer in transfers for each in (("out", data), ("in", answer))]
    chip = ReplayedChip(tape_of(*events))

    for data, answer in transfers:
        chip.begin()
        chip.write(data)
        assert answer == chip.read(len(answer))


@given(FILES)
def test_files_of_the_kernel(reads: list[tuple[str, str]]) -> None:
    events = [
        TapeEvent(n / 10, f"/sys/x/{file}", "in", said.encode())
        for n, (file, said) in enumerate(reads)
    ]
    folder = PlayedFolder(RecordedTape("s", events))

    assert [said for _, said in reads] == [folder.text(file) for file, _ in reads]


def test_a_read_that_failed_fails_again_and_one_that_is_missing_is_told() -> None:
    tape = RecordedTape("s", [TapeEvent(0.0, "/sys/x/temp1_input", "error", b"EIO")])
    folder = PlayedFolder(tape)

    with pytest.raises(OSError, match="as it was recorded") as failed:
        folder.text("temp1_input")
    with pytest.raises(FileNotFoundError):
        folder.text("../../../etc/passwd")

    assert errno.EIO == failed.value.errno
    assert ["a read of ../../../etc/passwd"] == list(tape.missed)


@given(DIALOGUE)
def test_a_dialogue_over_a_serial_line(dialogue: list[tuple[bytes, list[bytes]]]) -> None:
    events = [
        each
        for sent, came in dialogue
        for each in (("out", sent), *(("in", data) for data in came))
    ]
    script = SerialScript(tape_of(*events).events)

    for sent, came in dialogue:
        [pieces] = script.hear(sent)
        assert came == [data for _, data in pieces]


@given(QUERIES)
def test_modbus_requests_under_other_transaction_ids(
    queries: list[tuple[int, int, int, bytes]],
) -> None:
    framing = pdus.MbapFraming()
    requests = [pdus.Frame(unit, bytes([3, 0, at, 0, 1]), tag) for unit, at, tag, _ in queries]
    answers = [bytes([3, len(data)]) + data for *_, data in queries]
    events = []
    for request, answer in zip(requests, answers, strict=True):
        reply = pdus.Frame(request.unit_id, answer, request.transaction_id)
        events += [("out", framing.join(request)), ("in", framing.join(reply))]
    script = ModbusScript(tape_of(*events).events, framing)

    for request, answer in zip(requests, answers, strict=True):
        again = pdus.Frame(request.unit_id, request.pdu, 0x1234)
        pieces = script.answer_to(again)
        assert pieces is not None
        assert framing.join(pdus.Frame(again.unit_id, answer, 0x1234)) == pieces[0][1]


HOSTILE = st.lists(
    st.builds(
        TapeEvent,
        at_s=st.floats(0, 1e9),
        channel=st.sampled_from(["", "/", "../../x", "\x1b[2J/temp1_input", "i2c"]),
        direction=st.sampled_from(["out", "in", "error"]),
        data=st.sampled_from([b"errorcode", b"__name__", b"EIO", b"", b"\xff", b"\x01\x03"])
        | st.binary(max_size=12),
    ),
    max_size=12,
)


@given(HOSTILE, st.binary(max_size=3))
def test_a_tape_that_no_device_made_breaks_no_player(events: list[TapeEvent], asked: bytes) -> None:
    tape = RecordedTape("s", events)
    chip, folder = ReplayedChip(tape), PlayedFolder(tape)
    framings = (pdus.MbapFraming(), pdus.RtuFraming())

    with suppress(OSError):
        chip.begin()
        chip.write(asked)
        chip.read(2)
    for read in (folder.names, lambda: folder.text("temp1_input")):
        with suppress(OSError):
            read()
    SerialScript(events).hear(asked)
    for framing in framings:
        ModbusScript(events, framing).answer_to(pdus.Frame(1, asked, 7))

    assert "the recording" == folder.place


def test_the_last_answer_is_held() -> None:
    script = SerialScript(tape_of(("out", b"Q"), ("in", b"1"), ("out", b"Q"), ("in", b"2")).events)

    played = [script.hear(b"Q")[0][0][1] for _ in range(4)]

    assert played == [b"1", b"2", b"2", b"2"]


def test_a_transfer_that_failed_fails_again() -> None:
    chip = ReplayedChip(tape_of(("out", b"\x01"), ("error", b"ETIMEDOUT")))
    chip.begin()

    with pytest.raises(OSError, match="ETIMEDOUT"):
        chip.write(b"\x01")


def test_a_request_that_is_missing_is_told_once() -> None:
    tape = tape_of()

    for _ in range(20):
        tape.miss("x")
    for number in range(100):
        tape.miss(f"{number}")

    assert Counter(tape.missed)["x"] == 1
    assert len(tape.missed) == 8
