"""What a device says of itself, by functions 43/14 and 17."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from collector_modbus.protocol import queries
from collector_modbus.protocol.identification import (
    IdentificationPage,
    identification_page,
    server_id_text,
)
from collector_modbus.protocol.queries import Query

Ask = Callable[[Query], bytes | None]
"""Gives the PDU that answers a query, or None."""

_BASIC, _REGULAR = 1, 2
_FIRST_REGULAR_OBJECT = 3
_MOST_PAGES = 16


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device says of itself.

    Attributes:
        objects: The texts of function 43/14 by object id: 0 vendor, 1 product code, 2 revision, 3
            vendor URL, 4 product name, 5 model name.
        server_id: The readable part of what it answers to function 17.
    """

    objects: Mapping[int, str] = field(default_factory=dict)
    server_id: str = ""

    @property
    def text(self) -> str:
        """All of it in one line; empty if it says nothing."""
        texts = [*(self.objects[number] for number in sorted(self.objects)), self.server_id]
        return " ".join(dict.fromkeys(filter(None, texts)))


def identity_of(ask: Ask) -> Identity:
    """Ask a device what it is."""
    objects = {**_objects(ask, _BASIC, 0), **_objects(ask, _REGULAR, _FIRST_REGULAR_OBJECT)}
    answer = ask(queries.report_server_id())
    return Identity(objects, "" if answer is None else server_id_text(answer))


def _objects(ask: Ask, access: int, first: int) -> dict[int, str]:
    return {
        number: text
        for page in _pages(ask, access, first)
        for number, text in page.objects.items()
        if text
    }


def _pages(ask: Ask, access: int, first: int) -> Iterator[IdentificationPage]:
    """Follow the pages to the last; no further than a device that goes in circles deserves.

    A device that does not have the first object begins anew with object 0.
    """
    asked: list[int] = []
    next_object: int | None = first
    while next_object is not None and next_object not in asked and len(asked) < _MOST_PAGES:
        asked.append(next_object)
        page = _page(ask(queries.identify(next_object, access=access)))
        if page is None:
            return
        yield page
        next_object = page.next_object


def _page(answer: bytes | None) -> IdentificationPage | None:
    try:
        return None if answer is None else identification_page(answer)
    except ValueError:  # cut short: what came before it counts
        return None
