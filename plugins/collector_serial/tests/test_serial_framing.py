"""Frames in streams of bytes: whole ones only, however the stream is cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from collector_serial.checks.check import make_check, make_checksum
from collector_serial.framing.make import make_framer
from collector_serial.framing.sml import BEGIN, ESCAPE, X25
from collector_serial.settings.checksum import ChecksumSettings
from collector_serial.settings.framing import Framing

SUM = ChecksumSettings(method="sum")


def framer(checksum=None, **settings):
    return make_framer(TypeAdapter(Framing).validate_python(settings), make_check(checksum))


def marked(**more):
    return framer(SUM, type="marked", start="hex:AA 55", length=6, **more)


def sealed(body):
    return make_checksum(SUM).seal(b"\xaaU" + body + b"\0")


def cut(stream, places):
    """Return the pieces of a stream between the places."""
    edges = [0, *sorted({place % (len(stream) + 1) for place in places}), len(stream)]
    return [stream[begin:end] for begin, end in itertools.pairwise(edges)]


def fed(made, pieces):
    return [frame for piece in pieces for frame in made.feed(piece)]


PLACES = st.lists(st.integers(0, 10_000), max_size=20)


def test_the_first_line_may_be_the_rest_of_one_and_is_dropped():
    lines = framer(type="lines")

    assert [b"21.5"] == lines.feed(b"78\r\n21.5\r\n")
    assert lines.damaged == 0
    assert lines.skipped_bytes == 3


def test_the_first_line_is_taken_after_a_request_on_a_silent_line():
    lines = framer(type="lines")
    lines.restart(is_clean=True)

    assert [b"21.5"] == lines.feed(b"21.5\r\n")


def test_a_line_whose_end_is_lost_takes_the_next_rest_with_it():
    lines = framer(type="lines", gap="1s")
    lines.feed(b"\n12.3")

    lines.silence()

    assert [b"14.0"] == lines.feed(b"45\n14.0\n")  # 45 is the rest of 12.345
    assert lines.damaged == 1


def test_a_line_that_never_ends_takes_no_memory():
    lines = framer(type="lines", max_bytes=100)
    lines.feed(b"\n")

    for _ in range(1000):
        assert [] == lines.feed(b"x" * 1000)
        assert len(lines._buffer) <= 100

    assert [b"ok"] == lines.feed(b"\nok\n")
    assert lines.damaged == 1


def test_a_line_is_taken_from_its_last_start():
    lines = framer(type="lines", start="$", first_is_whole=True)

    assert [b"$B,2"] == lines.feed(b"\xff\x00$A,1$B,2\r\n")


def test_any_bytes_may_end_a_line():
    lines = framer(type="lines", terminator="hex:0D", first_is_whole=True)

    assert [b"1", b"2"] == lines.feed(b"1\r2\r3")


@given(st.lists(st.binary(min_size=1, max_size=30).map(lambda b: b.hex().encode())), PLACES)
def test_lines_are_found_however_the_stream_is_cut(lines, places):
    stream = b"rest\n" + b"".join(line + b"\r\n" for line in lines)

    assert lines == fed(framer(type="lines"), cut(stream, places))


def test_a_frame_is_taken_between_its_delimiters():
    stx = framer(type="delimited", start="\x02", end="\x03", tail_bytes=1)

    assert [b"\x02abc\x03X"] == stx.feed(b"noise\x02abc\x03Xnoise")


def test_where_a_start_follows_a_start_the_first_frame_was_cut_off():
    stx = framer(type="delimited", start="\x02", end="\x03")

    assert [b"\x02def\x03"] == stx.feed(b"\x02ab\x02def\x03")
    assert stx.damaged == 1


def test_noise_between_frames_is_no_damaged_frame():
    for made in (framer(type="delimited", start="<<<", end=">"), framer(type="sml"), marked()):
        made.feed(b"noise<\xaa")
        made.silence()

        assert (0, 7) == (made.damaged, made.skipped_bytes)


def test_a_frame_may_go_on_to_the_end_of_the_line():
    p1 = framer(type="delimited", start="/", end="!", tail_end="\n")

    assert [b"/a!6EEE"] == p1.feed(b"/a!6EEE\r\n")


def test_a_frame_without_an_end_takes_no_memory():
    stx = framer(type="delimited", start="\x02", end="\x03", max_bytes=100)

    for _ in range(1000):
        stx.feed(b"\x02" + b"x" * 500)

    assert len(stx._buffer) <= 1000
    assert [b"\x02ok\x03"] == stx.feed(b"\x02ok\x03")


@given(st.lists(st.binary(min_size=3, max_size=3)), PLACES)
def test_marked_frames_are_found_however_the_stream_is_cut(bodies, places):
    frames = [sealed(body) for body in bodies]

    assert frames == fed(marked(), cut(b"\x55\x00" + b"".join(frames), places))


@given(st.binary(max_size=300), st.binary(min_size=3, max_size=3))
def test_a_good_frame_is_found_behind_any_noise(noise, body):
    made = marked()
    frame = sealed(body)

    found = made.feed(noise + frame + frame) + made.silence()

    assert found[-1:] == [frame]
    assert len(made._buffer) == 0


def test_a_frame_inside_a_damaged_one_is_found():
    made = marked()
    good = sealed(b"abc")

    assert [good] == made.feed(b"\xaaU\x00" + good + b"\x00")
    assert made.damaged == 1


def test_a_frame_cut_off_by_silence_is_damaged():
    made = marked()
    made.feed(sealed(b"abc")[:-1])

    assert [] == made.silence()
    assert made.damaged == 1
    assert [sealed(b"def")] == made.feed(sealed(b"def"))


def test_a_frame_tells_its_length():
    made = framer(
        type="marked", start="h", length_at=1, length_add=6, also={"3": "h", "-1": "hex:16"}
    )
    # provenance: computed, the shortest long frame of EN 13757-2, 5.2
    frame = bytes.fromhex("68 03 03 68 08 01 72 7B 16")

    assert [frame] == made.feed(b"\xe5" + frame)


def test_a_length_that_cannot_be_is_no_frame():
    made = framer(type="marked", start="h", length_at=1, length_add=6, max_bytes=20)

    assert [] == made.feed(b"h\xff" + b"\0" * 18)
    assert not made.is_waiting


def test_frames_of_one_length_are_found_by_their_check():
    made = framer(SUM, type="fixed", length=4)
    frame = make_checksum(SUM).seal(b"abc\0")

    assert [frame, frame] == made.feed(b"\x01\x02" + frame + frame)


def test_frames_of_one_length_without_a_check_begin_after_a_pause():
    made = framer(type="fixed", length=4)

    assert [] == made.feed(b"cdabcd")
    made.silence()
    assert [b"abcd", b"abcd"] == made.feed(b"abcdabcdab")


def test_a_frame_ends_when_the_line_falls_silent():
    made = framer(type="silence")
    made.feed(b"rest of one")
    made.silence()

    made.feed(b"16.02C,")
    made.feed(b"55.85%")

    assert [b"16.02C,55.85%"] == made.silence()


def test_a_line_that_is_never_silent_takes_no_memory():
    made = framer(type="silence", max_bytes=100)
    made.silence()

    for _ in range(100):
        made.feed(b"x" * 90)

    assert len(made._buffer) <= 100
    assert made.damaged == 1


def test_escaped_bytes_of_a_stuffed_frame_are_restored():
    made = framer(type="stuffed")

    assert [b"\x01\x7e\x7d\x02"] == made.feed(b"rest\x7e\x01\x7d\x5e\x7d\x5d\x02\x7e")


@pytest.mark.parametrize("piece", [b"\x7e\x01\x7d\x7e", b"\x7e\x7d\x7e"])
def test_an_escape_at_the_end_of_a_stuffed_frame_is_damage(piece):
    made = framer(type="stuffed")

    assert [] == made.feed(piece)
    assert made.damaged == 1


def test_a_stuffed_frame_of_another_length_is_damage():
    made = framer(type="stuffed", length=2)

    assert [b"\x01\x02"] == made.feed(b"\x7e\x01\x02\x7e\x01\x7e")
    assert made.damaged == 1


def sml_file(message):
    fill = -len(message) % 4
    body = (message + bytes(fill)).replace(ESCAPE, ESCAPE * 2)
    file = BEGIN + body + ESCAPE + bytes((0x1A, fill))
    return file + X25(file).to_bytes(2, "little")


@given(st.binary(min_size=1, max_size=60), PLACES)
def test_sml_messages_are_found_however_the_stream_is_cut(message, places):
    whole = message if ESCAPE not in message else b"\x76"

    stream = b"\x1b\x00" + sml_file(whole) + sml_file(whole)
    assert [whole, whole] == fed(framer(type="sml"), cut(stream, places))


def test_sml_messages_may_hold_the_escape_itself():
    message = b"ab" + ESCAPE + b"cd"

    assert [message] == framer(type="sml").feed(sml_file(message))


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_sml_file_with_a_wrong_bit_is_taken(place, bit):
    good = sml_file(b"\x76\x05abcd")
    damaged = bytearray(good)
    damaged[place % len(good)] ^= 1 << bit

    made = framer(type="sml")
    assert [] == made.feed(bytes(damaged)) + made.silence()


def test_requests_and_answers_on_a_modbus_line_are_told_apart():
    made = framer(type="modbus-rtu")
    # provenance: capture of syssi/esphome-solax-x1-mini issue 20; 00 and FE are of the driver
    request, answer = bytes.fromhex("0103000b0001f5c8"), bytes.fromhex("01030200a8b9fa")

    assert [request, answer] == made.feed(b"\x00" + request + b"\xfe" + answer) + made.silence()


KINDS = [
    {"type": "lines"},
    {"type": "delimited", "start": "A", "end": "B"},
    {"type": "marked", "start": "A", "length_at": 1},
    {"type": "fixed", "length": 7},
    {"type": "silence"},
    {"type": "stuffed"},
    {"type": "sml"},
    {"type": "modbus-rtu"},
]


STARTS = [
    ({"type": "delimited", "start": "A", "end": "B"}, b"A"),
    ({"type": "delimited", "start": "A", "end": "B"}, b"A" + b"x" * 300),
    ({"type": "marked", "start": "A", "length_at": 1}, b"A\xff"),
    ({"type": "stuffed"}, b"\x7e\x7d"),
    ({"type": "sml"}, BEGIN + b"x" * 40),
    ({"type": "sml"}, ESCAPE * 2 + b"\x01" * 4),
    ({"type": "modbus-rtu"}, b"\x01\x03\xff"),
]


@pytest.mark.parametrize(("kind", "piece"), STARTS)
def test_frames_that_begin_and_never_end_take_no_memory(kind, piece):
    made = framer(SUM, **kind)

    for _ in range(200):
        made.feed((piece * 1000)[:4096])

    assert len(made._buffer) <= 2 * 4096


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["type"])
@given(pieces=st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes_are_borne_and_bounded(kind, pieces):
    made = framer(SUM, **kind)

    for piece in pieces:
        made.feed(piece)
        made.silence()

    assert len(made._buffer) <= 4096
    assert made.skipped_bytes <= sum(map(len, pieces))
