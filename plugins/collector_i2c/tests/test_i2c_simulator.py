"""Every simulated chip, read by the real source."""

import math

import pytest

from collector_i2c.chips.catalogue import NAMES
from collector_i2c.simulated.waves import WAVES


def readings(bench, source, times=40):
    source.open()
    seen = []
    for _ in range(times):
        bench.clock.advance(source._context.interval_s)
        values = bench.read(source)
        if values:
            seen.append(values)
    source.close()
    return seen


def interval_s(name):
    return 1.0 if name == "sgp30" else 17.0


@pytest.mark.parametrize("name", NAMES)
def test_every_chip_gives_all_its_metrics_and_they_move(bench, name):
    source = bench.simulated(name, interval_s(name), device=name)

    seen = readings(bench, source)

    assert len(seen) >= 24
    assert all({metric.id for metric in source.metrics} == set(values) for values in seen)
    for metric, value in seen[0].items():
        least = 1 if isinstance(value, bool) or metric == "air_quality" else 5
        assert len({values[metric] for values in seen}) > least, metric


@pytest.mark.parametrize("name", NAMES)
def test_every_chip_stays_within_what_a_room_has(bench, name):
    source = bench.simulated(name, interval_s(name), device=name)

    for values in readings(bench, source):
        for metric, value in values.items():
            if metric in WAVES and isinstance(value, float):
                wave = WAVES[metric]
                margin = 2.2 * abs(wave.amplitude) + 4
                assert wave.mean - margin <= value <= wave.mean + margin, metric
            assert not isinstance(value, float) or math.isfinite(value)
