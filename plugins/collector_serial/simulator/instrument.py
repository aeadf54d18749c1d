"""What every simulated instrument is."""

from typing import Protocol

from collector_serial.settings.request import RequestSettings


class Instrument(Protocol):
    """Says something, of its own accord or when it is asked."""

    def frame(self, t_s: float) -> bytes:
        """Return what it says at an instant, seconds since its start."""
        ...

    def answer(self, request: RequestSettings | None, heard: bytes, t_s: float) -> bytes:
        """Return what it answers.

        Args:
            request: The request of the recipe that was heard; None for a dialogue of its own.
            heard: The bytes.
            t_s: Seconds since its start.
        """
        ...


class Speaker:
    """An instrument that says the same whether it is asked or not."""

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        raise NotImplementedError

    def answer(self, request: RequestSettings | None, heard: bytes, t_s: float) -> bytes:
        """See `Instrument`."""
        del request, heard
        return self.frame(t_s)
