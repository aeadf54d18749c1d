"""Recording sources of a running collector: what is refused, and what the answer holds."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from collector.capture.lines import event_in, header_in
from collector.capture.taps import Taps
from collector.config import load
from collector.errors import CollectorError
from collector.service.tapping import Tapping
from collector.testkit.clock import FakeClock

METER = (
    '[[source]]\nplugin = "modbus"\nsensor = "meter"\nprofile = "pzem-016"\ninterval = "1s"\n'
    'link = { type = "tcp", host = "192.0.2.1" }\n'
)
CHIP = '[[source]]\nplugin = "i2c"\nsensor = "chip"\ninterval = "1s"\ndevice = "lm75"\n'
MACHINE = '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "1s"\n'
TAPE_OF = {METER: "meter", CHIP: "chip"}

Made = tuple[Tapping, Taps, Path]


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Made]:
    def make(*sources: str) -> Made:
        file = tmp_path / "collector.toml"
        file.write_text("".join(sources))
        config, clock = load(file), FakeClock()
        taps = Taps(clock)
        return Tapping(lambda: config, taps, clock, {}), taps, file

    return make


def answers(tapping: Tapping, *names: str) -> Generator[dict[str, Any]]:
    return tapping.record(names, lambda: False)


def test_what_passes_is_told_after_what_the_recording_begins_with(
    made: Callable[..., Made],
) -> None:
    tapping, taps, _ = made(METER, CHIP)
    told = answers(tapping, "chip")

    header = header_in(next(told)["reply"]["header"])
    taps.tape("chip").note("i2c 0x48", "in", b"\x19\x00")
    taps.tape("meter").note("tcp", "in", b"not asked for")
    source, event = event_in(next(told)["event"])

    assert {"chip": "lm75"} == {name: each["device"] for name, each in header.sources.items()}
    assert ("chip", b"\x19\x00") == (source, event.data)
    assert {"idle": True} == next(told)


def test_more_than_can_be_taken_ends_it_after_what_came_before(made: Callable[..., Made]) -> None:
    tapping, taps, _ = made(CHIP)
    told = answers(tapping)
    next(told)
    for _ in range(20):
        taps.tape("chip").note("i2c", "in", bytes(100_000))

    rest = [*told]

    assert 5 == sum("event" in each for each in rest)
    assert {"end": "more passed than could be taken in time"} == rest[-1]


def test_nothing_is_put_by_when_the_asker_is_gone(made: Callable[..., Made]) -> None:
    tapping, taps, _ = made(CHIP)
    told = answers(tapping)
    next(told)

    told.close()

    assert () == taps._tap("chip")._feeds


def test_what_cannot_be_recorded_is_left_out_of_all_and_refused_by_name(
    made: Callable[..., Made],
) -> None:
    tapping, _, _ = made(CHIP, MACHINE)

    left_out = next(answers(tapping))["reply"]["left_out"]

    assert {"gateway"} == left_out.keys()
    with pytest.raises(CollectorError, match="gateway: recordings of kind 'system' cannot be"):
        next(answers(tapping, "gateway", "chip"))


def test_a_source_that_is_not_there_is_named_with_those_that_are(made: Callable[..., Made]) -> None:
    tapping, _, _ = made(METER, CHIP)

    with pytest.raises(CollectorError, match=r"no source 'hall' in .*sources: meter, chip"):
        next(answers(tapping, "hall"))


@pytest.mark.parametrize(
    "text", [METER, METER + METER, CHIP.replace("chip", "cellar") + METER, CHIP * 2]
)
def test_a_file_that_has_other_sources_by_now_is_not_taken_for_theirs(
    made: Callable[..., Made], text: str
) -> None:
    tapping, _, file = made(METER, CHIP)
    file.write_text(text)

    with pytest.raises(CollectorError, match="'collector reload' it first"):
        next(answers(tapping))
