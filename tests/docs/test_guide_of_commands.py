"""The guide's command is real: it runs against the simulated thermostat of the sample plugin."""

import importlib.metadata
import re
import sys
import types
from pathlib import Path

import pytest
from fake_plugins import offering

from collector.cli import main
from collector.plugin.command import CommandContext

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "writing-a-plugin.md").read_text("utf-8")
[COMMAND] = re.findall(
    r'```python\n("""The command `collector thermostat \.\.\.`.*?)```', GUIDE, flags=re.DOTALL
)


@pytest.fixture
def _thermostat(monkeypatch):
    """Let the sample plugin be installed, with the command that the guide shows."""
    monkeypatch.syspath_prepend(str(DOCS / "sample-plugin"))
    for name in [name for name in sys.modules if name.startswith("collector_thermostat")]:
        monkeypatch.delitem(sys.modules, name)
    plugin = importlib.import_module("collector_thermostat.plugin")
    module = types.ModuleType("collector_thermostat_command")
    exec(compile(COMMAND, "guide.py", "exec"), vars(module))
    module.collector_source_kinds = plugin.collector_source_kinds
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda **_: offering({"thermostat": module})
    )


@pytest.mark.usefixtures("_thermostat")
def test_the_command_reads_the_simulated_thermostat(capsys):
    file = str(DOCS / "sample-plugin" / "collector_thermostat" / "example.toml")

    code = main(["thermostat", "--config", file, "--simulate", "--reads", "2"])

    assert code == 0
    assert ["hall    1     21.0", "hall    2     21.1"] == capsys.readouterr().out.splitlines()[1:]


@pytest.mark.usefixtures("_thermostat")
def test_the_command_says_what_is_missing(capsys, tmp_path):
    file = tmp_path / "collector.toml"
    file.write_text("")

    assert 64 == main(["thermostat", "--config", str(file)])
    assert "no thermostat is configured" in capsys.readouterr().err


def test_the_guide_tells_everything_that_the_context_lends():

    lent = [name for name in vars(CommandContext) if not name.startswith("_")]

    assert [] == [name for name in lent if f"context.{name}" not in GUIDE]
