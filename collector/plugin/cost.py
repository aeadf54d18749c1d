"""What one read of a source costs, as its plugin computes it before anything is opened."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCost:
    """What reading one group of a source once costs, if every answer is right and in time.

    Attributes:
        link_s: Seconds for which nothing else can use the link, as expected.
        certain_link_s: How much of that is certain, as it follows from the line's speed and from
            what has to go over it. A configuration that needs more of it than there is time is
            refused; what is only expected gets a warning.
        wait_s: Seconds that the read certainly takes besides, while others can use the link: the
            conversion of a chip.
        requests: Requests or transfers that it takes.
        metrics: Ids of the metrics that the read gives; None for all that the source has.
        has_more: Whether the read gives more, which only shows once the source is open: the disks
            of a machine.
    """

    link_s: float = 0.0
    certain_link_s: float = 0.0
    wait_s: float = 0.0
    requests: int = 1
    metrics: tuple[str, ...] | None = None
    has_more: bool = False
