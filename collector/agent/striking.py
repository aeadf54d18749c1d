"""Commits the fault that struck a request."""

from collections.abc import Callable
from dataclasses import dataclass

from collector.agent.faults import Action, Fault
from collector.agent.messages import Messages
from collector.wire.errors import ErrorCode, Refusal

Defer = Callable[[float, Callable[[], None]], object]
"""Runs something on the event loop, this many seconds later."""


@dataclass(frozen=True, slots=True)
class Struck:
    """A request that a fault has struck.

    Attributes:
        carry_out: Does what was asked; returns what to publish.
        refuse: Returns what to publish to refuse it.
    """

    fault: Fault
    carry_out: Callable[[], Messages]
    refuse: Callable[[Refusal], Messages]

    def handle(self, send: Callable[[Messages], None], defer: Defer) -> bool | None:
        """Do wrong; the result is that of `collector.agent.broker.Service.handle`."""
        fault = self.fault
        if fault.action is Action.IGNORE:
            return None
        if fault.action in (Action.ERROR, Action.CLOSE) and fault.store:
            self.carry_out()
        if fault.action is Action.ERROR:
            send(self.refuse(Refusal(ErrorCode(fault.code), fault.message, fault.metrics)))
        elif fault.action is Action.DELAY:
            late = self.carry_out()
            defer(fault.delay_s, lambda: send(late))
        elif fault.action in _ANSWERS:
            send(self.carry_out().answered(_ANSWERS[fault.action]))
        return fault.action is not Action.CLOSE


_ANSWERS = {Action.DROP_REPLY: 0, Action.DUPLICATE: 2}
