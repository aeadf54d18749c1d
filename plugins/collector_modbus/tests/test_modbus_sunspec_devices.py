"""Whole devices: from their registers over their own description to values."""

import pytest

from collector_modbus.decoding.group import GroupDecoder
from collector_modbus.decoding.missing import Missing
from collector_modbus.profiles.merge import points_of
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.sunspec.models import Models
from collector_modbus.sunspec.points import described
from collector_modbus.sunspec.walk import walk

WH = 3600.0

# Capture: solaredge-modbus-multi issue 896, a SE3000; its serial number replaced by zeros.
COMMON = f"""
    5375 6E53 0001 0041 536F 6C61 7245 6467 6520 {11 * "0000"} 5345 3330 3030 {21 * "0000"}
    3030 3033 2E32 3533 3700 0000 0000 0000 3030 3030 3030 3030 {12 * "0000"} 0001
"""

# Capture: solaredge_modbus issue 106, a SE10K-RWS48 at night; rebuilt from the numbers that were
# printed there, with what was not printed as not implemented.
INVERTER = f"""
    0067 0032 0000 0000 0000 0000 FFFE 0FE8 0FEA 0FEF 0926 0930 093F FFFF 0000 0000
    138B FFFE 0000 0000 0000 0000 0000 0000 00E1 8980 0000 0000 0000 0008 FFFF 0000
    0000 8000 072E 8000 8000 FFFE 0002 {13 * "0000"}
"""

# Computed: a meter of model 203 where SolarEdge has its first.
METER = f"""
    00CB 0069 0034 0041 8000 005A FFFF 0912 0915 0918 {5 * "8000"} FFFF 1388 FFFE
    FDDA FD4E FCC2 FC36 0000 {10 * "8000"} 1DB0 8000 1D4C 1CE8 FFFE
    0009 4DFD 0009 7125 0000 0000 FFFF FFFF 0009 DA9D {6 * "0000"} 0001 {52 * "8000"}
"""


def words(text):
    text = "".join(text.split())
    return [int(text[at : at + 4], 16) for at in range(0, len(text), 4)]


SOLAREDGE = {
    40000: words(COMMON),
    40069: words(INVERTER),
    40121: words(COMMON)[2:],
    40188: words(METER),
    40295: [0xFFFF, 0],
}


def reader(runs):
    registers = {at + n: word for at, run in runs.items() for n, word in enumerate(run)}

    def read(address, count):
        wanted = range(address, address + count)
        return [registers[at] for at in wanted] if all(at in registers for at in wanted) else []

    return read


def read_out(runs, **keys):
    """Return what a source with these settings makes of a device's registers."""
    profile = described(walk(reader(runs)).blocks, Models())
    link = {"type": "tcp", "host": "unused"}
    settings = ModbusSettings.model_validate({"link": link, "profile": "unused", **keys})
    device = points_of(settings, profile)
    blocks = [Block(Table.HOLDING, Span(at, len(run))) for at, run in runs.items()]
    answers = [b"".join(word.to_bytes(2, "big") for word in run) for run in runs.values()]
    return GroupDecoder(device.points, device.invalid, blocks).decode(answers)


def test_the_models_of_a_device_with_a_meter_behind_it_are_all_found():
    found = walk(reader(SOLAREDGE))

    assert "" == found.problem
    assert [(1, 40002), (103, 40069), (1, 40121), (203, 40188)] == [
        (block.model_id, block.address) for block in found.blocks
    ]


def test_a_nameplate_is_read():
    found = read_out(SOLAREDGE, include=["common_*"])

    assert {
        "common_Mn": "SolarEdge",
        "common_Md": "SE3000",
        "common_Vr": "0003.2537",
        "common_SN": "00000000",
    } == found.values
    assert {"common_Opt": Missing.INVALID} == found.missing


def test_an_inverter_that_sleeps_has_the_values_that_it_had():
    found = read_out(SOLAREDGE, include=["inverter_*"])

    assert {
        "inverter_A": 0.0,
        "inverter_PPVphAB": 407.2,
        "inverter_PhVphA": 234.2,
        "inverter_PhVphC": 236.7,
        "inverter_W": 0.0,
        "inverter_Hz": 50.03,
        "inverter_PF": 0.0,
        "inverter_WH": 14780800 * WH,
        "inverter_DCV": 0.8,
        "inverter_TmpSnk": 18.38,
        "inverter_St": "SLEEPING",
        "inverter_Evt1": "",
    }.items() <= found.values.items()
    assert {"inverter_TmpCab", "inverter_TmpTrns", "inverter_TmpOt"} == found.missing.keys()


def test_a_meter_has_values_of_what_it_measures_and_no_others():
    found = read_out(SOLAREDGE, include=["meter_*"], exclude=["meter_*VA*", "meter_Evt"])

    assert {
        "meter_A": 5.2,
        "meter_AphA": 6.5,
        "meter_AphC": 9.0,
        "meter_PhV": 232.2,
        "meter_PhVphA": 232.5,
        "meter_PhVphB": 232.8,
        "meter_Hz": 50.0,
        "meter_W": -550.0,
        "meter_WphA": -690.0,
        "meter_WphB": -830.0,
        "meter_WphC": -970.0,
        "meter_PF": 76.0,
        "meter_PFphB": 75.0,
        "meter_PFphC": 74.0,
        "meter_TotWhExp": 6097890 * WH,
        "meter_TotWhExpPhA": 6187890 * WH,
        "meter_TotWhImp": 6457890 * WH,
    } == found.values
    assert {Missing.INVALID} == set(found.missing.values())


@pytest.mark.parametrize("length", [64, 65, 66])
def test_a_common_model_of_another_length_moves_what_is_behind_it(length):
    common = [*words(COMMON), 0]
    common[3] = length
    runs = {40000: common[: 4 + length], 40004 + length: [*words(INVERTER), 0xFFFF]}

    assert 234.2 == read_out(runs, include=["inverter_PhVphA"]).values["inverter_PhVphA"]
