"""Values of simulated devices: encoded so that decoding gives them back, plausible, and moving."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import ValueUnit
from collector_modbus.decoding.group import GroupDecoder
from collector_modbus.profiles.device_library import Library
from collector_modbus.profiles.merge import points_of
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.settings.point import PointSettings
from collector_modbus.settings.source import InvalidCodes, ModbusSettings
from collector_modbus.simulator.registers import DeviceRegisters
from collector_modbus.simulator.values import LiveValues

HOUR_S = range(0, 3600, 40)
WHOLE_NUMBERS = [f"{sign}int{bits}" for sign in ("u", "") for bits in (8, 16, 32, 64)]
NUMBERS = [*WHOLE_NUMBERS, "float16", "float32", "float64", "bcd16", "bcd32", "bcd64"]


def point(metric="power", **keys):
    return PointSettings.model_validate({"metric": metric, "address": 100} | keys)


def data_of(words, block):
    """Return what a device answers, as the decoder takes it."""
    items = DeviceRegisters().read(block, words)
    if not block.table.holds_bits:
        return b"".join(item.to_bytes(2, "big") for item in items)
    number = sum(bit << at for at, bit in enumerate(items))
    return number.to_bytes(block.data_bytes, "little")


class Device:
    """Live values, read by the decoder."""

    def __init__(self, *points, seed=1, invalid=None):
        self._points = points
        self._invalid = invalid or InvalidCodes()
        self._live = LiveValues(points, seed, self._invalid)
        blocks = [block for each in points for block in (each.block, each.scale_block) if block]
        self._blocks = sorted(set(blocks))

    def decoded(self, t_s):
        answers = [data_of(self._live.words(block, t_s), block) for block in self._blocks]
        return GroupDecoder(self._points, self._invalid, self._blocks).decode(answers)

    def shows(self, times_s=HOUR_S):
        """Return each metric's values over time; all have one at any time."""
        decoded = [self.decoded(t_s) for t_s in times_s]
        assert [{}] * len(decoded) == [each.missing for each in decoded]
        return {metric: [each.values[metric] for each in decoded] for metric in decoded[0].values}


def words(live, table, address, count, t_s=0.0):
    found = live.words(Block(table, Span(address, count)), t_s)
    return [found.get(at) for at in range(address, address + count)]


@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("byte_order", ["big", "little"])
@pytest.mark.parametrize("type_name", NUMBERS)
def test_every_type_in_every_order_is_decoded_as_likely_figures(type_name, order, byte_order):
    scale = 0.01 if type_name in ("float16", "bcd16") else 1.0
    scale = 2.0 if type_name == "uint8" else 3.0 if type_name == "int8" else scale
    made = point(
        "voltage", type=type_name, word_order=order, byte_order=byte_order, scale=scale, offset=1.0
    )

    shown = Device(made).shows()["voltage"]

    if type_name != "bcd16":  # which holds no more than 99.99
        assert 225.0 <= min(shown) < 229.0
        assert 232.0 < max(shown) <= 236.0
    assert len(set(shown)) > 2


@pytest.mark.parametrize("half", ["high", "low"])
@pytest.mark.parametrize("byte_order", ["big", "little"])
def test_two_bytes_share_a_register(half, byte_order):
    one = point("frequency", type="uint8", byte=half, byte_order=byte_order)
    other_half = {"high": "low", "low": "high"}[half]
    other = point("humidity", type="int8", byte=other_half, byte_order=byte_order)

    shown = Device(one, other).shows()

    assert {50.0} == set(shown["frequency"])
    assert 35.0 <= min(shown["humidity"]) < max(shown["humidity"]) <= 65.0


