"""What the configuration may say, and what is wrong with what it must not."""

import pickle

import pytest
from pydantic import ValidationError

from collector import ConfigError, ConfiguredSource
from collector_i2c.check import check
from collector_i2c.settings import I2cSettings, MuxSettings


def settings(**keys):
    return I2cSettings.model_validate({"device": "bme280", **keys})


@pytest.mark.parametrize(
    ("bus", "link"),
    [(1, "i2c://1"), (22, "i2c://22"), ("/dev/i2c-1", "i2c://1"), ("/dev/foot", "i2c:///dev/foot")],
)
def test_the_link_is_the_bus(bus, link):
    assert link == settings(bus=bus).link


@pytest.mark.parametrize("bus", [-1, "1", "i2c-1", "simulated:/dev/i2c-1"])
def test_a_bus_is_a_number_or_a_node(bus):
    with pytest.raises(ValidationError, match=r"must be a number|must not be negative"):
        settings(bus=bus)


@pytest.mark.parametrize("keys", [{"device": ""}, {"device_file": "/x.toml"}])
def test_a_chip_is_named_once(keys):
    with pytest.raises(ValidationError, match="needs a device, or else a device_file"):
        settings(**keys)


@pytest.mark.parametrize("address", [0, 0x02, 0x78])
def test_reserved_addresses_are_refused(address):
    with pytest.raises(ValidationError):
        settings(address=address)


def test_one_mux_needs_no_list():
    hop = {"address": 0x70, "channel": 3}

    assert settings(mux=hop).path == settings(mux=[hop]).path == ((0x70, 3),)


def test_settings_can_be_sent_to_another_process():
    made = settings(mux=MuxSettings(address=0x70, channel=3), options={"oversampling": 4})

    assert made == pickle.loads(pickle.dumps(made))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"device": "bme208"}, "no chip 'bme208' is known, did you mean 'bme280'?"),
        ({"device": "xyzzy"}, r"no chip 'xyzzy' is known \(there are: ads1015, "),
        (
            {"device": "bme280", "options": {"oversampling": 3}},
            "options.oversampling: Input should be 1, 2, 4, 8 or 16",
        ),
        (
            {"device": "bme280", "options": {"mode": 3}},
            r"options.mode: there is no such option \(there are: oversampling\)",
        ),
        (
            {"device": "sht31", "options": {"repeatability": "best"}},
            "options.repeatability: must be one of high, medium, low, got 'best'",
        ),
        ({"device": "sht31", "options": {"x": 1}}, r"options.x: .* \(there are: repeatability\)"),
        (
            {"device": "pcf8591", "options": {"vref": "3"}},
            "options.vref: Input should be a valid num",
        ),
        (
            {"device": "pcf8591", "options": {"inputs": [{}, {"channel": 1}]}},
            "inputs: each needs a metric of its own",
        ),
        ({"device": "adxl345", "options": {"lsb_per_g": "3"}}, "lsb_per_g: must be a number"),
        (
            {"device": "ads1115", "options": {"inputs": [{}, {"input": "A1"}]}},
            "inputs: each needs a metric of its own",
        ),
        ({"device": "ads1115", "options": {"rate": 100}}, "options.rate: must be one of 8, 16"),
        (
            {"device": "ads1115", "options": {"inputs": [{"full_scale": 5.0}]}},
            "options.inputs.0.full_scale: must be one of 6.144",
        ),
        (
            {"device": "ina219", "options": {"shunt_ohm": 0.1, "current_lsb": 1e-9}},
            "options.current_lsb: does not fit the shunt",
        ),
        ({"device": "bme280", "metrics": ["co2"]}, "no metric 'co2' .it has: temperature, "),
        ({"device": "bme280", "rename": {"co2": "x"}}, "this chip has no metric 'co2'"),
        (
            {"device": "bme280", "rename": {"temperature": "pressure"}},
            "two metrics would have one id",
        ),
    ],
)
def test_what_does_not_fit_the_chip_is_said(bench, keys, message):
    with pytest.raises(ValueError, match=message):
        bench.simulated(**keys)


def test_metrics_are_picked_and_renamed(bench):
    source = bench.simulated(
        device="bme280", metrics=["temperature", "humidity"], rename={"temperature": "inlet"}
    )
    source.open()

    assert ["inlet", "humidity"] == [metric.id for metric in source.metrics]
    assert ["inlet", "humidity"] == list(bench.read(source))


