"""What one read of a group costs, as the collector wants to know it."""

from collector import ReadCost
from collector_modbus.planning.cost import cost_of
from collector_modbus.profiles.merge import MergedDevice
from collector_modbus.reading.plans import make_plan
from collector_modbus.settings.link import LinkSettings, SerialLink


def read_cost(link: LinkSettings, device: MergedDevice, group: str) -> ReadCost:
    """Return what one read of a group of a device costs its link."""
    points = [point for point in device.points if point.group == group]
    blocks = make_plan(device, points, cost_of(link)).blocks
    at_once = cost_of(link, turnaround_s=0.0)
    is_serial = isinstance(link, SerialLink)
    return ReadCost(
        link_s=sum(map(cost_of(link).of, blocks)),
        certain_link_s=sum(map(at_once.of, blocks)) if is_serial else 0.0,
        requests=len(blocks),
        metrics=tuple(point.as_metric().id for point in points if not point.hidden),
    )
