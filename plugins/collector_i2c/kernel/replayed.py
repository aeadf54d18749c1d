"""Devices of the kernel that say what was recorded of them."""

from collector import RecordedTape
from collector_i2c.kernel.settings import KernelSettings


class KernelReplay:
    """Lets the source read a recording. See `collector.Simulator`.

    Args:
        settings: The configuration.
        tape: What was recorded.
    """

    def __init__(self, settings: KernelSettings, tape: RecordedTape) -> None:
        self._settings = settings
        self._tape = tape

    def start(self) -> KernelSettings:
        """Return settings that lead to the recording, also in another process."""
        return self._settings.playing(self._tape)

    def stop(self) -> None:
        """End; there is nothing to remove."""
