"""A slow line is kept, and one that takes nothing more is given up."""

import socket

import pytest

from collector.mqtt.progress import STALLED_S, Progress, unacknowledged_bytes


class Line:
    """Owes acknowledgements for what it was given until it `takes` some."""

    def __init__(self):
        self.owed = 0
        self.progress = Progress(lambda: self.owed)

    def give(self, count):
        self.owed += count
        self.progress.give(count)

    def take(self, count):
        self.owed -= count


@pytest.fixture
def line():
    return Line()


def test_a_line_that_takes_a_little_again_and_again_is_kept_for_good(line):
    line.give(1_000_000)

    for now_s in range(0, 600, 9):
        line.take(1000)
        assert not line.progress.has_stalled(now_s)


def test_a_line_that_takes_nothing_for_ten_seconds_is_given_up(line):
    line.give(1000)

    assert not line.progress.has_stalled(0)
    assert not line.progress.has_stalled(STALLED_S - 1)
    assert line.progress.has_stalled(STALLED_S)


def test_more_that_is_given_hides_no_stall(line):
    line.give(1000)

    for now_s in range(int(STALLED_S)):
        line.give(1000)
        assert not line.progress.has_stalled(now_s)
    assert line.progress.has_stalled(STALLED_S)


def test_time_in_which_nothing_waits_does_not_count(line):
    line.give(1000)
    line.take(1000)
    assert not line.progress.has_stalled(3600)
    line.give(1)

    assert not line.progress.has_stalled(3600 + STALLED_S - 1)
    assert line.progress.has_stalled(3600 + STALLED_S)


def test_what_the_other_end_has_no_room_for_is_unacknowledged():
    near, far = socket.socket(), socket.create_server(("127.0.0.1", 0))
    with near, far:
        near.connect(far.getsockname())
        assert 0 == unacknowledged_bytes(near)
        near.settimeout(0)
        sent = near.send(bytes(8_000_000))

        waiting = unacknowledged_bytes(near)

    assert 0 < waiting <= sent