@pytest.mark.parametrize(
    ("metric", "keys", "least", "most"),
    [
        ("voltage_l1", {"value_unit": ValueUnit.VOLT}, 220, 240),
        ("voltage_l12", {"value_unit": ValueUnit.VOLT}, 390, 410),
        ("pv1_voltage", {"annotation": "V"}, 300, 450),
        ("u1", {"annotation": "kV"}, 0.22, 0.24),
        ("i", {"annotation": "mA"}, 1000, 12_000),
        ("frequency", {}, 49.9, 50.1),
        ("temperature", {"value_unit": ValueUnit.CELSIUS}, 10, 40),
        ("humidity", {"value_unit": ValueUnit.PERCENT}, 30, 70),
        ("fill_level", {"value_unit": ValueUnit.PERCENT}, 0, 100),
        ("power_factor", {}, 0.8, 1.0),
        ("meter_PFphA", {"annotation": "%"}, 80, 100),
        ("meter_PPVphAB", {"annotation": "V"}, 390, 410),
        ("day_energy", {"annotation": "kWh"}, 1, 20),
        ("status", {}, 1, 5),
        ("power_factor_l3", {"annotation": "%"}, 80, 100),
        ("power", {"annotation": "kW"}, 0.3, 3.0),
        ("thd_l1", {"value_unit": ValueUnit.PERCENT}, 0, 5),
        ("phase_angle", {"value_unit": ValueUnit.RADIAN}, 0.1, 0.6),
        ("air", {"annotation": "hPa"}, 950, 1050),
        ("whatever", {}, 0, 100),
    ],
)
def test_figures_are_likely_for_unit_and_name(metric, keys, least, most):
    shown = Device(point(metric, type="float64", **keys)).shows()[metric]

    assert least <= min(shown) < max(shown) <= most


@pytest.mark.parametrize(
    ("metric", "keys"),
    [
        ("import_energy", {"value_unit": ValueUnit.JOULE, "scale": 3600.0, "type": "uint32"}),
        ("import_energy", {"annotation": "kWh", "type": "float32"}),
        ("energy", {"annotation": "kWh", "type": "uint16", "scale": 0.1}),
        ("energy", {"annotation": "Wh", "type": "bcd32"}),
        ("pulse_count", {"type": "uint32"}),
        ("uptime", {"value_unit": ValueUnit.SECOND, "type": "uint32"}),
    ],
)
def test_what_counts_only_grows(metric, keys):
    shown = Device(point(metric, **keys)).shows()[metric]

    assert all(sooner <= later for sooner, later in pairwise(shown))
    assert shown[0] < shown[-1]


def test_a_full_counter_starts_again():
    made = point("energy", annotation="Wh", type="uint8")

    shown = Device(made).shows()["energy"]

    assert any(later < sooner for sooner, later in pairwise(shown))
    assert 0 <= min(shown) <= max(shown) <= 255


def test_metrics_do_not_move_together_and_seeds_differ():
    metrics = ("voltage_l1", "voltage_l2")
    made = [
        point(metric, type="float32", address=2 * at, annotation="V")
        for at, metric in enumerate(metrics)
    ]

    first, again, other = (Device(*made, seed=seed).shows() for seed in (1, 1, 2))

    assert first["voltage_l1"] != first["voltage_l2"]
    assert first == again
    assert first != other


def test_only_texts_that_codes_have_are_shown_each_in_its_turn():
    enum = {"-2": "lost", "0": "off", "7": "on"}

    shown = Device(point("state", type="int16", enum=enum)).shows()["state"]

    assert {"lost", "off", "on"} == set(shown)


def test_only_flags_that_have_a_name_are_shown():
    shown = Device(point("alarms", type="uint16", flags={"3": "door", "15": "fan"})).shows()

    assert {"", "door", "fan", "fan,door", "door,fan"} >= set(shown["alarms"]) > {"door"}


def test_bits_and_fields_of_one_register_are_each_what_they_may_be():
    made = [
        point("running", bit=0),
        point("ready", bit=7),
        point("mode", bits=(1, 2), enum={"0": "off", "2": "auto"}),
        point("level", mask=0x0F00, maximum=9.0),
    ]

    shown = Device(*made).shows(range(0, 40_000, 400))

    assert {True, False} == set(shown["running"]) == set(shown["ready"])
    assert {"off", "auto"} == set(shown["mode"])
    assert 0.0 <= min(shown["level"]) < max(shown["level"]) <= 9.0
    assert len({*zip(shown["running"], shown["ready"], strict=True)}) > 2


