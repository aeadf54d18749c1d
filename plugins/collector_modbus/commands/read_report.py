"""What a read prints: the registers, and what they could mean."""

from typing import Any

from collector import CommandContext
from collector_modbus.commissioning.items import ReadItems
from collector_modbus.decoding.interpretations import Interpretation, point_toml
from collector_modbus.registers.table import Span
from collector_modbus.registers.types import TYPES, Kind

_FLOAT_DIGITS = {16: 4, 32: 7, 64: 15}
"""Enough digits to tell neighbouring values of a float of so many bits apart, nearly always."""

_ORDERS = (
    ("BIG", ("big", "big")),
    ("WORDS LITTLE", ("little", "big")),
    ("BYTES LITTLE", ("big", "little")),
    ("BOTH LITTLE", ("little", "little")),
)
"""Titles for word order and byte order."""

_PRINTABLE = range(0x20, 0x7F)


class ReadReport:
    """Prints what was read.

    Args:
        items: What was read.
        context: Prints.
    """

    def __init__(self, items: ReadItems, context: CommandContext) -> None:
        self._items = items
        self._context = context

    def print_items(self) -> None:
        """Print where it was read, and the registers or bits themselves."""
        items = self._items
        self._context.print(f"{items.link.key} unit {items.unit_id}, {items.block}")
        if items.block != items.asked:
            self._context.print(f"note: it gives no more than that, and not {items.asked}")
        if items.block.table.holds_bits:
            self._context.table(("ADDRESS", "STATE"), _bit_rows(items))
        else:
            self._context.table(("ADDRESS", "HEX", "DECIMAL", "TEXT"), _word_rows(items))

    def print_interpretations(self) -> None:
        """Print all that the registers could mean: a row for each type, a column for each order."""
        headers = ("TYPE", "REGISTERS", *(title for title, _ in _ORDERS))
        self._context.print()
        self._context.table(headers, _type_rows(self._items))

    def print_matches(self, shown: str) -> int:
        """Print what gives the number that is shown, and the lines for the first.

        Returns:
            The exit code.
        """
        matches = self._items.matching(shown)
        self._context.print()
        if not matches:
            self._context.print(_nothing(self._items, shown))
            return 1
        headers = ("TYPE", "WORD ORDER", "BYTE ORDER", "SCALE", "REGISTERS", "VALUE")
        address = self._items.block.span.address
        self._context.table(headers, [_match_row(match, address) for match in matches])
        if len(matches) > 1:
            again = "read again when the display shows something else"
            self._context.print(f"note: {len(matches)} ways give {shown}; {again}")
        self._context.print()
        self._context.print(self._toml(matches[0]).rstrip())
        return 0

    def print_json(self, shown: str | None) -> int:
        """Print all of it for programs.

        Returns:
            The exit code.
        """
        items, span = self._items, self._items.block.span
        document: dict[str, Any] = {
            "link": items.link.key,
            "unit_id": items.unit_id,
            "register": str(items.block.table),
            "address": span.address,
            "count": span.count,
        }
        if items.block.table.holds_bits:
            self._context.json({**document, "bits": items.bits})
            return 0
        meant = items.interpretations() if shown is None else items.matching(shown)
        readings = [{**_as_json(each), "config": self._toml(each)} for each in meant]
        self._context.json({**document, "registers": items.words, "interpretations": readings})
        return 0 if readings or shown is None else 1

    def _toml(self, reading: Interpretation) -> str:
        table, address = self._items.block.table, self._items.block.span.address
        return point_toml(reading, f"{table}_{address}", table, address)


def _nothing(items: ReadItems, shown: str) -> str:
    address = items.block.span.address
    below = (
        f"manuals often count from 1, so try --address {address - 1}; or " if address else "try "
    )
    return f"nothing at {items.block} gives {shown}: {below}another --register"


def _word_rows(items: ReadItems) -> list[tuple[str, ...]]:
    first = items.block.span.address
    return [
        (str(address), f"{word:04X}", str(word), _text(word))
        for address, word in enumerate(items.words, start=first)
    ]


def _bit_rows(items: ReadItems) -> list[tuple[str, ...]]:
    first = items.block.span.address
    return [
        (str(address), "on" if bit else "off")
        for address, bit in enumerate(items.bits, start=first)
    ]


def _text(word: int) -> str:
    return "".join(chr(byte) if byte in _PRINTABLE else "." for byte in divmod(word, 256))


def _type_rows(items: ReadItems) -> list[tuple[str, ...]]:
    by_type: dict[tuple[str, str], dict[tuple[str, str], str]] = {}
    for each in items.interpretations():
        span = Span(items.block.span.address, each.registers)
        values = by_type.setdefault((each.type_name, str(span)), {})
        values[each.word_order, each.byte_order] = _value(each)
    return [
        (*key, *(values.get(order, "-") for _, order in _ORDERS)) for key, values in by_type.items()
    ]


def _match_row(reading: Interpretation, address: int) -> tuple[str, ...]:
    has_order = reading.registers > 1
    return (
        reading.type_name,
        reading.word_order if has_order else "-",
        reading.byte_order,
        f"{reading.scale:g}",
        str(Span(address, reading.registers)),
        _value(reading),
    )


def _value(reading: Interpretation) -> str:
    value_format = TYPES[reading.type_name]
    if isinstance(reading.value, float) and value_format.kind is Kind.FLOAT:
        return f"{reading.value:.{_FLOAT_DIGITS[value_format.bits]}g}"
    return str(reading.value)


def _as_json(reading: Interpretation) -> dict[str, Any]:
    return {
        "type": reading.type_name,
        "word_order": reading.word_order,
        "byte_order": reading.byte_order,
        "registers": reading.registers,
        "scale": reading.scale,
        "value": reading.value,
    }
