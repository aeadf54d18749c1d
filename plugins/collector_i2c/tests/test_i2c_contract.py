"""What every kind of source promises."""

import pytest


@pytest.mark.parametrize("kind", ["i2c", "iio", "hwmon", "w1"])
def test_it_keeps_the_contract_of_plugins(contract_check, kind):
    contract_check(kind)
