import math
from pathlib import Path

import pytest
import sunspec2
from hypothesis import given
from hypothesis import strategies as st

from collector import ConfigError, ValueType, ValueUnit
from collector_modbus.sunspec.formats import FORMATS
from collector_modbus.sunspec.models import Models
from collector_modbus.sunspec.points import described, points_of_blocks
from collector_modbus.sunspec.walk import ModelBlock

MODELS = Models()
FOLDER = Path(sunspec2.__file__).parent / "models" / "json"
NUMBERS = sorted(int(file.stem.removeprefix("model_")) for file in FOLDER.glob("model_*.json"))


def points(*blocks):
    return {it.metric: it for it in points_of_blocks([ModelBlock(*it) for it in blocks], MODELS)}


def test_the_common_model_gives_the_texts_of_the_nameplate():
    found = points((1, 40002, 66))

    assert {
        "common_Mn": ("Manufacturer", 40004, 16),
        "common_Md": ("Model", 40020, 16),
        "common_Opt": ("Options", 40036, 8),
        "common_Vr": ("Version", 40044, 8),
        "common_SN": ("Serial Number", 40052, 16),
    } == {metric: (it.name, it.address, it.count) for metric, it in found.items()}


def test_a_number_is_scaled_by_the_register_of_its_model_and_in_the_agents_unit():
    power, energy = points((103, 40069, 50))["inverter_W"], points((103, 40069, 50))["inverter_WH"]

    assert (40083, 40084, ValueUnit.WATT) == (power.address, power.scale_register, power.value_unit)
    assert (40093, 40095, 3600.0) == (energy.address, energy.scale_register, energy.scale)
    assert ("int16", [0x8000]) == (power.type, power.invalid)
    assert ("uint32", [0, 0xFFFF_FFFF]) == (energy.type, energy.invalid)


def test_codes_have_their_texts_and_bits_their_names():
    found = points((103, 40069, 50))

    assert "SLEEPING" == found["inverter_St"].enum["2"]
    assert "GROUND_FAULT" == found["inverter_Evt1"].flags["0"]
    assert ValueType.INTEGER is found["inverter_EvtVnd1"].metric_type


def test_floats_have_no_scale_register():
    power = points((113, 40069, 60))["inverter_W"]

    assert ("float32", None) == (power.type, power.scale_register)


def test_a_power_of_ten_that_the_model_itself_names_is_part_of_the_scale():
    temperature = points((303, 0, 1))["bom_temp_1_TmpBOM"]

    assert (0.1, ValueUnit.CELSIUS) == (temperature.scale, temperature.value_unit)


def test_degrees_are_angles_or_places():
    inclination, latitude = (
        points((304, 0, 6))["inclinometer_1_Inclx"],
        points((305, 0, 36))["location_Lat"],
    )

    assert math.pi / 18000 == pytest.approx(inclination.scale)
    assert (1e-7, ValueUnit.LATITUDE) == (latitude.scale, latitude.value_unit)


def test_what_can_be_written_and_what_only_makes_the_map_is_no_metric():
    names = {metric.partition("_")[2] for metric in points((1, 0, 66), (103, 100, 50))}

    assert not names & {"DA", "ID", "L", "Pad", "A_SF", "W_SF"}


def test_a_model_that_is_not_known_is_passed_over():
    assert {"common"} == {
        metric.partition("_")[0] for metric in points((1, 0, 66), (65000, 68, 20))
    }


def test_models_that_are_there_twice_are_counted_from_the_second_on():
    found = points((203, 0, 105), (1, 107, 65), (201, 200, 105), (1, 307, 65))

    assert 200 == found["meter2_W"].address - found["meter_W"].address
    assert {"common_SN", "common2_SN"} <= found.keys()


def test_groups_that_are_repeated_fill_the_model_and_are_numbered():
    found = points((160, 1000, 8 + 2 * 20))

    assert {"1", "2"} == {it.split("_")[1] for it in found if it.count("_") == 2}
    assert 1010 + 20 + 9 == found["mppt_2_DCA"].address
    assert 1002 == found["mppt_2_DCA"].scale_register
    assert "Mppt 2 DC Current" == found["mppt_2_DCA"].name


@pytest.mark.parametrize("length", [8 + 19, 8 + 30, 8 + 101 * 20])
def test_groups_that_do_not_fill_the_model_are_left_out_with_what_is_in_them(length):
    assert ["mppt_Evt", "mppt_N", "mppt_TmsPer"] == list(points((160, 0, length)))


def test_groups_within_a_model_lie_behind_each_other():
    found = points((701, 0, 153))

    assert {"DERMeasureAC_W", "DERMeasureAC_TotWhInj"} <= found.keys()
    assert "uint64" == found["DERMeasureAC_TotWhInj"].type


def test_curves_whose_size_the_length_does_not_tell_are_left_out():
    assert not any(metric.count("_") > 1 for metric in points((705, 0, 13 + 200)))


def test_a_short_model_has_only_what_lies_within_it():
    whole, short = points((103, 0, 50)), points((103, 0, 13))

    assert set(short) < set(whole)
    assert max(it.address for it in short.values()) < 15
    assert "inverter_A" in short
    assert "inverter_W" not in short  # its scale factor would lie outside


def test_a_long_model_is_one_with_additions_of_its_maker():
    assert points((103, 0, 50)) == points((103, 0, 60))


@pytest.mark.parametrize("number", NUMBERS)
def test_every_model_that_there_is_gives_points_or_has_nothing_to_be_measured(number):
    model = MODELS.get(number)
    wanted = [point for point in model.points[2:] if not point.is_writable]

    found = points((number, 0, 1500))

    assert bool(found) or not [point for point in wanted if point.type in FORMATS]
    assert all(len(it.name) <= 64 for it in found.values())


@given(number=st.sampled_from(NUMBERS), length=st.integers(1, 400))
def test_any_model_of_any_length_gives_points_that_lie_within_it(number, length):
    block = ModelBlock(number, 500, length)

    found = points_of_blocks([block, ModelBlock(number, block.end, length)], MODELS)

    assert len(found) == len({point.metric for point in found})
    for point in found:
        spans = [part.span for part in (point.block, point.scale_block) if part]
        assert all(500 <= span.address and span.end <= 500 + 2 * (2 + length) for span in spans)


def test_a_description_is_a_profile():
    profile = described([ModelBlock(1, 40002, 66), ModelBlock(103, 40070, 50)], MODELS)

    assert ("SunSpec", "Models 1, 103") == (profile.vendor, profile.model)
    assert "inverter_W" in {point.metric for point in profile.points}


@pytest.mark.parametrize(
    ("blocks", "said"), [([], "it has none"), ([ModelBlock(9999, 0, 9)], "9999")]
)
def test_a_device_of_unknown_models_cannot_be_described(blocks, said):
    with pytest.raises(ValueError, match=f"none of its SunSpec models is known .*{said}"):
        described(blocks, MODELS)


def test_without_the_package_it_is_said_how_to_get_it():
    with pytest.raises(ConfigError, match=r"pip install 'collector-agent\[sunspec\]'"):
        points_of_blocks([ModelBlock(1, 0, 66)], Models("not_installed_here"))
