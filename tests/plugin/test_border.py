"""The guarded border: whatever plugin code raises comes out as one kind of fault."""

import asyncio
import socket
import threading

import pytest

from collector.errors import SourceUnavailableError
from collector.plugin.border import PluginFault, guarded


def raising(error):
    with guarded("read()", SourceUnavailableError):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        ValueError("odd"),
        SystemExit(1),
        asyncio.CancelledError(),
        GeneratorExit(),
        MemoryError(),
        type("Own", (BaseException,), {})("mine"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_anything_becomes_a_fault_that_says_what_and_where(error):
    with pytest.raises(PluginFault, match=r"^read\(\) failed at test_border\.py:\d+: ") as caught:
        raising(error)

    assert error is caught.value.__cause__
    assert type(error).__name__ in str(caught.value)


def test_an_error_whose_own_text_fails_is_a_fault_like_any_other():
    class NamelessError(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    with pytest.raises(
        PluginFault, match=r"NamelessError: \(its own text cannot be had: RuntimeError\)"
    ):
        raising(NamelessError())


def test_what_is_meant_passes_as_it_is():
    with pytest.raises(SourceUnavailableError, match="not there"):
        raising(SourceUnavailableError("not there"))


def test_a_text_of_many_lines_becomes_one():
    with pytest.raises(PluginFault) as caught:
        raising(ValueError("one\ntwo\n\tthree"))

    assert str(caught.value).endswith("ValueError: one two three")


def test_ctrl_c_passes_in_the_main_thread_and_is_a_fault_in_any_other():
    with pytest.raises(KeyboardInterrupt):
        raising(KeyboardInterrupt())
    faults = []

    def work():
        try:
            raising(KeyboardInterrupt())
        except PluginFault as fault:
            faults.append(fault)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert 1 == len(faults)


def test_what_fails_in_the_standard_library_is_placed_where_it_was_called():
    words = r"^read\(\) failed at test_border\.py:\d+: AttributeError: "

    with pytest.raises(PluginFault, match=words), guarded("read()"):
        socket.AddressFamily.AF_NOSUCH  # noqa: B018 - the line that is wrong
