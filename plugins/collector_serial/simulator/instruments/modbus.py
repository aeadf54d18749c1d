"""A Modbus RTU line on which a master asks units that answer."""

from collector_serial.framing.modbus_rtu import MODBUS
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.format import FormatSettings
from collector_serial.simulator.instrument import Speaker
from collector_serial.simulator.instruments.binary import encoded
from collector_serial.simulator.wave import moving

_ANY_UNIT = 1
_BITS = (1, 2)


class ModbusLine(Speaker):
    """Carries a request and an answer for each field."""

    def __init__(self, recipe: FormatSettings) -> None:
        self._fields = recipe.field

    def frame(self, t_s: float) -> bytes:
        """See `Instrument`."""
        return b"".join(self._transaction(field, t_s) for field in self._fields)

    def _transaction(self, field: FieldSettings, t_s: float) -> bytes:
        unit = _ANY_UNIT if field.unit_id is None else field.unit_id
        head = bytes((unit, field.function))
        if field.function in _BITS:
            count, octets = 1, bytes((int(moving(field.metric, t_s)) & 1,))
        else:
            octets = encoded(field, moving(field.metric, t_s)).rjust(2, b"\0")
            count = max(2, field.size) // 2
        request = head + (field.address or 0).to_bytes(2, "big") + count.to_bytes(2, "big")
        return _sealed(request) + _sealed(head + bytes((len(octets),)) + octets)


def _sealed(frame: bytes) -> bytes:
    return frame + MODBUS(frame).to_bytes(2, "little")
