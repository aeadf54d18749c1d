"""`collector test` of a source in a process of its own: what it does there is told."""

import pytest
from isolation_bed import SITE
from running import run_command

SOURCE = (
    '[agent]\nca_file = "ca.crt"\n[[source]]\nplugin = "trouble"\nsensor = "s"\n'
    'interval = "200ms"\ntimeout = "200ms"\n'
)


@pytest.fixture
def test(tmp_path):
    """Return exit code, output and complaints of `collector test` of a source with this trouble."""

    def test_it(*options, **settings):
        (tmp_path / "ca.crt").touch()
        config = tmp_path / "collector.toml"
        config.write_text(SOURCE + "".join(f'{key} = "{settings[key]}"\n' for key in settings))
        words = ("test", "s", "--config", config, "--pause", "0", *options)
        return run_command(tmp_path, *words, python_path=SITE)

    return test_it


def test_its_values_are_printed(test):
    code, output, complaints = test()

    assert (0, "") == (code, complaints)
    assert ["s", "count", "4", "°C"] in [line.split() for line in output.splitlines()]


@pytest.mark.parametrize("at", ["open", "read", "close"])
def test_one_that_leaves_the_process_with_code_0_ends_the_command_with_1(test, at):
    code, _, complaints = test(at=at, trouble="leave")

    assert 1 == code
    assert f"its process left with exit code 0 in {at}()" in complaints


def test_one_that_crashes_is_told(test):
    code, _, complaints = test(trouble="crash")

    assert 1 == code
    assert "was killed by SIGSEGV in read()" in complaints


def test_one_that_hangs_is_told(test):
    code, _, complaints = test(trouble="sleep")

    assert 1 == code
    assert "read() did not come back within" in complaints
