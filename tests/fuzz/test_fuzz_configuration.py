"""Whatever is in a configuration file, it is loaded or every complaint says where, in one line."""

import re
from pathlib import Path

import pytest
from fuzz.mutations import fuzzed, names, seeds

from collector.cli import main
from collector.config import load
from collector.errors import ConfigError
from collector.plugin.loader import PluginLoader

ROOT = Path(__file__).parents[2]
HEAD = '[[source]]\nplugin = "{}"\nsensor = "a"\ninterval = "1s"\n'
OWN = [file.read_bytes() for file in sorted((ROOT / "config").rglob("*.toml"))]
EXAMPLES = [file.read_bytes() for file in sorted((ROOT / "plugins").glob("*/example.toml"))]
CONFIGURATIONS = [*seeds("configurations"), *OWN, *EXAMPLES]

PLACE = re.compile(r"\S*collector\.toml(:\d+:\d+)?: \S.*", re.DOTALL)
"""A file as a whole has no line: it cannot be read, or is too large."""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("configuration") / "collector.toml"


@pytest.fixture(scope="module")
def loader():
    return PluginLoader()


def complaints_about(file, loader):
    try:
        load(file, environ={"HOME": "/home/nobody", "A": "a"}, loader=loader)
    except ConfigError as error:
        return error.complaints
    return ()


@fuzzed(CONFIGURATIONS)
def test_any_file_is_loaded_or_complained_about_with_places(examine, file, loader, data):
    file.write_bytes(data)

    complaints = examine(complaints_about, file, loader)

    for complaint in complaints:
        assert PLACE.fullmatch(complaint) or complaint.startswith("and "), complaint


@pytest.mark.parametrize("data", seeds("configurations"), ids=names("configurations"))
def test_a_check_of_a_wrong_file_ends_with_78_and_no_traceback(file, capsys, data):
    file.write_bytes(data)

    code = main(["check", "--config", str(file)])

    assert 78 == code
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert PLACE.match(told)