OWN_CHIP = """
title = "A chip of my own"
addresses = [0x50]

[option.gain]
text = "its gain"
default = "1"
choices.1 = { code = "01", factor = "1" }
choices.2 = { code = "02", factor = "2" }

[[set_up]]
write = "10{code}"

[[measure]]
write = "20"
read = 3
refuse = [{ reason = "not_ready", at = 2, mask = 0x80, equals = 0 }]

[[measure.value]]
metric = "force"
unit = "SI.Force.NEWTON"
size = 2
signed = true
scale = "1/100/{factor}"
"""


def test_a_chip_may_be_described_by_the_user(bench, tmp_path):
    file = tmp_path / "force.toml"
    file.write_text(OWN_CHIP)
    chip = bench.registers({0x20: "fe0c80"})

    source = bench.on(chip, device_file=file, options={"gain": 2})

    assert {"force": -2.5} == bench.first(source)
    assert "1002" in chip.written


def test_a_chip_that_the_user_described_can_be_simulated(bench, tmp_path):
    file = tmp_path / "force.toml"
    file.write_text(OWN_CHIP)
    source = bench.simulated(device_file=file)
    source.open()

    assert -1 < bench.read(source)["force"] < 2


def test_a_wrong_description_is_complained_about_with_its_place(bench, tmp_path):
    file = tmp_path / "force.toml"
    file.write_text(OWN_CHIP.replace("size = 2", "size = 2\nwidth = 16"))

    with pytest.raises(ConfigError, match=r"force\.toml:\d+:\d+: .*width"):
        bench.simulated(device_file=file)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("size = 2", "size = 4", "byte 3 is beyond the answer of 3"),
        ("at = 2,", "at = 3,", "byte 3 is beyond the answer of 3"),
        ("read = 3", 'read = 4\ncrc = "words"', "needs three bytes a word"),
        (", equals = 0 }", " }", "needs either equals or differs"),
        ('metric = "force"', 'metric = "force!"', "is no id"),
    ],
)
def test_what_a_description_cannot_mean_is_said(bench, tmp_path, right, wrong, message):
    file = tmp_path / "force.toml"
    file.write_text(OWN_CHIP.replace(right, wrong, 1))

    with pytest.raises(ConfigError, match=message):
        bench.simulated(device_file=file)


def configured(bench, *tables):
    made = []
    for number, keys in enumerate(tables):
        its = settings(**keys)
        source = bench.on(bench.stream("00"), f"chip{number}", **keys | {"device": its.device})
        made.append(
            ConfiguredSource(
                name=f"chip{number}",
                sensor="cabinet",
                settings=its,
                interval_s=10.0,
                timeout_s=5.0,
                source=source,
            )
        )
    return made


CHANNEL3 = {"address": 0x70, "channel": 3}
CHANNEL4 = {"address": 0x70, "channel": 4}


@pytest.mark.parametrize(
    "tables",
    [
        [{}, {"address": 0x77}],
        [{}, {"bus": 2}],
        [{"mux": CHANNEL3}, {"mux": CHANNEL4}],
        [{"mux": CHANNEL3}, {"address": 0x77}],
        [
            {"mux": CHANNEL3},
            {"mux": [CHANNEL4, {"address": 0x76, "channel": 1}], "address": 0x77},
        ],
    ],
)
def test_chips_that_do_not_meet_are_fine(bench, tables):
    assert [] == list(check(configured(bench, *tables)))


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([{}, {}], "0x76 on this bus is read already, by source 'chip0'"),
        ([{"mux": CHANNEL3}, {"mux": CHANNEL3}], "0x76 on this bus is read already"),
        ([{}, {"mux": CHANNEL3}], "0x76 answers together with the chip in front of"),
        ([{"mux": CHANNEL3}, {}], "0x76 answers together with the chip in front of"),
        (
            [{"mux": {"address": 0x77, "channel": 3}}, {"address": 0x77}],
            "0x77 is a multiplexer on this bus, of source 'chip0'",
        ),
        (
            [{"address": 0x77}, {"mux": {"address": 0x77, "channel": 3}}],
            "the multiplexer at 0x77 has the address of the chip of source 'chip0'",
        ),
        ([{"mux": {"address": 0x76, "channel": 3}}], "0x76 is the address of its multiplexer"),
    ],
)
def test_chips_in_each_others_way_are_complained_about(bench, tables, message):
    sources = configured(bench, *tables)

    [complaint] = check(sources)

    assert complaint.message.startswith(message)
    assert sources[-1].name == complaint.source
