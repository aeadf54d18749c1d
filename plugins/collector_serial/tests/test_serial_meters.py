"""Meters: telegrams in text, SML, M-Bus, French teleinformation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_serial.checks.check import make_check
from collector_serial.decode.decoder import BadFrameError, NoValueError
from collector_serial.decode.make import make_decoder
from collector_serial.decode.mbus_records import has_more, records
from collector_serial.dialogue.make import make_main_framer
from collector_serial.formats.catalogue import format_named
from collector_serial.settings.field import FieldSettings


def decoder(name, **said):
    return make_decoder(format_named(name).model_copy(update=said))


def values(name, stream, **said):
    """Return what the frames of a stream say, one after the other."""
    made = decoder(name, **said)
    found = {}
    for frame in make_main_framer(format_named(name)).feed(stream):
        found |= made.decode(frame).values
    return found


def telegram(*lines):
    return "".join(f"{line}\r\n" for line in ("/ISk5\\2MT382-1000", "", *lines, "!")).encode()


# provenance: ndokter/dsmr_parser test/example_telegrams.py TELEGRAM_V5, some of its lines
V5_LINES = (
    "0-0:1.0.0(170102192002W)",
    "1-0:1.8.1(000004.426*kWh)",
    "1-0:2.8.1(000002.444*kWh)",
    "1-0:1.7.0(00.244*kW)",
    "1-0:99.97.0(0)(0-0:96.7.19)",
    "0-0:96.13.0()",
    "1-0:32.7.0(0230.0*V)",
    "0-1:24.2.1(170102161005W)(00000.107*m3)",
)


def test_a_telegram_becomes_values_in_the_units_of_the_agent():
    assert values("dsmr-v3", telegram(*V5_LINES)) == pytest.approx(
        {
            "import_energy_t1": 4.426 * 3.6e6,
            "export_energy_t1": 2.444 * 3.6e6,
            "import_power": 244.0,
            "voltage_l1": 230.0,
            "gas_or_water_volume": 0.107,
        }
    )


def test_a_telegram_carries_its_time():
    decoded = decoder("dsmr-v3").decode(telegram(*V5_LINES))

    assert 1_483_381_202_000 == decoded.device_time_ms  # 2017-01-02 19:20:02 +01:00


def test_summer_time_is_two_hours_ahead():
    lines = ("0-0:1.0.0(200512135409S)", "1-0:1.8.1(000000.034*kWh)")

    assert 1_589_284_449_000 == decoder("dsmr-v3").decode(telegram(*lines)).device_time_ms


@pytest.mark.parametrize("time", ["991399999999W", "170102192002X", ""])
def test_a_time_that_is_none_is_left_out(time):
    lines = (f"0-0:1.0.0({time})", "1-0:1.8.1(000000.034*kWh)")

    assert decoder("dsmr-v3").decode(telegram(*lines)).device_time_ms is None


def test_the_gas_of_old_meters_stands_on_a_second_line():
    # provenance: ndokter/dsmr_parser test/example_telegrams.py TELEGRAM_V3
    lines = ("0-1:24.3.0(090212160000)(00)(60)(1)(0-1:24.2.1)(m3)", "(00001.001)")

    assert {"gas_or_water_volume": 1.001} == values("dsmr-v3", telegram(*lines))


def test_a_second_meter_of_the_same_kind_has_the_number_of_its_channel():
    lines = ("0-1:24.2.1(x)(00001.000*m3)", "0-2:24.2.1(x)(00002.000*m3)")
    made = decoder("dsmr-v3")

    expected = {"gas_or_water_volume": 1.0, "gas_or_water_volume_2": 2.0}
    assert expected == made.decode(telegram(*lines)).values
    assert expected == made.decode(telegram(*lines)).values
    assert "gas_or_water_volume_2" in {metric.id for metric in made.metrics}


def test_a_code_that_is_not_known_is_given_if_a_field_names_it():
    field = FieldSettings(metric="limit", key="0-0:17.0.0", unit="A")
    lines = ("0-0:17.0.0(016*A)", "0-0:98.1.0(3)")

    assert {"limit": 16.0} == values("dsmr-v3", telegram(*lines), field=[field])


def test_a_value_in_another_unit_is_converted_and_one_of_something_else_is_none():
    lines = ("1-0:1.8.0(1234*Wh)", "1-0:2.8.0(1*V)", "1-0:1.7.0(abc*kW)")

    assert {"import_energy": 1234 * 3600} == pytest.approx(values("dsmr-v3", telegram(*lines)))


def test_a_telegram_with_a_wrong_digit_is_not_taken():
    # provenance: computed, CRC-16/ARC over the telegram up to its exclamation mark
    body = telegram("1-0:1.8.1(000004.426*kWh)").removesuffix(b"\r\n")
    check = make_check(format_named("dsmr").checksum)
    good = next(body + b"%04X" % crc for crc in range(2**16) if check(body + b"%04X" % crc))

    assert {"import_energy_t1": pytest.approx(4.426 * 3.6e6)} == values("dsmr", good + b"\r\n")
    assert {} == values("dsmr", good.replace(b"4.426", b"4.427") + b"\r\n")
    assert {} == values("dsmr", body + b"\r\n")  # and one without a check neither


def test_a_telegram_without_a_known_value_is_damaged():
    with pytest.raises(BadFrameError, match="no value that is known"):
        decoder("dsmr").decode(telegram("0-0:96.13.0()"))


# a readout of IEC 62056-21, computed; the last byte is the exclusive or of all after the first
READOUT = (
    b"\x021-0:0.0.0*255(12345678)\r\n1-0:1.8.0*255(012345.6789*kWh)\r\n"
    b"1-0:2.8.0*255(000012.3000*kWh)\r\n1-0:32.7.0*255(230.4*V)\r\n"
    b"1-0:31.7.0*255(001.25*A)\r\n!\r\n\x030"
)


def test_a_readout_becomes_values():
    assert {
        "import_energy": 12_345.6789 * 3.6e6,
        "export_energy": 12.3 * 3.6e6,
        "voltage_l1": 230.4,
        "current_l1": 1.25,
    } == pytest.approx(values("iec62056-21-push", READOUT))


def test_a_readout_with_a_wrong_bit_is_not_taken():
    for place in range(1, len(READOUT)):
        damaged = bytearray(READOUT)
        damaged[place] ^= 4
        assert {} == values("iec62056-21-push", bytes(damaged)), place


# provenance: the EMH file of the facts, whose one flipped bit is turned back so that its check is
# right; 110340315.1 Wh given in tariff 1
EMH = (
    "1b1b1b1b01010101760598e0ce95620062007263010176010108486167084219ad0831303031313835010163"
    "5b2000760598e0ce9662006200726307007701083130303131383501017577078181c78203ff010101010648"
    "414745520177070100000000ff0101010108313030313138350177070100020801ff628201621e52ff690000"
    "000041c4988f01770700006001ffff010101010b303030303131363931370177070100010701ff628201621b"
    "52fc55fca4988401010163fedb00760598e0ce9762006200726302017101631b000000001b1b1b1b1a02db3a"
)


def emh():
    """Return the file with its bit turned back."""
    stream = bytearray.fromhex(EMH)
    for place in range(len(stream) - 2):
        for bit in range(8):
            stream[place] ^= 1 << bit
            if found := make_main_framer(format_named("sml")).feed(bytes(stream)):
                return found[0]
            stream[place] ^= 1 << bit
    return b""


def test_an_sml_file_becomes_values():
    assert {"export_energy_t1": pytest.approx(110_340_315.1 * 3600)} == (
        decoder("sml").decode(emh()).values
    )


def test_a_code_of_sml_may_be_named_by_a_field():
    field = FieldSettings(metric="power", key="1.7.1", unit="W")

    found = decoder("sml", field=[field]).decode(emh()).values

    assert -5632.1916 == pytest.approx(found["power"])


@given(st.binary(max_size=300))
def test_any_bytes_are_sml_or_an_error_of_ours(frame):
    try:
        decoder("sml").decode(frame)
    except (BadFrameError, NoValueError):
        return


def test_lists_within_lists_without_an_end_are_borne():
    with pytest.raises(BadFrameError, match="lists within lists"):
        decoder("sml").decode(b"\x71" * 5000)


# provenance: rscada/libmbus test/test-frames/elv_temp_humid.hex
ELV = bytes.fromhex(
    "685353680805723408005496153200f200000001fd1b0002fc0348522574d41122fc0348522574c81112fc03"
    "48522574b4160265d00822657008126523090172184265e408820165dd080c783408005403fd0f0000041f5d16"
)


def test_an_m_bus_response_gives_what_it_says_of_this_moment():
    found = values("mbus", ELV)

    assert {"humidity": 45.64, "external_temperature": 22.56} == pytest.approx(found)


def test_a_response_with_a_wrong_bit_is_not_taken():
    for place in range(4, len(ELV) - 1):
        damaged = bytearray(ELV)
        damaged[place] ^= 1
        assert {} == values("mbus", bytes(damaged)), place


# provenance: rscada/libmbus test/test-frames/itron_cf_51.hex; its flow is of an error state
ITRON = bytes.fromhex(
    "686464680806728551151177040a0d1b1000000c78855115110406000000000c14000000003b2d9999990b3b0000"
    "003a5a99993a5e99993b61999999046d180d98110227680009fd0e1109fd0f268cc00016210300008c8040142301"
    "000004863c000000000f03208516"
)


def test_records_of_an_error_state_are_left_out_and_subunits_told_apart():
    assert {
        "energy": 0.0,
        "volume": 0.0,
        "volume_flow": 0.0,
        "volume_unit1": 321.0,
        "volume_unit2": 1.23,
    } == pytest.approx(values("mbus", ITRON))


def record(digits):
    [found] = records(bytes.fromhex(digits))
    return found


def test_tariff_subunit_and_storage_are_read():
    # provenance: computed after EN 13757-3, 6.3: DIF 84, DIFE 91 then 40
    found = record("8491 40 13 01000000".replace(" ", ""))

    assert (2, 1, 2) == (found.storage, found.tariff, found.subunit)


@pytest.mark.parametrize(
    ("digits", "value", "exponent"),
    [
        ("0113ff", -1.0, -3),  # one byte, signed
        ("031300 0080", -8_388_608.0, -3),
        ("0a5a 1502", 215.0, -1),  # four digits
        ("0a5a 15f2", -215.0, -1),  # an F for a minus
        ("0a5a 15a2", None, -1),  # a digit above 9 is no number
        ("055b 0000ac41", 21.5, 0),
        ("0493 74 05000000", 5.0, -5),  # corrected by ten to the power of -2
        ("0493 7d 05000000", 5.0, 0),  # and by a thousand
    ],
)
def test_numbers_of_records_are_read(digits, value, exponent):
    found = record(digits.replace(" ", ""))

    assert (value, exponent) == (found.value, found.exponent)


def test_a_record_that_is_corrected_into_something_else_is_left_out():
    assert record("0493 3c 05000000".replace(" ", "")).quantity is None


def test_more_records_are_announced_at_the_end():
    assert has_more(bytes.fromhex("0113051f"))
    assert not has_more(bytes.fromhex("0113050f01"))
    assert not has_more(bytes.fromhex("01132f"))


@pytest.mark.parametrize("digits", ["04", "0413 0102", "84", "0dfd", "04ffffffffffffffffffffffff"])
def test_a_record_that_ends_too_soon_is_damage(digits):
    with pytest.raises(BadFrameError):
        list(records(bytes.fromhex(digits.replace(" ", ""))))


def test_what_is_no_response_is_damage():
    with pytest.raises(BadFrameError, match="no response with values"):
        decoder("mbus").decode(bytes.fromhex("6803036808017b8416"))


@given(st.binary(max_size=250))
def test_any_records_are_read_or_an_error_of_ours(octets):
    try:
        list(records(octets))
        has_more(octets)
    except BadFrameError:
        return


def teleinfo(separator, *groups):
    """Return a frame whose groups have the check of Enedis-NOI-CPT_54E, 5.3.6."""
    lines = []
    for group in groups:
        counted = group if separator == " " else group + separator
        check = (sum(counted.encode()) & 0x3F) + 0x20
        lines.append(f"\n{group}{separator}{chr(check)}\r")
    return f"\x02{''.join(lines)}\x03".encode("latin-1")


def test_historic_teleinformation_becomes_values():
    # computed after the same document
    frame = teleinfo(" ", "ADCO 012345678901", "BASE 001234567", "IINST 003", "PAPP 00750")

    assert {
        "import_energy": pytest.approx(1_234_567 * 3600),
        "current": 3.0,
        "import_apparent_power": 750.0,
    } == values("teleinfo", frame)


def test_standard_teleinformation_becomes_values_and_carries_its_time():
    # computed after the same document
    frame = teleinfo("\t", "DATE\tH240131120000\t", "EAST\t001234567", "URMS1\t234")

    assert {"import_energy": pytest.approx(1_234_567 * 3600), "voltage_l1": 234.0} == (
        values("teleinfo-standard", frame)
    )
    decoded = decoder("teleinfo-standard").decode(frame)
    assert 1_706_698_800_000 == decoded.device_time_ms  # 2024-01-31 12:00 +01:00


def test_a_frame_with_one_wrong_group_is_not_taken():
    frame = teleinfo(" ", "BASE 001234567", "PAPP 00750").replace(b"4567", b"4568")

    assert {} == values("teleinfo", frame)
