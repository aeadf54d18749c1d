"""What messages and records of readings look like before there are any: samples of real length."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from collector.buffering.reading import StampedReading
from collector.buffering.spool.frame import frame
from collector.buffering.spool.record import RecordCodec
from collector.clock import Instant
from collector.forecast.reads import Read
from collector.plugin.source import Metric
from collector.publishing.delivery.encoder import PushEncoder
from collector.wire.topics import Address, Operation, request_topic
from collector.wire.units import MetricValue, ValueType

CLIENT_ID = "0" * 32
"""As long as the agent's are (wire contract: 32 hex digits)."""

TIMESTAMP_MS = 1_790_000_000_000
BOOT_ID = "00000000-0000-0000-0000-000000000000"
INDEX_BYTES = 6
"""What a segment's index says of each reading: an offset of four bytes, a shape of two."""

SAMPLES: Mapping[ValueType, MetricValue] = MappingProxyType(
    {
        ValueType.DOUBLE: 229.98731994628906,
        ValueType.INTEGER: 12345,
        ValueType.BOOL: True,
        ValueType.STRING: "as long as usual",
    }
)
"""By type; the double has as many digits as a widened 32-bit float, which few have more of."""


def sample_of(metric: Metric, values: Mapping[str, MetricValue]) -> MetricValue:
    """Return a value of a metric: one that was taken, if there is one."""
    kind = ValueType.DOUBLE if metric.unit is not None else metric.type
    return values.get(metric.id, SAMPLES[kind])


def reading_of(reads: Iterable[tuple[Read, Mapping[str, Metric]]]) -> StampedReading:
    """Return a reading with metrics of several reads of one sensor, at least one in all."""
    metrics: dict[str, MetricValue] = {}
    counts: dict[str, int] = {}
    sensor = ""
    for read, given in reads:
        sensor = read.sensor
        metrics |= {name: sample_of(metric, read.values) for name, metric in given.items()}
        counts[read.source] = counts.get(read.source, 0) + len(given)
    metrics = metrics or {"unknown": SAMPLES[ValueType.DOUBLE]}
    return StampedReading(
        sensor=sensor,
        metrics=tuple(metrics),
        values=tuple(metrics.values()),
        taken_at=Instant(BOOT_ID, TIMESTAMP_MS),
        counts=tuple(counts.items()),
        timestamp_ms=TIMESTAMP_MS,
    )


def message_bytes(reading: StampedReading, *, has_agent_ids: bool) -> int:
    """Return how long the push of a reading is, as an MQTT packet.

    Args:
        reading: The reading.
        has_agent_ids: Whether the agent has given ids of its own.
    """
    encoder = PushEncoder(lambda _, metric: CLIENT_ID if has_agent_ids else metric)
    payload = encoder.encode(reading.sensor, reading.metrics, reading.values, TIMESTAMP_MS)
    sensor = CLIENT_ID if has_agent_ids else reading.sensor
    topic = request_topic(Operation.PUSH_VALUES, Address(CLIENT_ID, sensor))
    return packet_bytes(topic, payload)


def packet_bytes(topic: str, payload: bytes) -> int:
    """Return how long a PUBLISH of QoS 1 is (MQTT 3.1.1, 2.2 and 3.3).

    Its type, its length in 7 bits a byte, the topic behind two bytes, a packet id of two.
    """
    rest = 2 + len(topic.encode()) + 2 + len(payload)
    length_bytes = 1
    while rest >= 1 << 7 * length_bytes:
        length_bytes += 1
    return 1 + length_bytes + rest


def record_bytes(reading: StampedReading) -> int:
    """Return how much of the spool a reading takes, with its share of the index."""
    return len(frame(RecordCodec().encode(0, reading), 0)) + INDEX_BYTES
