"""Recording the sources of a running collector, for those who ask on the control socket."""

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from collector import __version__
from collector.capture.choice import chosen
from collector.capture.devices import unplayable
from collector.capture.feed import Feed
from collector.capture.lines import Header, event_content, header_content
from collector.capture.secrets import Cleaned, cleaned
from collector.capture.session import Session
from collector.capture.taps import Taps
from collector.clock import Clock
from collector.config import Config, SourceConfig
from collector.errors import ConfigError

IDLE_S = 1.0
"""How often whoever asked is told that nothing passes, and shown to be there still."""


class Tapping:
    """Answers requests to record.

    Args:
        config: Returns the configuration that is running.
        taps: Those of its sources.
        clock: The time.
        environ: Where secrets are looked up.
    """

    def __init__(
        self,
        config: Callable[[], Config],
        taps: Taps,
        clock: Clock,
        environ: Mapping[str, str],
    ) -> None:
        self._config = config
        self._taps = taps
        self._clock = clock
        self._environ = environ

    def record(
        self, names: Sequence[str], is_over: Callable[[], bool]
    ) -> Generator[dict[str, Any]]:
        """Yield what is recorded, then each event, until it is over.

        Args:
            names: The sources' names; all that can be recorded if there are none.
            is_over: Tells that nobody wants more.

        Raises:
            CollectorError: There is no such source, or it cannot be recorded.
        """
        config = self._config()
        sources, left_out = chosen(config, names, unplayable)
        clean = cleaned(config.path, self._environ)
        header = self._header(sources, _tables(config, clean))
        kinds = {source.name: source.plugin for source in sources}
        feed = Feed(self._clock)
        with self._taps.fed(feed, [*kinds]) as setups:
            session = Session(feed, setups, clean.mask, self._clock.monotonic_s())
            reply = {"header": header_content(header), "left_out": left_out}
            yield {"ok": True, "reply": reply}
            for source, event in session.beginning():
                yield {"event": event_content(kinds[source], source, event)}
            while not is_over():
                came = [*session.events(IDLE_S)]
                for source, event in came:
                    yield {"event": event_content(kinds[source], source, event)}
                if feed.is_overrun and not came:
                    yield {"end": "more passed than could be taken in time"}
                    return
                yield {"idle": True}

    def _header(
        self, sources: Sequence[SourceConfig], tables: Mapping[str, Mapping[str, Any]]
    ) -> Header:
        return Header(
            version=__version__,
            recorded_at_ms=self._clock.wall_ms(),
            sources={source.name: tables[source.name] for source in sources},
        )


def _tables(config: Config, clean: Cleaned) -> Mapping[str, Mapping[str, Any]]:
    """Return the sources' tables; the file is read anew, as what runs was made of it long ago."""
    sources = config.sources
    if len(sources) != len(clean.tables) or not all(map(_is_of, clean.tables, sources)):
        raise ConfigError(
            f"{config.path} has other sources than those that run: 'collector reload' it first"
        )
    return clean.by_name([source.name for source in sources])


def _is_of(table: Mapping[str, Any], source: SourceConfig) -> bool:
    written = {"plugin": source.plugin, "sensor": source.sensor, "name": source.name}
    told = {key: value for key, value in table.items() if key in written and "${" not in str(value)}
    return told.items() <= written.items()