def test_a_register_of_bits_never_has_a_code_for_no_value_as_a_whole():
    made = [point(f"bit_{bit}", bit=bit, invalid=[0, 1, 2, 3]) for bit in range(3)]

    Device(*made).shows(range(0, 40_000, 100))


def test_coils_and_discrete_inputs_switch():
    made = [
        point("pump", register="coil"),
        point("door", register="discrete", enum={"0": "shut", "1": "open"}),
    ]

    shown = Device(*made).shows()

    assert {True, False} == set(shown["pump"])
    assert {"shut", "open"} == set(shown["door"])


@pytest.mark.parametrize("byte_order", ["big", "little"])
def test_texts_are_likely_and_cut_to_their_registers(byte_order):
    made = [
        point("manufacturer", type="string", count=8, byte_order=byte_order),
        point("serial", type="string", count=2, address=200, byte_order=byte_order),
        point("remark", type="string", count=5, address=300, byte_order=byte_order),
    ]

    shown = Device(*made).shows([0])

    assert ["Simulated"] == shown["manufacturer"]
    assert ["SIM-"] == shown["serial"]
    assert ["simulated"] == shown["remark"]


def test_one_scale_factor_fits_all_that_share_it():
    made = [
        point("power", type="int16", scale_register=50, annotation="W"),
        point("apparent_power", type="int16", scale_register=50, annotation="VA", address=101),
        point("voltage", type="uint16", scale_register=51, annotation="V", address=102),
    ]
    live = LiveValues(made, 1)

    shown = Device(*made).shows()

    assert [-1 % 65536, -2 % 65536] == words(live, Table.HOLDING, 50, 2)
    assert 300.0 < min(shown["power"]) < max(shown["power"]) < 2700.0
    assert 226.0 < min(shown["voltage"]) < max(shown["voltage"]) < 235.0


def test_a_scale_factor_that_is_a_point_as_well_stays_what_it_is():
    made = [
        point("power", type="int16", scale_register=50, annotation="W"),
        point("power_scale", type="int16", address=50),
    ]

    shown = Device(*made).shows()

    assert {-1.0} == set(shown["power_scale"])
    assert 300.0 < min(shown["power"]) < max(shown["power"]) < 2700.0


def test_what_overlaps_something_longer_is_part_of_it():
    made = [
        point("high_word", type="uint16"),
        point("energy", type="uint32", annotation="Wh"),
        point("power", type="uint16", annotation="W"),
    ]
    live = LiveValues(made, 1)

    assert words(LiveValues(made[1:2], 1), Table.HOLDING, 100, 2) == words(
        live, Table.HOLDING, 100, 2
    )


def test_only_what_touches_a_block_is_given_and_never_another_table():
    live = LiveValues([point("power", type="uint32"), point("energy", register="input")], 1)

    assert {} == live.words(Block(Table.HOLDING, Span(90, 10)), 0.0)
    assert {} == live.words(Block(Table.HOLDING, Span(102, 10)), 0.0)
    assert {} == live.words(Block(Table.COIL, Span(100, 1)), 0.0)
    assert {100, 101} == live.words(Block(Table.HOLDING, Span(101, 1)), 0.0).keys()
    assert {100} == live.words(Block(Table.INPUT, Span(0, 125)), 0.0).keys()


