"""How a device is recognised without writing to it."""

import math
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from collector import ConfigModel, MetricValue
from collector_modbus.registers.table import ADDRESSES, Block, Table
from collector_modbus.settings.point import Order, PointSettings, TypeName

_FLOAT32_STEP = 1e-6  # a 32-bit float has about seven digits


class Signature(ConfigModel):
    """An ``[[identify]]`` of a profile: one way to recognise the device, by reads alone.

    All that a signature names has to hold; of several signatures one is enough.
    """

    text: str = ""
    """Part of the device identification (function 43/14) or of the server id (17)."""

    register_table: Table = Field(default=Table.HOLDING, alias="register")
    """The table of the register that is looked at."""

    address: int | None = Field(default=None, ge=0, lt=ADDRESSES)
    """Its address; none is looked at when left out."""

    type: TypeName | None = None
    """How its bits are understood, as in a point."""

    count: int | None = Field(default=None, ge=1, le=125)
    """How many registers a string takes."""

    word_order: Order = "big"
    """Of values of several registers, as in a point."""

    value: bool | int | float | str | None = None
    """What it has to hold."""

    minimum: float | None = None
    """What it has to hold at least."""

    maximum: float | None = None
    """What it has to hold at most."""

    @property
    def point(self) -> PointSettings | None:
        """The register as a point that can be read and decoded; None if the text alone decides.

        Read its block alone: some devices answer a longer read with other contents.
        """
        if self.address is None:
            return None
        keys = ("register", "address", "type", "count", "word_order")
        given = self.model_dump(include={"register_table", *keys}, by_alias=True)
        return PointSettings.model_validate({"metric": "signature", **_without_none(given)})

    @property
    def block(self) -> Block | None:
        """Where the register lies; None if the text alone decides."""
        return None if self.point is None else self.point.block

    def is_in(self, text: str) -> bool:
        """Tell whether a device that says this of itself may be it; capitals do not matter."""
        return self.text.casefold() in text.casefold()

    def holds(self, value: MetricValue | None) -> bool:
        """Tell whether this content of the register fits.

        Args:
            value: What `point` was decoded to; None if there was no value, which never fits.
        """
        if value is None:
            return False
        if self.value is not None and not _is_same(self.value, value):
            return False
        if isinstance(value, str):
            return self.minimum is None and self.maximum is None
        is_high_enough = self.minimum is None or value >= self.minimum
        return is_high_enough and (self.maximum is None or value <= self.maximum)

    @model_validator(mode="after")
    def _check(self) -> Self:
        bounds = (self.value, self.minimum, self.maximum)
        is_bound = any(bound is not None for bound in bounds)
        if self.address is None and (is_bound or not self.text):
            raise ValueError("needs a text, or an address with value, minimum or maximum")
        if self.address is not None and not is_bound:
            raise ValueError("address needs a value, a minimum or a maximum to be recognised by")
        try:
            _ = self.point
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        return self


def _is_same(expected: MetricValue, value: MetricValue) -> bool:
    if isinstance(expected, str) or isinstance(value, str):
        return expected == value
    return math.isclose(expected, value, rel_tol=_FLOAT32_STEP)


def _without_none(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}
