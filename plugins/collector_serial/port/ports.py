"""All ports that are open: sources on one line take turns over one port."""

from collector import SourceFaultError, SourceUnavailableError, Tape
from collector_serial.port.lateness import Lateness
from collector_serial.port.opening import LOOK_AGAIN_S, PortOptions
from collector_serial.port.port import Port


class Ports:
    """Opens a port for the first source that takes it, and closes it after the last.

    Sources of one port run in one thread; those of others may do so at the same time, so a port is
    looked up and remembered in one step each.
    """

    def __init__(self) -> None:
        self._shared: dict[str, _Shared] = {}

    def take(self, options: PortOptions, tape: Tape | None = None) -> "Lease":
        """Return a share in a port, open and set as the options say.

        Args:
            options: What the port is to be like.
            tape: Where is noted what passes for this source; None for nowhere.

        Raises:
            SourceUnavailableError: It is not there, or another program holds it.
            SourceFaultError: It may not be opened, or cannot be set like that.
        """
        lease = Lease(self._shared.setdefault(options.path, _Shared()), options, tape)
        try:
            lease.ready()
        except (SourceUnavailableError, SourceFaultError):
            lease.close()
            raise
        return lease


class _Shared:
    """A port, how many sources have it, and what outlives its closing."""

    def __init__(self) -> None:
        self.port: Port | None = None
        self.users = 0
        self.lateness = Lateness()

    def drop(self) -> None:
        """Close the port."""
        if self.port is not None:
            self.port.close()
            self.port = None


class Lease:
    """One source's share in a port, from one opening to the next."""

    def __init__(self, shared: _Shared, options: PortOptions, tape: Tape | None) -> None:
        if shared.port is not None and shared.port.has_failed:
            shared.drop()
        if shared.port is None:
            shared.port = Port(options)
        self._shared = shared
        self._port = shared.port
        self._options = options
        self._tape = tape
        self._is_held = True
        shared.users += 1

    @property
    def lateness(self) -> Lateness:
        """What is known of late answers on this line, whichever source they are for."""
        return self._shared.lateness

    def ready(self) -> Port:
        """Return the port, set as this source needs it; the source before may have set it else.

        Raises:
            SourceUnavailableError: It has failed for another source. What is plugged in now may be
                another device, so this one has to open it anew as well.
            SourceFaultError: It cannot be set like that.
        """
        if self._port.has_failed or self._port is not self._shared.port:
            raise SourceUnavailableError(
                f"{self._options.path}: was unplugged", retry_in_s=LOOK_AGAIN_S
            )
        self._port.tape = self._tape
        self._port.set_as(self._options)
        return self._port

    def close(self) -> None:
        """Give the share back; may be called twice."""
        if not self._is_held:
            return
        self._is_held = False
        self._shared.users -= 1
        if self._shared.users == 0 or self._port.has_failed:
            self._drop()

    def _drop(self) -> None:
        if self._port is self._shared.port:
            self._shared.drop()
