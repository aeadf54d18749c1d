"""How people are shown a value with its unit; on the wire it stays as it is."""

import pytest

from collector.cli.reading import reading


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (8_589_934_592.0, "bit", ("1.000", "GiB")),
        (5_368_709_120 * 8, "bit", ("5.000", "GiB")),
        (850_000_000, "bit", ("101.3", "MiB")),
        (16_384.0, "bit", ("2.000", "KiB")),
        (12, "bit", ("12", "bit")),
        (1_048_576, "B", ("1.000", "MiB")),
        (1_234_567.8, "bit/s", ("1.235", "Mbit/s")),
        (999.4, "bit/s", ("999.400", "bit/s")),
        (-23_000, "W", ("-23.00", "kW")),
        (86_400.0, "s", ("24.0", "h")),
        (7_199, "s", ("7199", "s")),
        (1_700_000_000, "s since 1970-01-01 UTC", ("2023-11-14 22:13:20", "UTC")),
        (21.53, "°C", ("21.530", "°C")),
        (True, "", ("true", "")),
        ("eth0", "", ("eth0", "")),
        (float("nan"), "bit", ("nan", "bit")),
        (1e300, "s since 1970-01-01 UTC", ("1e+300", "s since 1970-01-01 UTC")),
        (-1.5e40, "", ("-1.5e+40", "")),
    ],
)
def test_large_values_come_in_units_that_people_read(value, unit, expected):
    assert expected == reading(value, unit)
