"""What has to be known of a source before it is sampled, as its worker tells it."""

from dataclasses import dataclass
from typing import Any

from collector.isolation.channel import BadMessageError
from collector.isolation.encoding import value_data, value_of
from collector.plugin.resources import Resources
from collector.plugin.source import Group, ListeningSource, Source

_RESOURCES = ("devices", "hosts", "files", "modules")


@dataclass(frozen=True, slots=True)
class Description:
    """Asked once, when the source was made for the first time.

    Attributes:
        link: See `Source`.
        groups: See `Source`; none of a listening source.
        listens: Whether it is a `ListeningSource`.
        resources: See `Source`.
    """

    link: str
    groups: tuple[Group, ...]
    listens: bool
    resources: Resources | None = None


def description_data(source: Source) -> dict[str, Any]:
    """Ask a source, and return what it says ready for JSON.

    Raises:
        TypeError: It says something else than it should.
    """
    link: object = source.link
    if type(link) is not str:
        raise TypeError(f"link must be a string, not a {type(link).__name__}")
    listens = isinstance(source, ListeningSource)
    groups: list[object] = [] if listens else list(source.groups)
    return {
        "link": link,
        "groups": [_group_data(group) for group in groups],
        "listens": listens,
        "resources": _resources_data(source.resources),
    }


def description_of(data: object) -> Description:
    """Return what `description_data` was made of.

    Raises:
        BadMessageError: It is something else.
    """
    match data:
        case {
            "link": str(link),
            "groups": list(groups),
            "listens": bool(listens),
            "resources": resources,
        }:
            found = tuple(_group_of(group) for group in groups)
            return Description(link, found, listens, _resources_of(resources))
        case _:
            raise BadMessageError("no description")


def _group_data(group: object) -> list[Any]:
    if not isinstance(group, Group):
        raise TypeError(f"a group must be a Group, not a {type(group).__name__}")
    return [value_data(group.name), value_data(group.interval_s)]


def _group_of(data: object) -> Group:
    match data:
        case [name, interval_s]:
            return Group(value_of(name), value_of(interval_s))
        case _:
            raise BadMessageError("no group")


def _resources_data(resources: object) -> dict[str, list[str]] | None:
    if resources is None:
        return None
    if not isinstance(resources, Resources):
        raise TypeError(f"resources must be Resources, not a {type(resources).__name__}")
    return {key: [str(each) for each in getattr(resources, key)] for key in _RESOURCES}


def _resources_of(data: object) -> Resources | None:
    if data is None:
        return None
    if not isinstance(data, dict) or set(data) != set(_RESOURCES):
        raise BadMessageError("no resources")
    texts = {key: _texts_of(data[key]) for key in _RESOURCES}
    return Resources(**texts)


def _texts_of(data: object) -> tuple[str, ...]:
    if not isinstance(data, list) or not all(type(each) is str for each in data):
        raise BadMessageError("no resources")
    return tuple(data)
