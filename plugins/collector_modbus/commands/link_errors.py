"""Turns what goes wrong on a link into what the collector shows in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from collector import SourceFaultError, SourceUnavailableError
from collector_modbus.errors import DeviceError, LinkError, LinkFaultError, NoAnswerError


@contextmanager
def shown() -> Iterator[None]:
    """Raise the errors of this plugin as those of the collector."""
    try:
        yield
    except (LinkFaultError, DeviceError) as error:
        raise SourceFaultError(str(error)) from error
    except (LinkError, NoAnswerError) as error:
        raise SourceUnavailableError(str(error)) from error
