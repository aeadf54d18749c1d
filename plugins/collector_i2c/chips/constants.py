"""Reads what a chip was given for good, such as its calibration."""

from collector_i2c.port import Port
from collector_i2c.refusal import Reason, RefusedError

_READS = 4


def constants(port: Port, register: int, count: int) -> bytes:
    """Return registers that never change, as soon as two reads of them agree.

    They carry no check, and a bit that turns over on the way would falsify every later value.

    Raises:
        RefusedError: No two do.
    """
    before = port.ask(bytes((register,)), count)
    for _ in range(_READS - 1):
        told = port.ask(bytes((register,)), count)
        if told == before:
            return told
        before = told
    raise RefusedError(
        Reason.UNSTEADY, f"what stands from {register:#04x} on reads ever differently"
    )
