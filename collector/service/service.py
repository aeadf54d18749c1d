"""The composition root: builds the parts from a configuration, starts and stops them in order.

sampling ──> buffer ──> uplink ──> agent          started from right to left, stopped from left
                                                to right, so that nothing is put where nobody
control socket: status, requests                takes it
status page, if wanted
"""

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from collector import __version__
from collector.buffering.reading import StampedReading
from collector.capture.devices import SIMULATED, Simulation
from collector.capture.taps import Taps
from collector.clock import Clock, Deadline
from collector.config import Config
from collector.errors import ClientDeletedError
from collector.ledger import Account, Ledger
from collector.plugin.source import Metric
from collector.publishing.connection.uplink import Uplink
from collector.publishing.inventory.inventory import Inventory
from collector.pulse import Pulse
from collector.sampling.engine import Sampling
from collector.service import footprint
from collector.service.access import AgentAccess
from collector.service.alarms import alarms
from collector.service.answers import Answers
from collector.service.audit import audit
from collector.service.buffers import make_buffer
from collector.service.control import ControlSocket
from collector.service.figures import Look, figures_plan
from collector.service.page import make_page
from collector.service.parts import Parts
from collector.service.reloading import Origin, Reloader
from collector.service.snapshot import snapshot
from collector.service.sources import SourceSet
from collector.service.state_dir import Mode, StateDirectory
from collector.service.summary import summary
from collector.service.tapping import Tapping
from collector.service.usage import Usage
from collector.status import SourceStatus

log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 5.0
"""With a second for the network thread and three for a child that does not end when asked, less
than the ten seconds that a stop may take."""

SAMPLING_STOP_S = 2.0
"""A read that takes longer is abandoned: it never delays the exit."""

RELOAD_STOP_S = 1.0
"""A reload that takes longer is abandoned, too."""


