import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector_modbus.registers.table import ADDRESSES
from collector_modbus.sunspec.walk import MAX_MODELS, ModelBlock, NotSunSpecError, walk

MARK = [0x5375, 0x6E53]


class Device:
    """Holding registers: runs of them, and refusal elsewhere.

    Attributes:
        reads: What was asked for, in order.
    """

    def __init__(self, *runs):
        self._registers = {at + n: word for at, run in runs for n, word in enumerate(run)}
        self.reads = []

    def read(self, address, count):
        self.reads.append((address, count))
        wanted = range(address, address + count)
        if any(at not in self._registers for at in wanted):
            return []
        return [self._registers[at] for at in wanted]


def chain(*models, end=(0xFFFF, 0)):
    registers = list(MARK)
    for model_id, length in models:
        registers += [model_id, length, *[7] * length]
    return [*registers, *end]


@pytest.mark.parametrize("base", [40000, 0, 50000])
def test_models_are_found_wherever_they_may_begin(base):
    device = Device((base, chain((1, 66), (103, 50), (160, 48))))

    found = walk(device.read)

    assert "" == found.problem
    assert (
        ModelBlock(1, base + 2, 66),
        ModelBlock(103, base + 70, 50),
        ModelBlock(160, base + 122, 48),
    ) == found.blocks


def test_the_usual_place_is_looked_at_first_and_the_others_only_then():
    device = Device((40000, chain((1, 66))), (0, chain((1, 65))))

    found = walk(device.read)

    assert 40002 == found.blocks[0].address
    assert (40000, 2) == device.reads[0]
    assert all(address >= 40000 for address, _ in device.reads)


def test_only_numbers_and_lengths_are_read():
    device = Device((40000, chain((1, 66), (103, 50))))

    walk(device.read)

    assert [(40000, 2), (40002, 2), (40070, 2), (40122, 2)] == device.reads


def test_an_end_without_a_length_is_an_end():
    device = Device((40000, chain((1, 66), end=(0xFFFF,))))

    assert (1, "") == (len(walk(device.read).blocks), walk(device.read).problem)


@pytest.mark.parametrize(
    "runs",
    [[], [(40000, [0x5375, 0])], [(40000, [0] * 200)], [(40000, [0x6E53, 0x5375, 1, 66])]],
)
def test_a_device_without_the_mark_is_none_of_sunspec(runs):
    with pytest.raises(NotSunSpecError, match=r"'SunS' is at none of .* 40000, 0 and 50000"):
        walk(Device(*runs).read)


def test_what_fails_on_the_way_to_the_device_is_left_to_the_caller():
    def read(address, count):
        raise TimeoutError("no answer")

    with pytest.raises(TimeoutError):
        walk(read)


@pytest.mark.parametrize(
    ("registers", "count", "problem"),
    [
        (chain((1, 66), end=()), 1, "breaks off at 40070: reading is refused"),
        (chain((1, 66), end=(103,)), 1, "breaks off at 40070"),
        (chain((1, 66), (103, 0)), 1, "model 103 at 40070 has the length 0"),
        (chain((1, 66), end=[0] * 100), 1, "model 0 at 40070 has the length 0"),
        (chain((1, 66), end=(103, 0xFFFE)), 1, "model 103 at 40070 ends behind the last"),
        (chain(*[(1, 1)] * 101), MAX_MODELS, "more than 100 models"),
        (chain(end=()), 0, "breaks off at 40002"),
    ],
)
def test_a_chain_that_goes_wrong_keeps_what_was_good(registers, count, problem):
    found = walk(Device((40000, registers)).read)

    assert count == len(found.blocks)
    assert problem in found.problem


def test_a_chain_that_fills_all_addresses_ends_there():
    device = Device((40000, [*MARK, 1, ADDRESSES - 40004, *[0] * (ADDRESSES - 40004)]))

    found = walk(device.read)

    assert ADDRESSES == found.blocks[0].end
    assert "leads behind the last address, 65535" in found.problem


def test_exactly_as_many_models_as_allowed_are_no_problem_but_for_the_end():
    device = Device((40000, chain(*[(1, 1)] * (MAX_MODELS - 1))))

    assert (MAX_MODELS - 1, "") == (len(walk(device.read).blocks), walk(device.read).problem)


@given(st.lists(st.integers(0, 0xFFFF), max_size=300), st.integers(0, 300))
def test_any_registers_come_to_an_end_with_blocks_that_follow_each_other(noise, cut):
    registers = [*MARK, *noise]
    device = Device((40000, registers[: max(2, cut)]))

    found = walk(device.read)

    ends = [40002, *(block.end for block in found.blocks)]
    assert [block.address for block in found.blocks] == ends[:-1]
    assert len(device.reads) <= 2 * MAX_MODELS
    assert all(address + count <= ADDRESSES for address, count in device.reads)
