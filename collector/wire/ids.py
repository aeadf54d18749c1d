"""Which ids and names the contract allows."""

import re

MAX_ID_LENGTH = 32
"""Section 5.1: an id has at most 32 characters."""

_ID = re.compile(r"[A-Za-z0-9_ -]{1,32}")
_CLIENT_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_CLIENT_NAME = re.compile(r"[A-Za-z0-9.*,@'_-]+")

RESERVED_SENSOR_IDS = frozenset({"create", "list", "inbox", "error"})
"""Words that stand where a sensor id would stand in a topic, so no sensor can be called so."""


def is_sensor_id(text: str) -> bool:
    """Tell whether a push may name this sensor: section 5.1's alphabet and no word of a topic."""
    return _ID.fullmatch(text) is not None and text not in RESERVED_SENSOR_IDS


def is_metric_id(text: str) -> bool:
    """Tell whether a push may name this metric: section 5.1's alphabet.

    No word is reserved: where a metric id stands in a topic, what follows tells it from the rest.
    """
    return _ID.fullmatch(text) is not None


def is_client_id(text: str) -> bool:
    """Tell whether this can be a client id: letters and digits only, so it is safe in a topic."""
    return _CLIENT_ID.fullmatch(text) is not None


def is_client_name(text: str) -> bool:
    """Tell whether this may be the CommonName of a signing request (section 4.1)."""
    return _CLIENT_NAME.fullmatch(text) is not None
