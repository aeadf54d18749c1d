"""What a device says of itself, and which profiles fit it: no bus in sight."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from collector_modbus.commissioning.candidates import candidates
from collector_modbus.commissioning.identity import Identity, identity_of
from collector_modbus.profiles.device_library import Library
from collector_modbus.profiles.profile import Profile
from collector_modbus.registers.table import Block, Span, Table

LIBRARY = {name: Library().load(name) for name in Library().names()}


def page(objects, next_object=None, access=1):
    """An answer of function 43/14, by hand (1.1b3, section 6.21)."""
    more = 0 if next_object is None else 0xFF
    head = bytes((0x2B, 0x0E, access, 0x82, more, next_object or 0, len(objects)))
    texts = ((number, text.encode()) for number, text in objects.items())
    return head + b"".join(bytes((number, len(text))) + text for number, text in texts)


class Device:
    """Answers from a table of requests; what is not there is refused."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    def __call__(self, query):
        self.asked.append(query.pdu)
        return self.answers.get(query.pdu)


def test_basic_and_regular_objects_and_the_server_id_are_put_together():
    device = Device(
        {
            bytes((0x2B, 0x0E, 1, 0)): page({0: "ACME", 1: "PM-1", 2: "1.0"}),
            bytes((0x2B, 0x0E, 2, 3)): page({4: "power meter"}),
            bytes((0x11,)): b"\x11\x05\x09PM1\xff",
        }
    )

    identity = identity_of(device)

    assert {0: "ACME", 1: "PM-1", 2: "1.0", 4: "power meter"} == identity.objects
    assert "PM1" == identity.server_id
    assert "ACME PM-1 1.0 power meter PM1" == identity.text


def test_pages_are_followed_to_the_last():
    device = Device(
        {
            bytes((0x2B, 0x0E, 1, 0)): page({0: "ACME"}, next_object=1),
            bytes((0x2B, 0x0E, 1, 1)): page({1: "PM-1"}, next_object=2),
            bytes((0x2B, 0x0E, 1, 2)): page({2: "1.0"}),
        }
    )

    assert {0: "ACME", 1: "PM-1", 2: "1.0"} == identity_of(device).objects


def test_a_device_that_goes_in_circles_is_left_after_one_round():
    device = Device({bytes((0x2B, 0x0E, 1, 0)): page({0: "ACME"}, next_object=0)})

    assert {0: "ACME"} == identity_of(device).objects
    assert 3 == len(device.asked)


def test_a_device_that_always_has_more_is_left_in_the_end():
    class Endless(Device):
        def __call__(self, query):
            self.asked.append(query.pdu)
            is_identification = query.pdu[0] == 0x2B
            return page({query.pdu[3]: "x"}, query.pdu[3] + 1) if is_identification else None

    device = Endless({})

    assert identity_of(device).objects
    assert 33 == len(device.asked)


def test_what_is_cut_short_ends_the_reading_and_what_came_before_counts():
    device = Device(
        {
            bytes((0x2B, 0x0E, 1, 0)): page({0: "ACME"}, next_object=1),
            bytes((0x2B, 0x0E, 1, 1)): page({1: "PM-1"})[:-2],
        }
    )

    assert {0: "ACME"} == identity_of(device).objects


def test_a_device_that_refuses_all_says_nothing():
    assert "" == identity_of(Device({})).text


@given(st.binary(min_size=2, max_size=40))
def test_no_answer_whatever_breaks_the_reading(answer):
    identity_of(lambda query: bytes((query.function,)) + answer)


def reading(**words):
    """Registers by "input_70", each with its bytes; anything else is refused."""
    asked = []

    def read(block):
        asked.append(block)
        return words.get(f"{block.table}_{block.span.address}")

    read.asked = asked
    return read


def names(found):
    return [candidate.profile for candidate in found]


def test_the_text_decides_and_no_register_is_read():
    read = reading()

    found = candidates(LIBRARY, Identity({0: "HUAWEI", 1: "sun2000-10KTL"}), read)

    assert ["huawei-sun2000"] == names(found)
    assert "text 'SUN2000'" == found[0].reason
    assert [] == read.asked


def test_without_a_text_registers_decide_and_all_that_fit_are_named():
    found = candidates(LIBRARY, Identity(), reading(input_70=struct.pack(">f", 49.98)))

    assert ["eastron-sdm120", "eastron-sdm230", "eastron-sdm630"] == names(found)
    assert {"input 70-71"} == {candidate.reason for candidate in found}


def test_a_value_comes_before_a_range():
    read = reading(input_70=struct.pack(">f", 50.0), holding_35168=b"B23\0")

    assert ["abb-b23", "eastron-sdm120"] == names(candidates(LIBRARY, Identity(), read))[:2]


def test_each_register_is_read_once_although_several_profiles_look_at_it():
    read = reading()

    candidates(LIBRARY, Identity(), read)

    assert Block(Table.INPUT, Span(0x0B, 1)) in read.asked
    assert len(set(read.asked)) == len(read.asked)


def test_a_value_that_is_none_fits_nothing():
    assert () == candidates(LIBRARY, Identity(), reading(input_70=struct.pack(">f", float("nan"))))


def test_a_text_and_a_register_have_to_hold_both():
    point = {"metric": "x", "address": 0}
    signature = {"text": "acme", "address": 5, "value": 7}
    profile = Profile.model_validate(
        {"vendor": "A", "model": "B", "point": [point], "identify": [signature]}
    )
    library = {"a": profile}

    both = candidates(library, Identity({0: "ACME"}), reading(holding_5=b"\0\x07"))
    text_alone = candidates(library, Identity({0: "ACME"}), reading(holding_5=b"\0\x08"))
    register_alone = candidates(library, Identity({0: "other"}), reading(holding_5=b"\0\x07"))

    assert (["a"], []) == (names(both), names(text_alone))
    assert [] == names(register_alone)
