"""The faults of a soak: short ones of all kinds, that cost nothing and leave the collector running.

What misbehaves all the time stands in the configuration (`Soak.tables`); what comes and goes is a
method of `Soak`, named in `FAULTS`.
"""

import shutil
import signal
from collections.abc import Callable, Mapping
from itertools import count
from random import Random
from types import MappingProxyType

from faults.fault_bench import FaultBench
from faults.field_bed import chip, numbers_from, registers_from, table
from faults.neighbours import unruly
from faults.serial_device import SerialDevice
from modbus_units import Request

SHORT_S = 0.25
"""How long a fault lasts."""

DEVICES = frozenset({"meter", "u1", "u2"})
OTHERS = DEVICES | {"chip", "odd", "types", "raises", "crashes", "guest"}
"""The sources that are not recorded ones."""

ONE_IN = 10
"""Of the turns of a device that could talk fifty times a second."""

LATE_S = 0.3
"""When Modbus answers come that are waited for 0.2 s."""


class Soak:
    """Does faults to a bench, one after the other.

    Args:
        bench: To be started with `tables`, a line and ``--service``.
        talker: A device that says numbers.
        units: A device that answers as Modbus units do.
        chance: Draws them.

    Attributes:
        done: The names of the faults that were done.
    """

    def __init__(
        self, bench: FaultBench, talker: SerialDevice, units: SerialDevice, chance: Random
    ) -> None:
        self._bench = bench
        self._talker, self._units = talker, units
        self._chance = chance
        self._answers: Callable[[Request], list[tuple[float, bytes]]] = _right
        self._turns = count()
        self.done: set[str] = set()
        talker.talk(self._talk)
        units.answer(self._answer)

    def tables(self) -> str:
        """Return sources of devices, and those that do wrong at each read."""
        return "".join(
            [
                numbers_from(self._talker, "meter"),
                registers_from(self._units, 1, 2),
                chip("chip", nack=0.1, crc=0.1, reset=0.05),
                table("odd", "odd", what="values", interval="200ms", isolation="thread"),
                table("odd", "types", what="types", interval="200ms", isolation="thread"),
                unruly("raises", "raise", isolation="thread"),
                unruly("crashes", "crash"),
            ]
        )

    def strike(self) -> None:
        """Do one fault, and end it."""
        name = self._chance.choice(sorted(FAULTS))
        self.done.add(name)
        FAULTS[name](self)

    def last(self) -> None:
        """Let the fault last."""
        self._bench.run_for(SHORT_S)

    # -- A: the agent ---------------------------------------------------------------------------

    def freeze_agent(self) -> None:
        self._bench.agent.process.send_signal(signal.SIGSTOP)
        self.last()
        self._bench.agent.process.send_signal(signal.SIGCONT)

    def kill_agent(self) -> None:
        self._bench.agent.kill()
        self._bench.restart_agent()

    def lie(self, *words: str) -> None:
        # One lie at a time: a push that is lost beside one that is answered twice for the first
        # time looks like two that are well (docs/decisions/0003).
        self._bench.set_faults("\n".join(['operation = "push_values"', *words]))
        self.last()
        self._bench.set_faults()

    # -- B, C: the network, and the handshakes over it --------------------------------------------

    def cut_line(self) -> None:
        self._bench.line.cut()

    def cut_push(self) -> None:
        self._bench.line.cut_after(self._chance.randrange(2000))
        self.last()

    def stall_handshake(self) -> None:
        self._bench.line.stall()
        self._bench.line.cut()
        self.last()
        self._bench.line.resume()

    def slow_line(self) -> None:
        self._bench.line.slow(delay_s=0.05, bytes_per_s=20_000)
        self.last()
        self._bench.line.slow()

    # -- D, E: devices ----------------------------------------------------------------------------

    def unplug(self) -> None:
        self._talker.hush()
        self._talker.unplug()
        self.last()
        self._talker.plug()
        self._talker.talk(self._talk)

    def _talk(self) -> None:
        if next(self._turns) % ONE_IN == 0:
            self._talker.say_next()

    def make_noise(self) -> None:
        self._talker.send(self._chance.randbytes(8192))

    def answer(self, answers: Callable[[Request], list[tuple[float, bytes]]]) -> None:
        self._answers = answers
        self.last()
        self._answers = _right

    def _answer(self, request: Request) -> list[tuple[float, bytes]]:
        return self._answers(request)

    # -- G, H, I: the machine, the disk, people ---------------------------------------------------

    def suspend(self) -> None:
        self._bench.collector.process.send_signal(signal.SIGSTOP)
        self.last()
        self._bench.collector.process.send_signal(signal.SIGCONT)

    def delete_spool(self) -> None:
        shutil.rmtree(self._bench.place.state_dir / "spool", ignore_errors=True)

    def reload_broken(self) -> None:
        file = self._bench.place.config_file
        good = file.read_text()
        file.write_text(f"{good}\n[broken")
        self._bench.collector.process.send_signal(signal.SIGHUP)
        self.last()
        file.write_text(good)

    def add_and_remove(self) -> None:
        file = self._bench.place.config_file
        good = file.read_text()
        for text in (good + unruly("guest", "sleep"), good):
            file.write_text(text)
            self._bench.collector.process.send_signal(signal.SIGHUP)
            self.last()


def _right(request: Request) -> list[tuple[float, bytes]]:
    return [(0.0, request.right_answer())]


def _late(request: Request) -> list[tuple[float, bytes]]:
    return [(LATE_S, request.right_answer())]


def _short(request: Request) -> list[tuple[float, bytes]]:
    return [(0.0, request.right_answer()[:-2])]


def _lie(*words: str) -> Callable[[Soak], None]:
    return lambda soak: soak.lie("probability = 0.2", *words)


FAULTS: Mapping[str, Callable[[Soak], None]] = MappingProxyType(
    {
        "agent frozen": Soak.freeze_agent,
        "agent killed": Soak.kill_agent,
        "replies dropped": _lie('action = "drop_reply"'),
        "replies doubled": _lie('action = "duplicate"'),
        "replies late": _lie('action = "delay"', "delay_s = 1"),
        "pushes lost": _lie('action = "lose"'),
        "pushes hung up on": _lie('action = "close"'),
        "pushes refused": _lie('action = "error"', "code = 1"),
        "line cut": Soak.cut_line,
        "push cut": Soak.cut_push,
        "handshake stalled": Soak.stall_handshake,
        "line slow": Soak.slow_line,
        "device unplugged": Soak.unplug,
        "device noisy": Soak.make_noise,
        "units late": lambda soak: soak.answer(_late),
        "units damaged": lambda soak: soak.answer(_short),
        "collector suspended": Soak.suspend,
        "spool deleted": Soak.delete_spool,
        "configuration broken": Soak.reload_broken,
        "source added and removed": Soak.add_and_remove,
    }
)
"""By name. What else the catalogue has of C, F and I, `Soak.tables` does all the time."""
