"""What has to be known of a source before it is sampled, as its worker tells it."""

from dataclasses import dataclass
from typing import Any

from collector.isolation.channel import BadMessageError
from collector.isolation.encoding import value_data, value_of
from collector.plugin.source import Group, ListeningSource, Source


@dataclass(frozen=True, slots=True)
class Description:
    """Asked once, when the source was made for the first time.

    Attributes:
        link: See `Source`.
        groups: See `Source`; none of a listening source.
        listens: Whether it is a `ListeningSource`.
    """

    link: str
    groups: tuple[Group, ...]
    listens: bool


def description_data(source: Source) -> dict[str, Any]:
    """Ask a source, and return what it says ready for JSON.

    Raises:
        TypeError: It says something else than it should.
    """
    link: object = source.link
    if type(link) is not str:
        raise TypeError(f"link must be a string, not a {type(link).__name__}")
    if isinstance(source, ListeningSource):
        return {"link": link, "groups": [], "listens": True}
    groups: list[object] = list(source.groups)
    return {"link": link, "groups": [_group_data(group) for group in groups], "listens": False}


def description_of(data: object) -> Description:
    """Return what `description_data` was made of.

    Raises:
        BadMessageError: It is something else.
    """
    match data:
        case {"link": str(link), "groups": list(groups), "listens": bool(listens)}:
            return Description(link, tuple(_group_of(group) for group in groups), listens)
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
