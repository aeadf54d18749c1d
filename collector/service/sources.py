"""The sources of a configuration: made, and in simulate mode given their simulated devices."""

import itertools
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any

from collector.capture.devices import SIMULATED, Device, Simulation
from collector.clock import Clock
from collector.config import Config, SourceConfig, make
from collector.errors import CollectorError
from collector.isolation.tapes import KeptTape
from collector.isolation.workers import Workers
from collector.ledger import Ledger, RefusalReason
from collector.plugin.border import PluginFault, guarded
from collector.plugin.offers import InstalledPlugin
from collector.plugin.patience import CALL_LIMIT_S, bounded
from collector.plugin.source import Source
from collector.sampling.plan import SourcePlan
from collector.service.isolating import installed, isolated
from collector.service.state_dir import Mode
from collector.status import SourceState, SourceStatus

log = logging.getLogger(__name__)


class SourceSet:
    """Makes what sampling drives. A source that cannot be made is reported and left out.

    Args:
        mode: With SIMULATE each source reads a simulated device of its kind.
        clock: The time.
        ledger: Gets the counts of what isolated sources give faster than it can be taken.
        ended: Set when the run is to end; then no more sources are made.
        simulation: Makes the devices with SIMULATE.
        tapes: Gives each source, by its name, its tape.
    """

    def __init__(  # noqa: PLR0913 - each is named where it is called
        self,
        config: Config,
        mode: Mode,
        clock: Clock,
        ledger: Ledger,
        ended: threading.Event,
        *,
        simulation: Simulation = SIMULATED,
        tapes: Callable[[str], KeptTape],
    ) -> None:
        self._mode = mode
        self._simulation = simulation
        self._tapes = tapes
        self._clock = clock
        self._ledger = ledger
        self._plugins: dict[str, InstalledPlugin] = {}
        self._ended = ended
        self._workers = Workers(clock, ended)
        self._devices: dict[str, Device] = {}
        self._broken: dict[str, SourceStatus] = {}
        self._plans = self._make_all(config.sources)

    def plans(self) -> Sequence[SourcePlan]:
        """Return the sources to be sampled."""
        return self._plans

    def broken(self) -> Sequence[SourceStatus]:
        """Return the sources that cannot be made, with the reason."""
        return [*self._broken.values()]

    def replace(
        self, leaving: Collection[str], arriving: Sequence[SourceConfig]
    ) -> Sequence[SourcePlan]:
        """Make sources in the place of others, which are closed by now.

        Args:
            leaving: The names of those that are gone.
            arriving: The new ones; their names are free then.

        Returns:
            What is to be sampled of the new ones.
        """
        for name in leaving:
            self._broken.pop(name, None)
            self._workers.release(name)
            self._stop_device(name)
        return self._make_all(arriving)

    def ask_to_end(self) -> None:
        """Let the processes of isolated sources end, which are closed. Returns at once."""
        self._workers.ask_to_end()

    def stop(self) -> None:
        """End the processes of isolated sources, and simulated devices. Safe to call twice."""
        self._workers.stop()
        for name in [*self._devices]:
            self._stop_device(name)

    def _stop_device(self, name: str) -> None:
        device = self._devices.pop(name, None)
        if device is None:
            return
        try:
            device.stop()
        except PluginFault as fault:
            log.warning("source %s: %s", name, fault)

    def _make_all(self, sources: Sequence[SourceConfig]) -> list[SourcePlan]:
        self._plugins = installed()
        self._launch(sources)
        waited = itertools.takewhile(lambda _: not self._ended.is_set(), sources)
        plans = [plan for source in waited for plan in self._plan(source)]
        self._workers.end_unused()
        return plans

    def _launch(self, sources: Sequence[SourceConfig]) -> None:
        for source in sources:
            if source.isolation == "process" and source.kind is not None and not source.broken:
                self._workers.launch(self._plugins[source.plugin], source.name)

    def _plan(self, config: SourceConfig) -> list[SourcePlan]:
        if config.broken or config.kind is None:
            self._leave_out(config, config.broken)
            return []
        try:
            with guarded("making the source", CollectorError, PluginFault, ValueError, OSError):
                source = self._make(config)
        except (CollectorError, ValueError, OSError, PluginFault) as error:
            if not self._ended.is_set():
                self._leave_out(config, "; ".join(str(error).splitlines()))
            return []
        return [
            SourcePlan(
                name=config.name,
                plugin=config.plugin,
                package=_package(self._plugins.get(config.plugin)),
                sensor=config.sensor,
                source=source,
                interval_s=config.interval,
                offset_s=config.offset,
                jitter_s=config.jitter,
                align=config.align,
                timeout_s=config.timeout,
                timestamp=config.timestamp,
                isolation=config.isolation,
                transforms=config.transforms,
                tape=self._tapes(config.name),
            )
        ]

    def _make(self, config: SourceConfig) -> Source:
        settings = config.settings
        device = self._device(config)
        if device is not None:
            self._devices[config.name] = device
            settings = device.start()
        if config.isolation == "process":
            return self._isolated(config, settings)
        made = bounded(
            f"{config.name}: plugin {config.plugin!r}",
            "making the source",
            lambda: make(config, settings, self._clock, self._tapes(config.name)),
            CALL_LIMIT_S,
            *(CollectorError, ValueError, OSError),
        )
        return made if device is None else device.told(made)

    def _device(self, config: SourceConfig) -> Device | None:
        if self._mode is not Mode.SIMULATE:
            return None
        return self._simulation.device(config, config.context(self._clock))

    def _isolated(self, config: SourceConfig, settings: Any) -> Source:  # noqa: ANN401 - the settings model of the kind
        def refuse(values: int) -> None:
            self._ledger.refuse(config.name, config.sensor, RefusalReason.TOO_MANY, values)

        plugin, tape = self._plugins[config.plugin], self._tapes(config.name)
        return isolated(self._workers, plugin, config, settings, refuse, tape)

    def _leave_out(self, config: SourceConfig, reason: str) -> None:
        log.error("source %s is left out: %s", config.name, reason)
        self._broken[config.name] = SourceStatus(
            name=config.name,
            plugin=config.plugin,
            sensor=config.sensor,
            link="",
            state=SourceState.BROKEN,
            message=reason,
            isolation=config.isolation,
        )


def _package(plugin: InstalledPlugin | None) -> str:
    return f"{plugin.distribution} {plugin.version}" if plugin else ""
