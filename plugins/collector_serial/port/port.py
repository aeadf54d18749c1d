"""A serial port that is open.

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
from typing import Literal

import serial

from collector import SourceFaultError, SourceUnavailableError, Tape
from collector_serial.port.line_errors import SIZE, TIOCGICOUNT, LineErrors, line_errors_in
from collector_serial.port.opening import (
    LOOK_AGAIN_S,
    WRITE_TIMEOUT_S,
    PortOptions,
    not_settable,
    opened,
)
from collector_serial.settings.line import CHECKED_PARITIES

_CHUNK_BYTES = 4096
_INPUT_FLAGS = 0  # their place in what termios gives


class Port:
    """An open serial port.

    Args:
        options: How to open it.

    Attributes:
        tape: Where what passes is noted; None for nowhere.

    Raises:
        SourceUnavailableError: It is not there, or another program holds it.
        SourceFaultError: It may not be opened, or cannot be set like that.
    """

    def __init__(self, options: PortOptions) -> None:
        self.tape: Tape | None = None
        self._options = options
        self._serial = opened(options)
        self._has_failed = False
        self._readable = select.poll()
        self._readable.register(self._serial.fileno(), select.POLLIN)
        with self._gone_if_it_fails():
            self._check_parity()

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
            if changed:
                self._check_parity()
        except ValueError as error:
            self._has_failed = True  # pyserial takes the setting for done all the same
            raise SourceFaultError(f"{options.path}: {error}") from error
        except (OSError, termios.error) as error:
            self._has_failed = True
            raise not_settable(options, error) from error

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
        self._note("in", octets)
        return octets

    def write(self, octets: bytes) -> None:
        """Send bytes.

        Raises:
            SourceUnavailableError: The device is gone, or takes nothing.
        """
        try:
            with self._gone_if_it_fails():
                self._serial.write(octets)
            self._note("out", octets)
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
            self._check_parity()

    def _check_parity(self) -> None:
        """Have the driver give a NUL for a byte whose parity is wrong.

        pyserial switches that off with every setting, and so makes any byte of it.
        """
        attributes = termios.tcgetattr(self._serial.fileno())
        if self._serial.parity in CHECKED_PARITIES:
            attributes[_INPUT_FLAGS] |= termios.INPCK
            termios.tcsetattr(self._serial.fileno(), termios.TCSANOW, attributes)

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
            self._note("error", message.encode())
            raise SourceUnavailableError(message, retry_in_s=LOOK_AGAIN_S) from error

    def _note(self, direction: Literal["out", "in", "error"], data: bytes) -> None:
        if self.tape is not None:
            self.tape.note(f"serial://{self._options.path}", direction, data)

    def close(self) -> None:
        """Let go of it; may be called twice, and when the device is gone."""
        try:
            if self._serial.is_open:
                self._serial.reset_output_buffer()  # else the driver waits up to 30 s for its end
            if self._serial.is_open and self._options.exclusive:
                fcntl.ioctl(self._serial.fileno(), termios.TIOCNXCL)
        except (OSError, termios.error):
            pass  # the device is gone, and the lock with it
        finally:
            self._serial.close()
