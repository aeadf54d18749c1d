"""How fast the spool is written, and how long the rest of it lasts."""

import pytest

from collector.buffering.spool.rate import SPAN_S, Rate
from collector.status import SpoolStatus


def test_a_rate_needs_two_looks():
    rate = Rate()
    rate.observe(0.0, 100)
    rate.observe(5.0, 900)  # too soon to tell anything

    assert rate.per_s() is None


def test_a_rate_is_that_of_the_last_minutes():
    rate = Rate()

    for second in range(0, 4000, 5):
        rate.observe(float(second), 10 * second if second < 3000 else 30_000 + 40 * (second - 3000))

    assert 40.0 == rate.per_s()
    assert SPAN_S < 1000


@pytest.mark.parametrize(("bytes_per_s", "expected_s"), [(None, None), (0.0, None), (2.0, 40.0)])
def test_the_rest_of_the_spool_lasts_as_long_as_what_is_written_fits(bytes_per_s, expected_s):
    spool = SpoolStatus(
        mode="always", directory="/s", bytes=20, max_bytes=100, written_bytes_per_s=bytes_per_s
    )

    assert expected_s == spool.holds_s
