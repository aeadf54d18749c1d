"""How long an answer is, as far as its first bytes tell; RTU frames have nothing else to go by."""

from collector_modbus.protocol.queries import (
    DIAGNOSTICS,
    ENCAPSULATED,
    EXCEPTION_FLAG,
    READ_FUNCTIONS,
    REPORT_SERVER_ID,
)

_COUNTED = frozenset((*READ_FUNCTIONS.values(), REPORT_SERVER_ID))
_OURS = _COUNTED | {DIAGNOSTICS, ENCAPSULATED}
_DIAGNOSTICS_BYTES = 5
_EXCEPTION_BYTES = 2
_IDENTIFICATION_HEADER = 7


def answer_length(data: bytes | bytearray, start: int) -> int:
    """Return the length of the answer's PDU that begins at this place.

    Returns:
        0 if no answer of ours begins so, or if too little of it is there to tell.
    """
    if start >= len(data):
        return 0
    function = data[start]
    if function & EXCEPTION_FLAG:
        return _EXCEPTION_BYTES if function ^ EXCEPTION_FLAG in _OURS else 0
    if function == DIAGNOSTICS:
        return _DIAGNOSTICS_BYTES
    if function in _COUNTED:
        return 2 + data[start + 1] if start + 1 < len(data) else 0
    return _identification_length(data, start) if function == ENCAPSULATED else 0


def _identification_length(data: bytes | bytearray, start: int) -> int:
    """Add up the objects of a device identification, each of which has its own length."""
    at = start + _IDENTIFICATION_HEADER
    if at > len(data):
        return 0
    for _ in range(data[at - 1]):
        if at + 1 >= len(data):
            return 0
        at += 2 + data[at + 1]
    return at - start
