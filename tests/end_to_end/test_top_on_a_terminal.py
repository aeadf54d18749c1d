"""`collector top` as a person uses it: on a terminal of its own, of a collector that runs."""

import signal

import pytest
from place import Place
from running import wait_until
from terminal import Terminal

SOURCES = (
    '[[source]]\nplugin = "i2c"\nsensor = "chip"\ninterval = "200ms"\ndevice = "bme280"\n',
    '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "1s"\n',
)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Run a collector that all of these look at."""
    place = Place(tmp_path_factory.mktemp("top"))
    place.configure(*SOURCES)
    place.collector("--simulate").wait_until_confirmed(4)
    yield place
    place.clean_up()


def top(place, columns=100, rows=30):
    return Terminal(place.path, "top", "--config", place.config_file, size=(columns, rows))


def shows(terminal, *words):
    wait_until(
        lambda: all(word in "\n".join(terminal.frame) for word in words),
        f"the screen has {words}: {terminal.frame}",
    )
    return terminal.frame


def test_it_shows_sources_values_and_what_moves_until_q(running):
    with top(running) as terminal:
        frame = shows(terminal, "all is well", "chip", "humidity", "/s out", "q leaves")
        wait_until(
            lambda: any("/s in" in line and "values: 0.0" not in line for line in terminal.frame),
            "values are read",
        )
        terminal.press("q")
        code = terminal.wait()

    assert 0 == code
    assert max(map(len, frame)) <= 100
    assert "\x1b[?1049l" in terminal.text  # xterm: back from the alternate screen


def test_keys_change_the_view_and_scroll_and_arrows_do_not_leave(running):
    with top(running) as terminal:
        shows(terminal, "q leaves")
        terminal.press("3")
        shows(terminal, "values 1-")
        terminal.press("\x1b[B\x1b[B")
        shows(terminal, "values 3-")
        terminal.press("4")
        shows(terminal, "busy with")
        terminal.press("\t")
        shows(terminal, "dropped", "filtered")
        terminal.press("Q")

        assert 0 == terminal.wait()


def test_it_follows_the_size_of_its_terminal(running):
    with top(running) as terminal:
        shows(terminal, "late p99")
        terminal.resize(40, 12)
        wait_until(lambda: 0 < len(terminal.frame) <= 12, "it is cut")

        frame = shows(terminal, "chip", "temperature")

        assert max(map(len, frame)) <= 40
        assert not any("late p99" in line for line in frame)
        terminal.resize(120, 40)
        shows(terminal, "late p99", "cpu_percent")


def test_ctrl_c_leaves(running):
    with top(running, 40, 20) as terminal:
        shows(terminal, "chip")
        terminal.press_ctrl_c()

        assert 0 == terminal.wait()


def test_where_there_is_no_terminal_it_writes_a_line_a_second(running):
    code, output, _ = running.ask("top", "--times", "2")

    first, second = output.splitlines()
    assert 0 == code
    assert first.startswith("all is well: 2 sources")
    assert "reads/s" in second
    assert "values/s confirmed" in second
    assert "\x1b" not in output


def test_it_waits_for_a_collector_that_goes_away_and_shows_the_next(place):
    place.configure(*SOURCES)
    run = place.collector("--simulate")
    run.wait_until_confirmed()
    with top(place) as terminal:
        shows(terminal, "all is well")
        assert 0 == run.stop(signal.SIGTERM)
        shows(terminal, "nothing for", "no collector is running", "humidity")
        place.collector("--simulate").wait_until_confirmed()
        wait_until(lambda: "nothing for" not in "\n".join(terminal.frame), "it is back")
        shows(terminal, "all is well", "chip")
        terminal.press("q")

        assert 0 == terminal.wait()


def test_there_has_to_be_one_at_the_start(place):
    place.configure(*SOURCES)

    code, _, complaints = place.ask("top")

    assert 1 == code
    assert "no collector is running in" in complaints
