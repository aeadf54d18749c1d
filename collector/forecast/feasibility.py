"""What cannot work, or hardly, whatever the devices do: too many messages, too small a spool."""

from collector.buffering.spool.settings import SMALLEST_SEGMENT_BYTES
from collector.config import Config
from collector.forecast.forecast import Forecast
from collector.forecast.parts import DAY_S
from collector.forecast.storage import spool_limit_bytes

USUAL_PER_S = 5_000
"""Messages a second that were measured on a desktop's processor with room to spare; a single-board
computer has a fraction of it (tests/benchmarks/README.md, "Delivery, end to end")."""

MOST_PER_S = 50_000
"""Four times the most that was ever measured there, so no machine of this kind does it."""


def problems(config: Config, forecast: Forecast) -> list[str]:
    """Return what cannot work, a line each."""
    found = []
    per_s = forecast.most.messages / DAY_S
    if forecast.least.messages / DAY_S > MOST_PER_S:
        found.append(
            f"{per_s:.0f} messages a second are more than any machine sends: at most"
            f" {MOST_PER_S}; lengthen intervals, or gather values with a window"
        )
    record = forecast.storage.longest_record_bytes
    if config.spool.mode != "off" and record > config.spool.max_bytes:
        found.append(
            f"spool.max_bytes: one reading takes {record} bytes, more than {config.spool.max_bytes}"
        )
    return found


def doubts(config: Config, forecast: Forecast, free_bytes: int | None = None) -> list[str]:
    """Return what will probably not work well, a line each.

    Args:
        config: The configuration.
        forecast: Its forecast.
        free_bytes: What the file system of the spool has; None where that is not known.
    """
    found = []
    per_s = forecast.most.messages / DAY_S
    if USUAL_PER_S < per_s <= MOST_PER_S:
        found.append(
            f"{per_s:.0f} messages a second are more than small machines send, about"
            f" {USUAL_PER_S}: lengthen intervals, or gather values with a window"
        )
    limit = spool_limit_bytes(config, free_bytes)
    if config.spool.mode != "off" and limit < SMALLEST_SEGMENT_BYTES:
        found.append(
            f"the spool may take {limit} bytes, a tenth of what is free here: less than the"
            f" smallest segment, {SMALLEST_SEGMENT_BYTES} bytes"
        )
    return found
