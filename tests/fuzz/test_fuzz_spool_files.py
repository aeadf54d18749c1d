"""A collector starts on whatever lies in the directory of its spool, and works from there."""

from collections.abc import Sequence

from fuzz.mutations import WHOLE_RUN, most_examples, mutated
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_folder import MemoryFolder
from spool_readings import reading
from spool_rig import Rig

from collector.buffering.spool.frame import frame, scan
from collector.buffering.spool.names import FileName, first_line
from collector.buffering.spool.record import RecordCodec

METRICS = tuple(f"m{number}" for number in range(6))


def files_of_a_life():
    """Return the files that a collector leaves: complete segments, one that is open, a journal."""
    rig = Rig(max_bytes=30_000, max_readings=100)
    for number in range(60):
        rig.put(*(reading(sensor, value=float(number), metrics=METRICS) for sensor in "ab"))
        rig.pass_time(0.3)
    rig.accept("b", 20)
    rig.pass_time(1.0)
    return {name: bytes(node.data) for name, node in rig.folder.files.items()}


FILES = files_of_a_life()
NAMES = sorted(name for name in FILES if FileName.parse(name))


def payloads_of(name: str) -> list[bytes]:
    return [found.payload for found in scan(FILES[name], FileName.parse(name).salt)]


PAYLOADS = {name: payloads_of(name) for name in NAMES}


def folder_with(files):
    folder = MemoryFolder()
    for name, data in files.items():
        folder.create(name).append(data)
    return folder


def live(files: dict[str, bytes]) -> Sequence[float]:
    """Start on these files, take readings, deliver everything, start again; return what is left."""
    rig = Rig(folder_with(files), max_bytes=30_000, max_readings=100)
    rig.audit()
    rig.put(reading("c", value=1.0))
    rig.pass_time(1.0)
    assert rig.accept("c", 1) == [1.0]
    rig.accept("a")
    rig.accept("b")
    rig.pass_time(1.0)
    rig.audit()
    rig.kill()
    rig.audit()
    return rig.values("c")


@settings(max_examples=most_examples(WHOLE_RUN), deadline=None)
@given(name=st.sampled_from(NAMES), data=st.data())
def test_any_bytes_in_a_file_cost_what_they_damage_and_no_start(examine, name, data):
    changed = data.draw(mutated([FILES[name]], most_changes=10) | st.binary(max_size=200))

    left = examine(live, FILES | {name: changed})

    assert [] == left


@settings(max_examples=most_examples(WHOLE_RUN), deadline=None)
@given(name=st.sampled_from(NAMES), data=st.data())
def test_a_frame_that_is_sound_but_says_something_else_is_damage_too(examine, name, data):
    payloads = list(PAYLOADS[name])
    place = data.draw(st.integers(0, len(payloads)))
    payloads[place : place + 1] = [data.draw(mutated(PAYLOADS[name][-3:]) | st.binary(max_size=60))]
    salt = FileName.parse(name).salt
    sealed = first_line() + b"".join(frame(payload, salt) for payload in payloads)

    left = examine(live, FILES | {name: sealed})

    assert [] == left


@settings(max_examples=most_examples(), deadline=None)
@given(data=mutated([payload for name in NAMES for payload in PAYLOADS[name][:2]]))
def test_any_record_is_a_reading_or_none(examine, data):
    record = examine(lambda payload: RecordCodec().decode(payload), data)

    assert record is None or len(record.reading.metrics) == len(record.reading.values)
