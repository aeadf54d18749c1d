"""Makes the framer that settings ask for."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from collector_serial.checks.check import Check
from collector_serial.framing.delimited import DelimitedFramer
from collector_serial.framing.fixed import FixedFramer
from collector_serial.framing.framer import Framer
from collector_serial.framing.lines import LineFramer
from collector_serial.framing.marked import MarkedFramer
from collector_serial.framing.modbus_rtu import ModbusRtuFramer
from collector_serial.framing.silence import SilenceFramer
from collector_serial.framing.sml import SmlFramer
from collector_serial.framing.stuffed import StuffedFramer
from collector_serial.settings.framing import (
    DelimitedFraming,
    FixedFraming,
    Framing,
    LineFraming,
    MarkedFraming,
    ModbusRtuFraming,
    SilenceFraming,
    SmlFraming,
    StuffedFraming,
)

_FRAMERS: Mapping[type, Callable[[Any, Check], Framer]] = MappingProxyType(
    {
        LineFraming: LineFramer,
        DelimitedFraming: DelimitedFramer,
        MarkedFraming: MarkedFramer,
        FixedFraming: FixedFramer,
        SilenceFraming: SilenceFramer,
        StuffedFraming: StuffedFramer,
        SmlFraming: SmlFramer,
        ModbusRtuFraming: ModbusRtuFramer,
    }
)


def make_framer(framing: Framing, check: Check) -> Framer:
    """Return the framer of these settings, which asks the check about every frame."""
    return _FRAMERS[type(framing)](framing, check)
