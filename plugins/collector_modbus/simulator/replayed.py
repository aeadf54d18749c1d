"""A device that answers as it did when it was recorded, on a link of its own."""

from functools import partial

from collector import Clock, RecordedTape
from collector_modbus.settings.source import ModbusSettings
from collector_modbus.simulator import pdus
from collector_modbus.simulator.bus import FRAMINGS, port_of
from collector_modbus.simulator.loop import Loop
from collector_modbus.simulator.loopback import loopback_link
from collector_modbus.simulator.ports import Receive, Write
from collector_modbus.simulator.script import Script
from collector_modbus.simulator.simulator import LINK_TYPES


class ReplayedDevice:
    """Answers recorded requests at their time, and no others. See `collector.Simulator`.

    Args:
        settings: Of the source.
        clock: What delays are measured by.
        tape: What was recorded.
    """

    def __init__(self, settings: ModbusSettings, clock: Clock, tape: RecordedTape) -> None:
        self._settings = settings
        self._type = LINK_TYPES.get(settings.link.type, settings.link.type)
        self._clock = clock
        self._tape = tape
        self._script = Script(tape.events, FRAMINGS[self._type]())
        self._loop = Loop(clock, f"modbus-{self._type}-replay")
        self._port = port_of(self._type)

    def start(self) -> ModbusSettings:
        """Answer from now on, and return settings that lead there."""
        self._port.open(self._loop, self._converse)
        self._loop.start()
        link = loopback_link(self._type, self._port.address, self._settings.link)
        return self._settings.model_copy(update={"link": link})

    def stop(self) -> None:
        """End it. May be called twice."""
        self._loop.call(self._port.close)
        self._loop.stop()

    def _converse(self, write: Write) -> Receive:
        framing, rest = FRAMINGS[self._type](), b""

        def receive(data: bytes) -> None:
            nonlocal rest
            frames, rest = framing.split(rest + data)
            for frame in frames:
                self._answer(frame, write)

        return receive

    def _answer(self, frame: pdus.Frame, write: Write) -> None:
        pieces = self._script.answer_to(frame)
        if pieces is None:
            self._tape.miss(f"unit {frame.unit_id}, {frame.pdu.hex(' ')}")
            return
        asked_at_s = self._clock.monotonic_s()
        for after_s, data in pieces:
            self._loop.at(asked_at_s + after_s / self._tape.speed, partial(write, data))
