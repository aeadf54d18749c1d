"""A description with its options put in: bytes, seconds and numbers instead of text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from collector import Duration, Metric, ValueType
from collector_i2c.chips.description import (
    Bits,
    Condition,
    Description,
    OptionRow,
    Refusal,
    StepRow,
    ValueRow,
)
from collector_i2c.decode.fields import Order, float32, integer, signed
from collector_i2c.refusal import Reason

_DURATION: TypeAdapter[float] = TypeAdapter(Duration)
_TYPES: Mapping[ValueType, type[bool | int]] = MappingProxyType(
    {ValueType.BOOL: bool, ValueType.INTEGER: int}
)
_NUMBER = re.compile(r"[*/]?[^*/]+")
_NAME = re.compile(r"\{([A-Za-z0-9_-]+)\}")


@dataclass(frozen=True, slots=True)
class Field:
    """Some bits of an answer; see `Bits`."""

    at: int
    size: int
    order: Order
    mask: int

    def of(self, payload: bytes | bytearray) -> int:
        """Return them."""
        return integer(payload, self.at, self.size, self.order) & self.mask


@dataclass(frozen=True, slots=True)
class Test:
    """A condition; see `Condition`."""

    field: Field
    number: int
    is_equal: bool

    def holds(self, payload: bytes) -> bool:
        """Tell whether an answer fulfils it."""
        return (self.field.of(payload) == self.number) is self.is_equal


@dataclass(frozen=True, slots=True)
class Value:
    """One value in an answer; see `ValueRow`."""

    row: ValueRow
    field: Field
    bits: int
    scale: float
    when: Test | None

    def of(self, payload: bytes) -> bool | int | float:
        """Return it, as its metric's type demands."""
        number = self._number(payload)
        if not isfinite(number):  # no other type can say so
            return number
        return _TYPES.get(self.row.type, float)(number)

    def _number(self, payload: bytes) -> float:
        row = self.row
        if row.float32:
            number: float = float32(payload, row.at, row.order)
        else:
            number = self.field.of(payload) >> row.shift & (1 << self.bits) - 1
            if row.signed:
                number = signed(int(number), self.bits)
        value = number * self.scale + row.offset
        return min(max(value, row.clamp[0]), row.clamp[1]) if row.clamp else value


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do; see `StepRow`."""

    row: StepRow
    write: bytes
    wait_s: float
    look_again_s: float
    only_if: Test | None
    refusals: tuple[tuple[Test, Reason], ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps of one chip."""

    identify: tuple[Step, ...]
    set_up: tuple[Step, ...]
    measure: tuple[Step, ...]
    metrics: tuple[Metric, ...]


def resolve(
    description: Description, options: Mapping[str, Any], wanted: Sequence[str] = ()
) -> Plan:
    """Put the options in.

    Args:
        description: The chip.
        options: As the user gave them.
        wanted: Ids of metrics; steps that give none of them are left out. Empty: all.

    Raises:
        ValueError: An option is wrong, or the description is.
    """
    texts = _texts(description.option, options)
    step = partial(_step, texts=texts)
    measure = [step(row) for row in description.measure if _is_wanted(row, wanted)]
    rows = {value.metric: value for row in description.measure for value in row.values}
    return Plan(
        tuple(step(row) for row in description.identify),
        tuple(step(row) for row in description.set_up),
        tuple(measure),
        tuple(_metric(row) for row in rows.values()),
    )


def seconds(text: str) -> float:
    """Return a duration such as ``"8.3ms"``; 0 of an empty one.

    Raises:
        ValueError: It is none.
    """
    try:
        return float(_DURATION.validate_python(text)) if text else 0.0
    except ValidationError:
        raise ValueError(f'{text!r} is no duration, such as "8.3ms"') from None


def _is_wanted(row: StepRow, wanted: Sequence[str]) -> bool:
    given = {value.metric for value in row.values}
    return not wanted or not given or not given.isdisjoint(wanted)


def _texts(rows: Mapping[str, OptionRow], options: Mapping[str, Any]) -> dict[str, str]:
    unknown = sorted(options.keys() - rows.keys())
    if unknown:
        known = ", ".join(rows) or "none"
        raise ValueError(f"options.{unknown[0]}: there is no such option (there are: {known})")
    texts: dict[str, str] = {}
    for name, row in rows.items():
        texts |= _chosen(name, row, options.get(name, row.default))
    return texts


def _chosen(name: str, row: OptionRow, given: object) -> Mapping[str, str]:
    if not row.choices:
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise ValueError(f"options.{name}: must be a number, got {given!r}")
        return {name: repr(given)}
    if str(given) not in row.choices:
        choices = ", ".join(row.choices)
        raise ValueError(f"options.{name}: must be one of {choices}, got {given!r}")
    return row.choices[str(given)]


def _step(row: StepRow, texts: Mapping[str, str]) -> Step:
    return Step(
        row=row,
        write=_octets(_filled(row.write, texts)),
        wait_s=seconds(_filled(row.wait, texts)),
        look_again_s=seconds(row.look_again),
        only_if=_test(row.only_if, texts) if row.only_if else None,
        refusals=tuple(_refusal(each, texts) for each in row.refuse),
        values=tuple(_value(each, texts) for each in row.values),
    )


def _refusal(row: Refusal, texts: Mapping[str, str]) -> tuple[Test, Reason]:
    return _test(row, texts), Reason[row.reason.upper()]


def _test(row: Condition, texts: Mapping[str, str]) -> Test:
    number = row.differs if row.equals is None else row.equals
    if isinstance(number, str):
        number = _word(_filled(number, texts))
    return Test(_field(row), number or 0, is_equal=row.equals is not None)


def _filled(text: str, texts: Mapping[str, str]) -> str:
    """Return a text with the options in their places."""
    unknown = [name for name in _NAME.findall(text) if name not in texts]
    rest = _NAME.sub("", text)
    if unknown or "{" in rest or "}" in rest:
        known = ", ".join(texts) or "none"
        raise ValueError(f"{text!r} holds what is no name of an option (there are: {known})")
    return _NAME.sub(lambda match: texts[match[1]], text)


def _octets(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"write: {text!r} is not made of hexadecimal digits in pairs") from None


def _word(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        raise ValueError(f"{text!r} is no hexadecimal number") from None


def _field(row: Bits) -> Field:
    whole = (1 << 8 * row.size) - 1
    return Field(row.at, row.size, row.order, whole if row.mask is None else row.mask)


def _value(row: ValueRow, texts: Mapping[str, str]) -> Value:
    scale = row.scale if isinstance(row.scale, float) else _product(_filled(row.scale, texts))
    bits = row.bits or 8 * row.size - row.shift
    return Value(row, _field(row), bits, scale, _test(row.when, texts) if row.when else None)


def _product(text: str) -> float:
    product = 1.0
    try:
        for factor in _NUMBER.findall(text.replace(" ", "")):
            number = float(factor.lstrip("*/"))
            product = product / number if factor.startswith("/") else product * number
    except (ValueError, ZeroDivisionError):
        raise ValueError(f'scale: {text!r} is no product, such as "175/65535"') from None
    return product


def _metric(row: ValueRow) -> Metric:
    return Metric(
        id=row.metric, name=row.name, unit=row.unit, type=row.type, annotation=row.annotation
    )


def all_steps(plan: Plan) -> Iterator[Step]:
    """Yield every step."""
    yield from (*plan.identify, *plan.set_up, *plan.measure)
