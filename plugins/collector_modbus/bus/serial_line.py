"""Serial lines, opened by pyserial and read without polling. The only import of pyserial."""

import contextlib
import errno
import os
import select
import termios

import serial
import serial.rs485

from collector import Deadline
from collector_modbus.errors import LineSettingsError, LinkError, LinkFaultError
from collector_modbus.settings.link import SerialLink

_READ_AT_ONCE = 4096
_GONE = (OSError, ValueError, TypeError, serial.SerialException, termios.error)
"""What pyserial and the kernel raise when a line is pulled out: unrelated classes."""


class SerialStream:
    """A serial line of our own: nobody else can open it meanwhile. See `Stream`."""

    is_datagram = False

    def __init__(self, link: SerialLink) -> None:
        self._link = link
        self._serial: serial.Serial | None = None

    def open(self) -> None:
        """See `Stream`."""
        link = self._link
        try:
            line = serial.Serial(
                port=link.port,
                baudrate=link.baudrate,
                bytesize=link.bytesize,
                parity=link.parity,
                stopbits=link.stopbits,
                timeout=0,
                write_timeout=0,
                exclusive=True,
            )
        except (OSError, ValueError, termios.error) as error:
            raise _opening_error(link.port, error) from error
        if link.rs485:
            self._switch_to_rs485(line)
        self._serial = line
        self._discard()

    def close(self) -> None:
        """See `Stream`."""
        if self._serial is not None:
            with contextlib.suppress(*_GONE):  # an unplugged line cannot be closed in order
                self._serial.close()
            self._serial = None

    def write(self, data: bytes, deadline: Deadline) -> None:
        """See `Stream`."""
        line = self._open_line()
        try:
            left = memoryview(data)
            while left:
                left = left[self._written(line.fileno(), left, deadline) :]
        except _GONE as error:
            raise LinkError(f"{self._link.port} is gone: {error}") from error

    def read(self, timeout_s: float) -> bytes:
        """See `Stream`."""
        line = self._open_line()
        try:
            ready, _, _ = select.select([line.fileno()], [], [], max(0.0, timeout_s))
            if not ready:
                return b""
            data = os.read(line.fileno(), _READ_AT_ONCE)
        except BlockingIOError:
            return b""
        except _GONE as error:
            raise LinkError(f"{self._link.port} is gone: {error}") from error
        if not data:
            raise LinkError(f"{self._link.port} is gone: unplugged")
        return data

    def _written(self, descriptor: int, data: memoryview, deadline: Deadline) -> int:
        _, ready, _ = select.select([], [descriptor], [], deadline.remaining_s())
        if not ready:
            raise LinkError(f"{self._link.port} does not take what is sent")
        return os.write(descriptor, data)

    def _open_line(self) -> serial.Serial:
        if self._serial is None:
            raise LinkError(f"{self._link.port} is not open")
        return self._serial

    def _switch_to_rs485(self, line: serial.Serial) -> None:
        link = self._link
        try:
            line.rs485_mode = serial.rs485.RS485Settings(
                rts_level_for_tx=link.rts_level_for_tx,
                rts_level_for_rx=not link.rts_level_for_tx,
                delay_before_tx=link.delay_before_tx or None,
                delay_before_rx=link.delay_before_rx or None,
            )
        except (OSError, ValueError) as error:
            line.close()
            message = f"{link.port}: its driver cannot switch RS-485: leave rs485 out"
            raise LinkFaultError(f"{message} ({error})") from error

    def _discard(self) -> None:
        while self.read(0.0):
            pass


def _opening_error(port: str, error: Exception) -> LinkError:
    """Say why a port cannot be opened, and what to do."""
    code = getattr(error, "errno", None)
    if code == errno.ENOENT:
        return LinkError(f"{port} does not exist: is it plugged in?")
    if code == errno.EACCES:
        return LinkFaultError(f"{port}: no permission: add this user to the group dialout")
    if code in (errno.EBUSY, errno.EAGAIN) or "lock" in str(error):
        return LinkError(f"{port} is taken by another program")
    if error.__context__ is not None and error.__context__.args[:1] == (errno.ENOTTY,):
        return LinkFaultError(f"{port} is no serial port")
    if isinstance(error, ValueError) or error.args[:1] == (errno.EINVAL,):
        what = "this speed, parity or stop bits"
        return LineSettingsError(f"{port} cannot do {what} ({error.args[-1]})")
    return LinkError(f"{port} cannot be opened: {error}")
