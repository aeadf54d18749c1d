"""What a scan prints: a table and the lines for a configuration, or JSON."""

from collections.abc import Mapping
from typing import Any

from collector import CommandContext
from collector_modbus.commissioning.candidates import Candidate
from collector_modbus.commissioning.findings import Found
from collector_modbus.commissioning.remarks import name_of, remarks
from collector_modbus.commissioning.suggestion import source_tomls
from collector_modbus.commissioning.survey import Survey
from collector_modbus.profiles.profile import Profile
from collector_modbus.settings.link import LinkSettings

_MOST_PROFILES = 4
"""In a row of the table; the suggested lines name all."""


class ScanReport:
    """Prints what a survey knows.

    Args:
        survey: The survey.
        profiles: The library, by name.
        context: Prints.
        as_json: For programs.
    """

    def __init__(
        self,
        survey: Survey,
        profiles: Mapping[str, Profile],
        context: CommandContext,
        *,
        as_json: bool,
    ) -> None:
        self._survey = survey
        self._profiles = profiles
        self._context = context
        self._as_json = as_json

    def print(self, *, is_complete: bool) -> None:
        """Print all of it; nothing where nobody was asked.

        Args:
            is_complete: Whether the survey came to its end.
        """
        if not self._survey.asked:
            return
        if self._as_json:
            self._context.json(self._document(is_complete=is_complete))
        else:
            self._print_text(is_complete=is_complete)

    def _print_text(self, *, is_complete: bool) -> None:
        found = self._survey.found
        if not is_complete:
            self._context.print(f"interrupted after {self._survey.asked} questions")
        if found:
            headers = ("UNIT", "LINK", "ANSWER", "TIME", "DEVICE", "PROFILE")
            self._context.table(headers, [_row(each) for each in found])
        else:
            self._context.print("no unit answers")
        for line in remarks(self._survey.sweeps):
            self._context.print(f"note: {line}")
        for _, toml in source_tomls(found, self._profiles):
            self._context.print()
            self._context.print(toml.rstrip())

    def _document(self, *, is_complete: bool) -> dict[str, Any]:
        return {
            "complete": is_complete,
            "asked": self._survey.asked,
            "units": [
                _as_json(each, toml)
                for each, toml in source_tomls(self._survey.found, self._profiles)
            ],
            "notes": remarks(self._survey.sweeps),
        }


def _row(found: Found) -> tuple[str, ...]:
    presence, identity = found.presence, found.identity
    device = "not asked" if identity is None else identity.text or "-"
    return (
        str(presence.unit_id),
        name_of(found.link),
        presence.words,
        f"{1000 * presence.took_s:.0f} ms",
        device,
        _names(found.candidates),
    )


def _names(candidates: tuple[Candidate, ...]) -> str:
    names = [candidate.profile for candidate in candidates]
    more = " ..." if len(names) > _MOST_PROFILES else ""
    return ", ".join(names[:_MOST_PROFILES]) + more if names else "-"


def _as_json(found: Found, toml: str) -> dict[str, Any]:
    identity = found.identity
    return {
        "unit_id": found.presence.unit_id,
        "link": _link_as_json(found.link),
        "answer": found.presence.words,
        "took_s": found.presence.took_s,
        "identification": None
        if identity is None
        else {str(number): text for number, text in identity.objects.items()},
        "server_id": None if identity is None else identity.server_id,
        "profiles": [
            {"name": each.profile, "by": each.reason, "exact": each.is_exact}
            for each in found.candidates
        ],
        "config": toml,
    }


def _link_as_json(link: LinkSettings) -> dict[str, Any]:
    keys = ("type", "host", "port", "baudrate", "parity", "stopbits")
    return {key: getattr(link, key) for key in keys if hasattr(link, key)}
