"""What no source can tell alone: chips that get into each other's way on one bus."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from collector import Complaint, ConfiguredSource
from collector_i2c.muxes import Path
from collector_i2c.source import I2cSource


def check(sources: Sequence[ConfiguredSource]) -> Iterable[Complaint]:
    """Complain about every chip whose address is taken where it is.

    Args:
        sources: All sources of this kind.
    """
    placed = [(each, each.source) for each in sources]
    for (one, first), (other, second) in combinations(placed, 2):
        if not (isinstance(first, I2cSource) and isinstance(second, I2cSource)):
            continue
        if first.link == second.link:
            for trouble in _troubles(first, second):
                yield Complaint(other.name, f"{trouble} source {one.name!r}", ("address",))
    for each, source in placed:
        if not isinstance(source, I2cSource):
            continue
        if _is_mux(source.path, source):
            message = f"{source.address:#04x} is the address of its multiplexer"
            yield Complaint(each.name, message, ("address",))
        if source.address not in source.driver.addresses:
            yield Complaint(each.name, _unusual(source), ("address",), is_warning=True)


def _unusual(chip: I2cSource) -> str:
    """Say which addresses a chip can have: at another, something else may be written to."""
    possible = ", ".join(f"{address:#04x}" for address in chip.driver.addresses)
    return f"{chip.address:#04x} is no address of a {chip.driver.title}: it has {possible}"


def _troubles(first: I2cSource, second: I2cSource) -> Iterator[str]:
    address = f"{second.address:#04x}"
    if first.address == second.address:
        if first.path == second.path:
            yield f"{address} on this bus is read already, by"
        elif _is_before(first.path, second.path) or _is_before(second.path, first.path):
            yield f"{address} answers together with the chip in front of the multiplexer, of"
    elif _is_mux(first.path, second):
        yield f"{address} is a multiplexer on this bus, of"
    elif _is_mux(second.path, first):
        yield f"the multiplexer at {first.address:#04x} has the address of the chip of"


def _is_before(path: Path, longer: Path) -> bool:
    return len(path) < len(longer) and longer[: len(path)] == path


def _is_mux(path: Path, chip: I2cSource) -> bool:
    """Tell whether a multiplexer of a path answers at the chip's address, where the chip is."""
    return any(
        hop.address == chip.address and (path[:depth] == chip.path[:depth])
        for depth, hop in enumerate(path)
        if depth <= len(chip.path)
    )
