from collections.abc import Callable

import pytest

from collector.config import Config

Load = Callable[..., Config]
Complaints = Callable[..., list[str]]


def sharing(first: str, second: str) -> str:
    """Return two sources of one sensor with different metrics, and these keys."""
    return "\n".join(
        f'[[source]]\nplugin = "probe"\nsensor = "s"\nmetrics = ["{metric}"]\n{keys}'
        for metric, keys in (("a", first), ("b", second))
    )


TICK = 'timestamp = "tick"'


def test_sources_on_one_grid_may_share_a_sensor(load_text: Load) -> None:
    config = load_text(sharing(TICK + '\noffset = "1s"', TICK + '\noffset = "1s"'))

    assert ["s", "s-2"] == [source.name for source in config.sources]


@pytest.mark.parametrize(
    ("first", "second", "expected", "other"),
    [
        (TICK, "", '6:1: source[1].timestamp: must be "tick"', "1:1"),
        (TICK, 'interval = "5s"', "10:1: source[1].interval: must be the same in both", "1:1"),
        (TICK, "align = false", "10:1: source[1].align: must be the same in both", "1:1"),
        (TICK, 'offset = "5s"', "10:1: source[1].offset: must be the same in both", "1:1"),
        (TICK + '\njitter = "1s"', "", "6:1: source[0].jitter: must be left out", "7:1"),
    ],
)
def test_sources_on_different_grids_must_not_share_a_sensor(
    complaints_of: Complaints, first: str, second: str, expected: str, other: str
) -> None:
    complaints = complaints_of(sharing(first, f"{second}\n{TICK}" if second else second))

    complaints = [line for line in complaints if expected in line]
    why = f"sensor 's' is shared with the source at collector.toml:{other}"
    assert [f"collector.toml:{expected}: {why}"] == complaints


def test_both_sources_are_told_that_they_need_the_tick(complaints_of: Complaints) -> None:
    complaints = complaints_of(sharing("", ""))

    assert ["source[0].timestamp", "source[1].timestamp"] == [
        complaint.split(": ")[1] for complaint in complaints
    ]


def test_one_metric_from_two_sources_is_refused(complaints_of: Complaints) -> None:
    complaints = complaints_of(sharing(TICK, TICK).replace('"b"', '"b", "a"'))

    [complaint] = complaints
    assert complaint == (
        "collector.toml:6:1: source[1]: metric 'a' of sensor 's' also comes from the source at"
        " collector.toml:1:1"
    )


def test_one_metric_id_in_two_sensors_is_right(load_text: Load) -> None:
    text = '[[source]]\nplugin = "probe"\nsensor = "{}"\n'

    assert 2 == len(load_text(text.format("a") + text.format("b")).sources)


def test_metrics_that_cannot_be_asked_for_are_a_complaint(complaints_of: Complaints) -> None:
    [complaint] = complaints_of(sharing(TICK, TICK + '\nfail = "metrics"'))

    assert complaint.startswith(
        "collector.toml:7:1: source[1].plugin: plugin 'probe' is broken: listing its metrics failed"
    )
    assert complaint.endswith(": KeyError: 'no metrics today'")


def test_a_broken_source_does_not_hide_what_the_others_share(complaints_of: Complaints) -> None:
    text = sharing("", "") + '\n[[source]]\nplugin = "broken"\nsensor = "s"\ntimestamp = "tick"'

    complaints = complaints_of(text)

    assert 2 == len(complaints)
