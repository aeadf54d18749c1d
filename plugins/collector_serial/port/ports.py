"""All ports that are open: sources on one line take turns over one port."""

from collector import SourceFaultError, SourceUnavailableError
from collector_serial.port.opening import PortOptions
from collector_serial.port.port import Port


class Ports:
    """Opens a port for the first source that takes it, and closes it after the last.

    Sources of one port run in one thread; those of others may do so at the same time, so a port is
    looked up and remembered in one step each.
    """

    def __init__(self) -> None:
        self._shared: dict[str, _Shared] = {}

    def take(self, options: PortOptions) -> "Lease":
        """Return a share in a port, open and set as the options say.

        Raises:
            SourceUnavailableError: It is not there, or another program holds it.
            SourceFaultError: It may not be opened, or cannot be set like that.
        """
        shared = self._shared.setdefault(options.path, _Shared())
        lease = Lease(shared, options)
        shared.users += 1
        try:
            lease.ready()
        except (SourceUnavailableError, SourceFaultError):
            lease.close()
            raise
        return lease


class _Shared:
    """A port and how many sources have it."""

    def __init__(self) -> None:
        self.port: Port | None = None
        self.users = 0

    def drop(self) -> None:
        """Close the port."""
        if self.port is not None:
            self.port.close()
            self.port = None


class Lease:
    """One source's share in a port."""

    def __init__(self, shared: _Shared, options: PortOptions) -> None:
        self._shared = shared
        self._options = options
        self._is_held = True

    def ready(self) -> Port:
        """Return the port, set as this source needs it; the source before may have set it else.

        Raises:
            SourceUnavailableError: It has failed for another source, and is not there yet.
            SourceFaultError: It cannot be set like that.
        """
        shared = self._shared
        if shared.port is not None and shared.port.has_failed:
            shared.drop()
        if shared.port is None:
            shared.port = Port(self._options)
        shared.port.set_as(self._options)
        return shared.port

    def close(self) -> None:
        """Give the share back; may be called twice."""
        if not self._is_held:
            return
        self._is_held = False
        self._shared.users -= 1
        port = self._shared.port
        if self._shared.users == 0 or (port is not None and port.has_failed):
            self._shared.drop()
