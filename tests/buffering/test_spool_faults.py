"""Every call of the file system fails, or is the last one, in turn; and any damage is survived."""

import errno
from random import Random

import pytest
from memory_folder import MemoryFolder
from spool_readings import content, reading
from spool_rig import Rig

METRICS = tuple(f"m{number}" for number in range(20))
ROUNDS = 12


class Killed(BaseException):
    """The process ends in the middle of a call."""


def _life(rig, known):
    """Let sources and publisher work for a while; note what was put and what was confirmed."""
    for number in range(ROUNDS):
        for sensor in "ab":
            value = float(number)
            known.setdefault(sensor, {"put": [], "gone": []})["put"].append(value)
            rig.put(reading(sensor, value=value, metrics=METRICS))
        rig.pass_time(0.3)
        if number % 3 == 2:
            with rig.buffer.batch("a", 2) as batch:
                for one in batch.readings:
                    known["a"]["gone"].append(one.values[0])
                    batch.accept(one)
    rig.pass_time(6.0)


def _rig(folder=None):
    return Rig(folder, max_bytes=70_000, sync_s=1.0, max_readings=500)


def _calls_of_a_life():
    rig = _rig()
    _life(rig, {})
    return rig.folder.calls


CALLS = _calls_of_a_life()


def _check_nothing_is_lost(rig, known, *, more_may_be_missing=()):
    rig.audit()
    for sensor, told in known.items():
        values = rig.values(sensor)
        missing = set(told["put"]) - set(values) - set(told["gone"]) - set(more_may_be_missing)
        account = rig.account(sensor)
        assert sorted(values) == values
        assert set(values) <= set(told["put"])
        assert len(METRICS) * len(missing) <= sum(account.dropped.values())


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_any_call_may_fail_and_nothing_is_lost_without_being_counted(code):
    for failing in range(CALLS):
        rig, known = _rig(), {}
        rig.folder.fault = lambda _, n, failing=failing: code if n == failing else None

        _life(rig, known)
        rig.pass_time(6.0)

        assert "" == rig.buffer.spool_status().degraded
        _check_nothing_is_lost(rig, known)
        rig.kill()
        _check_nothing_is_lost(rig, known)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_from_any_call_on_all_may_fail_for_a_while(code):
    for first in range(0, CALLS, 3):
        rig, known = _rig(), {}
        rig.folder.fault = lambda _, n, first=first: code if first <= n < first + 15 else None

        _life(rig, known)
        rig.folder.fault = lambda call, number: None
        rig.pass_time(6.0)

        assert "" == rig.buffer.spool_status().degraded
        _check_nothing_is_lost(rig, known)


def test_the_process_may_be_killed_in_any_call():
    for last in range(CALLS):
        folder, known = MemoryFolder(), {}

        def kill(call, number, last=last):
            if number == last:
                raise Killed

        folder.fault = kill
        before = {}
        try:
            rig = _rig(folder)
            _life(rig, known)
        except Killed:
            before = {sensor: told["put"][-1:] for sensor, told in known.items()}
        folder.fault = lambda call, number: None
        folder.kill()
        rig = _rig(folder)

        # Only what was put since the last turn had not been written, and so was not accepted.
        newest = {value for values in before.values() for value in values}
        _check_nothing_is_lost_of_written(rig, known, newest)


def _check_nothing_is_lost_of_written(rig, known, newest):
    rig.audit()
    for sensor, told in known.items():
        values = rig.values(sensor)
        assert sorted(values) == values
        assert set(values) <= set(told["put"])
        missing = set(told["put"]) - set(values) - set(told["gone"]) - newest
        account = rig.account(sensor)
        dropped = sum(account.dropped.values()) if account else 0
        assert len(METRICS) * len(missing) <= dropped


def _damaged(folder, chance):
    name = chance.choice(sorted(folder.files))
    data = folder.files[name].data
    if not data:
        return
    at = chance.randrange(len(data))
    size = chance.choice([1, 8, 64, 512, 5000])
    kind = chance.choice(["flip", "zeros", "noise", "cut", "insert", "swap"])
    if kind == "flip":
        data[at] ^= 1 << chance.randrange(8)
    elif kind == "zeros":
        data[at : at + size] = bytes(len(data[at : at + size]))
    elif kind == "noise":
        data[at : at + size] = chance.randbytes(len(data[at : at + size]))
    elif kind == "cut":
        del data[at:]
    elif kind == "insert":
        data[at:at] = chance.randbytes(size)
    else:  # a block of another file, as after a fault of the card
        other = folder.files[chance.choice(sorted(folder.files))].data
        data[at : at + size] = other[at : at + size]


def _prepared():
    rig = Rig(max_bytes=200_000, max_readings=500)
    for number in range(60):
        rig.put(*(reading(sensor, value=float(number), metrics=METRICS) for sensor in "abc"))
        rig.pass_time(0.3)
    rig.accept("b", 20)
    rig.pass_time(1.0)
    return rig


def test_a_collector_starts_on_a_thousand_damaged_spools_and_gives_no_wrong_value():
    rig = _prepared()
    files = {name: bytes(node.data) for name, node in rig.folder.files.items()}
    whole = {content(one) for sensor in "abc" for one in rig.buffer.batch(sensor, 1000).readings}
    chance = Random(11)
    for _ in range(1000):
        folder = MemoryFolder()
        for name, data in files.items():
            folder.create(name).append(data)
        for _ in range(chance.choice([1, 1, 3])):
            _damaged(folder, chance)

        again = Rig(folder, max_bytes=200_000, max_readings=500)

        assert "" == again.buffer.spool_status().degraded
        for sensor in "abc":
            batches = [again.buffer.batch(sensor, 50) for _ in range(3)]
            found = [one for batch in batches for one in batch.readings]
            values = [one.values[0] for one in found]
            # what a lost journal brings back is as true as the rest
            assert {content(one) for one in found if one.values[0] >= 20 or sensor != "b"} <= whole
            assert sorted(set(values)) == values
        again.audit()
