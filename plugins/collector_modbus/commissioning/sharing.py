"""What the units of one link have in common: its settings, and an interval that it can carry."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from collector_modbus.commissioning.findings import Found
from collector_modbus.planning.bus_load import BUSY_DUTY_CYCLE
from collector_modbus.profiles.merge import points_of
from collector_modbus.profiles.profile import LinkHints, Profile
from collector_modbus.reading.read_cost import read_cost
from collector_modbus.settings.link import LinkSettings
from collector_modbus.settings.source import ModbusSettings

_PAUSES = ("delay_after_connect", "delay_between_requests")
_USUAL_TIMEOUT_S = 1.0

_INTERVALS: Mapping[float, str] = MappingProxyType(
    {10.0: "10s", 30.0: "30s", 60.0: "1min", 300.0: "5min", 900.0: "15min", 3600.0: "1h"}
)
"""The intervals to choose from, shortest first, in seconds and as they are written."""


def waits(sharing: Sequence[Found], profiles: Mapping[str, Profile]) -> dict[str, float]:
    """Return the seconds that a link has to wait for the slowest of its units, by key."""
    hints = [_hints(found, profiles) for found in sharing]
    asked = [found.link for found in sharing]
    found_s = {key: max(getattr(each, key) or 0.0 for each in (*hints, *asked)) for key in _PAUSES}
    told_s = max(hint.response_timeout or 0.0 for hint in hints)
    timeout_s = max(told_s, *(2 * found.presence.took_s for found in sharing))
    if timeout_s > _USUAL_TIMEOUT_S:
        found_s["response_timeout"] = timeout_s
    return {key: seconds for key, seconds in found_s.items() if seconds}


def interval(sharing: Sequence[Found], profiles: Mapping[str, Profile]) -> str:
    """Return the shortest of the usual intervals at which a link can carry all of its units."""
    link = sharing[0].link.model_copy(update=waits(sharing, profiles))
    names = Counter(found.candidates[0].profile for found in sharing if found.candidates)
    # What describes itself is in no profile, and only the device knows what it has.
    busy_s = sum(_read_s(link, name, profiles) * count for name, count in names.items())
    enough = [s for s in _INTERVALS if busy_s <= s * BUSY_DUTY_CYCLE]
    return _INTERVALS[enough[0] if enough else max(_INTERVALS)]


def _read_s(link: LinkSettings, name: str, profiles: Mapping[str, Profile]) -> float:
    if name not in profiles:
        return 0.0
    settings = ModbusSettings(link=link, unit_id=1, profile=name)
    return read_cost(link, points_of(settings, profiles[name]), "").link_s


def _hints(found: Found, profiles: Mapping[str, Profile]) -> LinkHints:
    known = profiles.get(found.candidates[0].profile) if found.candidates else None
    return known.link if known else LinkHints()