@pytest.mark.parametrize(
    ("type_name", "codes"),
    [
        ("uint16", [0x7FFF, 0x8000]),
        ("int16", [0x7FFF]),
        ("uint32", [0x7FFFFFFF, 0x80000000]),
        ("uint16", [0xFFFF]),
    ],
)
def test_codes_that_usually_mean_no_value_are_not_shown(type_name, codes):
    made = point("count", type=type_name, minimum=codes[0] - 1, maximum=codes[-1] + 1)
    live = LiveValues([made], 1)

    shown = {data_of(live.words(made.block, t_s), made.block) for t_s in range(500)}

    assert not shown & {code.to_bytes(made.format.bits // 8, "big") for code in codes}


def test_limits_that_leave_one_value_say_what_is_shown_even_a_code_for_no_value():
    made = [
        point("end_mark", minimum=0xFFFF, maximum=0xFFFF),
        point("mark", address=101, minimum=0x5375, maximum=0x5375),
    ]

    assert [0xFFFF, 0x5375] == words(LiveValues(made, 1), Table.HOLDING, 100, 2, 77.0)


def test_sums_are_left_to_the_reader():
    made = [
        point("a", annotation="W", type="float32"),
        point("b", annotation="W", type="float32", address=102),
        PointSettings(metric="both", sum=["a", "-b"], annotation="W"),
    ]

    shown = Device(*made).shows()

    differences = [a - b for a, b in zip(shown["a"], shown["b"], strict=True)]
    assert pytest.approx(differences) == shown["both"]


def in_range(least, most):
    return st.floats(least, most, allow_nan=False, width=32).map(lambda number: round(number, 3))


@st.composite
def numbers(draw):
    """Return a point of any type, scale, order and limits, with codes of its own."""
    type_name = draw(st.sampled_from(NUMBERS))
    keys = {
        "type": type_name,
        "word_order": draw(st.sampled_from(["big", "little"])),
        "byte_order": draw(st.sampled_from(["big", "little"])),
        "byte": draw(st.sampled_from(["high", "low"])),
        "scale": draw(st.sampled_from([1.0, 0.1, 0.001, 10.0, 3600.0, -0.1, 1 / 3])),
        "offset": draw(st.sampled_from([0.0, -40.0, 273.15])),
        "scale_register": draw(st.sampled_from([None, 50])),
        "annotation": draw(st.sampled_from(["V", "Wh", "%", "kW", ""])),
        "invalid": draw(st.lists(st.integers(0, 255), max_size=5)),
    }
    if draw(st.booleans()):
        minimum = draw(in_range(-1000, 1000))
        limits = {"minimum": minimum, "maximum": minimum + draw(in_range(100, 1000))}
        if type_name in ("float32", "float64"):  # the others may have no number between them
            keys |= limits
    return point("anything", **{key: value for key, value in keys.items() if value is not None})


@given(numbers(), st.integers(0, 100), st.floats(0, 1e7))
def test_any_number_has_a_value_at_any_time(made, seed, t_s):
    assert {} == Device(made, seed=seed).decoded(t_s).missing


@given(
    st.sampled_from(["uint16", "int16", "uint32", "int32", "bcd16"]),
    st.integers(0, 5000).flatmap(lambda low: st.tuples(st.just(low), st.integers(low, 9000))),
    st.sets(st.integers(0, 30)),
    st.floats(0, 1e7),
)
def test_limits_are_kept_by_whole_numbers_too(type_name, limits, codes, t_s):
    low, high = limits
    made = point(
        "voltage",
        type=type_name,
        minimum=float(low),
        maximum=float(high + len(codes)),
        invalid=sorted(codes),
    )

    assert {} == Device(made).decoded(t_s).missing


PROFILES = sorted(Library().names())


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_of_the_library_is_alive(profile):
    settings = ModbusSettings.model_validate(
        {"link": {"type": "tcp", "host": "x"}, "profile": profile}
    )
    device = points_of(settings, Library().load(profile))
    simulated = Device(*device.points, invalid=device.invalid)

    shown = simulated.shows(range(0, 3600, 240))

    moving = [metric for metric, values in shown.items() if len(set(values)) > 1]
    assert len(moving) >= len(shown) / 2
    units = {each.metric: each.value_unit for each in device.points}
    for metric, values in shown.items():
        least, most = LIKELY.get(units[metric], (None, None))
        assert least is None or least <= min(values) <= max(values) <= most, metric


LIKELY = {
    ValueUnit.VOLT: (40, 450),
    ValueUnit.AMPERE: (0, 20),
    ValueUnit.WATT: (0, 5000),
    ValueUnit.HERTZ: (49, 51),
    ValueUnit.CELSIUS: (0, 60),
    ValueUnit.PERCENT: (0, 100),
    ValueUnit.JOULE: (1e6, 1e11),
}
