import io
import json
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from typing import Any, TextIO

import pytest

from collector import logs
from collector.testkit.clock import FakeClock

LOG = logging.getLogger("collector.publishing")


@pytest.fixture(autouse=True)
def _untouched_logging() -> Iterator[None]:
    root, own = logging.getLogger(), logging.getLogger("collector")
    before = (list(root.handlers), root.level, own.level)
    yield
    for handler in [each for each in root.handlers if each not in before[0]]:
        root.removeHandler(handler)
    root.setLevel(before[1])
    own.setLevel(before[2])


def start(style: str = "plain", level: str = "info", **options: Any) -> io.StringIO:
    stream = io.StringIO()
    logs.setup(level, style, stream, environ={}, **{"clock": FakeClock(), **options})
    return stream


def failing() -> None:
    raise ValueError("odd")


def test_plain_lines_carry_time_and_level() -> None:
    stream = start()

    LOG.warning("no longer answers")

    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warning no longer answers\n", stream.getvalue()
    )


def test_a_source_and_a_library_are_named() -> None:
    stream = start("journal")

    logging.getLogger("collector.source.boiler").error("cold")
    logging.getLogger("pymodbus.client").error("odd frame")

    assert stream.getvalue() == "<3>boiler: cold\n<3>pymodbus.client: odd frame\n"


@pytest.mark.parametrize(
    ("level", "priority"),
    [(logging.CRITICAL, 3), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (10, 7)],
)
def test_journal_lines_begin_with_the_priority(level: int, priority: int) -> None:
    stream = start("journal", "debug")

    LOG.log(level, "hello")

    assert f"<{priority}>hello\n" == stream.getvalue()


def test_every_line_of_a_traceback_has_the_priority() -> None:
    stream = start("journal")

    try:
        failing()
    except ValueError:
        LOG.exception("went wrong")

    lines = stream.getvalue().splitlines()
    assert lines[0] == "<3>went wrong"
    assert lines[-1] == "<3>ValueError: odd"
    assert all(line.startswith("<3>") for line in lines)


def test_json_lines_are_objects() -> None:
    stream = start("json")

    LOG.info("%d readings\n", 5)
    try:
        failing()
    except ValueError:
        LOG.exception("went wrong")

    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert {"time", "level", "logger", "message"} == first.keys()
    assert ("info", "collector.publishing", "5 readings\n") == (
        first["level"],
        first["logger"],
        first["message"],
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first["time"])
    assert second["error"].endswith("ValueError: odd")


def test_libraries_are_heard_from_warnings_on_unless_debugging() -> None:
    library = logging.getLogger("some_library")

    quiet = start("journal")
    library.info("chatter")
    library.warning("careful")
    chatty = start("journal", "debug")
    library.debug("chatter")

    assert quiet.getvalue() == "<4>some_library: careful\n"
    assert chatty.getvalue() == "<7>some_library: chatter\n"


def test_less_important_messages_are_left_out() -> None:
    stream = start("journal", "warning")

    LOG.info("detail")
    LOG.warning("careful")

    assert stream.getvalue() == "<4>careful\n"


def test_a_second_setup_replaces_the_first() -> None:
    first = start()
    second = start()

    LOG.info("hello")

    assert first.getvalue() == ""
    assert "hello" in second.getvalue()


def test_a_repeated_message_is_written_once_and_counted() -> None:
    clock = FakeClock()
    stream = start("journal", clock=clock)

    for _ in range(5):
        LOG.error("refused")
    clock.advance(logs.REPEAT_WINDOW_S)
    LOG.info("other")
    LOG.error("refused")

    assert ["<3>refused", "<3>refused (and 4 times more)", "<6>other", "<3>refused"] == (
        stream.getvalue().splitlines()
    )


def test_what_was_counted_is_told_at_the_end() -> None:
    stream = start("journal")
    LOG.error("refused")
    LOG.error("refused")

    start()

    assert stream.getvalue() == "<3>refused\n<3>refused (and once more)\n"


def test_a_summary_does_not_repeat_the_traceback() -> None:
    clock = FakeClock()
    stream = start("journal", clock=clock)

    for _ in range(2):
        try:
            failing()
        except ValueError:
            LOG.exception("went wrong")
    clock.advance(logs.REPEAT_WINDOW_S)
    LOG.info("other")

    assert 1 == stream.getvalue().count("ValueError: odd")


def test_different_messages_levels_and_loggers_are_no_repetition() -> None:
    stream = start("journal")

    LOG.error("%s refused", "a")
    LOG.error("%s refused", "b")
    LOG.warning("a refused")
    logging.getLogger("collector.other").error("a refused")

    assert 4 == len(stream.getvalue().splitlines())


def test_only_so_many_messages_are_remembered() -> None:
    stream = start("journal")

    for number in range(logs.MAX_REMEMBERED):
        LOG.info("message %d", number)
    LOG.info("message 0")
    LOG.info("message %d", logs.MAX_REMEMBERED)

    lines = stream.getvalue().splitlines()
    assert 2 == lines.count("<6>message 0")
    assert logs.MAX_REMEMBERED + 2 == len(lines)


def journal_stream_of(stream: TextIO) -> str:
    status = os.fstat(stream.fileno())
    return f"{status.st_dev}:{status.st_ino}"


def test_auto_writes_for_journald_only_where_journald_reads() -> None:
    with tempfile.TemporaryFile("w+") as stream, tempfile.TemporaryFile("w+") as other:
        for named, _ in ((stream, "journald reads it"), (other, "it was redirected")):
            environ = {"JOURNAL_STREAM": journal_stream_of(named)}
            logs.setup("info", "auto", stream, environ=environ, clock=FakeClock())
            LOG.info("hello")
        stream.seek(0)
        first, second = stream.read().splitlines()

    assert first == "<6>hello"
    assert second.endswith(" info hello")


def test_auto_writes_for_people_where_there_is_no_file() -> None:
    stream = start("auto")

    LOG.info("hello")

    assert stream.getvalue().endswith(" info hello\n")
