"""Which profiles of the library fit a device."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from collector import MetricValue
from collector_modbus.commissioning.identity import Identity
from collector_modbus.decoding.missing import Missing
from collector_modbus.decoding.point import PointDecoder
from collector_modbus.profiles.profile import Profile
from collector_modbus.profiles.signature import Signature
from collector_modbus.registers.table import Block, Span, Table
from collector_modbus.sunspec import source as sunspec
from collector_modbus.sunspec.walk import BASES

_SUNSPEC_MARK = Block(Table.HOLDING, Span(BASES[0], 2))
"""Where nearly all devices that describe themselves say so."""

Read = Callable[[Block], bytes | None]
"""Gives the data of a block, or None when the device refuses."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile that fits.

    Attributes:
        profile: Its name.
        reason: What it was recognised by: ``"text 'SUN2000'"``, ``"input 70-71"``.
        is_exact: Whether that is a text or a value, and not just within a range.
    """

    profile: str
    reason: str
    is_exact: bool


def candidates(
    profiles: Mapping[str, Profile], identity: Identity, read: Read
) -> tuple[Candidate, ...]:
    """Return the profiles that fit a device, the surest first.

    What the device says of itself decides; where that fits no profile, registers do.

    Args:
        profiles: The library, by name.
        identity: What the device says.
        read: Reads its registers; each block is asked for once.
    """
    said = tuple(_by_text(profiles, identity.text))
    if said:
        return said
    remembering = _Remembering(read)
    found = [
        *_by_registers(profiles, identity.text, remembering),
        *_by_own_description(remembering),
    ]
    return tuple(sorted(found, key=lambda candidate: not candidate.is_exact))


class _Remembering:
    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: dict[Block, bytes | None] = {}

    def __call__(self, block: Block) -> bytes | None:
        if block not in self._known:
            self._known[block] = self._read(block)
        return self._known[block]


def _by_text(profiles: Mapping[str, Profile], text: str) -> Iterator[Candidate]:
    for name, profile in profiles.items():
        fits = [each for each in profile.identify if each.block is None and each.is_in(text)]
        if fits:
            yield Candidate(name, f"text {fits[0].text!r}", is_exact=True)


def _by_registers(profiles: Mapping[str, Profile], text: str, read: Read) -> Iterator[Candidate]:
    for name, profile in profiles.items():
        for signature in profile.identify:
            if signature.is_in(text) and signature.holds(_value(signature, profile, read)):
                is_exact = signature.value is not None
                yield Candidate(name, str(signature.block), is_exact)
                break


def _by_own_description(read: Read) -> Iterator[Candidate]:
    if read(_SUNSPEC_MARK) == b"SunS":
        yield Candidate(sunspec.PROFILE, f"SunS at {_SUNSPEC_MARK}", is_exact=True)


def _value(signature: Signature, profile: Profile, read: Read) -> MetricValue | None:
    if signature.point is None or signature.block is None:
        return None
    data = read(signature.block)
    if data is None:
        return None
    value = PointDecoder(signature.point, profile.invalid).decode(data)
    return None if isinstance(value, Missing) else value
