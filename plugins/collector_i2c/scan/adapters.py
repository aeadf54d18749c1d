"""Which buses there are, and which of them are nobody's to look at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
    places = Path(sys_root, "class/i2c-dev").glob("i2c-*")
    for number in sorted(int(place.name.removeprefix("i2c-")) for place in places):
        yield Adapter(number, _name(Path(sys_root, f"class/i2c-dev/i2c-{number}/name")))


def _name(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except OSError:
        return ""
