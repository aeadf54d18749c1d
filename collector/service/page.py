"""The status page of a run, where the configuration wants one."""

from collections.abc import Callable
from typing import Any, Protocol

from collector.buffering.reading import StampedReading
from collector.clock import Clock
from collector.config import WebTable
from collector.config.web_checks import read_token
from collector.errors import ConfigError


class Page(Protocol):
    """What the service does with the page."""

    def start(self) -> None:
        """Serve it, as soon as its address can be had."""
        ...

    def show(self, reading: StampedReading, /) -> None:
        """Take an accepted reading for the plots; from any thread, and at once."""
        ...

    def complaint(self) -> str:
        """Return why it cannot be visited; empty while it can."""
        ...

    def stop(self) -> None:
        """Serve it no more."""
        ...


class NoPage:
    """Stands in where none is wanted."""

    def start(self) -> None:
        """Do nothing."""

    def show(self, reading: StampedReading, /) -> None:
        """Do nothing."""

    def complaint(self) -> str:
        """Return nothing."""
        return ""

    def stop(self) -> None:
        """Do nothing."""


def make_page(table: WebTable, status: Callable[[], dict[str, Any]], clock: Clock) -> Page:
    """Return the page of this run.

    Args:
        table: ``[web]``.
        status: Returns the snapshot; called from the page's thread.
        clock: The time.

    Raises:
        ConfigError: The token cannot be read.
    """
    if not table.enabled:
        return NoPage()
    from collector.web.options import WebOptions  # noqa: PLC0415 - only where it is wanted
    from collector.web.server import WebServer  # noqa: PLC0415 - only where it is wanted

    options = WebOptions(
        host=table.host,
        port=table.port,
        token=_token(table),
        names=table.names,
        max_connections=table.max_connections,
    )
    return WebServer(options, status, clock)


def _token(table: WebTable) -> str:
    if table.token_file is None:
        return ""
    try:
        return read_token(table.token_file)
    except PermissionError as error:
        raise ConfigError(f"[web] {table.token_file} cannot be read: {error.strerror}") from error
