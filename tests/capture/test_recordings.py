"""What is recorded can be read again, up to where it was cut, and what is damaged is refused."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.capture.lines import Header, event_line, event_of, header_line
from collector.capture.reading import load_recording
from collector.errors import ConfigError
from collector.plugin.tape import NO_TAPE, TapeEvent
from collector.testkit.clock import FakeClock

HEADER = Header(version="1", recorded_at_ms=1, sources={"hall": {"plugin": "probe"}})
EVENTS = st.builds(
    TapeEvent,
    at_s=st.integers(0, 10**9).map(lambda tenths_ms: tenths_ms / 10_000),
    channel=st.text(max_size=20),
    direction=st.sampled_from(["out", "in", "error"]),
    data=st.binary(max_size=50),
)


@given(EVENTS, st.text(max_size=10))
def test_an_event_is_the_same_after_its_line(event: TapeEvent, source: str) -> None:
    assert (source, event) == event_of(event_line("probe", source, event))


def test_what_was_noted_is_on_the_tape(
    keep: Callable[..., Any], clock: FakeClock, tmp_path: Path
) -> None:
    kept = keep()
    tape = kept.recorder.tape("hall")
    clock.advance(1.5)
    tape.note("bus", "out", b"ask")
    tape.note("bus", "in", b"\x00\xff")

    recording = load_recording(kept.saved_as(tmp_path / "r"))

    assert [TapeEvent(1.5, "bus", "out", b"ask"), TapeEvent(1.5, "bus", "in", b"\x00\xff")] == list(
        recording.tape("hall").events
    )
    assert recording.header.version == "1.2.3"
    assert not recording.is_cut


def test_a_tape_crosses_to_another_process_by_its_file(
    keep: Callable[..., Any], tmp_path: Path
) -> None:
    kept = keep()
    kept.recorder.tape("hall").note("bus", "in", bytes(1000))
    tape = load_recording(kept.saved_as(tmp_path / "r")).tape("hall", 2.0)

    crossed = pickle.dumps(tape)

    assert len(crossed) < 500
    assert tape.events == pickle.loads(crossed).events
    assert pickle.loads(crossed).speed == 2.0


def test_a_cut_line_is_left_out(keep: Callable[..., Any], tmp_path: Path) -> None:
    kept = keep()
    for _ in range(2):
        kept.recorder.tape("hall").note("bus", "in", b"x")
    kept.lines[-1] = kept.lines[-1][:-9]

    recording = load_recording(kept.saved_as(tmp_path / "r"))

    assert len(recording.tape("hall").events) == 1
    assert recording.is_cut


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"nonsense\n", "is no JSON"),
        (b'{"at_ms": 1}\n', "is no event of a recording"),
        (b"[1]\n", "is no event of a recording"),
        *(
            (
                b'{"at_ms":%b,"source":"hall","channel":"","direction":"in","hex":""}\n' % at_ms,
                "is no event of a recording",
            )
            for at_ms in (b"NaN", b"Infinity", b"-1", b"1" + b"0" * 400, b'"1"')
        ),
        (
            b'{"at_ms":1,"source":"hall","channel":"","direction":"in","hex":"0g"}\n',
            "has a 'hex' that is not hexadecimal",
        ),
    ],
)
def test_a_damaged_line_is_named(
    keep: Callable[..., Any], tmp_path: Path, line: bytes, words: str
) -> None:
    kept = keep()
    kept.recorder.tape("hall").note("bus", "in", b"x")
    kept.lines.append(line)
    file = kept.saved_as(tmp_path / "r")

    with pytest.raises(ConfigError) as caught:
        load_recording(file)

    assert f"{file}:3: {words}" == str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "1: is no JSON"),
        ("[source]\n", "1: is no JSON"),
        ('{"format": 1}\n', "1: is no recording: its first line is no header of one"),
        (
            '{"format":2,"collector":"9.0","recorded_at_ms":1,"sources":[]}\n',
            "1: was recorded by collector '9.0' in format 2: this one knows formats up to 1",
        ),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "r"
    file.write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_recording(file)

    assert f"{file}:{words}" == str(caught.value)


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.builds(event_line, st.just("probe"), st.sampled_from(["hall", "other"]), EVENTS),
            st.recursive(
                st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(
                        st.sampled_from(["at_ms", "hex", "source"]), inner, max_size=3
                    )
                ),
            ).map(lambda value: json.dumps(value).encode() + b"\n"),
        ),
        max_size=8,
    ),
    st.sampled_from([b"", header_line(HEADER)]),
)
def test_whatever_a_file_holds_it_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], header: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "hostile"
    file.write_bytes(b"".join([header, *lines]))
    complaint = ""

    try:
        sources = load_recording(file).events.keys()
    except ConfigError as error:
        sources, complaint = {"hall"}, str(error)

    assert {"hall"} == sources
    assert len(complaint.splitlines()) <= 1


def test_a_file_that_is_too_large_to_be_played_is_refused(
    keep: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.capture.reading.MAX_FILE_BYTES", 500)
    kept = keep()
    for _ in range(10):
        kept.recorder.tape("hall").note("bus", "in", b"x")

    with pytest.raises(ConfigError, match=r"r:\d+: is beyond the 500 bytes that can be played"):
        load_recording(kept.saved_as(tmp_path / "r"))


def test_a_recording_ends_before_it_is_too_large(keep: Callable[..., Any]) -> None:
    kept = keep(max_bytes=600)

    for _ in range(100):
        kept.recorder.tape("hall").note("bus", "in", b"0123456789")

    assert sum(map(len, kept.lines)) <= 600
    assert kept.full == ["it has reached 600 bytes"]
    assert kept.recorder.tallies["hall"].events == len(kept.lines) - 1


def test_a_full_disk_ends_a_recording_and_raises_nothing(keep: Callable[..., Any]) -> None:
    kept = keep()
    kept.is_broken = True

    for _ in range(2):
        kept.recorder.tape("hall").note("bus", "in", b"x")

    assert kept.full == ["it cannot be written: No space left on device"]


def test_nothing_is_kept_after_the_end(keep: Callable[..., Any]) -> None:
    kept = keep()
    kept.recorder.end()

    kept.recorder.tape("hall").note("bus", "in", b"x")

    assert len(kept.lines) == 1


def test_a_secret_that_passes_is_covered(keep: Callable[..., Any], tmp_path: Path) -> None:
    kept = keep(secrets=("hunter22",))

    kept.recorder.tape("hall").note("bus", "out", b"LOGIN hunter22\r\n")

    [event] = load_recording(kept.saved_as(tmp_path / "r")).tape("hall").events
    assert event.data == b"LOGIN ********\r\n"


def test_a_tape_that_is_off_crosses_to_another_process() -> None:
    tape = pickle.loads(pickle.dumps(NO_TAPE))

    tape.note("bus", "in", b"x")
