"""Examples and refusals of SHT3x, SHT4x, SHT21, HTU21D, AHT20, SCD30, SCD41, SGP30.

Bytes and values are facts of the sources named beside them. "Computed" says that the value follows
from the data sheet's formula for bytes that were recorded or chosen.
"""

import pytest

from collector import SourceFaultError


def test_sht31(bench):
    # A logic analyser's capture at about 25 °C and 28 %RH (sigrok-dumps, sensirion_sht3x).
    source = bench.on(bench.commands({"2400": "67adca485485"}), device="sht31", address=0x45)

    assert {"temperature": 25.873198, "humidity": 28.253605} == pytest.approx(
        bench.first(source), abs=1e-4
    )


@pytest.mark.parametrize(("name", "command"), [("high", "2400"), ("low", "2416")])
def test_sht31_measures_as_carefully_as_it_is_told(bench, name, command):
    chip = bench.commands({command: "67adca485485"})
    source = bench.on(chip, device="sht31", options={"repeatability": name})

    assert bench.first(source)
    assert command in chip.written


def test_sht31_with_a_wrong_crc_gives_nothing(bench):
    # hybridgroup/gobot's negative case: the right CRC of BE EF is 92.
    source = bench.on(bench.commands({"2400": "beef00beef92"}), device="sht31")

    source.open()

    assert {} == bench.read(source)
    assert source.notes[0].startswith("wrong CRC: 3 answers refused, last: be ef came with 0x00")


def test_sht40(bench):
    # A bus recording of a live chip (periph/devices sht4x).
    source = bench.on(bench.commands({"fd": "66f4c84c9b6f"}), device="sht40")

    assert {"temperature": 25.379187, "humidity": 31.405585} == pytest.approx(
        bench.first(source), abs=1e-4
    )


@pytest.mark.parametrize(("word", "percent"), [("0000", 0.0), ("ffff", 100.0)])
def test_sht40_humidity_ends_at_the_ends_of_its_scale(bench, word, percent):
    frames = {"0000": "000081", "ffff": "ffffac"}  # computed CRCs
    source = bench.on(bench.commands({"fd": "66f4c8" + frames[word]}), device="sht40")

    assert percent == bench.first(source)["humidity"]


def test_sht21(bench):
    # A capture with a note of about 23 °C and 50 %RH (sigrok-dumps, sensirion_sht2x).
    source = bench.on(bench.commands({"f3": "66f08d", "f5": "742e21"}), device="sht21")

    assert {"temperature": 23.806943, "humidity": 50.724548} == pytest.approx(
        bench.first(source), abs=1e-4
    )


def test_htu21d(bench):
    # The data sheet's examples of the CRC, 24.7 °C and 32.3 %RH.
    source = bench.on(bench.commands({"f3": "683a7c", "f5": "4e856b"}), device="htu21d")

    assert {"temperature": 24.7, "humidity": 32.3} == pytest.approx(bench.first(source), abs=0.06)


def test_htu21d_with_a_wrong_crc_gives_nothing(bench):
    source = bench.on(bench.commands({"f3": "683a7d", "f5": "4e856b"}), device="htu21d")

    assert {} == bench.first(source, times=1)
    assert "wrong CRC" in source.notes[0]


def test_aht20(bench):
    # The playback of a unit test in periph/devices.
    source = bench.on(bench.commands({"ac3300": "187552058e407f", "71": "18"}), device="aht20")

    assert {"temperature": 19.445800781, "humidity": 45.82824} == pytest.approx(
        bench.first(source), abs=1e-5
    )


def test_aht20_loads_its_calibration_where_it_is_missing(bench):
    chip = bench.commands({"ac3300": "187552058e407f", "71": "10"})
    source = bench.on(chip, device="aht20")

    source.open()

    assert ["71", "be0800"] == chip.written


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("187552058e407e", "wrong CRC"),  # periph/devices' negative case
        ("987552058e407f", "busy"),  # computed: bit 7 of the status
        ("107552058e407f", "settings lost"),  # computed: bit 3 of the status
    ],
)
def test_aht20_refuses(bench, frame, reason):
    source = bench.on(bench.commands({"ac3300": frame, "71": "18"}), device="aht20")

    assert {} == bench.first(source, times=1)
    assert source.notes[0].startswith(reason)


