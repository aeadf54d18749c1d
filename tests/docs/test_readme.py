"""The README and the docs say what is so: commands, options, configuration."""

import re
from pathlib import Path

import pytest

from collector.cli import COMMANDS, main
from collector.config import load

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def test_every_command_is_in_the_readme_or_the_changelog():
    text = README + (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert [] == [each.name for each in COMMANDS if not re.search(rf"\b{each.name}\b", text)]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(command, capsys):
    assert 0 == main([command.name, "--help"])
    assert command.summary.split()[0] in capsys.readouterr().out


def test_every_command_line_of_the_readme_is_understood(capsys):
    words = re.findall(r"^collector ([a-z ]+?)(?: +#.*| --.*|)$", README, flags=re.MULTILINE)
    assert words

    for line in words:
        name, *rest = line.split()
        names = [each.name for each in COMMANDS]
        assert name in names, line
        if rest and name in ("sensor", "agent", "plugins"):
            assert 0 == main([name, rest[0], "--help"]), line


def test_the_configuration_of_the_readme_loads(tmp_path):
    [block] = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    file = tmp_path / "collector.toml"
    file.write_text(block)

    config = load(file)

    assert ["gateway"] == [source.name for source in config.sources]
