"""A spooled buffer on a file system in memory and on fake time, that can die and start again."""

from random import Random

from memory_folder import MemoryFolder
from spool_readings import reading

from collector.buffering.shares import Shares
from collector.buffering.spool.buffer import SpooledBuffer
from collector.buffering.spool.settings import SpoolSettings
from collector.ledger import Ledger
from collector.testkit.clock import FakeClock


class Rig:
    """One life of a collector after another over the same folder.

    Attributes:
        buffer: That of this life.
        ledger: Its ledger, with the counts of all lives before.
    """

    def __init__(self, folder=None, *, max_readings=100, memory_bytes=10**7, sources=3, **settings):
        self.folder = folder or MemoryFolder()
        self.clock = FakeClock()
        self._bounds = {"max_readings": max_readings, "max_bytes": memory_bytes, "sources": sources}
        settings = {"max_bytes": 10**7, "free_bytes_at_least": 0} | settings
        self.settings = SpoolSettings(sources=sources, **settings)
        self.begin()

    def begin(self):
        self.ledger = Ledger()
        shares = Shares(**self._bounds)
        self.buffer = SpooledBuffer(shares, self.folder, self.settings, self.ledger, self.clock)
        self.buffer.turn()

    def put(self, *readings):
        for one in readings:
            for source, count in one.counts:
                self.ledger.accept(source, one.sensor, count)
            self.buffer.put(one)

    def fill(self, rounds, source="a", size=60):
        """Put four readings of so many metrics, again and again."""
        names = tuple(f"m{k}" for k in range(size))
        for number in range(rounds):
            self.put(
                *(reading(source, value=number + part / 4, metrics=names) for part in range(4))
            )
            self.pass_time()

    def segments(self):
        """Return the nodes of the segments, the oldest first."""
        files = sorted(self.folder.files.items())
        return [node for name, node in files if name.endswith("segment")]

    def pass_time(self, seconds=0.1):
        self.clock.advance(seconds)
        self.buffer.turn()

    def kill(self):
        """The process dies at once, and the next one starts."""
        self.folder.kill()
        self.begin()

    def cut_power(self, chance=None):
        self.folder.cut_power(chance or Random(1))
        self.clock.reboot(f"boot-{self.folder.calls}")
        self.begin()

    def stop_and_start(self):
        self.buffer.close()
        self.begin()

    def account(self, source="a", sensor=None):
        accounts = {(each.source, each.sensor): each for each in self.ledger.accounts()}
        return accounts.get((source, sensor or source))

    def values(self, sensor="a", count=100_000):
        """Return what waits, in its order, and put it back."""
        found = []
        batches = []
        while True:
            batch = self.buffer.batch(sensor, min(64, count))
            if not batch.readings:
                break
            batches.append(batch)
            found += [one.values[0] for one in batch.readings]
        for batch in reversed(batches):
            batch.keep()
        return found

    def accept(self, sensor="a", count=100_000):
        """Have the agent confirm so many readings; return their values."""
        found = []
        while len(found) < count:
            with self.buffer.batch(sensor, min(64, count - len(found))) as batch:
                if not batch.readings:
                    break
                for one in batch.readings:
                    batch.accept(one)
                    found.append(one.values[0])
        return found

    def audit(self):
        """Check that the ledger balances, and that what it calls pending is what is held."""
        held = self.buffer.held()
        for account in self.ledger.accounts():
            assert account.balances, account
            assert account.pending == held[account.source, account.sensor], account