class Service:
    """One run of the collector.

    Args:
        mode: What it reads and whom it delivers to.
        state: Taken already.
        ended: Set by others, or here, when the run is to end.
        origin: Where the configuration is from, and is loaded anew from.
        simulation: Makes the devices with SIMULATE.
        journal: Where an agent of our own writes each value that it accepts; None for nowhere.
    """

    def __init__(  # noqa: PLR0913 - each is named where it is called
        self,
        config: Config,
        mode: Mode,
        state: StateDirectory,
        clock: Clock,
        ended: threading.Event,
        origin: Origin,
        *,
        simulation: Simulation = SIMULATED,
        journal: Path | None = None,
    ) -> None:
        random = Random()  # noqa: S311 - spreads load, keeps no secret
        self._mode = mode
        self._state = state
        self._clock = clock
        self._started_at_s = clock.monotonic_s()
        self._ended = ended
        self._failure: Exception | None = None
        self._declared: dict[str, dict[str, Metric]] = {}
        self._online: dict[str, bool] = {}
        self._lock = threading.Lock()
        self._inventory: Inventory | None = None
        self.ledger = Ledger(clock)
        taps = Taps(clock)
        self._sources = SourceSet(
            config, mode, clock, self.ledger, ended, simulation=simulation, tapes=taps.tape
        )
        self._buffer = make_buffer(config, mode, state, self.ledger, clock)
        self._access = AgentAccess(
            config, mode, state, self._buffer, clock, self._fill_inventory, journal=journal
        )
        self._uplink = Uplink(self._access, clock, random, self.fail)
        self._renewal = self._access.renewal(self._uplink.change_identity)
        self._sampling = Sampling(
            [*self._sources.plans(), *figures_plan(config.figures, self._look, clock)],
            clock=clock,
            ledger=self.ledger,
            accept=self._accept,
            on_sensor_state=self._set_state,
            on_metrics=self._declare,
            random=random,
        )
        self._reloader = Reloader(
            config, origin, self._sources, self._sampling, self._buffer.share_among, clock
        )
        tapping = Tapping(lambda: self._reloader.config, taps, clock, os.environ)
        self._control = ControlSocket(
            state.socket,
            Answers(self.status, self._reloader.reload, self._uplink, tapping.record),
        )
        self._page = make_page(config.web, self.status, clock)

    # -- life -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start everything.

        Raises:
            CollectorError: What cannot be had at all: the socket, a usable identity's place.
        """
        self._access.check()
        self._control.start()
        self._page.start()
        self._buffer.start(self._uplink.wake)
        self._uplink.start()
        self._renewal.start()
        self._sampling.start()
        self._reloader.start()

    def wait(self) -> None:
        """Wait until the run is to end or cannot go on; memory is given back meanwhile.

        Raises:
            Exception: Why it cannot go on: a `CollectorError`, or whatever was given to `fail`.
        """
        footprint.wait(self._ended)
        if self._failure is not None:
            raise self._failure

    def fail(self, error: Exception) -> None:
        """Have `wait` raise this; the first one counts. Safe from every thread."""
        if isinstance(error, ClientDeletedError):
            self._access.forget_identity()
        self._failure = self._failure or error
        self._ended.set()

    def stop(self) -> None:
        """Stop everything within ten seconds. What was not delivered stays in the spool, if any."""
        self._ended.set()
        deadline = Deadline.after(self._clock, STOP_TIMEOUT_S)
        self._control.stop()
        self._page.stop()
        self._reloader.stop(Deadline.after(self._clock, RELOAD_STOP_S))
        self._sampling.stop(Deadline.after(self._clock, SAMPLING_STOP_S))
        self._sources.ask_to_end()
        self._buffer.finish()
        self._renewal.stop()
        self._access.stop_provisioning()
        self._uplink.stop(deadline)
        self._access.stop_agent()
        self._sources.stop()
        self._access.finish()
        self._buffer.close()

    # -- what it says ---------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """Return everything about this run at this moment, ready for JSON."""
        parts = self._parts()
        head = {
            "version": __version__,
            "mode": self._mode.value,
            "pid": os.getpid(),
            "uptime_s": round(parts.taken_at_s - self._started_at_s, 3),
            "state_dir": str(self._state.path),
        }
        return {**head, **snapshot(parts)}

    def _parts(self) -> Parts:
        return Parts(
            taken_at_s=self._clock.monotonic_s(),
            sources=self._all_sources(),
            links=self._sampling.links(),
            values=self._sampling.last_values(),
            buffer=self._buffer.status(),
            spool=self._buffer.spool_status(),
            delivery=self._uplink.status(),
            certificate=self._renewal.status(),
            accounts=self.accounts(),
            complaints=audit(self.ledger, self._buffer),
            clock=self._access.clock_status(),
            last_reload=self._reloader.last(),
            page_complaint=self._page.complaint(),
        )

    def summary(self) -> str:
        """Return how it does in one line."""
        return summary(self._all_sources(), self._uplink.status(), self._buffer.status())

    def pulses(self) -> list[Pulse]:
        """Return one for each loop that nothing outside may hold up."""
        return [self._sampling.pulse, self._buffer.pulse, self._uplink.pulse]

    def accounts(self) -> list[Account]:
        """Return the ledger."""
        return self.ledger.accounts()

    def _all_sources(self) -> list[SourceStatus]:
        return [*self._sampling.sources(), *self._sources.broken()]

    def _look(self, usage: Usage) -> Look:
        parts = self._parts()
        return Look(
            accounts=parts.accounts,
            sources=parts.sources,
            alarms=len(alarms(parts)),
            lateness=self._sampling.take_lateness(),
            spool=parts.spool,
            oldest_age_s=self._buffer.oldest_age_s(self._clock.now()),
            delivery=parts.delivery,
            usage=usage,
        )

    # -- between the parts ----------------------------------------------------------------------

    def _accept(self, reading: StampedReading) -> None:
        self._buffer.put(reading)
        self._uplink.wake()
        self._page.show(reading)

    def _declare(self, sensor: str, metrics: Sequence[Metric]) -> None:
        with self._lock:
            known = self._declared.setdefault(sensor, {})
            known.update({metric.id: metric for metric in metrics})
            if self._inventory is not None:
                self._inventory.declare(sensor, metrics)

    def _set_state(self, sensor: str, is_online: bool) -> None:  # noqa: FBT001 - a callback's form
        with self._lock:
            self._online[sensor] = is_online
            if self._inventory is not None:
                self._inventory.set_state(sensor, is_online=is_online)
        self._uplink.wake()

    def _fill_inventory(self, inventory: Inventory) -> None:
        with self._lock:
            self._inventory = inventory
            for sensor, metrics in self._declared.items():
                inventory.declare(sensor, list(metrics.values()))
            for sensor, is_online in self._online.items():
                inventory.set_state(sensor, is_online=is_online)
