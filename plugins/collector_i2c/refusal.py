"""Why a reading is refused: what a chip answered, but must not be published."""

from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with an answer; each is counted on its own."""

    CRC = "wrong CRC"
    BUSY = "busy"
    NOT_READY = "not ready"
    CHIP_ID = "wrong chip"
    OVERFLOW = "overflow"
    RANGE_INVALID = "range invalid"
    ERROR_FLAG = "error flag"
    SETTINGS_LOST = "settings lost"
    STUCK = "stuck"
    UNSTEADY = "unsteady"


PASSING = frozenset({Reason.CRC, Reason.BUSY, Reason.SETTINGS_LOST})
"""What may be gone when the chip is asked again at once."""


class RefusedError(Exception):
    """An answer that gives no value: it is counted, and nothing is published in its place.

    Attributes:
        reason: What is wrong.
        message: The same for people, with the figures.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message
