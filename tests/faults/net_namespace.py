"""A machine of its own as far as the network goes: a namespace behind a cable."""

import itertools
import os
import shutil
import subprocess
from pathlib import Path

NUMBERS = itertools.count(1)


class NetNamespace:
    """A network namespace, joined to ours by one cable.

    Programs are put into it by starting them through ``through``. Its /etc/hosts and
    /etc/resolv.conf are its own.

    Attributes:
        name: As ``ip netns`` calls it.
        ours: Our addresses on the cable.
        hosts: Its /etc/hosts.
        resolver: Its /etc/resolv.conf.
    """

    def __init__(self) -> None:
        number = next(NUMBERS)
        self.name = f"faults{os.getpid()}n{number}"
        self._cable = f"fa{os.getpid() % 100_000}n{number}"
        net = f"10.{77 + number}.{os.getpid() % 250}"
        self.ours = [f"{net}.1", f"{net}.2"]
        self._etc = Path("/etc/netns") / self.name
        self._etc.mkdir(parents=True)
        self.hosts, self.resolver = self._etc / "hosts", self._etc / "resolv.conf"
        self.hosts.write_text("127.0.0.1 localhost\n")
        self.resolver.write_text("")
        _ip("netns", "add", self.name)
        far = f"{self._cable}f"
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", far, "netns", self.name)
        for address in self.ours:
            _ip("address", "add", f"{address}/24", "dev", self._cable)
        _ip("link", "set", self._cable, "up")
        _ip("-n", self.name, "address", "add", f"{net}.9/24", "dev", far)
        _ip("-n", self.name, "link", "set", far, "up")
        _ip("-n", self.name, "link", "set", "lo", "up")

    @property
    def through(self) -> list[str]:
        """The words before the command line of a program that is to run in it."""
        return ["ip", "netns", "exec", self.name]

    def pull_the_cable(self) -> None:
        """Lose every packet either way, without a word to either end."""
        for place in self._ends():
            # A bucket of 10 bytes holds no packet at all, so each is dropped.
            _run("tc", *place, "root", "tbf", "rate", "8bit", "burst", "10", "latency", "1ms")

    def plug_it_in(self) -> None:
        """Let packets pass again."""
        for place in self._ends(action="del"):
            _run("tc", *place, "root")

    def close(self) -> None:
        """Remove it."""
        _ip("netns", "delete", self.name)
        shutil.rmtree(self._etc)

    def _ends(self, action: str = "add") -> list[list[str]]:
        ours = ["qdisc", action, "dev", self._cable]
        return [ours, ["-n", self.name, "qdisc", action, "dev", f"{self._cable}f"]]


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)
    assert not done.returncode, f"{' '.join(words)}: {done.stderr}"
