"""Pauses of a held bus, and of the chip that holds it."""

from collector_i2c.patience import Patience


def test_a_bus_on_which_nothing_works_is_left_alone_longer_and_longer():
    patience = Patience()

    until_s = []
    for number in range(8):
        patience.failed(f"chip{number}", 0.0)
        until_s.append(patience.until_s)

    assert [1, 2, 4, 8, 16, 32, 60, 60] == until_s


def test_the_chip_that_was_asked_waits_longer_than_the_others():
    patience = Patience()

    assert patience.failed("chip", 100.0) > patience.until_s - 100.0


def test_when_others_work_the_bus_is_soon_free_again_and_the_chip_waits_longer():
    patience = Patience()

    waits_s, pauses_s = [], []
    for _ in range(8):
        waits_s.append(patience.failed("chip", 0.0))
        pauses_s.append(patience.until_s)
        patience.worked("other")

    assert [1] * 8 == pauses_s
    assert [2, 2, 4, 8, 16, 32, 60, 60] == waits_s


def test_a_chip_that_works_again_begins_afresh():
    patience = Patience()
    for _ in range(5):
        patience.failed("chip", 0.0)

    patience.worked("chip")

    assert 2 == patience.failed("chip", 0.0)
