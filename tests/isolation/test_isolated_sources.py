"""A source in a process of its own is like one in a thread, for all that sampling sees of it."""

import os
import threading
import time
from types import SimpleNamespace

import pytest
from isolation_bed import INTERVAL_S, deadline, pid_of
from running import is_alive

from collector.errors import SourceFaultError, SourceUnavailableError
from collector.ledger import RefusalReason
from collector.plugin.border import PluginFault
from collector.plugin.resources import Resources
from collector.plugin.source import Group, Metric
from collector.wire.units import ValueType, ValueUnit


def test_its_code_runs_in_another_process(bed):
    source = bed.opened()

    assert os.getpid() != pid_of(source)


def test_it_says_where_and_when_it_runs_before_it_is_opened(bed):
    source = bed.source(bus="bus 1")

    assert (Group(), Group("slow", 60.0)) == source.groups
    assert "bus 1" == source.link
    assert ["pid", "held", "count"] == [metric.id for metric in source.metrics]


def test_it_says_what_it_touches_of_the_machine(bed):
    source = bed.source(bus="bus1")

    assert Resources(devices=("/dev/bus1",), hosts=("10.0.0.7",), files=(), modules=()) == (
        source.resources
    )


def test_it_may_be_closed_before_it_is_opened_and_twice(bed):
    source = bed.source()

    source.close()
    source.open()
    source.close()
    source.close()


def test_its_metrics_keep_what_they_mean(bed):
    source = bed.opened()

    assert (
        Metric(id="pid", type=ValueType.INTEGER),
        Metric(id="held", type=ValueType.INTEGER),
        Metric(id="count", unit=ValueUnit.CELSIUS, name="Count"),
    ) == source.metrics


def test_a_metric_that_it_learns_of_is_known_with_its_first_value(bed):
    source = bed.opened()

    for _ in range(4):
        [reading] = source.read("", deadline())

    assert "grown" in reading.values
    assert "grown" in [metric.id for metric in source.metrics]


def test_its_notes_are_told(bed):
    source = bed.opened()

    source.read("", deadline())

    assert ["read 1 times"] == source.notes


def test_notes_that_fail_are_a_fault_of_the_plugin(bed):
    source = bed.opened(at="notes", trouble="fail")

    source.read("", deadline())

    with pytest.raises(PluginFault, match=r"^notes failed at trouble_source.py:\d+: Zero"):
        assert source.notes


def test_it_stays_the_same_object_from_open_to_open(bed):
    source = bed.opened()
    source.read("", deadline())
    source.close()
    source.open()

    [reading] = source.read("", deadline())

    assert 2.0 == reading.values["count"]


@pytest.mark.parametrize(
    ("at", "what"),
    [
        ("make", "making the source"),
        ("link", "link or groups"),
        ("groups", "link or groups"),
        ("metrics", "metrics"),
        ("open", "open()"),
        ("read", "read()"),
        ("close", "close()"),
    ],
)
def test_what_it_raises_keeps_its_words_and_its_place(bed, at, what):
    with pytest.raises(PluginFault) as caught:
        call_all(bed.source(at=at, trouble="fail"))

    message, line = str(caught.value).split(" at trouble_source.py:")
    assert f"{what} failed" == message
    assert line.endswith(": ZeroDivisionError: a fault of the plugin")
    assert "in _fail\n" in caught.value.__notes__[0]


def call_all(source):
    source.open()
    source.read("", deadline())
    source.close()
    return source.metrics


@pytest.mark.parametrize("at", ["make", "link", "groups", "metrics"])
@pytest.mark.parametrize("trouble", ["crash", "leave", "spin"])
def test_whoever_cannot_even_be_made_costs_its_process_and_nobody_else(
    bed, at, trouble, monkeypatch
):
    monkeypatch.setattr("collector.isolation.remote.DESCRIBE_LIMIT_S", 0.5)
    with pytest.raises(SourceUnavailableError, match=r"killed by SIGSEGV|exit code 0|within 0.5 s"):
        bed.source("bad", at=at, trouble=trouble)
    monkeypatch.setattr("collector.isolation.remote.DESCRIBE_LIMIT_S", 10.0)

    good = bed.opened("good")

    assert is_alive(pid_of(good))


def test_a_worker_of_no_use_is_ended(bed):
    with pytest.raises(PluginFault):
        bed.source(at="make", trouble="fail")
    process = bed.workers._firsts["trouble"]._process

    bed.workers.end_unused()

    assert process.has_ended()


def test_an_unavailable_device_keeps_its_words_and_its_wish(bed):
    source = bed.opened(trouble="find nothing")

    with pytest.raises(SourceUnavailableError) as caught:
        source.read("", deadline())

    assert "the device does not answer" == str(caught.value)
    assert 0.05 == caught.value.retry_in_s


def test_a_fault_that_needs_a_human_stays_one(bed):
    source = bed.opened(trouble="need a human")

    with pytest.raises(SourceFaultError) as caught:
        source.read("", deadline())

    assert "it is another device" == str(caught.value)


def test_sources_of_one_kind_on_one_link_share_a_process(bed):
    other, first, second = (bed.opened(name, bus=name[0]) for name in ("b1", "a1", "a2"))

    assert pid_of(first) == pid_of(second) != pid_of(other)
    assert 2 == first.read("", deadline())[0].values["held"]


