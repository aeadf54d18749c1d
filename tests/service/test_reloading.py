"""A new configuration is taken over whole, or not at all."""

import logging
import threading
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import replace
from types import SimpleNamespace

import fake_plugins
import pytest
from fake_plugins import fake_loader, module_of

from collector.clock import Deadline
from collector.config import load
from collector.errors import ConfigError
from collector.service.reloading import Origin, Reloader
from collector.service.wishes import Wishes
from collector.testkit.clock import FakeClock

LONG_S = 20.0
PROBE = '[[source]]\nplugin = "probe"\nsensor = "{}"\ninterval = "10s"\n'
SYSTEM = '[[source]]\nplugin = "system"\nsensor = "{}"\ninterval = "{}"\n'


class Sampling:
    """Notes what is to change."""

    def __init__(self):
        self.changes = []

    def change(self, leaving, make, deadline):
        self.changes.append((set(leaving), make(), deadline.remaining_s()))


class Sources:
    """Makes nothing."""

    def __init__(self):
        self.left_out = []

    def broken(self):
        return self.left_out

    def replace(self, leaving, arriving):
        return [source.name for source in arriving]


class Bed:
    def __init__(self, directory, load_it=None):
        self.file = directory / "collector.toml"
        self.write("", SYSTEM.format("a", "10s"), SYSTEM.format("b", "10s"))
        self.clock = FakeClock()
        self.sampling, self.sources, self.wishes, self.logs = Sampling(), Sources(), Wishes(), []
        origin = Origin(load_it or (lambda: load(self.file)), self.logs.append, self.wishes)
        config = load(self.file)
        self.shares = []
        self.reloader = Reloader(
            config, origin, self.sources, self.sampling, self.shares.append, self.clock
        )
        self.reloader.start()

    def write(self, *parts):
        self.file.write_text("\n".join(parts))

    def reload(self):
        return self.reloader.reload(LONG_S)

    def end(self):
        self.reloader.stop(Deadline.after(self.clock, LONG_S))
        assert not self.reloader._thread.is_alive()


@pytest.fixture
def bed(tmp_path):
    bed = Bed(tmp_path)
    yield bed
    bed.end()


def test_only_what_differs_leaves_and_comes(bed):
    bed.write("", SYSTEM.format("a", "10s"), SYSTEM.format("b", "5s"), SYSTEM.format("c", "5s"))

    found = bed.reload()

    assert [({"b"}, ["b", "c"], 2.0)] == bed.sampling.changes
    expected = {"added": ("c",), "removed": (), "changed": ("b",), "restarted": ()}
    assert {**expected, "unchanged": ("a",)} == found


def test_the_buffer_is_shared_among_the_sources_that_there_are_then(bed):
    bed.write("", *(SYSTEM.format(name, "10s") for name in "abc"))

    bed.reload()

    assert [3] == bed.shares


def test_what_could_not_be_made_before_is_tried_again(bed):
    bed.sources.left_out = [SimpleNamespace(name="b")]

    found = bed.reload()

    assert [({"b"}, ["b"], 2.0)] == bed.sampling.changes
    assert (("b",), ("a",)) == (found["restarted"], found["unchanged"])


def test_all_wishes_that_wait_are_fulfilled_by_one_load(tmp_path):
    begun, let_go, loads = threading.Event(), threading.Event(), []

    def load_slowly():
        loads.append(len(loads))
        begun.set()
        assert let_go.wait(LONG_S)
        return load(bed.file)

    bed = Bed(tmp_path, load_slowly)
    first = bed.wishes.add()
    assert begun.wait(LONG_S)
    later = [bed.wishes.add() for _ in range(50)]
    let_go.set()

    assert all(wish.result(LONG_S).unchanged for wish in [first, *later])
    assert [0, 1] == loads
    bed.end()


def test_a_source_that_two_reloads_want_otherwise_is_as_the_last_one_wants(bed):
    for interval in ("5s", "6s", "10s"):
        bed.write("", SYSTEM.format("a", "10s"), SYSTEM.format("b", interval))
        assert ("b",) == bed.reload()["changed"]

    assert ("a", "b") == bed.reload()["unchanged"]


@pytest.mark.parametrize("harm", ["remove", "make unreadable", "fill with bytes"])
def test_a_file_that_cannot_be_read_changes_nothing(bed, harm):
    bed.file.unlink()
    if harm == "make unreadable":
        bed.file.mkdir()
    if harm == "fill with bytes":
        bed.file.write_bytes(b"\xff\x00[[")

    with pytest.raises(ConfigError):
        bed.reload()

    assert [] == bed.sampling.changes
    assert False is bed.reloader.last()["ok"]


