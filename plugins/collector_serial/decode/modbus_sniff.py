"""Values from a Modbus RTU line that is listened to: what others ask, and what they are answered.

Source: MODBUS Application Protocol V1.1b3, 6.1 to 6.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from collector import Metric, MetricValue
from collector_serial.decode.binary import make_reader
from collector_serial.decode.channel import Channel, make_channel
from collector_serial.decode.decoder import NOTHING, Decoded
from collector_serial.settings.field import FieldSettings
from collector_serial.settings.recipe import Recipe

_COILS, _INPUTS = 1, 2
_REQUEST_BYTES = 8
_HEAD_BYTES = 3
_CHECK_BYTES = 2


@dataclass(frozen=True, slots=True)
class Transaction:
    """A request to read, with its answer.

    Attributes:
        function: The function code: 1 coils, 2 discrete inputs, 3 holding, 4 input registers.
        address: The first coil, input or register.
        octets: What was answered.
    """

    unit: int
    function: int
    address: int
    octets: bytes


class Pairing:
    """Pairs each request with the answer that follows upon it.

    A request without an answer is dropped by the next: the next answer belongs to another.
    """

    def __init__(self) -> None:
        self._request: bytes | None = None

    def take(self, frame: bytes) -> Transaction | None:
        """Return the transaction that a frame completes; None if it completes none."""
        request, self._request = self._request, None
        if request is None or not _answers(request, frame):
            self._request = frame if len(frame) == _REQUEST_BYTES else None
            return None
        address = int.from_bytes(request[2:4], "big")
        return Transaction(frame[0], frame[1], address, frame[_HEAD_BYTES:-_CHECK_BYTES])


class ModbusSniffDecoder:
    """Takes all frames of a line; gives the fields that lie in what was answered.

    Raises:
        ValueError: There is no field, or one has no address.
    """

    def __init__(self, recipe: Recipe) -> None:
        if not recipe.field:
            raise ValueError("field: a sniffed line needs a table of fields")
        for field in recipe.field:
            if field.address is None:
                raise ValueError(f"field: {field.metric!r} needs its address")
        self._fields = [(field, make_reader(field), make_channel(field)) for field in recipe.field]
        self._pairing = Pairing()

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return tuple(known.metric for _, _, known in self._fields)

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`. A request says nothing, an answer what its request asked."""
        transaction = self._pairing.take(frame)
        if transaction is None:
            return NOTHING
        values: dict[str, MetricValue] = {}
        for field, read, known in self._fields:
            at = _place(field, transaction)
            if at is not None:
                raw = read(transaction.octets, at) if at >= 0 else _bit(transaction, ~at)
                _keep(values, known, None if raw is None else known.take(raw))
        return Decoded(values) if values else NOTHING


def _keep(values: dict[str, MetricValue], known: Channel, value: MetricValue | None) -> None:
    if value is not None:
        values[known.metric.id] = value


def _answers(request: bytes, frame: bytes) -> bool:
    if frame[:2] != request[:2]:
        return False
    count = int.from_bytes(request[4:6], "big")
    size = (count + 7) // 8 if request[1] in (_COILS, _INPUTS) else 2 * count
    return frame[2] == size and len(frame) == _HEAD_BYTES + size + _CHECK_BYTES


def _place(field: FieldSettings, transaction: Transaction) -> int | None:
    """Return the byte where a field stands; of a coil, the inverted number of its bit."""
    is_other = field.unit_id not in (None, transaction.unit)
    if is_other or field.function != transaction.function:
        return None
    distance = (field.address or 0) - transaction.address
    if field.function in (_COILS, _INPUTS):
        return ~distance if 0 <= distance < 8 * len(transaction.octets) else None
    at = 2 * distance
    return at if 0 <= at <= len(transaction.octets) - max(2, field.size) else None


def _bit(transaction: Transaction, number: int) -> bool:
    return bool(transaction.octets[number // 8] >> number % 8 & 1)
