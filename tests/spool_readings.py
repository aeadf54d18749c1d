"""Readings for the tests of the spool, made by hand and by hypothesis."""

from hypothesis import strategies as st

from collector.buffering.reading import StampedReading
from collector.clock import Instant


def reading(source="a", sensor=None, value=1.0, metrics=("m",)):
    return StampedReading(
        sensor or source,
        metrics,
        tuple(value for _ in metrics),
        Instant("boot-1", int(value)),
        ((source, len(metrics)),),
    )


def numbered(count, source="a", start=1):
    return [reading(source, value=float(n)) for n in range(start, start + count)]


def content(one):
    """What two readings have to share to be the same; values with their exact types."""
    return (
        one.sensor,
        one.metrics,
        tuple((type(value), repr(value)) for value in one.values),
        one.taken_at,
        one.counts,
        one.timestamp_ms,
        one.is_tentative,
    )


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_values = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    _text,
)
_ids = st.text("abcXYZ019 _-", min_size=1, max_size=32)


@st.composite
def readings(draw):
    size = draw(st.integers(1, 6))
    metrics = tuple(draw(st.lists(_ids, min_size=size, max_size=size, unique=True)))
    first = draw(st.integers(1, size))
    counts = (("one", first), ("two ö", size - first))
    values = draw(
        st.one_of(
            st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * size),
            st.tuples(*[_values] * size),
        )
    )
    return StampedReading(
        draw(_ids),
        metrics,
        values,
        Instant(draw(_text), draw(st.integers(0, 2**62))),
        counts if first < size else counts[:1],
        draw(st.none() | st.integers(-(2**62), 2**62)),
        is_tentative=draw(st.booleans()),
    )
