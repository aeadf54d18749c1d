"""The Smart Message Language: what German meters send through their optical port.

Source: BSI TR-03109-1, appendix IV, "SML" (type-length fields, messages, SML_GetList.Res and its
entries); the units are those of DLMS (IEC 62056-62, table of units).
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from collector import Metric, MetricValue
from collector_serial.decode.channel import make_channel
from collector_serial.decode.channel_set import ChannelSet
from collector_serial.decode.decoder import BadFrameError, Decoded, NoValueError
from collector_serial.decode.obis import OBIS, in_unit, reduced
from collector_serial.settings.recipe import Recipe

_UNITS: Mapping[int, str] = MappingProxyType(
    {
        8: "°",
        9: "°C",
        27: "W",
        28: "VA",
        29: "var",
        30: "Wh",
        31: "VAh",
        32: "varh",
        33: "A",
        35: "V",
        44: "Hz",
    }
)
_GET_LIST_RESPONSE = 0x0701
_ENTRY_FIELDS = 7  # name, status, time, unit, scaler, value, signature
_LIST_FIELDS = 7  # client, server, name, sensor time, values, signature, gateway time
_MESSAGE_FIELDS = 6
_NAME_BYTES = 6
_MORE = 0x80
_MAX_DEPTH = 16

_TEXT, _FLAG, _SIGNED, _UNSIGNED, _LIST = 0, 4, 5, 6, 7

Node = bytes | int | bool | list["Node"] | None
"""A field of a message; None is the end of one."""


class SmlDecoder:
    """Takes files of messages. Codes that are not known are left out unless a field names them."""

    def __init__(self, recipe: Recipe) -> None:
        self._known = dict(OBIS)
        self._own = {field.source_key for field in recipe.field}
        for field in recipe.field:
            self._known[field.source_key] = (make_channel(field), field.unit)
        self._channels = ChannelSet({code: known for code, (known, _) in self._known.items()})

    @property
    def metrics(self) -> Sequence[Metric]:
        """See `Decoder`."""
        return self._channels.metrics

    def decode(self, frame: bytes) -> Decoded:
        """See `Decoder`."""
        values: dict[str, MetricValue] = {}
        for entry in _entries(frame):
            self._take(entry, values)
        if not values:
            raise NoValueError("holds no value that is known")
        return Decoded(values)

    def _take(self, entry: list[Node], values: dict[str, MetricValue]) -> None:
        name, _, _, unit, scaler, value, _ = entry
        if not isinstance(name, bytes) or len(name) != _NAME_BYTES or not _is_number(value):
            return
        code = "{}-{}:{}.{}.{}*{}".format(*name)
        found = self._known.get(code) or self._known.get(reduced(code))
        if found is None:
            return
        known, usual = found
        if (
            isinstance(unit, int)
            and unit not in _UNITS
            and self._own.isdisjoint((code, reduced(code)))
        ):
            return  # the unit that a known code usually has would be a guess
        scale = scaler if isinstance(scaler, int) else 0
        told = _UNITS.get(unit, "") if isinstance(unit, int) else ""
        taken = in_unit(known, usual, _scaled(value, scale), told)
        if taken is not None:
            values.setdefault(known.metric.id, taken)


def _is_number(value: Node) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _scaled(value: Node, scale: int) -> float:
    number = value if isinstance(value, int) else 0
    # dividing by a power of ten rounds once, multiplying by its inverse twice
    return number / 10**-scale if -18 <= scale < 0 else float(number * 10 ** min(scale, 18))  # noqa: PLR2004 - 64 bits


def _entries(frame: bytes) -> Iterator[list[Node]]:
    """Give the entries of all lists of values in a file."""
    for message in _messages(frame):
        body = message[3] if isinstance(message, list) and len(message) == _MESSAGE_FIELDS else None
        if not isinstance(body, list) or body[:1] != [_GET_LIST_RESPONSE]:
            continue
        response = body[1] if len(body) > 1 else None
        entries = response[4] if isinstance(response, list) and len(response) == _LIST_FIELDS else 0
        if not isinstance(entries, list):
            raise BadFrameError("has a list of values of another form")
        yield from (e for e in entries if isinstance(e, list) and len(e) == _ENTRY_FIELDS)


def _messages(frame: bytes) -> Iterator[Node]:
    place = 0
    while place < len(frame):
        node, place = _node(frame, place, _MAX_DEPTH)
        if node is not None:
            yield node


def _node(frame: bytes, place: int, depth: int) -> tuple[Node, int]:
    """Return the field at a place, and the place behind it.

    Raises:
        BadFrameError: It ends too soon, or is no field.
    """
    kind, length, begin = _head(frame, place)
    if kind == _LIST:
        return _list(frame, begin, length, depth)
    if kind == _TEXT and length == 0:
        return None, begin  # the end of a message
    stop = place + length
    octets = frame[begin:stop]
    if stop > len(frame) or stop < begin:
        raise BadFrameError(f"ends in a field at byte {place}")
    if kind == _FLAG:
        return any(octets), stop
    if kind in (_SIGNED, _UNSIGNED):
        return int.from_bytes(octets, "big", signed=kind == _SIGNED), stop
    if kind == _TEXT:
        return octets, stop
    raise BadFrameError(f"has no field at byte {place}")


def _list(frame: bytes, place: int, length: int, depth: int) -> tuple[Node, int]:
    if depth == 0:
        raise BadFrameError("has lists within lists without an end")
    nodes: list[Node] = []
    for _ in range(length):
        node, place = _node(frame, place, depth - 1)
        nodes.append(node)
    return nodes, place


def _head(frame: bytes, place: int) -> tuple[int, int, int]:
    """Return the kind and the length of a field, and where its content begins."""
    kind, length = 0, 0
    for at in range(place, len(frame)):
        octet = frame[at]
        kind = (octet >> 4) & 7 if at == place else kind
        length = (length << 4) | (octet & 0xF)
        if not octet & _MORE:
            return kind, length, at + 1
    raise BadFrameError("ends in the head of a field")
