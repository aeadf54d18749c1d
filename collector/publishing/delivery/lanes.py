"""All lanes, by sensor and by the topics that concern them."""

from collections.abc import Iterator

from collector.publishing.delivery.lane import Lane
from collector.publishing.supply.ports import AddressBook
from collector.wire.topics import (
    Address,
    Operation,
    error_topic,
    live_data_topic,
    reply_topic,
    request_topic,
)


class Lanes:
    """Makes a lane for each sensor and knows which topics are whose.

    Args:
        max_width: The widest window of any lane.
    """

    def __init__(self, book: AddressBook, max_width: int) -> None:
        self._book = book
        self._max_width = max_width
        self._client = ""
        self._by_sensor: dict[str, Lane] = {}
        self._by_topic: dict[str, tuple[Lane, bool]] = {}
        self._by_live_topic: dict[str, Lane] = {}

    def __iter__(self) -> Iterator[Lane]:
        """Go through a copy, so that any thread may."""
        return iter(list(self._by_sensor.values()))

    def lane(self, sensor: str) -> Lane:
        """Return a sensor's lane, made when first asked for."""
        lane = self._by_sensor.get(sensor)
        if lane is None:
            lane = self._by_sensor[sensor] = Lane(sensor, self._max_width)
            self._address(lane)
        return lane

    def answered_on(self, topic: str) -> tuple[Lane, bool] | None:
        """Return whose pushes are answered on a topic, and whether well (true) or with errors."""
        return self._by_topic.get(topic)

    def repeated_on(self, topic: str) -> Lane | None:
        """Return whose values the agent repeats on a topic."""
        return self._by_live_topic.get(topic)

    def readdress(self, client: str) -> None:
        """Look up all the agent's ids afresh."""
        self._client = client
        self._by_topic.clear()
        self._by_live_topic.clear()
        for lane in self:
            self._address(lane)

    def _address(self, lane: Lane) -> None:
        address = Address(self._client, self._book.agent_sensor(lane.sensor))
        lane.topic = request_topic(Operation.PUSH_VALUES, address)
        lane.live_topic = live_data_topic(address)
        self._by_live_topic[lane.live_topic] = lane
        self._by_topic[reply_topic(Operation.PUSH_VALUES, address)] = (lane, True)
        self._by_topic[error_topic(Operation.PUSH_VALUES, address)] = (lane, False)