def test_nothing_is_touched_when_nothing_differs(bed):
    found = bed.reload()

    assert [] == bed.sampling.changes
    assert ("a", "b") == found["unchanged"]


def test_the_next_reload_is_compared_with_the_last_one_that_was_taken_over(bed):
    bed.write("", SYSTEM.format("a", "10s"))
    bed.reload()
    bed.write("", "nonsense")
    with pytest.raises(ConfigError):
        bed.reload()
    bed.write("", SYSTEM.format("a", "10s"), SYSTEM.format("b", "10s"))

    assert ("b",) == bed.reload()["added"]


def test_a_broken_file_changes_nothing_and_every_complaint_is_told_and_logged_once(bed, caplog):
    bed.write("", SYSTEM.format("a", "never"), '[[source]]\nplugin = "sistem"\nsensor = "b"\n')

    with caplog.at_level(logging.ERROR), pytest.raises(ConfigError) as refused:
        bed.reload()

    assert [] == bed.sampling.changes
    complaints = refused.value.complaints
    assert 2 == len(complaints)
    assert [1, 1] == [caplog.text.count(complaint) for complaint in complaints]
    bed.clock.advance(5)
    assert {"age_s": 5.0, "ok": False, "message": complaints[0]} == bed.reloader.last()


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('[collector]\nstate_dir = "/elsewhere"', "collector.state_dir"),
        ('[agent]\nhost = "elsewhere"', "agent.host"),
        ("[ring]\nmax_readings = 7", "ring.max_readings"),
        ('[spool]\nmode = "off"', "spool.mode"),
        ('[delivery]\nack = "reply"', "delivery.ack"),
    ],
)
def test_a_change_that_takes_a_restart_is_refused_as_a_whole(bed, table, key):
    bed.write(table, '[log]\nlevel = "debug"', SYSTEM.format("a", "5s"))

    with pytest.raises(ConfigError) as refused:
        bed.reload()

    assert (f"{bed.file}: {key} can only change at a restart",) == refused.value.complaints
    assert [] == bed.sampling.changes
    assert [] == bed.logs


def test_a_source_that_runs_is_not_given_up_for_a_plugin_that_fails_now(tmp_path):
    """As when its package was upgraded under the run, or hangs."""
    kinds = {}
    bed = Bed(tmp_path, lambda: load(bed.file, loader=fake_loader(**kinds)))
    bed.write("", PROBE.format("a"), PROBE.format("b"))
    bed.reload()
    bed.sampling.changes.clear()
    kinds["probe"] = module_of(replace(fake_plugins.PROBE, create=None))

    with pytest.raises(ConfigError) as caught:
        bed.reload()

    bed.end()
    [first, second] = caught.value.complaints
    assert "collector.toml:2:1: plugin 'probe' is broken: making a source failed" in first
    assert first.endswith("; 'a' runs, and goes on as it is")
    assert second.endswith("; 'b' runs, and goes on as it is")
    assert [] == bed.sampling.changes


def test_a_new_source_whose_plugin_fails_is_left_out_as_at_the_start(tmp_path):
    broken = module_of(replace(fake_plugins.PROBE, create=None))
    bed = Bed(tmp_path, lambda: load(bed.file, loader=fake_loader(probe=broken)))
    bed.write("", PROBE.format("c"))

    found = bed.reload()

    bed.end()
    assert (("c",), ("a", "b")) == (found["added"], found["removed"])


def test_a_new_log_level_applies_at_once_and_touches_no_source(bed):
    bed.write('[log]\nlevel = "debug"', SYSTEM.format("a", "10s"), SYSTEM.format("b", "10s"))

    bed.reload()

    assert ["debug"] == [table.level for table in bed.logs]
    assert [] == bed.sampling.changes


def test_the_status_tells_what_became_of_the_last_reload(bed):
    assert bed.reloader.last() is None

    bed.write("", SYSTEM.format("b", "10s"))
    bed.reload()

    expected = {"age_s": 0.0, "ok": True, "message": "removed a; 1 unchanged"}
    assert expected == bed.reloader.last()


def test_a_wish_from_before_the_start_is_fulfilled(tmp_path):
    bed = Bed(tmp_path)
    wish = bed.wishes.add()

    assert ("a", "b") == wish.result(LONG_S).unchanged
    bed.end()


def test_no_wish_is_fulfilled_after_the_stop(tmp_path):
    bed = Bed(tmp_path)
    bed.end()

    with pytest.raises(FutureTimeoutError):
        bed.reloader.reload(0.01)
