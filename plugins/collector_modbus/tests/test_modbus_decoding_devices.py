"""Registers of real devices and of their manuals, and the values that they stand for.

Each row says where its bytes come from. Where a whole frame is known, it stands there; the values
are in the units of the device's own documents. "Own numbers" are encoded by the device's rules.
"""

import pytest

from collector_modbus.decoding.group import Decoded, GroupDecoder
from collector_modbus.decoding.missing import Missing
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes

NONE = InvalidCodes()
ABB = InvalidCodes(
    uint16=[0xFFFF],
    uint32=[0xFFFFFFFF],
    uint64=[0xFFFFFFFFFFFFFFFF],
    int16=[0x7FFF],
    int32=[0x7FFFFFFF],
)
SUNSPEC = InvalidCodes(uint16=[0xFFFF], int16=[0x8000], uint32=[0xFFFFFFFF], int32=[0x80000000])


def at(address: int, metric: str, type_name: str = "uint16", **keys: object) -> PointSettings:
    return PointSettings.model_validate(
        {"metric": metric, "address": address, "type": type_name, **keys}
    )


def decoded(
    points: list[PointSettings], runs: dict[int, str], of_device: InvalidCodes = NONE
) -> Decoded:
    data = [bytes.fromhex(run) for run in runs.values()]
    spans = [Span(start, len(run) // 2) for start, run in zip(runs, data, strict=True)]
    decoder = GroupDecoder(points, of_device, [Block(Table.HOLDING, span) for span in spans])
    return decoder.decode(data)


def rtu(frame: str) -> str:
    """Return the data of an answer: between unit, function and byte count, and the CRC."""
    return bytes.fromhex(frame)[3:-2].hex()


def test_eastron_sdm630_currents_and_powers():
    # SmartEVSE-3 issue 35: log of an 11 kW load at unit 11.
    frame = "0B0418 41779FDC 41752B9E 41783483 456A573E 45667031 45690830 5CB9"
    names = ["current_l1", "current_l2", "current_l3", "power_l1", "power_l2", "power_l3"]
    points = [at(6 + 2 * place, name, "float32") for place, name in enumerate(names)]

    found = decoded(points, {6: rtu(frame)})

    expected = [15.4765282, 15.3231487, 15.5128202, 3749.45264, 3687.01196, 3728.51172]
    assert pytest.approx(expected, rel=1e-8) == list(found.values.values())


def test_carlo_gavazzi_et112_sends_the_low_word_first():
    # ioBroker.modbus issue 286: bus log of an ET112.
    points = [at(0, "voltage", "int32", word_order="little", scale=0.1)]

    found = decoded(points, {0: rtu("010304 091B0000 89A8")})

    assert {"voltage": 233.1} == found.values


def test_carlo_gavazzi_em24_signs_and_tenths():
    # Own numbers: 230.4 V, -0.5 A, -970.2 W, 123456.7 kWh, power factor -0.97.
    low_first = {"word_order": "little"}
    points = [
        at(0, "voltage", "int32", scale=0.1, **low_first),
        at(16, "current_l3", "int32", scale=0.001, **low_first),
        at(40, "power", "int32", scale=0.1, **low_first),
        at(51, "power_factor_l2", "int16", scale=0.001),
        at(66, "energy", "int32", scale=0.1, **low_first),
    ]

    found = decoded(
        points, {0: "0900 0000", 16: "FE0C FFFF", 40: "DA1A FFFF", 51: "FC36", 66: "D687 0012"}
    )

    assert {
        "voltage": 230.4,
        "current_l3": -0.5,
        "power": -970.2,
        "power_factor_l2": -0.97,
        "energy": 123456.7,
    } == found.values


def test_abb_b23_says_7fff_for_what_it_does_not_have():
    # gonium/gosdm630 PR 122: bus trace of an ABB B21/B23. 7FFF must not become 32.767.
    points = [
        at(0x5B3A, "power_factor", "int16", scale=0.001),
        at(0x5B3B, "power_factor_l1", "int16", scale=0.001),
        at(0x5B14, "power", "int32", scale=0.01),
        at(0x5004, "export_energy", "uint64", scale=0.01),
    ]
    frames = {
        0x5B3A: "010302 01B3 F861",
        0x5B3B: "010302 7FFF D834",
        0x5B14: "010304 00000036 7A25",
    }
    runs = {address: rtu(frame) for address, frame in frames.items()}

    found = decoded(points, {**runs, 0x5004: "FFFF FFFF FFFF FFFF"}, ABB)

    assert {"power_factor": 0.435, "power": 0.54} == found.values
    assert {"power_factor_l1": Missing.INVALID, "export_energy": Missing.INVALID} == found.missing


def test_schneider_iem3000_says_nan_for_a_phase_that_is_not_wired():
    # Own numbers; FFC00000 for what the wiring does not provide is in the iEM3000 manual.
    points = [
        at(3053, "power_l1", "float32"),
        at(3055, "power_l2", "float32"),
        at(3057, "power_l3", "float32"),
        at(3203, "import_energy", "int64"),
    ]

    found = decoded(points, {3053: "3F73 74BC FFC0 0000 4030 0000", 3203: "0000 001C BE99 1A14"})

    assert pytest.approx(0.951, rel=1e-6) == found.values.pop("power_l1")
    assert {"power_l3": 2.75, "import_energy": 123456789012.0} == found.values
    assert {"power_l2": Missing.INVALID} == found.missing


def test_janitza_umg96_float32():
    # Own numbers: 231.1 V, 0.25 A, -57.5 W, 49.98 Hz, 12.5 MWh.
    points = [
        at(19000, "voltage_l1", "float32"),
        at(19014, "current_l2", "float32"),
        at(19022, "power_l2", "float32"),
        at(19050, "frequency", "float32"),
        at(19068, "import_energy", "float32"),
    ]
    runs = {19000: "4367 199A", 19014: "3E80 0000", 19022: "C266 0000", 19050: "4247 EB85"}

    found = decoded(points, {**runs, 19068: "4B3E BC20"})

    expected = [231.100006, 0.25, -57.5, 49.9799995, 12500000.0]
    assert pytest.approx(expected, rel=1e-8) == list(found.values.values())


def test_solaredge_names_are_padded_with_nuls():
    # WillCodeForCats/solaredge-modbus-multi issue 896: SE3000; the serial number made zeros.
    points = [
        at(40000, "sunspec_id", "string", count=2),
        at(40004, "manufacturer", "string", count=16),
        at(40020, "model", "string", count=16),
        at(40036, "options", "string", count=8),
        at(40044, "version", "string", count=8),
        at(40052, "serial", "string", count=16),
        at(40068, "device_address", value_type="integer"),
    ]
    runs = {
        40000: "5375 6E53 0001 0041",
        40004: "536F 6C61 7245 6467 6520" + "0000" * 11,
        40020: "5345 3330 3030" + "0000" * 13,
        40036: "0000" * 8,
        40044: "3030 3033 2E32 3533 3700" + "0000" * 3,
        40052: "3030 3030 3030 3030" + "0000" * 12 + "0001",
    }

    found = decoded(points, runs)

    assert {
        "sunspec_id": "SunS",
        "manufacturer": "SolarEdge",
        "model": "SE3000",
        "version": "0003.2537",
        "serial": "00000000",
        "device_address": 1,
    } == found.values
    assert {"options": Missing.INVALID} == found.missing


def test_solaredge_at_night_leaves_some_phases_and_scale_factors_unimplemented():
    # nmakel/solaredge_modbus issue 106: SE10K-RWS48, 52 registers from 40069 rebuilt from the
    # numbers printed there. The register 40105 is taken as a scale factor here to have a bad one.
    block = (
        "0067 0032 0000 0000 0000 0000 FFFE 0FE8 0FEA 0FEF 0926 0930 093F FFFF 0000 0000 138B FFFE"
        "0000 0000 0000 0000 0000 0000 00E1 8980 0000 0000 0000 0008 FFFF 0000 0000 8000 072E 8000"
        "8000 FFFE 0002 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000"
    )
    points = [
        at(40071, "current", scale_register=40075),
        at(40076, "voltage_l12", scale_register=40082),
        at(40079, "voltage_l1", scale_register=40082),
        at(40083, "power", "int16", scale_register=40084),
        at(40085, "frequency", scale_register=40086),
        at(40093, "energy", "uint32", scale_register=40095),
        at(40098, "dc_voltage", scale_register=40099),
        at(40102, "cabinet", "int16", scale_register=40106),
        at(40103, "heatsink", "int16", scale_register=40106),
        at(40107, "state", enum={"2": "sleeping"}),
        at(40098, "unscaled", scale_register=40105),
    ]

    found = decoded(points, {40069: block}, SUNSPEC)

    assert {
        "current": 0.0,
        "voltage_l12": 407.2,
        "voltage_l1": 234.2,
        "power": 0.0,
        "frequency": 50.03,
        "energy": 14780800.0,
        "dc_voltage": 0.8,
        "heatsink": 18.38,
        "state": "sleeping",
    } == found.values
    assert {"cabinet": Missing.INVALID, "unscaled": Missing.NO_SCALE} == found.missing


def test_huawei_sun2000_in_the_middle_of_a_day():
    # wlcrs/huawei_solar issue 507: 52 registers from 32064, out of a pymodbus log.
    block = (
        "0000 017D 0932 0000 0000 0481 0002 0000 0000 066A 0000 0000 0000 0000 0000 0579 0000 0174"
        "0000 0000 03E8 1387 261F 0160 0BB8 0200 0000 652C EE11 652C 373A 0000 017B 0000 0000 0000"
        "0000 0000 0000 0000 0000 0000 0007 36AC 0007 7826 652D 3089 0000 002E 0000 0078"
    )
    points = [
        at(32064, "input_power", "int32"),
        at(32066, "voltage_l12", scale=0.1),
        at(32072, "current_l1", "int32", scale=0.001),
        at(32080, "power", "int32"),
        at(32084, "power_factor", "int16", scale=0.001),
        at(32085, "frequency", scale=0.01),
        at(32087, "temperature", "int16", scale=0.1),
        at(32106, "total_energy", "uint32", scale=0.01),
    ]

    found = decoded(points, {32064: block}, ABB)

    assert {
        "input_power": 381.0,
        "voltage_l12": 235.4,
        "current_l1": 1.642,
        "power": 372.0,
        "power_factor": 1.0,
        "frequency": 49.99,
        "temperature": 35.2,
        "total_energy": 4727.48,
    } == found.values


def test_pzem_016_sends_the_low_word_first():
    # esphome/feature-requests issue 49.
    frame = "010414 08D1 006C 0000 00F4 0000 0026 0000 01F4 0064 0000 5134"
    low_first = {"word_order": "little"}
    points = [
        at(0, "voltage", scale=0.1),
        at(1, "current", "uint32", scale=0.001, **low_first),
        at(3, "power", "uint32", scale=0.1, **low_first),
        at(5, "energy", "uint32", **low_first),
        at(7, "frequency", scale=0.1),
        at(8, "power_factor", scale=0.01),
        at(9, "alarm", "bool"),
    ]

    found = decoded(points, {0: rtu(frame)})

    assert {
        "voltage": 225.7,
        "current": 0.108,
        "power": 24.4,
        "energy": 38.0,
        "frequency": 50.0,
        "power_factor": 1.0,
        "alarm": False,
    } == found.values


@pytest.mark.parametrize(
    ("frame", "keys", "value"),
    [
        # Eastron manuals (SDM320Y, SDM630): 43 66 33 34.
        ("010404 43663334 1B38", {"type": "float32"}, 230.20001220703125),
        # XY-MD02, the seller's protocol page: 0131 is 30.5 degrees, FF33 is -20.5.
        ("010404 01310222 2ACE", {"type": "int16", "scale": 0.1}, 30.5),
        ("010402 FF33 B8D5", {"type": "int16", "scale": 0.1}, -20.5),
        # HV10 frequency inverter, manual: 1770 is 60.00 Hz.
        ("010304 17700000 FE5C", {"scale": 0.01}, 60.0),
        # home-assistant/core issue 115489: Sungrow's device type code.
        ("010402 0E0D 7D95", {"value_type": "integer"}, 3597),
        # sigrok-dumps, uart/modbus_rtu/wizmodbus (public domain).
        ("010304 A471462C BAA5", {"type": "float32", "word_order": "little"}, 11049.1103515625),
        # Own numbers, Sungrow: 70001 kWh and -2000 W, low word first.
        ("010404 11710001 0000", {"type": "uint32", "word_order": "little"}, 70001.0),
        ("010404 F830FFFF 0000", {"type": "int32", "word_order": "little"}, -2000.0),
    ],
)
def test_single_values_of_devices(frame, keys, value):
    data = rtu(frame)
    point = PointSettings.model_validate({"metric": "m", "address": 0, **keys})

    assert {"m": value} == decoded([point], {0: data}).values
