"""The README says what the code does."""

import re
import tomllib
from importlib import resources

import pytest

from collector import ValueUnit
from collector_modbus.plugin import collector_source_kinds
from collector_modbus.profiles.device_library import Library
from collector_modbus.settings.link import NetworkLink, SerialLink, TlsLink
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.simulate import SimulateSettings
from collector_modbus.settings.source import GroupSettings, ModbusSettings
from collector_modbus.sunspec.source import PROFILE

README = resources.files("collector_modbus").joinpath("README.md").read_text("utf-8")
[KIND] = collector_source_kinds()


def test_the_table_of_profiles_is_the_library():
    library = Library()
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \| (\S+|its own) \|$", README, re.MULTILINE)

    told = {name: (device, points) for name, device, points in rows if name != PROFILE}
    profiles = {name: library.load(name) for name in library.names()}
    assert told == {
        name: (f"{profile.vendor} {profile.model}", str(len(profile.points)))
        for name, profile in profiles.items()
    }
    assert PROFILE in {name for name, _, _ in rows}


def keys(model):
    return {info.alias or name for name, info in model.model_fields.items()}


MODELS = (ModbusSettings, GroupSettings, PointSettings, SimulateSettings)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_example_shows_every_key(model):
    shown = set(re.findall(r"^(?:# )?\[?\[?(?:source\.)?(\w+)", KIND.example, re.MULTILINE))

    assert set() == keys(model) - shown


@pytest.mark.parametrize("link", [SerialLink, NetworkLink, TlsLink], ids=lambda it: it.__name__)
def test_the_example_names_every_key_of_a_link(link):
    assert [] == [key for key in keys(link) if not re.search(rf"\b{key}\b", KIND.example)]


def uncommented():
    """Return the example with its optional tables switched on."""
    text = re.sub(r"^# (\[|[a-z_]+ = )", r"\1", KIND.example, flags=re.MULTILINE)
    return tomllib.loads(
        re.sub(r'^(link = \{ type = "tcp"|profile_file).*\n', "", text, flags=re.MULTILINE)
    )


def test_the_commented_lines_of_the_example_are_right_toml_with_known_keys():
    [source] = uncommented()["source"]

    [point, total] = source["point"]
    assert point.keys() <= keys(PointSettings)
    assert total.keys() <= keys(PointSettings)
    assert source["simulate"].keys() <= keys(SimulateSettings)
    SimulateSettings.model_validate(source["simulate"])
    GroupSettings.model_validate(source["group"][0])


def test_the_defaults_that_it_shows_are_the_defaults():
    [source] = uncommented()["source"]
    defaults = ModbusSettings.model_fields
    shown = ("include", "exclude", "max_registers", "max_bits")

    assert [source[key] for key in shown] == [
        defaults[key].get_default(call_default_factory=True) for key in shown
    ]


def test_units_that_it_names_are_the_agents():
    named = set(re.findall(r"\b(?:No)?SI\.\w+\.\w+", README))

    assert named <= {str(unit) for unit in ValueUnit}
