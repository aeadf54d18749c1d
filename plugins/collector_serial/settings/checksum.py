"""How a frame proves that it is whole."""

from typing import Literal, Self

from pydantic import Field, model_validator

from collector import ConfigModel


class ChecksumSettings(ConfigModel):
    """A check that a frame carries: a CRC by its polynomial, an exclusive or, or a sum."""

    method: Literal["crc", "xor", "sum"]
    """How it is computed."""

    width: Literal[8, 16, 32] = 8
    """Its bits."""

    polynomial: int = Field(default=0, ge=0, lt=2**32)
    """Of a crc: the polynomial without its highest bit, not reflected: ``0x8005``."""

    initial: int = Field(default=0, ge=0, lt=2**32)
    """What it starts from."""

    reflected: bool = False
    """Of a crc: take the lowest bit of each byte first."""

    final_xor: int = Field(default=0, ge=0, lt=2**32)
    """Bits that are inverted at the end; 0xFF makes the inverted sum."""

    negated: bool = False
    """Of a sum: what is missing to zero is what the frame carries."""

    mask: int | None = Field(default=None, ge=1, lt=2**32)
    """Only these bits of the result count."""

    add: int = Field(default=0, ge=0, le=0xFF)
    """Added at the end, to make it a letter."""

    first: int = 0
    """The first byte that counts; negative from the end."""

    last: int | None = None
    """The first byte that does not count any more; the place of the check when left out."""

    at: int | None = None
    """Where it stands in the frame; its last bytes when left out."""

    order: Literal["big", "little"] = "big"
    """The order of its bytes."""

    digits: bool = False
    """It is written in hexadecimal digits."""

    each_line: bool = False
    """Not the frame but each of its lines carries one; all of them have to be right."""

    @property
    def size(self) -> int:
        """How many bytes it takes in the frame."""
        return self.width // 8 * (2 if self.digits else 1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.method == "crc") != bool(self.polynomial):
            raise ValueError("polynomial: is needed for a crc, and for nothing else")
        for name in ("polynomial", "initial", "final_xor", "mask"):
            if (getattr(self, name) or 0) >= 2**self.width:
                raise ValueError(f"{name}: has more than {self.width} bits")
        return self
