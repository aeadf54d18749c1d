"""A serial port: the only place of the source that speaks pyserial.

pyserial raises three unrelated kinds of exception when a device is pulled out: SerialException,
OSError and termios.error. Here they become one.
"""

import errno
import fcntl
import os
import select
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import serial
from serial.rs485 import RS485Settings

from collector import SourceFaultError, SourceUnavailableError
from collector_serial.holder import holder_of
from collector_serial.line_errors import SIZE, TIOCGICOUNT, LineErrors, line_errors_in
from collector_serial.settings.line import Rs485Settings

LOOK_AGAIN_S = 1.0
"""How soon a port that is not there is looked for again: a plug is put back at any moment."""

WRITE_TIMEOUT_S = 2.0
"""How long a device may refuse to take what is sent."""

_CHUNK_BYTES = 4096
_GONE = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO})
_HELD = frozenset({errno.EBUSY, errno.EAGAIN, errno.EACCES})


@dataclass(frozen=True, slots=True, kw_only=True)
class PortOptions:
    """How a port is opened; the names are those of pyserial.

    Attributes:
        dtr: The level of DTR; None leaves it to the driver.
        rts: The level of RTS; None leaves it to the driver.
        exclusive: Keep other programs from opening it.
    """

    path: str
    baudrate: int
    bytesize: int = 8
    parity: str = "N"
    stopbits: int = 1
    xonxoff: bool = False
    rtscts: bool = False
    dtr: bool | None = None
    rts: bool | None = None
    rs485: Rs485Settings | None = None
    exclusive: bool = True


class Port:
    """An open serial port.

    Args:
        options: How to open it.

    Raises:
        SourceUnavailableError: It is not there, or another program holds it.
        SourceFaultError: It may not be opened, or cannot be set like that.
    """

    def __init__(self, options: PortOptions) -> None:
        self._options = options
        self._serial = _opened(options)
        self._has_failed = False
        self._readable = select.poll()
        self._readable.register(self._serial.fileno(), select.POLLIN)

    @property
    def has_failed(self) -> bool:
        """Whether the device was seen to be gone."""
        return self._has_failed

    def set_as(self, options: PortOptions) -> None:
        """Set the line as a source needs it, if it is set differently.

        Raises:
            SourceUnavailableError: The device is gone.
            SourceFaultError: It cannot be set like that.
        """
        names = ("baudrate", "bytesize", "parity", "stopbits", "xonxoff", "rtscts")
        wanted = {name: getattr(options, name) for name in names}
        changed = {
            name: value for name, value in wanted.items() if getattr(self._serial, name) != value
        }
        try:
            for name, value in changed.items():
                setattr(self._serial, name, value)
        except ValueError as error:
            raise SourceFaultError(f"{options.path}: {error}") from error
        except (OSError, termios.error) as error:
            self._has_failed = True
            raise _not_settable(options, error) from error

    def line_errors(self) -> LineErrors:
        """Return what the driver has counted; zeros where it does not count."""
        try:
            structure = fcntl.ioctl(self._serial.fileno(), TIOCGICOUNT, bytes(SIZE))
        except OSError:  # a pty, and some adapters
            return LineErrors()
        return line_errors_in(structure)

    def read(self, timeout_s: float) -> bytes:
        """Return what has come, waiting for the first byte; empty when the time is up.

        Raises:
            SourceUnavailableError: The device is gone.
        """
        with self._gone_if_it_fails():
            if not self._readable.poll(timeout_s * 1000):
                return b""
            octets = os.read(self._serial.fileno(), _CHUNK_BYTES)
            if not octets:  # ready and yet nothing: how Linux shows that it was pulled out
                raise OSError(errno.EIO, "no bytes although there should be some")
            return octets

    def write(self, octets: bytes) -> None:
        """Send bytes.

        Raises:
            SourceUnavailableError: The device is gone, or takes nothing.
        """
        try:
            with self._gone_if_it_fails():
                self._serial.write(octets)
        except serial.SerialTimeoutException as error:
            path, limit_s = self._options.path, WRITE_TIMEOUT_S
            raise SourceUnavailableError(f"{path}: takes nothing within {limit_s:g} s") from error

    def discard_input(self) -> None:
        """Forget what has come and was not read.

        Raises:
            SourceUnavailableError: The device is gone.
        """
        with self._gone_if_it_fails():
            self._serial.reset_input_buffer()

    def set_baudrate(self, baudrate: int) -> None:
        """Change the speed.

        Raises:
            SourceUnavailableError: The device is gone.
        """
        with self._gone_if_it_fails():
            self._serial.baudrate = baudrate

    @contextmanager
    def _gone_if_it_fails(self) -> Iterator[None]:
        try:
            yield
        except serial.SerialTimeoutException:
            raise
        except (OSError, termios.error) as error:  # SerialException is an OSError
            self._has_failed = True
            reason = getattr(error, "strerror", None) or error
            message = f"{self._options.path}: was unplugged, or has failed: {reason}"
            raise SourceUnavailableError(message, retry_in_s=LOOK_AGAIN_S) from error

    def close(self) -> None:
        """Let go of it; may be called twice, and when the device is gone."""
        try:
            if self._serial.is_open and self._options.exclusive:
                fcntl.ioctl(self._serial.fileno(), termios.TIOCNXCL)
        except (OSError, termios.error):
            pass  # the device is gone, and the lock with it
        finally:
            self._serial.close()


