"""What a device is asked, and how often."""

from pydantic import Field

from collector import ConfigModel, MetricId
from collector_serial.settings.octets import Octets


class RequestSettings(ConfigModel):
    r"""A ``[[source.request]]``: bytes that the device answers with one frame."""

    send: Octets
    r"""What is sent: ``"SI\r\n"`` or ``"hex:FF 01 86 00 00 00 00 00 79"``."""

    metric: MetricId | None = None
    """The metric of an answer that is one bare value."""

    group: str = Field(default="", max_length=64)
    """The group that it belongs to; none when it is sent at the source's interval."""

    at_open: bool = False
    """Send it once after opening, and await no answer: what switches a device on. With nothing
    else to ask, the device is then listened to."""
