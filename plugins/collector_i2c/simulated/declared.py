"""A simulated chip out of a description: what the reader takes apart, this puts together.

So it agrees with its description by nature; whether the description agrees with the chip is shown
by worked examples from outside.
"""

import struct
from dataclasses import replace

from collector.testkit.i2c.chip import FakeChip, no_acknowledge
from collector_i2c.chips.resolved import Field, Plan, Step, Test, Value, all_steps
from collector_i2c.decode.crc import SENSIRION, SMBUS, crc8
from collector_i2c.decode.fields import integer
from collector_i2c.refusal import Reason
from collector_i2c.simulated.setting import Setting
from collector_i2c.simulated.waves import wave_of

_UNREADY = frozenset({Reason.BUSY, Reason.NOT_READY})


class SimulatedDeclared(FakeChip):
    """Answers to what its description asks.

    Args:
        plan: The description, with the options put in.
        address: Where it is; some of its CRCs cover that.
        setting: Its surroundings.
    """

    def __init__(self, plan: Plan, address: int, setting: Setting) -> None:
        self._steps = {step.write: step for step in all_steps(plan) if step.row.read}
        self._set_up = {step.write for step in plan.set_up if step.write and not step.row.read}
        refusals = [each for step in plan.identify for each in step.refusals]
        self._identity = {test for test, reason in refusals if reason is Reason.CHIP_ID}
        self._address = address
        self._setting = setting
        self._plain = self._steps.get(b"")  # of chips that are read without being asked
        self._step: Step | None = self._plain
        self._ready_at_s = 0.0
        self._written: set[bytes] = set()

    def write(self, data: bytes) -> None:
        """See `FakeChip`."""
        self._written.add(data)
        self._step = self._steps.get(data)
        if self._step is not None:
            # A hair less than the chip is given, as the reader's clock is not ours.
            self._ready_at_s = self._setting.clock.monotonic_s() + self._step.wait_s * 0.99

    def read(self, count: int) -> bytes:
        """See `FakeChip`. It does not acknowledge while it measures, or when nothing was asked."""
        step = self._step
        if step is None or self._setting.clock.monotonic_s() < self._ready_at_s:
            raise no_acknowledge()
        return self._frame(step)[:count].ljust(count, b"\xff")

    def reset(self) -> None:
        """See `FakeChip`."""
        self._step = self._plain
        self._written.clear()

    def _frame(self, step: Step) -> bytes:
        payload = bytearray(step.row.payload_size)
        for test, reason in step.refusals:
            is_wrong = self._setting.faults.wrong_id and test in self._identity
            _make(payload, test, holds=is_wrong or self._is_so(reason))
        now_s = self._setting.clock.monotonic_s()
        for value in step.values:
            if value.when is None or value.when.holds(bytes(payload)):
                wave = wave_of(value.row.metric)
                _put(payload, value, wave.at(now_s, f"{self._setting.name} {value.row.metric}"))
        return self._with_crc(step, bytes(payload))

    def _is_so(self, reason: Reason) -> bool:
        if reason in _UNREADY:
            return self._setting.faults.not_ready
        return reason is Reason.SETTINGS_LOST and not self._written >= self._set_up

    def _with_crc(self, step: Step, payload: bytes) -> bytes:
        if step.row.crc == "frame":
            return payload + bytes((crc8(payload, polynomial=SENSIRION, start=0xFF),))
        if step.row.crc == "pec":
            sent = bytes((self._address << 1, *step.write, self._address << 1 | 1)) + payload
            return payload + bytes((crc8(sent, polynomial=SMBUS, start=0),))
        if step.row.crc:
            start = 0 if step.row.crc == "words-0" else 0xFF
            words = [payload[at : at + 2] for at in range(0, len(payload), 2)]
            return b"".join(
                word + bytes((crc8(word, polynomial=SENSIRION, start=start),)) for word in words
            )
        return payload


def _make(payload: bytearray, test: Test, *, holds: bool) -> None:
    """Let a condition hold, or not."""
    if test.holds(bytes(payload)) == holds:
        return
    bits = test.number
    if holds != test.is_equal:
        bits ^= test.field.mask & -test.field.mask  # its lowest bit is another one then
    _store(payload, test.field, bits)


def _put(payload: bytearray, value: Value, number: float) -> None:
    row = value.row
    if row.float32:
        struct.pack_into(">f" if row.order == "big" else "<f", payload, row.at, number)
        return
    whole = (1 << value.bits) - 1
    least, most = (~(whole >> 1), whole >> 1) if row.signed else (0, whole)
    raw = min(max(round((number - row.offset) / value.scale), least), most)
    own = replace(value.field, mask=value.field.mask & whole << row.shift)
    _store(payload, own, (raw & whole) << row.shift)


def _store(payload: bytearray, field: Field, bits: int) -> None:
    number = field.of(payload) ^ integer(payload, field.at, field.size, field.order)
    number |= bits & field.mask
    payload[field.at : field.at + field.size] = number.to_bytes(field.size, field.order)
