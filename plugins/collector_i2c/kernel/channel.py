"""One quantity of a driver: its metric, and how the kernel's figure becomes its value."""

from dataclasses import dataclass

from collector import Metric, ValueType, ValueUnit


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a channel of one type measures.

    Attributes:
        id: The metric's id, before the channel's own part.
        name: What people read.
        factor: From the kernel's unit to ours.
        unit: Ours, where there is a predefined one.
        annotation: Ours for people, where there is none.
        type: Of the values.
    """

    id: str
    name: str
    factor: float = 1.0
    unit: ValueUnit | None = None
    annotation: str = ""
    type: ValueType = ValueType.DOUBLE

    def metric(self, part: str = "", label: str = "") -> Metric:
        """Return the metric of one channel.

        Args:
            part: What tells it from others of its type: ``"0"``, ``"_x"``.
            label: What the driver calls it.
        """
        name = label or f"{self.name} {part.strip('_')}".strip()
        return Metric(
            id=f"{self.id}{part}"[:32],
            name=name,
            unit=self.unit,
            annotation=self.annotation,
            type=self.type,
        )


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of one device.

    Attributes:
        metric: Its metric.
        factor: From the kernel's unit to the metric's.
        file: The file with its figure.
        scale_file: The file that it is multiplied by; empty for none.
        offset_file: The file that is added before; empty for none.
        fault_file: The file that says 1 when the figure means nothing; empty for none.
    """

    metric: Metric
    factor: float
    file: str
    scale_file: str = ""
    offset_file: str = ""
    fault_file: str = ""
