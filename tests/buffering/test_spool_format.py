"""Frames, records and names: what comes back, and what does not, from damaged bytes."""

import random
import struct
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_folder import MemoryFolder
from spool_readings import content, reading, readings

from collector.buffering.reading import StampedReading
from collector.buffering.spool import frame, names
from collector.buffering.spool.journal import JournalState, read_journal
from collector.buffering.spool.record import MAX_SHAPE_BYTES, RecordCodec
from collector.buffering.spool.segment import Segment
from collector.buffering.spool.shapes import decode_shape, encode_shape
from collector.buffering.spool.shapes_v1 import decode_shape_v1
from collector.buffering.spool.totals import Totals
from collector.clock import Instant

SALT = 0x1234ABCD


@given(readings(), st.integers(0, 2**63))
def test_a_reading_comes_back_as_it_was_with_the_types_of_its_values(one, number):
    record = RecordCodec().decode(RecordCodec().encode(number, one))

    assert (number, content(one)) == (record.number, content(record.reading))


BOOT_ID = "0123abcd-4567-89ab-cdef-0123456789ab"


@pytest.mark.parametrize(
    ("key", "most_bytes"),
    [
        ((BOOT_ID, "s0", ("m0",), (("s0", 1),)), 25),
        ((BOOT_ID.upper(), "s0", ("m0",), (("s0", 1),)), 46),
        ((BOOT_ID, "room", ("t", "h"), (("one", 1), ("two ö", 1))), 49),
        ((BOOT_ID, "s0", tuple(f"m{number}" for number in range(300)), (("s0", 300),)), 2500),
        ((BOOT_ID, "s0", ("m" * 300,), (("another", 1),)), 400),
    ],
    ids=["as most are", "no UUID of the kernel", "two sources", "many metrics", "long names"],
)
def test_a_shape_comes_back_and_takes_no_more_bytes_than_it_must(key, most_bytes):
    shape = encode_shape(key)

    assert key == decode_shape(shape)
    assert len(shape) <= most_bytes


@given(st.binary(max_size=60))
def test_bytes_that_are_no_shape_of_either_format_are_refused(noise):
    for decode in (decode_shape, decode_shape_v1):
        try:
            boot_id, sensor, metrics, counts = decode(noise)
        except (ValueError, IndexError, struct.error):
            continue
        assert (str, str) == (type(boot_id), type(sensor))
        assert len(metrics) == sum(count for _, count in counts)


def test_one_sensor_may_have_ever_other_metrics_sources_and_boots():
    codec = RecordCodec()
    given_readings = [
        StampedReading("a", metrics, (1.0, 2.0), Instant(boot, 5), counts)
        for metrics in (("m", "n"), ("m", "o"))
        for boot in ("boot-1", "boot-2")
        for counts in ((("a", 2),), (("b", 2),), (("a", 1), ("b", 1)))
    ]

    for one in [*given_readings, *reversed(given_readings)]:
        assert content(one) == content(codec.decode(codec.encode(0, one)).reading)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_record_give_none_and_no_failure(noise):
    assert RecordCodec().decode(noise) is None
    RecordCodec().decode(b"R" + noise)
    RecordCodec().decode(b"S" + noise)


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_frames_are_found_again_in_their_order(payloads):
    data = b"".join(frame.frame(payload, SALT) for payload in payloads)

    assert payloads == [found.payload for found in frame.scan(data, SALT)]


def test_a_frame_of_another_file_is_not_taken_for_one_of_this():
    data = frame.frame(b"of another", SALT + 1)

    assert [] == list(frame.scan(data, SALT))


def test_a_value_that_looks_like_a_frame_is_no_record_even_when_what_holds_it_is_damaged():
    inner = frame.frame(b"invented", 0)
    data = bytearray(frame.frame(b"text " + inner, SALT))
    data[5] ^= 0xFF

    assert [] == list(frame.scan(bytes(data), SALT))


def test_ever_new_shapes_are_not_all_remembered():
    codec, names = RecordCodec(), [f"metric-{number}" for number in range(200)]

    for start in range(190):
        for end in range(start + 1, 201):
            one = reading(metrics=tuple(names[start:end]))
            assert one.metrics == codec.decode(codec.encode(0, one)).reading.metrics

    assert sum(len(layout.shape) for layout in codec._layouts.values()) <= MAX_SHAPE_BYTES
    assert sum(map(len, codec._keys)) <= MAX_SHAPE_BYTES
    assert 190 < len(codec._layouts) < 19_000


def _written(count):
    codec = RecordCodec()
    return [
        frame.frame(codec.encode(n, reading(value=float(n), metrics=("m", "n"))), SALT)
        for n in range(count)
    ]


