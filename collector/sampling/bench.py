"""All that belongs to one source."""

from dataclasses import dataclass
from random import Random

from collector.buffering.reading import StampedReading
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
from collector.sampling.transforming import Transformer


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
        transformer: Runs its transforms; None for a source without.
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
    transformer: Transformer | None
    stop: Stop
    random: Random

    @property
    def refused(self) -> int:
        """How many of its values were refused."""
        return self.intake.refused + (self.transformer.refused if self.transformer else 0)

    def put(self, reading: StampedReading) -> bool:
        """Let a reading leave that has no tick; false if it comes too late and is to be refused."""
        if self.transformer is None:
            return self.gate.put(reading)
        self.transformer.put(reading, self.gate.put)
        return True

    def finish(self) -> None:
        """Hand on what is still held back, and close the gate."""
        if self.transformer is not None:
            self.transformer.finish()
        self.gate.close()
