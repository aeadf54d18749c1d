import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from collector.config import Config, load
from collector.config.loading import TABLES
from collector.config.model_keys import keys_of
from collector.config.models import SourceKeys
from collector.testkit.clock import FakeClock

CONFIG = Path(__file__).parents[2] / "config"
MAIN = CONFIG / "collector.toml"
EXAMPLES = sorted(CONFIG.rglob("*.toml"))

OF_THE_MACHINE = {
    "collector": {"state_dir"},
    "agent": {"client_name", "server_name"},  # server_name has none
    "spool": {"directory", "max_age"},  # max_age has none
    "delivery": {"replay_rate"},  # which has none
    "web": {"token_file"},  # which has none
}


def loaded(file: Path) -> Config:
    return load(file, strict=True, environ={"XDG_STATE_HOME": "/state"}, clock=FakeClock())


def uncommented(text: str) -> str:
    """Return the text with the keys switched on that are commented out."""
    return re.sub(r"^# ([a-z_]+ = )", r"\1", text, flags=re.MULTILINE)


def complete() -> dict[str, Any]:
    return tomllib.loads(uncommented(MAIN.read_text("utf-8")))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_every_example_loads_without_a_complaint(file: Path) -> None:
    config = loaded(file)

    assert config.sources
    assert not any(source.broken for source in config.sources)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_every_example_can_be_simulated(file: Path) -> None:
    config = load(file, simulate=True, environ={"XDG_STATE_HOME": "/s"}, clock=FakeClock())

    assert not any(source.broken for source in config.sources)


def test_the_main_example_shows_every_key_of_every_table() -> None:
    shown = complete()

    assert {*TABLES, "source"} == shown.keys()
    for table, model in TABLES.items():
        assert set(keys_of(model)) == shown[table].keys()
    assert set(keys_of(SourceKeys)) == shown["source"][0].keys()


def test_what_the_main_example_comments_out_is_the_default() -> None:
    shown = complete()

    for table, model in TABLES.items():
        machine = OF_THE_MACHINE.get(table, set())
        given = {key: value for key, value in shown[table].items() if key not in machine}
        assert model.model_validate({}).model_dump(exclude=machine) == (
            model.model_validate(given).model_dump(exclude=machine)
        )


def test_the_commented_keys_of_the_source_are_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "collector.toml"
    file.write_text(uncommented(MAIN.read_text("utf-8")), "utf-8")

    assert loaded(MAIN).sources == loaded(file).sources


def test_the_main_example_has_no_key_that_is_switched_on_but_its_source() -> None:
    active = tomllib.loads(MAIN.read_text("utf-8"))

    assert [{"plugin": "system", "sensor": "gateway"}] == active.pop("source")
    assert not any(active.values())
