"""A machine made of files in a temporary directory, whose clock a test moves."""

import logging
import shutil
import threading
from pathlib import Path

import pytest

from collector import Deadline, SourceContext
from collector.testkit.clock import FakeClock
from collector_system.groups.catalogue import make_group
from collector_system.groups.group import Machine
from collector_system.guard import Guard
from collector_system.settings import SystemSettings
from collector_system.source import SystemSource
from collector_system.tree import Tree


class FileMachine:
    """Writes the files, makes groups and sources that read them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = FakeClock()

    def proc(self, path: str, text: str) -> None:
        self._write(self.root / "proc" / path, text)

    def sys(self, path: str, text: str) -> None:
        self._write(self.root / "sys" / path, text)

    def link(self, path: str, target: str) -> None:
        link = self.root / "sys" / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)

    def remove(self, path: str) -> None:
        place = self.root / path
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()

    def settings(self, **values: object) -> SystemSettings:
        roots = {
            "proc_root": str(self.root / "proc"),
            "sys_root": str(self.root / "sys"),
            "fs_root": str(self.root / "fs"),
            "vcgencmd": str(self.root / "vcgencmd"),
        }
        return SystemSettings(**(roots | values))

    def group(self, name, **values):
        settings = self.settings(groups=[name], **values)
        guard = Guard(self.clock, settings.answer_within, logging.getLogger("test"))
        trees = Tree(settings.proc_root), Tree(settings.sys_root)
        return make_group(name, Machine(*trees, settings, self.clock, guard))

    def read(self, group) -> dict[str, object]:
        return {metric.id: value for metric, value in group.read(self.deadline())}

    def read_while_time_passes(self, group) -> dict[str, object]:
        """Read in a thread, so that whoever waits on the clock comes to an end."""
        results, back = [], threading.Event()

        def read() -> None:
            results.append({metric.id: value for metric, value in group.read(self.deadline(600.0))})
            back.set()

        threading.Thread(target=read, daemon=True).start()
        for _ in range(1000):
            if back.wait(0.01):
                return results[0]
            self.clock.advance(0.25)
        raise AssertionError("the group waits for ever")

    def source(self, **values: object) -> SystemSource:
        context = SourceContext("machine", "gateway", 10.0, self.clock)
        return SystemSource(self.settings(**values), context)

    def deadline(self, seconds: float = 10.0) -> Deadline:
        return Deadline.after(self.clock, seconds)

    def _write(self, file: Path, text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


@pytest.fixture
def machine(tmp_path):
    return FileMachine(tmp_path)
