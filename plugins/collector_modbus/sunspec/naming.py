"""What the metrics of a device that describes itself are called."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

_MAX_ID = 32
_MAX_NAME = 64
_MAX_SHORT = 12  # leaves room for a number and for the names of most points
_FORBIDDEN = re.compile(r"[^A-Za-z0-9 _-]+")

_SHORTS: Mapping[int, str] = MappingProxyType(
    {
        **dict.fromkeys((101, 102, 103, 111, 112, 113), "inverter"),
        **dict.fromkeys((201, 202, 203, 204, 211, 212, 213, 214), "meter"),
    }
)
"""Models that are the same thing with another number of phases or another format."""


class Naming:
    """Gives the metrics of one device their ids and names, each once."""

    def __init__(self) -> None:
        self._prefixes: set[str] = set()
        self._taken: set[str] = set()

    def prefix(self, model_id: int, name: str) -> str:
        """Return what the ids of a block's metrics begin with.

        Blocks of the same model are counted in the order of their addresses; the first bears no
        number, so that another meter does not rename the metrics of that which was there.
        """
        short = _SHORTS.get(model_id, name)
        if len(short) > _MAX_SHORT or _FORBIDDEN.search(short):
            short = f"m{model_id}"
        count = 1
        while (prefix := short if count == 1 else f"{short}{count}") in self._prefixes:
            count += 1
        self._prefixes.add(prefix)
        return prefix

    def metric(self, prefix: str, path: Sequence[str]) -> str:
        """Return the id of a metric, such as ``inverter_PhVphA`` or ``mppt_2_DCA``.

        Args:
            prefix: That of its block.
            path: The groups that it lies in, and its own name.
        """
        return self._unique("_".join((prefix, *path)))

    def name(self, prefix: str, path: Sequence[str]) -> str:
        """Return what people read, such as ``Inverter Phase Voltage AN``.

        Args:
            prefix: That of its block.
            path: The groups that it lies in, and its label.
        """
        is_said = path[0].casefold().startswith(prefix.casefold())
        words = path if is_said else (prefix, *path)
        text = " ".join(_FORBIDDEN.sub(" ", " ".join(words)).split())
        return (text[:1].upper() + text[1:])[:_MAX_NAME].strip()

    def _unique(self, wanted: str) -> str:
        text, number = wanted[:_MAX_ID], 1
        while text in self._taken:
            number += 1
            text = f"{wanted[: _MAX_ID - len(str(number))]}{number}"
        self._taken.add(text)
        return text
