"""The fence: a ping whose echo says that all sent before it was answered, or never will be."""

import secrets
from dataclasses import dataclass

from collector.wire.fields import MalformedReplyError
from collector.wire.payload import encode
from collector.wire.replies import answer_of

FENCE_DELAY_S = 0.2
"""The fence goes out so long after the first unfenced push, or at once when a lane is full."""

FENCE_TIMEOUT_S = 10.0
"""Without progress for so long the ping is repeated."""

REPEATED_TIMEOUT_S = 4.0
"""If that brings nothing either, the connection is dropped: a dead link is found within 15 s."""

STRICT_GRACE_S = 1.0
"""With ``ack = "strict"`` a window is judged only so long after its fence was answered."""


@dataclass(slots=True)
class Fence:
    """A ping under way.

    Attributes:
        progress_at_s: Monotonic seconds of the last sign that the agent is alive.
        nonce: What the ping carries.
        grace_s: How long to wait for stragglers after the answer.
    """

    progress_at_s: float
    nonce: str
    grace_s: float = 0.0
    is_repeated: bool = False
    answered_at_s: float | None = None

    def payload(self) -> bytes:
        """Return the ping's message."""
        return encode({"request": self.nonce})

    def is_answer(self, payload: bytes) -> bool:
        """Tell whether a ping's answer is to this fence; others on this identity ping as well."""
        try:
            return bool(answer_of(payload) == self.nonce)
        except MalformedReplyError:
            return False

    def is_closed(self, now_s: float) -> bool:
        """Tell whether the window behind it can be judged."""
        return self.answered_at_s is not None and now_s >= self.answered_at_s + self.grace_s

    def is_overdue(self, now_s: float) -> bool:
        """Tell whether nothing has happened for as long as it may take."""
        return self.answered_at_s is None and now_s >= self.next_due_s()

    def repeat(self, now_s: float) -> None:
        """Note that the ping goes out once more."""
        self.is_repeated, self.progress_at_s = True, now_s

    def next_due_s(self) -> float:
        """Return when it has to be looked at again."""
        if self.answered_at_s is not None:
            return self.answered_at_s + self.grace_s
        timeout_s = REPEATED_TIMEOUT_S if self.is_repeated else FENCE_TIMEOUT_S
        return self.progress_at_s + timeout_s


class Fences:
    """Makes fences whose pings can be told from those of every other collector."""

    def __init__(self) -> None:
        self._own = f"{_MARK}{secrets.token_hex(4)}-"

    def make(self, now_s: float, grace_s: float) -> Fence:
        """Return a fence that goes out now."""
        return Fence(now_s, f"{self._own}{secrets.token_hex(8)}", grace_s)

    def foreign_nonce(self, payload: bytes) -> str:
        """Return which fence of another collector a ping's answer is for; empty for none."""
        try:
            answer = answer_of(payload)
        except MalformedReplyError:
            return ""
        is_fence = isinstance(answer, str) and answer.startswith(_MARK)
        return answer if is_fence and not answer.startswith(self._own) else ""


_MARK = "collector-"
