"""Reads files of sysfs, where a failed read is what a driver says of its sensor."""

import errno
import re

from collector import MetricValue, SourceUnavailableError, ValueType
from collector_i2c.errnos import meaning_of
from collector_i2c.kernel.channel import Channel
from collector_i2c.kernel.folder import Folder
from collector_i2c.refusal import Reason, RefusedError

_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?(e[-+]?\d{1,2})?", re.ASCII)
_GONE = frozenset({errno.ENOENT, errno.ENODEV})


def value_of(folder: Folder, channel: Channel) -> MetricValue:
    """Return the value of a channel.

    Raises:
        RefusedError: The driver gives none now.
        SourceUnavailableError: The device is gone.
    """
    if channel.fault_file and number_in(folder, channel.fault_file):
        raise RefusedError(Reason.ERROR_FLAG, f"{channel.fault_file} is set")
    figure = number_in(folder, channel.file)
    if channel.offset_file:
        figure += number_in(folder, channel.offset_file)
    if channel.scale_file:
        figure *= number_in(folder, channel.scale_file)
    if channel.metric.type is ValueType.BOOL:
        return bool(figure)
    return figure * channel.factor


def number_in(folder: Folder, file: str) -> float:
    """Return the number in a file.

    Raises:
        RefusedError: There is none, or the driver gives none now.
        SourceUnavailableError: The file is gone.
    """
    text = text_in(folder, file)
    if _NUMBER.fullmatch(text) is None:
        raise RefusedError(Reason.RANGE_INVALID, f"{file} says {text!r}")
    return float(text)


def text_in(folder: Folder, file: str) -> str:
    """Return the text in a file, without the spaces around it.

    Raises:
        RefusedError: The driver gives none now.
        SourceUnavailableError: The file is gone.
    """
    try:
        return folder.text(file).strip()
    except OSError as error:
        if error.errno in _GONE:
            raise SourceUnavailableError(f"{folder.place}/{file} is gone") from error
        meaning = meaning_of(error.errno).text
        raise RefusedError(Reason.NOT_READY, f"{file}: {meaning}") from error
