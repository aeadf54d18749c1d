"""The audit of the ledger: what is on its way is no mismatch, what is missing is one."""

import threading

from spool_readings import reading

from collector.buffering.ring import RingBuffer
from collector.ledger import Ledger
from collector.service.audit import audit
from collector.testkit.clock import FakeClock

PATIENCE_S = 10


def _made(kind, ledger):
    return kind(max_readings=10, max_bytes=10**6, sources=1, ledger=ledger, clock=FakeClock())


def _ring(ledger):
    return _made(RingBuffer, ledger)


def test_what_is_accepted_and_held_agrees():
    ledger = Ledger()
    ring = _ring(ledger)
    ledger.accept("a", "a", 1)
    ring.put(reading())

    assert [] == audit(ledger, ring)


def test_a_value_that_was_accepted_and_is_nowhere_is_told():
    ledger = Ledger()
    ledger.accept("a", "room", 3)

    assert ["a/room: 3 values are pending, 0 are held"] == audit(ledger, _ring(ledger))


def test_a_value_that_is_held_and_was_never_accepted_is_told():
    ledger = Ledger()
    ring = _ring(ledger)
    ring.put(reading())

    assert ["a/a: 1 values are held and not in the ledger"] == audit(ledger, ring)


class Overtaken(RingBuffer):
    """A buffer that is looked at just before somebody gets to put what was accepted."""

    def held(self):
        found = super().held()
        if not self.looked.is_set():
            self.looked.set()
        return found


def test_a_value_on_its_way_from_the_ledger_to_the_buffer_is_no_mismatch():
    ledger = Ledger()
    ring = _made(Overtaken, ledger)
    ring.looked = threading.Event()
    ledger.accept("a", "a", 1)

    def put():
        assert ring.looked.wait(PATIENCE_S)
        ring.put(reading())

    thread = threading.Thread(target=put)
    thread.start()
    complaints = audit(ledger, ring)
    thread.join(PATIENCE_S)

    assert [] == complaints