def _opened(options: PortOptions) -> serial.Serial:
    try:
        return _open(options)
    except ValueError as error:
        raise SourceFaultError(f"{options.path}: {error}") from error
    except termios.error as error:
        raise _not_settable(options, error) from error
    except OSError as error:
        raise _not_opened(options, error) from error


def _open(options: PortOptions) -> serial.Serial:
    port = serial.Serial(
        baudrate=options.baudrate,
        bytesize=options.bytesize,
        parity=options.parity,
        stopbits=options.stopbits,
        timeout=0,
        write_timeout=WRITE_TIMEOUT_S,
        xonxoff=options.xonxoff,
        rtscts=options.rtscts,
        exclusive=options.exclusive or None,
    )
    port.port = options.path
    if options.dtr is not None:
        port.dtr = options.dtr
    if options.rts is not None:
        port.rts = options.rts
    if options.rs485 is not None:
        port.rs485_mode = _rs485(options.rs485)
    port.open()
    if options.exclusive:
        fcntl.ioctl(port.fileno(), termios.TIOCEXCL)  # for programs that lock nothing
    return port


def _rs485(settings: Rs485Settings) -> RS485Settings:
    return RS485Settings(
        rts_level_for_tx=settings.rts_level_for_tx,
        rts_level_for_rx=settings.rts_level_for_rx,
        delay_before_tx=settings.delay_before_tx,
        delay_before_rx=settings.delay_before_rx,
    )


def _not_opened(options: PortOptions, error: OSError) -> SourceUnavailableError | SourceFaultError:
    path = Path(options.path)
    if error.errno in _GONE or not path.exists():
        return SourceUnavailableError(f"{path}: is not plugged in", retry_in_s=LOOK_AGAIN_S)
    if error.errno in _HELD and (holder := holder_of(path)):
        return SourceUnavailableError(f"{path}: is held by {holder}")
    if error.errno in (errno.EACCES, errno.EPERM):
        return SourceFaultError(
            f"{path}: may not be opened; add the user of the service to the group dialout"
        )
    if error.errno in _HELD:
        return SourceUnavailableError(f"{path}: is held by another program")
    if error.errno in (None, errno.EINVAL, errno.ENOTTY):
        return _not_settable(options, error)
    return SourceUnavailableError(f"{path}: {error}")


def _not_settable(
    options: PortOptions, error: Exception
) -> SourceUnavailableError | SourceFaultError:
    path = Path(options.path)
    if not path.exists() or error.args[0] in _GONE:
        return SourceUnavailableError(f"{path}: is not plugged in", retry_in_s=LOOK_AGAIN_S)
    how = f"{options.baudrate} {options.bytesize}{options.parity}{options.stopbits}"
    return SourceFaultError(f"{path}: is no serial port, or cannot be set to {how}: {error}")
