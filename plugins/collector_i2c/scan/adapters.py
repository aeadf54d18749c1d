"""Which buses there are, and which of them are nobody's to look at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from collector_i2c.kernel.places import name_of

_NODE = re.compile(r"i2c-([0-9]{1,9})")

_DISPLAY = re.compile(
    r"ddc|gmbus|aux|hdmi|dp-|vc4|nvidia|amdgpu|radeon|nvkm|smu", flags=re.IGNORECASE
)
"""Names of buses to monitors and inside graphics cards: a stray write may upset them."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """One bus.

    Attributes:
        number: Its number.
        name: What its driver calls it.
    """

    number: int
    name: str

    @property
    def is_for_displays(self) -> bool:
        """Whether it is looked at only if it was named."""
        return _DISPLAY.search(self.name) is not None


def adapters(sys_root: str) -> Iterator[Adapter]:
    """Yield every bus that has a device node, by number."""
    folder = Path(sys_root, "class/i2c-dev")
    found = [_NODE.fullmatch(place.name) for place in folder.glob("i2c-*")]
    for number in sorted(int(match[1]) for match in found if match):
        yield Adapter(number, name_of(folder / f"i2c-{number}"))
