"""Whatever happens, in whatever order: what the spool may lose, and that it says so.

The oracle notes what was put, what was confirmed, and what was certain to survive. After every step
the ledger must balance against what is held, the order of each sensor must hold, and nothing may be
delivered that was not put.
"""

import errno
from dataclasses import replace
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from spool_readings import reading
from spool_rig import Rig

from collector.buffering.spool.settings import SpoolMode
from collector.clock import Instant
from collector.ledger import DropCause

SENSORS = "abc"
sensors = st.sampled_from(SENSORS)
seeds = st.integers(0, 10_000)  # what is drawn must not depend on the salts in names of files


class SpoolModel(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.number = 0
        self.put_values = {sensor: set() for sensor in SENSORS}
        self.sizes = {sensor: [] for sensor in SENSORS}
        self.gone = {sensor: set() for sensor in SENSORS}
        self.certain = {sensor: set() for sensor in SENSORS}
        self.flying = []
        self.may_lose = False
        self.was_deleted = False

    @initialize(
        max_readings=st.sampled_from([5, 50]),
        max_bytes=st.sampled_from([40_000, 10**6]),
        sync_s=st.sampled_from([0.0, 5.0]),
        mode=st.sampled_from(SpoolMode),
    )
    def start(self, **settings):
        self.rig = Rig(**settings)
        self.rig.pass_time(6)

    # -- what sources and publisher do ----------------------------------------------------------

    @rule(sensor=sensors, count=st.integers(1, 40), size=st.sampled_from([1, 40]))
    def put(self, sensor, count, size):
        for _ in range(count):
            self.number += 1
            metrics = tuple(f"m{k}" for k in range(size))
            self.rig.put(reading(sensor, value=float(self.number), metrics=metrics))
            self.put_values[sensor].add(float(self.number))
            self.sizes[sensor].append(size)

    @rule(sensor=sensors, count=st.integers(1, 20))
    def take(self, sensor, count):
        batch = self.rig.buffer.batch(sensor, count)
        taken = [one.values[0] for one in batch.readings]
        self._check_order(taken)
        assert set(taken) <= self.put_values[sensor]
        assert not set(taken) & self._flying_values(sensor)
        if batch.readings:
            self.flying.append((sensor, batch))

    @rule(sensor=sensors, count=st.integers(1, 20), back=st.integers(0, 60))
    def take_newest(self, sensor, count, back):
        after = Instant("boot-1", max(0, self.number - back))
        batch = self.rig.buffer.newest(sensor, count, after)
        taken = [one.values[0] for one in batch.readings]
        assert sorted(taken) == taken
        assert all(one.taken_at.boottime_ms > after.boottime_ms for one in batch.readings)
        assert set(taken) <= self.put_values[sensor]
        assert not set(taken) & self._flying_values(sensor)
        if batch.readings:
            self.flying.append((sensor, batch))

    @rule(seed=seeds)
    def settle(self, seed):
        if not self.flying:
            return
        chance = Random(seed)
        at = chance.randrange(len(self.flying))
        sensor, batch = self.flying[at]
        is_newest = all(other != sensor for other, _ in self.flying[at + 1 :])
        del self.flying[at]
        for one in list(batch.readings):  # of several in flight the newest is kept first
            what = chance.randrange(4 if is_newest else 3)
            if what < 2:
                batch.accept(one)
            elif what == 2:
                batch.reject(one, DropCause.REJECTED_BY_AGENT)
            else:
                continue
            self.gone[sensor].add(one.values[0])
            self.certain[sensor].discard(one.values[0])
        batch.keep()

    @rule()
    def disconnect(self):
        for _, batch in reversed(self.flying):
            batch.keep()
        self.flying.clear()

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.0, 21.0]))
    def pass_time(self, seconds):
        self.rig.pass_time(seconds)
        if seconds > 20:  # also in the mode outage everything was written
            self._note_certain()

    # -- what befalls it ------------------------------------------------------------------------

    @rule()
    def kill(self):
        certain = self._waiting_on_disk()
        self.flying.clear()
        self.rig.kill()
        self._check_survivors(certain)

    @rule(
        mode=st.sampled_from(SpoolMode),
        max_bytes=st.sampled_from([40_000, 10**6]),
        first=st.integers(0, 60),
    )
    def kill_and_start_with_other_settings(self, mode, max_bytes, first):
        self.flying.clear()
        self.rig.settings = replace(self.rig.settings, mode=mode, max_bytes=max_bytes)
        first += self.rig.folder.calls
        fault = self.rig.folder.fault
        self.rig.folder.fault = lambda _, number: errno.EMFILE if number == first else None
        self.rig.kill()
        self.rig.pass_time(4.0)
        self.rig.folder.fault = fault
        self.certain = {sensor: set() for sensor in SENSORS}

    @rule()
    def stop(self):
        self.disconnect()
        before = {sensor: set(self.rig.values(sensor)) for sensor in SENSORS}
        is_well = not self.rig.buffer.spool_status().degraded and not self._is_failing()
        self.rig.stop_and_start()
        if is_well:
            for sensor in SENSORS:
                lost = before[sensor] - set(self.rig.values(sensor))
                assert len(lost) <= self._dropped(sensor, "spool_full", "quota", "corrupt")

    @rule(seed=seeds)
    def cut_power(self, seed):
        self.flying.clear()
        certain = {sensor: set(values) for sensor, values in self.certain.items()}
        self.rig.cut_power(Random(seed))
        self._check_survivors(certain)
        self.certain = {sensor: set(self.rig.values(sensor)) for sensor in SENSORS}

    @rule(code=st.sampled_from([errno.ENOSPC, errno.EIO, errno.EROFS]), odds=st.integers(1, 6))
    def disk_fails(self, code, odds):
        chance = Random(odds)
        self.rig.folder.fault = lambda call, number: code if chance.randrange(odds) == 0 else None
        self.may_lose = True

    @rule(code=st.sampled_from([errno.EMFILE, errno.EIO]))
    def nothing_can_be_read_for_a_while(self, code):
        fault = self.rig.folder.fault
        self.rig.folder.fault = lambda call, _: code if call in {"open", "read"} else None
        for sensor in SENSORS:
            self.rig.values(sensor)
        self.rig.folder.fault = fault
        self.rig.pass_time(4.0)

    @rule(sources=st.integers(1, 6))
    def share_among(self, sources):
        self.rig.buffer.share_among(sources)

    @rule(room=st.sampled_from([0, 1, 100, 20_000]))
    def disk_fills(self, room):
        used = sum(len(node.data) for node in self.rig.folder.files.values())
        self.rig.folder.capacity = used + room

    @rule()
    def disk_recovers(self):
        self.rig.folder.fault = lambda call, number: None
        self.rig.folder.capacity = 10**9

    @rule(seed=seeds)
    def damage(self, seed):
        chance = Random(seed)
        nodes = [node for name, node in sorted(self.rig.folder.files.items())
                 if name.endswith("segment") and node.data]  # fmt: skip
        if nodes:
            node = chance.choice(nodes)
            at = chance.randrange(len(node.data))
            end = min(len(node.data), at + chance.choice([1, 64, 1000]))
            node.data[at:end] = chance.randbytes(end - at)
            self.may_lose = True

    @rule()
    def delete(self):
        self.rig.folder.delete()
        self.may_lose = self.was_deleted = True

    # -- what must hold -------------------------------------------------------------------------

    @invariant()
    def sums_hold(self):
        if hasattr(self, "rig"):
            self.rig.audit()
            for sensor in SENSORS:
                account = self.rig.account(sensor)
                values = sum(self.sizes[sensor])
                assert account is None or account.accepted <= values

    def teardown(self):
        if not hasattr(self, "rig"):
            return
        self.disk_recovers()
        self.flying.clear()
        self.rig.kill()
        for _ in range(60):
            self.rig.pass_time(1.0)
        for sensor in SENSORS:
            values = self.rig.values(sensor)
            self._check_order(values)
            assert set(values) <= self.put_values[sensor]
        self.rig.audit()

    # -- the oracle -----------------------------------------------------------------------------

    def _check_order(self, values):
        """What is saved from a directory that was deleted is written behind the rest."""
        assert self.was_deleted or sorted(values) == values
        assert len(set(values)) == len(values)

    def _flying_values(self, sensor):
        return {one.values[0] for other, batch in self.flying for one in batch.readings
                if other == sensor}  # fmt: skip

    def _is_failing(self):
        return self.may_lose or self.rig.folder.capacity < 10**9

    def _dropped(self, sensor, *causes):
        account = self.rig.account(sensor)
        return sum(account.dropped.get(cause, 0) for cause in causes) if account else 0

    def _waiting_on_disk(self):
        if self._is_failing() or self.rig.settings.mode is SpoolMode.OUTAGE:
            return {sensor: set() for sensor in SENSORS}
        self.rig.pass_time(0.1)
        flying = {(sensor, one.values[0]) for sensor, batch in self.flying
                  for one in batch.readings}  # fmt: skip
        return {
            sensor: set(self.rig.values(sensor)) | {v for s, v in flying if s == sensor}
            for sensor in SENSORS
        }

    def _note_certain(self):
        if not self._is_failing() and not self.rig.buffer.spool_status().degraded:
            self.rig.pass_time(6.0)
            for sensor in SENSORS:
                self.certain[sensor] = set(self.rig.values(sensor))

    def _check_survivors(self, certain):
        """What was certain and is not there was settled, or is counted as dropped."""
        if self.may_lose:
            return
        for sensor in SENSORS:
            lost = certain[sensor] - set(self.rig.values(sensor)) - self.gone[sensor]
            dropped = self._dropped(sensor, "spool_full", "quota", "corrupt", "ring_full")
            assert len(lost) <= dropped


SpoolModel.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestSpoolModel = SpoolModel.TestCase
