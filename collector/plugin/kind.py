"""A kind of source: its name, its settings, and how to make one, for real or simulated."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from collector.plugin.configured import Complaint, ConfiguredSource
from collector.plugin.discovery import Discovery
from collector.plugin.settings import ConfigModel
from collector.plugin.source import Source, SourceContext
from collector.plugin.tape import RecordedTape


class Simulator(Protocol):
    """A simulated device that speaks the real protocol, for ``--simulate`` and for tests."""

    def start(self) -> Any:  # noqa: ANN401 - the settings model of the kind
        """Start the device and return the settings with which the real source reads it.

        Called once, before the source is made. May bind loopback ports, open ptys and start
        threads.
        """
        ...

    def stop(self) -> None:
        """End the device and remove what it made. Called once, after the source was closed."""
        ...


def started(simulator: Simulator) -> ConfigModel:
    """Start a simulated device and return the settings that lead to it.

    Raises:
        TypeError: It gave something else.
    """
    settings: object = simulator.start()
    if not isinstance(settings, ConfigModel):
        what = f"start() of the simulator returned a {type(settings).__name__}"
        raise TypeError(f"{what}: return the settings that lead to it")
    return settings


@dataclass(frozen=True, kw_only=True)
class SourceKind:
    """What ``plugin = "<name>"`` in the configuration stands for.

    Attributes:
        name: As in the entry point: lower-case letters, digits and dashes.
        settings: The model of the keys that this kind takes in its ``[[source]]`` table, besides
            those that every source has. A frozen `ConfigModel`, picklable.
        create: Makes a source from an instance of ``settings``. Must not do I/O: that is
            ``open``'s. Called when a configuration is loaded, for a check, and when the source is
            to run; at a reload from another thread than before, while other sources of this kind
            are being read. A ValueError is shown to the user as a fault of this table. The
            complaints of a ConfigError are shown as they are: those of `load_data_file` name their
            own place.
        simulate: Makes the simulated device for a source with these settings; None when the kind
            has none, and ``--simulate`` then leaves such sources out and says so.
        example: The commented TOML that `collector plugins example <name>` prints.
        check: Tells what no source can tell alone: two that claim one unit of a bus, lines that
            want different speeds. Called whenever a configuration is loaded, once, with all its
            sources of this kind that can be made, in the order of the files, if none of them is
            complained about already: from the main thread, and while a run goes on, for a reload,
            from another. They are not opened, and no I/O is done here.
            What it returns stops the loading, or, if it is a warning, is shown by `collector check`
            and logged by `collector run`. What it raises is a fault of the plugin.
        discovery: How `collector discover` finds devices of this kind; None when it cannot.
        replay: Makes a device that answers as the tape says, for ``--replay``; None when the kind
            cannot, and such sources are then left out, and said so. The tape holds what the source
            noted on ``context.tape``. May raise a ValueError for a tape that it cannot play.
    """

    name: str
    settings: type[ConfigModel]
    create: Callable[[Any, SourceContext], Source]
    simulate: Callable[[Any, SourceContext], Simulator] | None = None
    example: str = ""
    check: Callable[[Sequence[ConfiguredSource]], Iterable[Complaint]] | None = None
    discovery: Discovery | None = None
    replay: Callable[[Any, SourceContext, RecordedTape], Simulator] | None = None
