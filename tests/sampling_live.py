"""Sampling with its real threads, on fake time or real."""

import queue
import time

from sampling_rig import Rig

from collector.clock import Deadline
from collector.plugin.source import Reading

LONG_S = 20


class Live(Rig):
    """Sampling with its threads; readings are waited for."""

    def __init__(self, *plans, clock=None):
        self.arrived = queue.Queue()
        super().__init__(*plans, clock=clock)

    def _accept(self, reading):
        super()._accept(reading)
        self.arrived.put(reading)

    def __enter__(self):
        self.sampling.start()
        return self

    def __exit__(self, *_):
        self.sampling.stop(Deadline.after(self.clock, LONG_S))

    def next(self):
        return self.arrived.get(timeout=LONG_S)

    def nothing_more(self):
        return self.arrived.empty()


def until(condition):
    """Wait for what other threads do."""
    end_s = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.001)


def reading(value=1.0, metric="m"):
    return Reading(values={metric: value})
