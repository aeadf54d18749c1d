"""The delivering half of a collector, beside a compatible agent in a process of its own."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Self

import rig
from rig import Load

from collector.buffering.reading import StampedReading
from collector.buffering.ring import RingBuffer
from collector.client.identity import Identity
from collector.clock import Clock, Deadline, SystemClock
from collector.config import load
from collector.ledger import Ledger
from collector.mqtt.transport import Transport
from collector.publishing.connection.uplink import Uplink
from collector.service.access import AgentAccess
from collector.service.buffers import ServiceBuffer
from collector.service.state_dir import Mode, StateDirectory
from collector.status import DeliveryState

WAIT_S = 0.01
STOP_S = 5.0

Wrap = Callable[[Transport], Transport]
MakeBuffer = Callable[[Ledger, Clock], ServiceBuffer]


def make_ring(ledger: Ledger, clock: Clock) -> ServiceBuffer:
    """Return memory for a million readings."""
    return RingBuffer(max_readings=10**6, max_bytes=10**9, sources=1, ledger=ledger, clock=clock)


class Collector:
    """Buffer, uplink, and the real way to the agent; use it in a ``with``.

    Args:
        root: An empty directory.
        wrap: Gets each transport, and returns what is used in its place.
        make_buffer: Makes another buffer than the ring.
        delivery: The lines of ``[delivery]``.

    Attributes:
        buffer: Where readings wait.
        agent: The agent's directory, with a certified client of its own (`rig.certify`).
        port: Where the agent listens.
    """

    def __init__(
        self,
        root: Path,
        *,
        wrap: Wrap | None = None,
        make_buffer: MakeBuffer = make_ring,
        delivery: str = "",
    ) -> None:
        self.agent, self.port = root / "agent", rig.free_port()
        self._provision_port = rig.free_port()
        rig.certify(self.agent)
        file = root / "collector.toml"
        file.write_text(
            f'[collector]\nstate_dir = "{root / "state"}"\n'
            f"[agent]\nport = {self.port}\nprovision_port = {self._provision_port}\n"
            f'host = "127.0.0.1"\nca_file = "{self.agent / "ca.crt"}"\n[delivery]\n{delivery}\n'
            '[[source]]\nplugin = "system"\nsensor = "sensor"\n',
            "utf-8",
        )
        config, self._clock, self._ledger = load(file), SystemClock(), Ledger()
        self.buffer = make_buffer(self._ledger, self._clock)
        self._state = StateDirectory(config.collector.state_dir, Mode.REAL)
        access = AgentAccess(
            config, Mode.REAL, self._state, self.buffer, self._clock, lambda _: None
        )
        if wrap is not None:
            plain = access.transport
            access.transport = lambda identity: wrap(plain(identity))
        self._uplink = Uplink[Identity](access, self._clock, Random(), sys.exit)
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with self._running as running:
            process = rig.start_agent(self.agent, self.port, provision_port=self._provision_port)
            running.callback(rig.stop, process)
            rig.wait_for(self.port)
            running.enter_context(self._state)
            self.buffer.start(self._uplink.wake)
            running.callback(self.buffer.close)
            self._uplink.start()
            running.callback(lambda: self._uplink.stop(Deadline.after(self._clock, STOP_S)))
            self._wait(lambda: self._uplink.status().state is DeliveryState.CONNECTED)
            self._running = running.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    @property
    def resent(self) -> int:
        """How many readings were sent again so far."""
        return self._uplink.status().resent_readings

    def put(self, number: int, sensors: int) -> None:
        """Put one reading of ten metrics into the buffer; sensors take turns."""
        name = f"sensor_{number % sensors}"
        values = tuple((number % 5000) + place / 7 for place in range(len(rig.METRICS)))
        self._ledger.accept(name, name, len(values))
        reading = StampedReading(
            name, rig.METRICS, values, self._clock.now(), ((name, len(values)),)
        )
        self.buffer.put(reading)

    def wake(self) -> None:
        """Say that there is something in the buffer."""
        self._uplink.wake()

    def deliver(self, readings: int, sensors: int) -> Load:
        """Fill the buffer, and empty it."""
        for number in range(readings):
            self.put(number, sensors)
        cpu, start = time.process_time(), time.perf_counter()
        self.wake()
        self._wait(lambda: not self.buffer.status().readings)
        elapsed_s, used_s = time.perf_counter() - start, time.process_time() - cpu
        return Load(readings / elapsed_s, used_s / readings * 1e6)

    def _wait(self, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 3 * rig.PATIENCE_S
        while not is_done():
            if time.monotonic() > deadline:
                sys.exit(f"nothing happens any more: {self._uplink.status()}")
            time.sleep(WAIT_S)