def test_sources_without_a_link_share_nothing(bed):
    first, second = bed.opened("a"), bed.opened("b")

    assert pid_of(first) != pid_of(second)


def test_the_end_of_a_shared_process_fails_each_of_its_sources_until_it_is_opened_again(bed):
    guilty = bed.opened("a", bus="bus", trouble="crash")
    innocent = bed.opened("b", bus="bus")

    with pytest.raises(SourceUnavailableError, match="killed by SIGSEGV in read"):
        guilty.read("", deadline())
    with pytest.raises(SourceUnavailableError, match=r"its process is gone: .* SIGSEGV"):
        innocent.read("", deadline())
    innocent.close()
    innocent.open()

    assert is_alive(pid_of(innocent))
    assert "its process ended once" in innocent.notes[0]


def test_a_plugin_that_fails_three_times_in_a_row_gets_a_new_process(bed):
    source = bed.opened(trouble="fail")
    worker = bed.workers._workers["trouble", "source a"]
    for _ in range(3):
        with pytest.raises(PluginFault):
            source.read("", deadline())
    assert 1 == worker.generation

    source.open()

    assert 2 == worker.generation


def test_bad_values_are_refused_one_by_one_with_the_reasons_that_a_thread_gives(bed):
    declared = ("nan", "huge", "bytes", "none", "complex", "decimal", "surrogate", "long")
    source = bed.source(trouble="bad values", extra=declared)
    bed.start(a=source)

    bed.wait_for(lambda: bed.values("a", "count"), "a reading")
    bed.wait_for(lambda: RefusalReason.BAD_ID in bed.refused("a"), "what is refused")

    assert {"not_finite", "too_large", "wrong_type", "bad_id"} == bed.refused("a").keys()
    said = "\n".join(bed.complaints)
    assert "a decimal.Decimal is not a float" in said
    assert "a bytes is not a float" in said
    assert "refused metric \"('no', 'id')\"" in said


def test_a_read_beyond_all_bounds_is_a_fault_and_costs_no_process(bed):
    source = bed.opened(trouble="give too much")

    with pytest.raises(SourceFaultError, match="it gives too much at once: a message of"):
        source.read("", deadline())

    source.close()
    assert 1 == bed.workers._workers["trouble", "source a"].generation


def test_it_inherits_no_file_and_no_secret(bed, monkeypatch, tmp_path):
    monkeypatch.setenv("MQTT_PASSWORD", "secret")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with (tmp_path / "client.key").open("w") as key:
        os.set_inheritable(key.fileno(), True)  # noqa: FBT003 - positional only
        source = bed.opened(trouble="tell surroundings")
        [reading] = source.read("", deadline())

    kinds = [file.partition(":")[0] for file in reading.values["files"].split()]
    assert ["/dev/null", "pipe", "pipe", "socket"] == sorted(kinds)
    assert not {"MQTT_PASSWORD", "CREDENTIALS_DIRECTORY"} & {*reading.values["environment"].split()}


def test_settings_that_cannot_be_sent_are_refused_with_the_way_out(bed):
    settings = SimpleNamespace(lock=threading.Lock())

    with pytest.raises(ValueError, match='isolation = "thread"'):
        bed.workers.isolate(
            plugin=None, name="a", sensor="a",
            interval_s=INTERVAL_S, settings=settings, refuse=print,
        )  # fmt: skip


def test_what_it_writes_goes_to_the_log(bed):
    source = bed.opened(trouble="write")

    source.read("", deadline())

    for line in (
        "a: wrote: to standard output",
        "a: wrote: to standard error",
        "by the source's log",
        "a: trouble_source: by the plugin's log",
    ):
        bed.wait_for(lambda line=line: line in bed.complaints, line)


def test_what_it_writes_without_end_is_cut(bed):
    source = bed.opened(trouble="chatter")

    source.read("", deadline())
    source.close()
    bed.workers.stop()

    bed.wait_for(lambda: any("more lines" in line for line in bed.complaints), "the rest")
    assert 500 > len(bed.complaints)


def test_a_log_message_that_cannot_be_made_is_no_failure_of_the_source(bed):
    source = bed.opened(trouble="log badly")

    [reading] = source.read("", deadline())

    assert 1.0 == reading.values["count"]
    for line in (
        "its log message failed: TypeError: %d format",
        "while standard error is elsewhere",
        "with its cause: ZeroDivisionError: a fault of the plugin",
    ):
        bed.wait_for(lambda line=line: line in "\n".join(bed.complaints), line)


def test_a_value_that_has_no_words_costs_no_other(bed):
    source = bed.source(trouble="unspeakable values", extra=("bytes",))
    bed.start(a=source)

    bed.wait_for(lambda: bed.values("a", "count"), "a reading")

    assert {"wrong_type", "bad_id"} == bed.refused("a").keys()
    assert 0 == bed.status("a").failures


def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next(bed):
    source = bed.opened(trouble="answer twice")

    with pytest.raises(SourceUnavailableError, match="something else than an answer"):
        source.read("", deadline())

    source.close()


def test_a_message_that_never_becomes_whole_is_ended_like_any_late_read(bed):
    source = bed.opened(trouble="trickle")
    began_s = time.monotonic()

    with pytest.raises(SourceUnavailableError, match=r"read\(\) did not come back within 2.1 s"):
        source.read("", deadline(0.1))

    assert time.monotonic() - began_s < 5
