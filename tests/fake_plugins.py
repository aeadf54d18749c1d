"""Kinds of source for tests, offered by a loader as if packages had installed them."""

import importlib.metadata
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from collector.clock import Deadline
from collector.errors import SourceUnavailableError
from collector.plugin.hooks import ENTRY_POINT_GROUP, hookimpl
from collector.plugin.kind import SourceKind
from collector.plugin.loader import PluginLoader
from collector.plugin.settings import ConfigModel
from collector.plugin.source import Group, ListeningSource, Metric, Reading, Source, SourceContext
from collector.wire.units import ValueUnit


class Register(ConfigModel):
    address: int = Field(ge=0, le=65535)
    metric: str = "value"
    type: Literal["u16", "f32"] = "u16"


class ProbeSettings(ConfigModel):
    device: str = "/dev/probe0"
    metrics: tuple[str, ...] = ("temperature",)
    registers: tuple[Register, ...] = ()
    groups: tuple[str, ...] = ("",)
    group_interval_s: float | None = None
    fail: str = ""


class Probe(Source):
    """Gives 1.0, 2.0, ... for each of its metrics; the second metric only from the second read."""

    def __init__(self, settings: ProbeSettings, context: SourceContext) -> None:
        if settings.device == "nowhere":
            raise ValueError("device must not be nowhere")
        self.settings = settings
        self.context = context
        self.is_open = False
        self.reads = 0

    @property
    def metrics(self) -> Sequence[Metric]:
        if self.settings.fail == "metrics":
            raise KeyError("no metrics today")
        return [Metric(id=name, unit=ValueUnit.CELSIUS) for name in self.settings.metrics]

    @property
    def groups(self) -> Sequence[Group]:
        return [Group(name, self.settings.group_interval_s) for name in self.settings.groups]

    def open(self) -> None:
        if self.settings.fail == "open":
            raise SourceUnavailableError(f"{self.settings.device} does not answer")
        self.is_open = True

    def read(self, group: str, deadline: Deadline) -> list[Reading]:
        assert self.is_open
        assert not deadline.has_passed()
        assert group in self.settings.groups
        self.reads += 1
        if self.settings.fail == "read":
            raise RuntimeError("boom")
        if self.settings.fail == "silent":
            return []
        names = self.settings.metrics if self.reads > 1 else self.settings.metrics[:1]
        return [Reading(values={name: float(self.reads) for name in names})]

    def close(self) -> None:
        self.is_open = False


class TalkerSettings(ConfigModel):
    lines: int = 3


class Talker(ListeningSource):
    def __init__(self, settings: TalkerSettings, context: SourceContext) -> None:
        del context
        self.settings = settings

    @property
    def metrics(self) -> Sequence[Metric]:
        return [Metric(id="line", annotation="lines")]

    def listen(self, emit: Callable[[Reading], None], stop: Any) -> None:
        for number in range(self.settings.lines):
            if not stop.is_set():
                emit(Reading(values={"line": float(number)}))
        stop.wait()


class ProbeSimulator:
    """Gives settings that lead to another device, and counts on being stopped."""

    def __init__(self, settings: ProbeSettings, context: SourceContext) -> None:
        del context
        self.settings = settings

    def start(self) -> ProbeSettings:
        return self.settings.model_copy(update={"device": "simulated", "fail": ""})

    def stop(self) -> None:
        pass


PROBE = SourceKind(
    name="probe",
    settings=ProbeSettings,
    create=Probe,
    simulate=ProbeSimulator,
    example='# A probe.\n[[source]]\nplugin = "probe"\nsensor = "probe"\n',
)
TALKER = SourceKind(name="talker", settings=TalkerSettings, create=Talker)


def module_of(*kinds: Any, command: Callable[[], Any] | None = None) -> types.ModuleType:
    """Return a plugin module that offers these kinds, and the command that a function returns."""
    module = types.ModuleType("fake_plugin")

    def collector_source_kinds() -> Sequence[Any]:
        return kinds

    module.collector_source_kinds = hookimpl(collector_source_kinds)  # type: ignore[attr-defined]
    if command is not None:

        def collector_command() -> Any:
            return command()

        module.collector_command = hookimpl(collector_command)  # type: ignore[attr-defined]
    return module


class FakeEntryPoint(importlib.metadata.EntryPoint):
    """An entry point whose package is in this file."""

    def __init__(
        self, name: str, load: Callable[[], Any], distribution: str, requires: Sequence[str] = ()
    ) -> None:
        super().__init__(name, f"{name}_package.plugin", ENTRY_POINT_GROUP)
        metadata = types.SimpleNamespace(name=distribution, version="1.2", requires=requires)
        vars(self).update(dist=metadata, loads=load)

    def load(self) -> Any:
        return vars(self)["loads"]()


def offering(
    modules: Mapping[str, Any], distribution: str = "fake", requires: Sequence[str] = ()
) -> list[FakeEntryPoint]:
    """Return entry points for these modules; an exception is raised, a function called instead."""

    def loader_of(offered: Any) -> Callable[[], Any]:
        def load() -> Any:
            if isinstance(offered, BaseException):
                raise offered
            return offered() if callable(offered) else offered

        return load

    return [
        FakeEntryPoint(name, loader_of(each), distribution, requires)
        for name, each in modules.items()
    ]


def fake_loader(**more: Any) -> PluginLoader:
    """Return a loader that knows ``probe``, ``talker`` and these modules or exceptions."""
    return PluginLoader(
        offering({"probe": module_of(PROBE, TALKER), "talker": module_of(PROBE, TALKER), **more})
    )
