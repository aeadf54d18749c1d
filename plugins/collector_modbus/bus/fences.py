"""What to ask a unit whose answer cannot be mistaken for anything that it still owes."""

from collections.abc import Iterator

from collector_modbus.bus.owed import Owed
from collector_modbus.protocol import queries
from collector_modbus.protocol.queries import Query
from collector_modbus.registers.table import Block, Span

_MOST_SHORTER = 8


def fence_for(block: Block | None, unit_id: int, owed: Owed, number: int, now_s: float) -> Query:
    """Return a harmless query whose answer tells that everything older has been answered.

    First choice is to read the beginning of the very block that is wanted, so that no address is
    touched that would not be read anyway. Where that cannot be told apart, an echo (function 8)
    can: it carries a number, and even "illegal function" is an answer.

    Args:
        block: What is to be read behind the fence; None if it is something else.
        unit_id: Whom it is for.
        owed: What the units owe.
        number: A number that differs from call to call.
        now_s: The monotonic clock.
    """
    for query in _shorter(block):
        if not owed.could_be_mistaken(unit_id, query, now_s):
            return query
    return queries.echo(number & 0xFFFF)


def _shorter(block: Block | None) -> Iterator[Query]:
    if block is None:
        return
    for count in range(1, min(block.span.count, _MOST_SHORTER)):
        yield queries.read(Block(block.table, Span(block.span.address, count)))