SCD30 = {"0202": "0001b0", "0300": "43dbcb8c2e8f41d970e7fff54243bf3a1b74"}


def test_scd30(bench):
    # The interface description's example.
    chip = bench.commands(SCD30)
    source = bench.on(chip, device="scd30")

    assert {"co2": 439.095, "temperature": 27.2383, "humidity": 48.8067} == pytest.approx(
        bench.first(source), abs=1e-3
    )
    assert "0010000081" == chip.written[0]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"0202": "000081"}, "not ready"),
        ({"0300": "43dbcb8c2e8f41d970e7fff54243bf3a1b75"}, "wrong CRC"),
        ({"0300": "7fc064000081" + "41d970e7fff54243bf3a1b74"}, "range invalid"),  # not a number
    ],
)
def test_scd30_refuses(bench, answers, reason):
    source = bench.on(bench.commands(SCD30 | answers), device="scd30")

    assert {} == bench.first(source, times=6, every_s=5.5)
    assert any(note.startswith(reason) for note in source.notes), source.notes


SCD41 = {"e4b8": "800604", "ec05": "022ca3670d364d08f1"}


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        # A bus recording of a live chip (periph/devices scd4x).
        ("022ca3670d364d08f1", {"co2": 556, "temperature": 25.445945, "humidity": 30.090791}),
        # The data sheet's example.
        ("01f4336667a25eb93c", {"co2": 500, "temperature": 25.0, "humidity": 37.0}),
    ],
)
def test_scd41(bench, frame, expected):
    chip = bench.commands(SCD41 | {"ec05": frame})
    source = bench.on(chip, device="scd41")

    assert expected == pytest.approx(bench.first(source), abs=0.01)
    assert ["3f86", "21b1"] == chip.written[:2]


def test_scd41_that_has_nothing_yet_is_not_read(bench):
    # A recording of periph/devices: 0x8000, of which the low 11 bits count.
    chip = bench.commands(SCD41 | {"e4b8": "8000a2"})
    source = bench.on(chip, device="scd41")

    assert {} == bench.first(source, times=1)
    assert "ec05" not in chip.written


def test_sgp30_warms_up_for_fifteen_readings(bench):
    # The data sheet: 400 ppm and 0 ppb, fixed, for 15 s after its start.
    chip = bench.commands({"2008": "01904c000081"})
    source = bench.on(chip, device="sgp30", interval_s=1.0)
    source.open()

    seen = [bench.read(source) for _ in range(16)]

    assert [{}] * 15 == seen[:15]
    assert {"eco2": 400, "tvoc": 0} == seen[15]
    assert 16 == chip.written.count("2008")


def test_sgp30_is_read_every_second_and_not_otherwise(bench):
    with pytest.raises(ValueError, match="has to be read every 1 s"):
        bench.on(bench.commands({}), device="sgp30", interval_s=10.0)


ENS160 = {0x00: "6001", 0x20: "8203e8038a02"}


def test_ens160(bench):
    # Computed by the data sheet's registers.
    source = bench.on(bench.registers(ENS160), device="ens160")

    assert {"air_quality": 3, "tvoc": 1000, "eco2": 650} == bench.first(source)


@pytest.mark.parametrize(
    ("status", "reason"), [("8e", "range invalid"), ("86", "not ready"), ("80", "not ready")]
)
def test_ens160_refuses(bench, status, reason):
    source = bench.on(bench.registers(ENS160 | {0x20: status}), device="ens160")

    assert {} == bench.first(source, times=3, every_s=100.0)
    assert source.notes[0].startswith(reason)


def test_ens160_knows_another_chip(bench):
    source = bench.on(bench.registers(ENS160 | {0x00: "6101"}), device="ens160")

    with pytest.raises(SourceFaultError):
        source.open()
