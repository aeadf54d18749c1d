"""Opens serial ports, and says why one cannot be opened."""

import errno
import fcntl
import os
import termios
from dataclasses import dataclass
from pathlib import Path

import serial
from serial.rs485 import RS485Settings

from collector import SourceFaultError, SourceUnavailableError
from collector_serial.port.holder import holder_of
from collector_serial.settings.line import Rs485Settings

LOOK_AGAIN_S = 1.0
"""How soon a port that is not there is looked for again: a plug is put back at any moment."""

WRITE_TIMEOUT_S = 2.0
"""How long a device may refuse to take what is sent."""

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


def opened(options: PortOptions) -> serial.Serial:
    """Open a port.

    Raises:
        SourceUnavailableError: It is not there, or another program holds it.
        SourceFaultError: It may not be opened, or cannot be set like that.
    """
    try:
        return _open(options)
    except ValueError as error:
        raise SourceFaultError(f"{options.path}: {error}") from error
    except termios.error as error:
        raise not_settable(options, error) from error
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
        return not_settable(options, error)
    return SourceUnavailableError(f"{path}: {os.strerror(error.errno)}")


def not_settable(
    options: PortOptions, error: Exception
) -> SourceUnavailableError | SourceFaultError:
    """Return the error of a port that does not take its settings."""
    path = Path(options.path)
    if not path.exists() or error.args[0] in _GONE:
        return SourceUnavailableError(f"{path}: is not plugged in", retry_in_s=LOOK_AGAIN_S)
    how = f"{options.baudrate} {options.bytesize}{options.parity}{options.stopbits}"
    return SourceFaultError(f"{path}: is no serial port, or cannot be set to {how}: {error}")
