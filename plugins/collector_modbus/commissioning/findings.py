"""What a search has found."""

from dataclasses import dataclass, field

from collector_modbus.commissioning.candidates import Candidate
from collector_modbus.commissioning.identity import Identity
from collector_modbus.commissioning.presence import Presence
from collector_modbus.settings.link import LinkSettings, SerialLink

MOST_ON_A_LINE = 32
"""Unit loads that an RS-485 line carries (TIA/EIA-485): where more answer, it is one device."""


@dataclass(slots=True)
class Sweep:
    """What was heard on one link, at one speed.

    Attributes:
        link: Its settings.
        presences: What came from each unit that was asked so far.
        foreign: How many answers came that nobody had asked for.
        problem: Why nobody could be asked; empty if somebody could.
    """

    link: LinkSettings
    presences: list[Presence] = field(default_factory=list)
    foreign: int = 0
    problem: str = ""

    @property
    def present(self) -> list[Presence]:
        """The units that are there."""
        return [presence for presence in self.presences if presence.is_there]

    @property
    def is_of_one_device(self) -> bool:
        """Whether it looks as if a device in the network answered whatever unit is asked."""
        is_full = len(self.present) == len(self.presences) > MOST_ON_A_LINE
        return is_full and not isinstance(self.link, SerialLink)

    @property
    def distinct(self) -> list[Presence]:
        """The units that are devices: all that are there, or the first one's."""
        return self.present[:1] if self.is_of_one_device else self.present


@dataclass(frozen=True, slots=True)
class Found:
    """A unit that is there.

    Attributes:
        link: Where.
        presence: How it answered.
        identity: What it says of itself; None as long as it was not asked.
        candidates: The profiles that fit, the surest first.
    """

    link: LinkSettings
    presence: Presence
    identity: Identity | None = None
    candidates: tuple[Candidate, ...] = ()
