"""H3: the spool is damaged: bits flipped, zeros, cut off, overwritten, with strange files in it."""

import random

from faults.ledger_oracle import Reckoning
from memory_folder import MemoryFolder
from spool_readings import reading
from spool_rig import Rig

READINGS = 300
LOST_PER_SPOT = 2


def _flip(data, chance):
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _zeros(data, chance):
    at = chance.randrange(len(data))
    data[at : at + 16] = bytes(len(data[at : at + 16]))


def _noise(data, chance):
    at = chance.randrange(len(data))
    data[at : at + 8] = chance.randbytes(len(data[at : at + 8]))


def _cut(data, chance):
    del data[len(data) - chance.randint(1, 40) :]


DAMAGES = [_flip, _zeros, _noise, _cut]


def test_damaged_spool_starts_and_loses_what_was_damaged_alone(row):
    trials = row.pick(60, 1000)
    worst = 0
    for seed in range(trials):
        chance = random.Random(seed)
        rig = _filled()
        spots = [_damage(rig.folder, chance) for _ in range(chance.randint(1, 3))]
        if chance.random() < 0.2:
            rig.folder.create("a strange file").append(chance.randbytes(300))
        rig.kill()

        values = rig.accept()
        rig.audit()
        account = rig.account()
        lost = READINGS - len(values)
        worst = max(worst, lost / len(spots))
        assert "" == rig.buffer.spool_status().degraded
        assert sorted(set(values)) == values
        assert set(values) <= {float(number) for number in range(READINGS)}
        assert lost <= LOST_PER_SPOT * len(spots), (seed, spots)
        row.count(
            Reckoning(accepted=account.accepted, stored=len(values), dropped=dict(account.dropped))
        )
    row.note(f"{trials} damaged spools, all started, {worst:g} readings lost per spot at most")


def _filled():
    rig = Rig(MemoryFolder(), sources=1, max_bytes=10**6)
    for number in range(READINGS):
        rig.put(reading(value=float(number)))
        if number % 10 == 9:
            rig.pass_time()
    rig.pass_time(2)
    return rig


def _damage(folder, chance):
    names = sorted(name for name in folder.files if name.endswith(".segment"))
    name, damage = chance.choice(names), chance.choice(DAMAGES)
    damage(folder.files[name].data, chance)
    return damage.__name__