def _mutate(frames, chance):
    """Return damaged data and how many frames the damage has touched."""
    data = bytearray(b"".join(frames))
    length = len(frames[0])
    start = chance.randrange(len(data))
    size = chance.choice([1, 2, 64, 300])
    kind = chance.choice(["cut", "flip", "zeros", "between", "away"])
    end = min(len(data), start + size)
    touched = (end - 1) // length - start // length + 1
    if kind == "cut":
        del data[start:]
        return bytes(data), len(frames) - start // length
    if kind == "flip":
        data[start] ^= 1 << chance.randrange(8)
        return bytes(data), 1
    if kind == "zeros":
        data[start:end] = bytes(end - start)
        return bytes(data), touched
    if kind == "between":
        data[start:start] = chance.randbytes(size)
        return bytes(data), 1
    del data[start:end]
    return bytes(data), touched


def test_any_of_a_thousand_kinds_of_damage_costs_the_damaged_records_and_invents_none():
    frames = _written(40)
    whole = {content(RecordCodec().decode(found.payload).reading)
             for found in frame.scan(b"".join(frames), SALT)}  # fmt: skip
    chance = random.Random(7)
    for _ in range(1000):
        data, touched = _mutate(frames, chance)

        found = [RecordCodec().decode(each.payload) for each in frame.scan(data, SALT)]

        assert None not in found
        assert {content(record.reading) for record in found} <= whole
        numbers = [record.number for record in found]
        assert sorted(set(numbers)) == numbers
        assert len(frames) - touched <= len(found)


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_noise_holds_no_frame(noise):
    assert [] == list(frame.scan(noise + frame.MAGIC + noise, SALT))


@pytest.mark.parametrize("length", [4, 100, 1000, 30_000, 100_000])
def test_the_work_of_a_scan_grows_with_the_data_alone_whoever_made_it(monkeypatch, length):
    work, real = [], frame.zlib.crc32
    monkeypatch.setattr(
        frame,
        "zlib",
        SimpleNamespace(crc32=lambda data, seed: (work.append(len(data)), real(data, seed))[1]),
    )
    lie = frame.MAGIC + struct.pack("<I", length) + b"nope"
    data = lie * (200_000 // len(lie))

    found = list(frame.scan(data, SALT))

    assert [] == found
    assert sum(work) <= 100 * len(data)


def test_a_frame_behind_many_lies_is_found():
    lie = frame.MAGIC + struct.pack("<I", 50_000) + b"nope"
    data = lie * 10_000 + frame.frame(b"sound", SALT)

    assert [b"sound"] == [found.payload for found in frame.scan(data, SALT)]


def test_a_name_says_kind_number_and_salt():
    name = names.FileName(1234, SALT, names.SEGMENT)

    assert "0000000000001234-1234abcd.segment" == str(name)
    assert name == names.FileName.parse(str(name))
    assert names.FileName.parse("notes.txt") is None


def test_a_later_version_is_known_and_damage_is_none():
    assert names.is_of_another_version(names.first_line(3) + b"whatever")
    assert not names.is_of_another_version(names.first_line() + b"whatever")
    assert not names.is_of_another_version(names.first_line(1) + b"whatever")
    assert not names.is_of_another_version(b"collector-spoom 2\n")
    assert not names.is_of_another_version(b"")


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"[]",
        b'{"next":1}',
        b'{"next":-1,"totals":[],"settled":[],"boots":{}}',
        b'{"next":1e3,"totals":[],"settled":[[5]],"boots":{}}',
        b'{"next":1,"totals":[["a","a",1,"0",{},{},{},0]],"settled":[],"boots":{}}',
        b'{"next":99999999999999999,"totals":[],"settled":[],"boots":{}}',
    ],
)
def test_a_sound_frame_that_is_no_record_of_a_journal_is_damage(payload):
    folder, name = MemoryFolder(), names.FileName(0, SALT, names.JOURNAL)
    sealed = frame.frame(payload, SALT)
    folder.create(str(name)).append(names.first_line() + sealed)

    state, damaged = read_journal(folder, [name])

    assert JournalState() == state
    assert len(sealed) == damaged


def test_a_journal_from_before_there_were_sync_marks_and_transforms_is_read():
    folder, name = MemoryFolder(), names.FileName(0, SALT, names.JOURNAL)
    payload = b'{"next":9,"totals":[["a","b",7,5,0,{"expired":1},{}]],"settled":[[3,2]],"boots":{}}'
    folder.create(str(name)).append(names.first_line() + frame.frame(payload, SALT))

    state, damaged = read_journal(folder, [name])

    assert {("a", "b"): Totals(7, 5, {"expired": 1})} == state.totals
    assert (9, 0, [(3, 2)], 0) == (state.next_number, state.synced, state.settled, damaged)


@pytest.mark.parametrize("head", [b"{", b"[]", b'{"order":"little","shapes":[]}', b""])
def test_an_index_that_is_sound_but_tells_no_table_is_not_taken(head):
    payload = b"I" + len(head).to_bytes(4, "little") + head + bytes(6)
    segment = Segment(names.FileName(0, SALT, names.SEGMENT))

    assert not segment.take_index(frame.frame(payload, SALT))
    assert (0, 0) == (segment.end, segment.unsettled)
