"""What the agent knows: clients, their sensors, the sensors' metrics, and the last values."""

from dataclasses import dataclass, field

from collector.wire.units import MetricValue, ValueType, ValueUnit


@dataclass(slots=True)
class Metric:
    """One metric of a sensor.

    Attributes:
        value_unit: The predefined unit, if it was created with one; its type is then a double.
        annotation: The unit in the creator's words; empty for what a push created.
        value: The last value received, in order of arrival; None before the first.
        timestamp_ms: The time of that value, milliseconds since the epoch.
    """

    metric_id: str
    name: str
    value_type: ValueType
    value_unit: ValueUnit | None = None
    annotation: str = ""
    value: MetricValue | None = None
    timestamp_ms: int = 0


@dataclass(slots=True)
class Sensor:
    """One sensor of a client.

    Attributes:
        state: 1 offline, 2 online; None while nobody has said so.
        metrics: By metric id.
        deleted: Ids of metrics that were deleted and take no more values (section 5.3.4).
    """

    sensor_id: str
    name: str
    state: int | None = None
    metrics: dict[str, Metric] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Client:
    """One client, that is, one certificate.

    Attributes:
        sensors: By sensor id.
        deleted: Ids of sensors that were deleted and take no more values (section 5.2.4).
    """

    client_id: str
    name: str
    sensors: dict[str, Sensor] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
