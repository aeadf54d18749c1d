from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from fake_plugins import PROBE, TALKER, Probe, ProbeSettings, ProbeSimulator, Talker, TalkerSettings

from collector.cli.trial import Outcome, Trial
from collector.clock import Deadline
from collector.config import SourceConfig
from collector.config.models import SourceKeys
from collector.errors import SourceFaultError
from collector.plugin.source import Metric, Reading, Source
from collector.testkit.clock import FakeClock
from collector.transforms.kinds import KINDS


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def source_of(create: Callable[..., Source], settings: Any = None, **more: Any) -> SourceConfig:
    keys = SourceKeys(plugin="probe", sensor="s")
    kind = replace(PROBE, create=create, **more)
    settings = ProbeSettings() if settings is None else settings
    return replace(SourceConfig.of(keys, "s", "x.toml:1:1"), kind=kind, settings=settings)


def tried(source: SourceConfig, clock: FakeClock, *, simulate: bool = False, **how: Any) -> Outcome:
    trial = Trial(**{"clock": clock, "reads": 2, "pause_s": 0.0, "listen_s": 0.0, **how})
    return trial.run(source, simulate=simulate)


class Recorder(Probe):
    """A probe that notes what is done to it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.done: list[str] = []

    def open(self) -> None:
        self.done.append("open")
        super().open()

    def read(self, group: str, deadline: Deadline) -> list[Reading]:
        self.done.append(f"read {group}")
        return super().read(group, deadline)

    def close(self) -> None:
        self.done.append("close")
        super().close()


def recorded(made: list[Recorder]) -> Callable[..., Source]:
    def create(*arguments: Any) -> Source:
        made.append(Recorder(*arguments))
        return made[-1]

    return create


def test_every_group_is_read_as_often_as_asked(clock: FakeClock) -> None:
    made: list[Recorder] = []
    source = source_of(recorded(made), ProbeSettings(groups=("a", "b")))

    tried(source, clock, reads=2)

    assert ["open", "read a", "read b", "read a", "read b", "close"] == made[0].done


def test_the_second_read_gives_what_the_first_could_not(clock: FakeClock) -> None:
    outcome = tried(source_of(Probe, ProbeSettings(metrics=("level", "rate"))), clock)

    assert [("level", 2.0), ("rate", 2.0)] == [(row.metric, row.value) for row in outcome.values]


def test_a_source_that_fails_to_open_is_closed_and_told(clock: FakeClock) -> None:
    made: list[Recorder] = []

    outcome = tried(source_of(recorded(made), ProbeSettings(fail="open")), clock)

    assert ["/dev/probe0 does not answer"] == outcome.problems
    assert ["open", "close"] == made[0].done


def test_a_failing_group_does_not_hide_the_others(clock: FakeClock) -> None:
    class HalfProbe(Probe):
        def read(self, group: str, deadline: Deadline) -> list[Reading]:
            if group == "bad":
                raise SourceFaultError("no permission")
            return super().read(group, deadline)

    outcome = tried(source_of(HalfProbe, ProbeSettings(groups=("bad", "good"))), clock)

    assert ["group 'bad': no permission"] == outcome.problems
    assert ["temperature"] == [row.metric for row in outcome.values]


def test_a_late_read_is_a_problem(clock: FakeClock) -> None:
    class SlowProbe(Probe):
        def read(self, group: str, deadline: Deadline) -> list[Reading]:
            clock.advance(12.5)
            return [Reading(values={"temperature": 1.0})]

    outcome = tried(source_of(SlowProbe), clock)

    assert ["took 12.5 s; its timeout is 10 s"] == outcome.problems


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"x", None])
def test_a_value_that_cannot_be_sent_is_a_problem(clock: FakeClock, value: Any) -> None:
    class OddProbe(Probe):
        def read(self, group: str, deadline: Deadline) -> list[Reading]:
            return [Reading(values={"temperature": value})]

    outcome = tried(source_of(OddProbe), clock)

    assert [f"metric 'temperature': {value!r} is no value that can be sent"] == outcome.problems


def test_a_metric_that_was_not_declared_is_a_problem(clock: FakeClock) -> None:
    class ChattyProbe(Probe):
        def read(self, group: str, deadline: Deadline) -> list[Reading]:
            return [Reading(values={"gossip": 1})]

    outcome = tried(source_of(ChattyProbe), clock)

    assert ["gives 'gossip', which is not among its metrics"] == outcome.problems


def test_readings_of_another_sensor_keep_their_sensor(clock: FakeClock) -> None:
    class TwoSensors(Probe):
        @property
        def metrics(self) -> Sequence[Metric]:
            return [Metric(id="x", annotation="rpm")]

        def read(self, group: str, deadline: Deadline) -> list[Reading]:
            return [Reading(values={"x": 1}), Reading(sensor="other", values={"x": 2})]

    outcome = tried(source_of(TwoSensors), clock)

    assert [("s", 1, "rpm"), ("other", 2, "rpm")] == [
        (row.sensor, row.value, row.unit) for row in outcome.values
    ]


def test_the_simulator_is_stopped_even_when_the_source_fails(clock: FakeClock) -> None:
    done: list[str] = []

    class Simulator(ProbeSimulator):
        def start(self) -> ProbeSettings:
            done.append("start")
            return super().start()

        def stop(self) -> None:
            done.append("stop")

    class Failing(Probe):
        def close(self) -> None:
            done.append("close")

        def read(self, group: str, deadline: Deadline) -> list[Reading]:
            raise SourceFaultError(f"{self.settings.device} is odd")

    outcome = tried(source_of(Failing, simulate=Simulator), clock, simulate=True)

    assert ["simulated is odd"] == outcome.problems
    assert ["start", "close", "stop"] == done


def test_a_talking_source_is_heard_until_every_metric_came(clock: FakeClock) -> None:
    source = source_of(Talker, TalkerSettings(lines=3))

    outcome = tried(source, clock, listen_s=1e9)

    assert [("line", 0.0, "lines")] == [(row.metric, row.value, row.unit) for row in outcome.values]


def test_a_silent_source_is_waited_for_no_longer_than_asked(clock: FakeClock) -> None:
    source = replace(source_of(Talker, TalkerSettings(lines=0)), kind=TALKER)

    outcome = tried(source, clock, listen_s=0.0)

    assert [] == outcome.values
    assert [] == outcome.problems


def test_what_transforms_leave_is_told_beside_what_was_read(clock: FakeClock) -> None:
    scale = KINDS["scale"].settings(type="scale", metric="*", factor=3.0)
    source = replace(source_of(Probe), transforms=(scale,))

    outcome = tried(source, clock)

    assert [2.0] == [row.value for row in outcome.values]
    assert [6.0] == [row.value for row in outcome.sent]
    assert [] == outcome.problems


def test_a_transform_of_a_metric_that_never_came_is_a_problem(clock: FakeClock) -> None:
    scale = KINDS["scale"].settings(type="scale", metric="cold", factor=3.0)
    source = replace(source_of(Probe), transforms=(scale,))

    [problem] = tried(source, clock).problems

    assert problem.startswith("transform 1 (scale): there is no metric 'cold' here")


def test_notes_of_the_source_are_kept_from_its_end(clock: FakeClock) -> None:
    class Noting(Probe):
        @property
        def notes(self) -> Sequence[str]:
            return [f"read {self.reads} times\nso far"]

    outcome = tried(source_of(Noting), clock)

    assert ["read 2 times so far"] == outcome.notes
