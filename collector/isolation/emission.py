"""Takes the readings of a listening source in its worker, and sends them on in batches."""

import json
import threading
from collections.abc import Mapping
from typing import Any

from collector.clock import Clock
from collector.errors import SourceFaultError
from collector.isolation.channel import BadMessageError, Channel, ChannelClosedError
from collector.isolation.encoding import reading_data
from collector.isolation.failures import too_much
from collector.isolation.hosted import Hosted
from collector.plugin.source import Reading
from collector.sampling.reading import whole

MAX_WAITING = 1000
MAX_WAITING_BYTES = 1024 * 1024

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Emission:
    """What was emitted and is not sent. What does not fit is dropped and its values are counted.

    Safe to use from every thread of the plugin.

    Args:
        hosted: The source.
        channel: Where batches are sent, from a thread of this object's own.
        clock: Stamps each reading as it is emitted, where the source did not.
    """

    def __init__(self, hosted: Hosted, channel: Channel, clock: Clock) -> None:
        self._hosted = hosted
        self._channel = channel
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._bytes = 0
        self._dropped = 0
        self._news: dict[str, Any] = {}
        self._is_over = False
        self._failure: SourceFaultError | None = None
        self._thread = threading.Thread(target=self._send, name="emission", daemon=True)

    def start(self) -> None:
        """Start to send."""
        self._thread.start()

    def emit(self, reading: Reading) -> None:
        """Take a reading; in the hands of whoever calls it, a mistake is raised."""
        plain = whole(reading)
        with self._changed:
            if len(self._waiting) >= MAX_WAITING or self._bytes > MAX_WAITING_BYTES:
                self._dropped += len(plain.values)
                return
            self._news |= self._hosted.news([plain])
            text = _encode(_stamped(reading_data(plain), self._clock))
            if len(text) > MAX_WAITING_BYTES:
                self._dropped += len(plain.values)
            else:
                self._waiting.append(text)
                self._bytes += len(text)
            self._changed.notify_all()

    def finish(self) -> SourceFaultError | None:
        """Send what is left, and no more; return why something could not be sent, if so."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._thread.join()
        return self._failure

    def _send(self) -> None:
        try:
            while (batch := self._next()) is not None:
                self._channel.send_text(batch)
        except ChannelClosedError:
            return  # the collector is gone, and this process ends as well
        except BadMessageError as error:
            self._failure = too_much(error)
            self._channel.send({"returned": True})  # so it is told to stop

    def _next(self) -> str | None:
        with self._changed:
            while not (self._waiting or self._dropped or self._is_over):
                self._clock.wait(self._changed, None)
            if not (self._waiting or self._dropped):
                return None
            rest = {**self._news, "dropped": self._dropped}
            batch = f'{{"emitted":[{",".join(self._waiting)}],{_members(rest)}}}'
            self._waiting, self._bytes, self._dropped, self._news = [], 0, 0, {}
            return batch


def _members(message: Mapping[str, Any]) -> str:
    return _encode(message)[1:-1]


def _stamped(data: list[Any], clock: Clock) -> list[Any]:
    *head, taken_at, device_ms = data
    if taken_at is None:
        now = clock.now()
        taken_at = [now.boot_id, now.boottime_ms]
    return [*head, taken_at, device_ms]
