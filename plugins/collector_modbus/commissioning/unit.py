"""One unit on an open link, asked for what it may well refuse."""

from collections.abc import Callable
from dataclasses import dataclass

from collector_modbus.commissioning.open_link import OpenLink
from collector_modbus.errors import LinkError, NoAnswerError
from collector_modbus.protocol import queries
from collector_modbus.protocol.queries import Query
from collector_modbus.registers.table import Block


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that is there.

    Attributes:
        link: Where it is.
        unit_id: Its address.
        on_question: Called before each question.
    """

    link: OpenLink
    unit_id: int
    on_question: Callable[[], None]

    def ask(self, query: Query, block: Block | None = None) -> bytes | None:
        """Return the PDU that answers a query; None when it is refused or not answered.

        Raises:
            LinkError: The link cannot be opened any more.
        """
        self.on_question()
        self.link.open()
        try:
            answer = self.link.ask(self.unit_id, query, block)
        except (NoAnswerError, LinkError):  # some hang up when they do not know a function
            return None
        return None if queries.is_exception(answer) else answer

    def read(self, block: Block) -> bytes | None:
        """Return the data of a block; None when it is refused or not answered.

        Raises:
            LinkError: The link cannot be opened any more.
        """
        answer = self.ask(queries.read(block), block)
        return None if answer is None else queries.data_of(answer)
