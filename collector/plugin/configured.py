"""A configured source as its plugin sees it outside sampling: in checks and in commands."""

from dataclasses import dataclass
from typing import Any

from collector.plugin.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredSource:
    """One ``[[source]]`` table of a kind, and the object that was made of it.

    Attributes:
        name: Unique in this configuration.
        sensor: The configured sensor id.
        settings: The kind's own settings, an instance of its settings model.
        interval_s: The configured interval in seconds; 0 for a source that has none.
        timeout_s: Seconds that one read may take.
        source: What ``create`` made; not opened. Whoever opens it closes it.
    """

    name: str
    sensor: str
    settings: Any
    interval_s: float
    timeout_s: float
    source: Source


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a kind has to say of one of its sources, beside the others.

    Attributes:
        source: The source's configured name.
        message: What is wrong and what would be right, in one line, without the place.
        path: Where inside the ``[[source]]`` table it stands: ``("points", 2, "address")``. Empty
            for the table as a whole.
        is_warning: It may run as it is.
    """

    source: str
    message: str
    path: tuple[str | int, ...] = ()
    is_warning: bool = False
