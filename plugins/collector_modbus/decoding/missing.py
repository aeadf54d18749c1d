"""Why a point has no value."""

from enum import StrEnum


class Missing(StrEnum):
    """Why a point has no value now, in words for people."""

    INVALID = "the device marks it as not available"
    """Its raw code means "no value", or it is not a finite number, or an empty text."""

    OUT_OF_RANGE = "outside of its minimum and maximum"
    """The value lies outside of the limits of the configuration."""

    MALFORMED = "the registers hold something else"
    """A BCD digit above 9, or a text with characters that no text has."""

    UNREAD = "its registers were not read"
    """No request of the plan covers all of them, or that request had no answer."""

    NO_SCALE = "its scale factor is not available"
    """The scale register was not read, or holds no power of ten from -10 to 10."""

    TOO_LARGE = "too large for the type of its metric"
    """Beyond 2**53 in a double, which does not hold all integers, or 64 bits in an integer."""
