"""All that belongs to one source."""

from dataclasses import dataclass
from random import Random

from collector.clock import Clock
from collector.sampling.border import Border
from collector.sampling.device import Device
from collector.sampling.gate import Gate
from collector.sampling.health import Health
from collector.sampling.intake import Intake
from collector.sampling.notes import Notes
from collector.sampling.plan import SourcePlan
from collector.sampling.presence import SourcePresence
from collector.sampling.stop import Stop


@dataclass(frozen=True, slots=True)
class Bench:
    """One source and what serves it.

    Attributes:
        plan: The source.
        clock: The time.
        border: Guards its code.
        health: Its counts and state.
        device: Holds it open.
        intake: Checks what it gives.
        notes: What it wants an operator to know.
        presence: Whether it is there.
        gate: Where its readings leave.
        stop: Told to it, if it listens.
        random: Where jitter is drawn from.
    """

    plan: SourcePlan
    clock: Clock
    border: Border
    health: Health
    device: Device
    intake: Intake
    notes: Notes
    presence: SourcePresence
    gate: Gate
    stop: Stop
    random: Random
