"""What a recorded device answers: to the same request the same, in the order of the recording."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from collector import TapeEvent
from collector_modbus.simulator import pdus

_TAG_BYTES = 2
_LENGTH_AT, _HEADER_BYTES = 4, 6


@dataclass(slots=True)
class Answer:
    """What came after a request, as it came.

    Attributes:
        tag: The transaction id of the request.
        pieces: Seconds after the request, and bytes.
    """

    tag: int
    pieces: list[tuple[float, bytes]] = field(default_factory=list)

    def to(self, tag: int) -> list[tuple[float, bytes]]:
        """Return the pieces with this transaction id where they had that of their request."""
        joined = _tagged(b"".join(data for _, data in self.pieces), self.tag, tag)
        pieces, start = [], 0
        for after_s, data in self.pieces:
            pieces.append((after_s, joined[start : start + len(data)]))
            start += len(data)
        return pieces


class Script:
    """The answers of a recording; after the last one to a request, that again and again.

    Args:
        events: What passed.
        framing: How requests lie in it.
    """

    def __init__(self, events: Sequence[TapeEvent], framing: pdus.Framing) -> None:
        self._has_tags = not framing.is_serial
        self._answers: defaultdict[tuple[int, bytes], list[Answer]] = defaultdict(list)
        answer, asked_at_s = Answer(0), 0.0
        for event in events:
            if event.direction == "out":
                frames, _ = framing.split(event.data)
                answer, asked_at_s = Answer(0), event.at_s
                for frame in frames[:1]:
                    answer = Answer(frame.transaction_id)
                    self._answers[frame.unit_id, frame.pdu].append(answer)
            elif event.direction == "in":
                answer.pieces.append((event.at_s - asked_at_s, event.data))

    def answer_to(self, frame: pdus.Frame) -> list[tuple[float, bytes]] | None:
        """Return the next answer to a request; None if it was never recorded."""
        answers = self._answers.get((frame.unit_id, frame.pdu))
        if not answers:
            return None
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer.to(frame.transaction_id) if self._has_tags else answer.pieces


def _tagged(stream: bytes, old: int, new: int) -> bytes:
    """Return frames of Modbus TCP with another transaction id where they have this one."""
    changed, start = bytearray(stream), 0
    while start + _HEADER_BYTES <= len(stream):
        if int.from_bytes(stream[start : start + _TAG_BYTES], "big") == old:
            changed[start : start + _TAG_BYTES] = new.to_bytes(_TAG_BYTES, "big")
        length_at = start + _LENGTH_AT
        start += _HEADER_BYTES + int.from_bytes(stream[length_at : length_at + 2], "big")
    return bytes(changed)
