"""Which topics and topic filters there are."""

from collector.agent.listener.limits import Limits


def is_topic(topic: str, limits: Limits) -> bool:
    """Tell whether something may be published here: no wildcards, nothing that begins with $."""
    return _is_measured(topic, limits) and "+" not in topic and "#" not in topic


def is_filter(topic_filter: str, limits: Limits) -> bool:
    """Tell whether a subscription may read so: wildcards fill a level, ``#`` only the last."""
    if not _is_measured(topic_filter, limits):
        return False
    *levels, last = topic_filter.split("/")
    if "#" in last and last != "#":
        return False
    return all("#" not in level for level in levels) and all(
        "+" not in level or level == "+" for level in [*levels, last]
    )


def _is_measured(topic: str, limits: Limits) -> bool:
    return (
        0 < len(topic.encode()) <= limits.topic_bytes
        and topic.count("/") < limits.topic_levels
        and not topic.startswith("$")
    )
