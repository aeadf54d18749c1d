"""Inputs: every seed as it is, seeds that were damaged, and bytes of no origin."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

WHOLE_RUN = 5
"""The cost of an input that a whole publisher, inventory or spool, or a directory takes in."""

CORPUS = Path(__file__).parent / "corpus"
SHORT_EXAMPLES = 200

_TELLING = st.sampled_from(
    [
        *(b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff", b"\xff\xff\xff\x7f", b"\xff" * 8),
        *(b"\n", b"\r\n", b'"', b"\\", b"[", b"{", b"]", b"}", b"/", b"#", b"+", b"=", b"."),
        *(b"0", b"-1", b"1e999", b"NaN", b"\xc3", b"\xed\xa0\x80", b"9" * 400, b"[" * 40),
    ]
)


def seeds(kind: str) -> list[bytes]:
    """Return the inputs of a kind that lie in the corpus, in the order of their names."""
    return [file.read_bytes() for file in sorted((CORPUS / kind).iterdir())]


def seed(kind: str, name: str) -> bytes:
    """Return one input of the corpus, to be made an example of beside what is drawn."""
    return (CORPUS / kind / name).read_bytes()


def names(kind: str) -> list[str]:
    """Return the names of the seeds of a kind, in their order."""
    return sorted(file.name for file in (CORPUS / kind).iterdir())


def most_examples(cost: int = 1) -> int:
    """Return how many inputs a test makes: a few hundred, or as many as the profile asks for.

    Args:
        cost: How many of the usual ones take as long as one of this test.
    """
    return max(SHORT_EXAMPLES, settings.default.max_examples // cost)


@st.composite
def mutated(draw: st.DrawFn, originals: Sequence[bytes], *, most_changes: int = 6) -> bytes:
    """Return up to three originals in a row, with some of their bytes changed."""
    parts = draw(st.lists(st.sampled_from(originals), min_size=1, max_size=3))
    data = bytearray(b"".join(parts[: draw(st.integers(1, 3))]))
    for _ in range(draw(st.integers(0, most_changes))):
        at = draw(st.integers(0, len(data)))
        size = draw(st.sampled_from([1, 1, 2, 4, 16, 64]))
        _CHANGES[draw(st.sampled_from(sorted(_CHANGES)))](draw, data, at, size)
    return bytes(data)


def _flip(draw: st.DrawFn, data: bytearray, at: int, _: int) -> None:
    if at < len(data):
        data[at] ^= 1 << draw(st.integers(0, 7))


def _overwrite(draw: st.DrawFn, data: bytearray, at: int, size: int) -> None:
    data[at : at + size] = draw(st.binary(min_size=size, max_size=size))


def _insert(draw: st.DrawFn, data: bytearray, at: int, _: int) -> None:
    data[at:at] = draw(_TELLING | st.binary(min_size=1, max_size=8))


def _delete(_: st.DrawFn, data: bytearray, at: int, size: int) -> None:
    del data[at : at + size]


def _repeat(_: st.DrawFn, data: bytearray, at: int, size: int) -> None:
    data[at:at] = data[at : at + size]


def _cut(_: st.DrawFn, data: bytearray, at: int, __: int) -> None:
    del data[at:]


def _move(draw: st.DrawFn, data: bytearray, at: int, size: int) -> None:
    start = draw(st.integers(0, len(data)))
    data[at:at] = data[start : start + size]


_CHANGES: dict[str, Callable[[st.DrawFn, bytearray, int, int], None]] = {
    "cut": _cut,
    "delete": _delete,
    "flip": _flip,
    "insert": _insert,
    "move": _move,
    "overwrite": _overwrite,
    "repeat": _repeat,
}


def fuzzed(
    originals: Sequence[bytes], *, cost: int = 1, **others: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Have a test take ``data``: all originals, and what mutations make of them.

    Args:
        originals: The seeds; each is an input of every run.
        cost: See `most_examples`.
        others: More arguments of the test; with some the originals come only as mutations do.
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        wrapped = given(data=mutated(originals) | st.binary(max_size=300), **others)(test)
        for original in [] if others else originals:
            wrapped = example(data=original)(wrapped)
        return settings(max_examples=most_examples(cost), deadline=None)(wrapped)

    return decorate
