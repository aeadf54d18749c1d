"""What goes to the agent in a day: messages, the fences that confirm them, and their bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from collector.forecast.parts import DAY_S
from collector.forecast.samples import CLIENT_ID, packet_bytes
from collector.forecast.timeline import Ready, Stream, windows
from collector.publishing.delivery.fence import FENCE_DELAY_S, Fences
from collector.wire.topics import Address, Operation, request_topic

TLS_RECORD_BYTES = 22
"""Header 5, type 1, tag 16 of a record of TLS 1.3 (RFC 8446, 5.2, with the tags of RFC 5116)."""

TOGETHER_S = 0.02
"""Messages that are ready within so much leave in one record: what the spool writes at once."""

KEEPALIVE_S = 15.0
"""After so long a silence the client says that it is there: two bytes (MQTT 3.1.1, 3.12)."""

_PINGREQ_BYTES = 2


@dataclass(frozen=True, slots=True)
class Traffic:
    """What leaves in a day.

    Attributes:
        messages: Pushes.
        fences: Pings that have them confirmed.
        payload_bytes: Of the pushes as MQTT packets.
        bytes: All of it, with fences, keep-alives and TLS; without TCP and IP.
    """

    messages: float
    fences: float
    payload_bytes: float
    bytes: float


def traffic(
    streams: Sequence[Stream], messages: Sequence[Ready], until_s: float, *, has_fences: bool
) -> Traffic:
    """Return what is sent in a day.

    Args:
        streams: What there is to send.
        messages: The same for some time, in the order in which it leaves.
        until_s: How many seconds that is.
        has_fences: Whether the agent's own answer confirms them.
    """
    days = until_s / DAY_S
    instants = [each.at_s for each in messages]
    fences = len(windows(instants, FENCE_DELAY_S)) if has_fences else 0
    silences = sum(int((later - sooner) / KEEPALIVE_S) for sooner, later in pairwise(instants))
    silences += int(until_s / KEEPALIVE_S) if not instants else 0
    records = len(windows(instants, TOGETHER_S)) + fences + silences
    others = fences * _fence_bytes() + silences * _PINGREQ_BYTES + records * TLS_RECORD_BYTES
    payload_bytes = sum(stream.per_day * stream.size for stream in streams)
    return Traffic(
        messages=sum(stream.per_day for stream in streams),
        fences=fences / days,
        payload_bytes=payload_bytes,
        bytes=payload_bytes + others / days,
    )


def _fence_bytes() -> int:
    fence = Fences().make(0.0, 0.0)
    return packet_bytes(request_topic(Operation.PING, Address(CLIENT_ID)), fence.payload())
