"""Reads as much of a block as a device gives at once."""

from collections.abc import Iterator

from collector_modbus.commissioning.open_link import OpenLink
from collector_modbus.errors import ILLEGAL_ADDRESS, ILLEGAL_VALUE, DeviceError, NoAnswerError
from collector_modbus.protocol import queries
from collector_modbus.registers.table import Block, Span

_TOO_MUCH = (ILLEGAL_ADDRESS, ILLEGAL_VALUE)
"""How devices refuse what reaches behind their last address, or is more than they give at once."""


def read_patiently(link: OpenLink, unit_id: int, block: Block) -> tuple[Block, bytes]:
    """Return the data of a block, or of as much from its start as the device gives.

    Each question is asked a second time if the answer does not come.

    Returns:
        What was read, and its data.

    Raises:
        DeviceError: It refuses even a single item.
        NoAnswerError: It does not answer.
        LinkError: The link is not there, or broke.
    """
    for shorter in _shorter_and_shorter(block):
        try:
            return shorter, _read_again(link, unit_id, shorter)
        except DeviceError as error:
            if error.code not in _TOO_MUCH or shorter.span.count == 1:
                raise
    raise AssertionError("a block has at least one item")


def _read_again(link: OpenLink, unit_id: int, block: Block) -> bytes:
    link.open()
    try:
        answer = link.ask(unit_id, queries.read(block), block)
    except NoAnswerError:
        answer = link.ask(unit_id, queries.read(block), block)
    return queries.data_of(answer)


def _shorter_and_shorter(block: Block) -> Iterator[Block]:
    count = block.span.count
    while count:
        yield Block(block.table, Span(block.span.address, count))
        count //= 2
