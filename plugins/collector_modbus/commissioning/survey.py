"""Looks for units on links, and asks those that are there what they are."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from collector import Clock
from collector_modbus.bus.record import UnitRecord
from collector_modbus.commissioning.candidates import candidates
from collector_modbus.commissioning.findings import Found, Sweep
from collector_modbus.commissioning.identity import identity_of
from collector_modbus.commissioning.open_link import LinkInUse
from collector_modbus.commissioning.presence import presences
from collector_modbus.commissioning.unit import Unit
from collector_modbus.errors import LineSettingsError
from collector_modbus.profiles.profile import Profile
from collector_modbus.registers.table import Block
from collector_modbus.settings.link import LinkSettings

LONGEST_TIMEOUT_S = 5.0
"""For units that answer late and are asked once more."""


class Advance(Protocol):
    """Is told how far it is; `Progress.advance` is one."""

    def __call__(self, steps: int = 1, note: str = "") -> None:
        """Move on by so many steps."""
        ...


class Survey:
    """A search. What it knows can be read at any time, also after it was interrupted.

    Args:
        units: Whom to ask, in this order.
        block: What to read of each to see whether it is there.
        in_use: Opens the links.
        clock: The time.

    Attributes:
        sweeps: What was heard, link by link.
    """

    def __init__(self, units: Sequence[int], block: Block, in_use: LinkInUse, clock: Clock) -> None:
        self.sweeps: list[Sweep] = []
        self._units = units
        self._block = block
        self._in_use = in_use
        self._clock = clock
        self._known: dict[tuple[LinkSettings, int], Found] = {}

    @property
    def asked(self) -> int:
        """How many questions there were so far."""
        return sum(len(sweep.presences) for sweep in self.sweeps)

    @property
    def found(self) -> list[Found]:
        """The units that are there, as far as is known."""
        present = ((sweep.link, each) for sweep in self.sweeps for each in sweep.distinct)
        return [
            self._known.get((link, presence.unit_id)) or Found(link, presence)
            for link, presence in present
        ]

    def sweep(self, links: Sequence[LinkSettings], advance: Advance, *, all_links: bool) -> None:
        """Ask all units, with one link after the other.

        Args:
            links: Different settings of the same line, or a single link.
            advance: Is told each unit that was asked.
            all_links: Go on after the first with which somebody answers.

        Raises:
            LinkError: The link is not there, or broke; or none of the settings can be used.
        """
        refusal = None
        for link in links:
            try:
                self._sweep(link, advance)
            except LineSettingsError as error:
                refusal = error
                self.sweeps[-1].problem = str(error)
                advance(len(self._units))
            if self.found and not all_links:
                return
        if refusal is not None and all(sweep.problem for sweep in self.sweeps):
            raise refusal

    def identify(self, profiles: Mapping[str, Profile], advance: Advance) -> None:
        """Ask the units that were found what they are.

        Args:
            profiles: What they may be, by name.
            advance: Is told each question, and each unit that was asked.

        Raises:
            LinkError: The link broke.
        """
        for found in self.found:
            line, presence = self._in_use.at(found.link), found.presence
            note = f"unit {presence.unit_id}"
            unit = Unit(line, presence.unit_id, partial(advance, 0, note))
            identity = identity_of(unit.ask)
            fitting = candidates(profiles, identity, unit.read)
            known = Found(line.link, presence, identity, fitting)
            self._known[found.link, presence.unit_id] = known
            advance(note=note)

    def _sweep(self, link: LinkSettings, advance: Advance) -> None:
        sweep = self._begun(link)
        line = self._in_use.at(link)
        for presence in presences(line, self._units, self._block, self._clock):
            sweep.presences.append(presence)
            advance(note=f"unit {presence.unit_id}")
        sweep.foreign = sum(record.foreign for record in line.bus.records.values())
        there = {presence.unit_id for presence in sweep.present}
        late = _late(line.bus.records, set(self._units) - there)
        if late:
            self._ask_again(link, late)

    def _ask_again(self, link: LinkSettings, late: Mapping[int, float]) -> None:
        """Ask those that answered too late once more, with more patience."""
        timeout_s = min(2 * max(late.values()), LONGEST_TIMEOUT_S)
        patient = link.model_copy(update={"response_timeout": timeout_s})
        sweep = self._begun(patient)
        sweep.presences += presences(self._in_use.at(patient), list(late), self._block, self._clock)

    def _begun(self, link: LinkSettings) -> Sweep:
        self.sweeps.append(Sweep(link))
        return self.sweeps[-1]


def _late(records: Mapping[int, UnitRecord], units: set[int]) -> dict[int, float]:
    """Return the units whose answer came too late, with the seconds that it took."""
    late = {unit: record.latest_s for unit, record in records.items() if record.late}
    return {unit: late[unit] for unit in sorted(units & late.keys())}
