"""The kind ``windmast``: sends datagrams by itself, such as ``wind 3.4 271``."""

import socket
from collections.abc import Callable, Sequence
from importlib import resources

from collector import (
    ListeningSource,
    Metric,
    Reading,
    SourceContext,
    SourceFaultError,
    SourceKind,
    SourceUnavailableError,
    StopSignal,
    ValueUnit,
    hookimpl,
)
from collector_windmast.settings import WindmastSettings
from collector_windmast.simulator import WindmastSimulator

METRICS = (
    Metric(id="speed", name="Wind speed", unit=ValueUnit.METERS_PER_SECOND),
    Metric(id="direction", annotation="degrees from north"),
)


def decode(datagram: bytes) -> dict[str, float]:
    """Turn ``b"wind 3.4 271"`` into speed and direction; ValueError if it is something else."""
    word, speed, direction = datagram.decode("ascii").split()
    if word != "wind":
        raise ValueError(f"{datagram!r} is not of a wind mast")
    return {"speed": float(speed), "direction": float(direction)}


class Windmast(ListeningSource):
    def __init__(self, settings: WindmastSettings, context: SourceContext) -> None:
        self._address = (settings.host, settings.port)
        self._log = context.log
        self._socket: socket.socket | None = None

    @property
    def metrics(self) -> Sequence[Metric]:
        return METRICS

    def open(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0.5)  # how soon a stop is noticed
        try:
            self._socket.bind(self._address)
        except OSError as error:
            raise SourceFaultError(f"cannot listen at {self._address}: {error}") from error

    def listen(self, emit: Callable[[Reading], None], stop: StopSignal) -> None:
        if self._socket is None:
            raise SourceUnavailableError("not open")
        while not stop.is_set():
            try:
                emit(Reading(values=decode(self._socket.recv(200))))
            except TimeoutError:
                continue
            except ValueError as error:
                self._log.debug("ignored a datagram: %s", error)  # anyone can send one
            except OSError as error:
                raise SourceUnavailableError(str(error)) from error

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    return [
        SourceKind(
            name="windmast",
            settings=WindmastSettings,
            create=Windmast,
            simulate=WindmastSimulator,
            example=resources.files(__package__).joinpath("example.toml").read_text("utf-8"),
        )
    ]
