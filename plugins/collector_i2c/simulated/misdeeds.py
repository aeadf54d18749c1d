"""A simulated chip that does wrong what the configuration asks for."""

import errno
import threading
from random import Random

from collector import Clock
from collector.testkit.i2c.chip import FakeChip
from collector_i2c.settings import SimulateSettings


class Misdeeds(FakeChip):
    """Stands before a model and damages what passes.

    Args:
        model: The chip.
        settings: What goes wrong, and how often.
        clock: The time.
    """

    def __init__(self, model: FakeChip, settings: SimulateSettings, clock: Clock) -> None:
        self._model = model
        self._settings = settings
        self._clock = clock
        self._random = Random(settings.seed)  # noqa: S311 - repeatable, not secret
        self._waiting = threading.Condition()

    def begin(self) -> None:
        """See `FakeChip`. A transfer may take long, fail, or meet a chip that was reset."""
        if self._settings.slow:
            self._wait(self._settings.slow)
        if self._happens(self._settings.nack):
            number = getattr(errno, self._settings.errno, errno.EREMOTEIO)
            raise OSError(number, errno.errorcode[number])
        if self._happens(self._settings.reset):
            self._model.reset()
        self._model.begin()

    def write(self, data: bytes) -> None:
        """See `FakeChip`."""
        self._model.write(data)

    def read(self, count: int) -> bytes:
        """See `FakeChip`. A bit of the last byte may be turned over: there CRCs stand."""
        answer = self._model.read(count)
        if self._happens(self._settings.crc):
            return answer[:-1] + bytes((answer[-1] ^ 1 << self._random.randrange(8),))
        return answer

    def reset(self) -> None:
        """See `FakeChip`."""
        self._model.reset()

    def _happens(self, share: float) -> bool:
        return share > 0 and self._random.random() < share

    def _wait(self, seconds: float) -> None:
        end_s = self._clock.monotonic_s() + seconds
        with self._waiting:
            while (rest_s := end_s - self._clock.monotonic_s()) > 0:
                self._clock.wait(self._waiting, rest_s)
