"""The README says what the code does."""

import re
import tomllib
from importlib import resources

import pytest

from collector_i2c import plugin
from collector_i2c.chips.catalogue import NAMES, chosen
from collector_i2c.chips.description import Description, StepRow
from collector_i2c.errnos import MEANINGS
from collector_i2c.kernel import hwmon, iio
from collector_i2c.kernel import plugin as kernel_plugin
from collector_i2c.refusal import Reason
from collector_i2c.settings import I2cSettings, SimulateSettings

README = resources.files("collector_i2c").joinpath("README.md").read_text("utf-8")
KINDS = (*plugin.collector_source_kinds(), *kernel_plugin.collector_source_kinds())
_METRIC = re.compile(r"\| `([^`]+)` \| (\w+) \| ([^|]*) \| [^|]+ \|")
_CHIP = re.compile(r"\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \| [^|]+ \|")


def section(title):
    return README.partition(f"\n{title}")[2].partition("\n## ")[0]


def rows(text):
    return {name: (type_, unit.strip().strip("`")) for name, type_, unit in _METRIC.findall(text)}


def shown(metric):
    return str(metric.type), str(metric.unit or metric.annotation or "-")


def test_every_misdeed_of_a_simulated_chip_is_shown_in_the_example():
    [kind] = plugin.collector_source_kinds()

    for name in SimulateSettings.model_fields:
        assert re.search(rf"^# {name} = ", kind.example, re.MULTILINE), name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_the_example_comments_out_can_be_switched_on(kind):
    text = re.sub(r"^# (?=[a-z_]+ = |\[)", "", kind.example, flags=re.MULTILINE)
    [table] = tomllib.loads(text)["source"]
    keys = {key: value for key, value in table.items() if key in kind.settings.model_fields}
    keys.pop("device_file", None)

    kind.settings.model_validate(keys)


def test_the_table_of_metrics_is_that_of_the_chips():
    coded = {
        re.sub(r"^pin\d+$", "pin<n>", metric.id): shown(metric)
        for name in NAMES
        for metric in chosen(name).make({}, ()).metrics
    }

    assert coded == rows(section("Of `i2c`:").partition("\nOf `iio`")[0])


def test_the_table_of_iio_is_that_of_the_code():
    coded = {}
    for name, quantity in iio.QUANTITIES.items():
        whole = "_" in name
        coded[quantity.id if whole else f"{quantity.id}<part>"] = shown(quantity.metric())

    assert coded == rows(section("Of `iio`").partition("\nOf `hwmon`")[0])


def test_the_table_of_hwmon_is_that_of_the_code():
    coded = {
        f"{quantity.id}<n>": shown(quantity.metric()) for quantity in hwmon.QUANTITIES.values()
    }

    assert coded | {"<channel>_alarm": ("bool", "-")} == rows(section("Of `hwmon`"))


def test_the_table_of_chips_is_the_catalogue():
    documented = {}
    for name, addresses, options in _CHIP.findall(README):
        documented[name] = (addresses, set(re.findall(r"`(\w+)`", options)))

    coded = {}
    for name in NAMES:
        driver = chosen(name)
        addresses = [f"{address:02x}" for address in driver.addresses]
        range_ = " ".join(addresses) if len(addresses) <= 4 else f"{addresses[0]}..{addresses[-1]}"
        coded[name] = (range_, set(driver.options))
    assert coded == documented


def test_every_key_of_a_description_is_explained():
    fields = {info.alias or name for name, info in StepRow.model_fields.items()}
    text = section("### A chip of your own")

    assert [] == [name for name in sorted(fields) if f"`{name}`" not in text]
    steps = {"identify", "set_up", "measure"}
    assert steps <= Description.model_fields.keys()
    assert all(f"[[{name}]]" in text for name in steps)


def test_every_reason_can_be_used_in_a_description():
    text = section("### A chip of your own")

    for reason in Reason:
        if reason not in (Reason.CRC, Reason.UNSTEADY):  # which come by themselves
            assert f"`{reason.name.lower()}`" in text


def test_the_description_in_it_is_one():
    text = section("### A chip of your own")
    [block] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    assert "A force sensor" == Description.model_validate(tomllib.loads(block)).title


def test_the_example_of_inputs_is_one():
    text = section("### Options of chips").partition("\n### ")[0]
    [block] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    [table] = tomllib.loads(block)["source"]
    settings = I2cSettings.model_validate({"device": "ads1115", "options": table["options"]})

    metrics = chosen("ads1115").make(settings.options, ()).metrics

    assert ["level", "bridge"] == [metric.id for metric in metrics]


def test_every_error_number_has_its_meaning_in_one_line():
    for meaning in MEANINGS.values():
        assert "\n" not in meaning.text
        assert not meaning.text.endswith(".")
