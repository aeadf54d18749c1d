"""Judges what was found: each check is a function of facts alone."""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from collector.operating.facts import (
    DeviceFact,
    DirectoryFact,
    IdentityFact,
    PortFact,
    RunFact,
    SourceFact,
)

DAY_MS = 86_400_000
SOON_DAYS = 14
RELEASED_AT_MS = 1_735_689_600_000
"""1 January 2025, UTC: a clock that shows less was never set."""

MIB = 1024**2


class Verdict(StrEnum):
    """How it is. PROBLEM: something will not work. WARNING: it will, but somebody should look."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check-up.

    Attributes:
        what: What was looked at, and how it is.
        advice: What to do; empty when nothing is to be done.
    """

    verdict: Verdict
    what: str
    advice: str = ""


def ok(what: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(Verdict.OK, what)


def warning(what: str, advice: str) -> Finding:
    """Return that somebody should look at something."""
    return Finding(Verdict.WARNING, what, advice)


def problem(what: str, advice: str) -> Finding:
    """Return that something will not work."""
    return Finding(Verdict.PROBLEM, what, advice)


_IN_USE = frozenset({errno.EBUSY, errno.EAGAIN})


def check_device(fact: DeviceFact, user: str) -> Finding:
    """Judge a device: there, a device, and open to the user."""
    node = fact.node
    what = f"{', '.join(fact.sources)}: {node.path}"
    if not node.target:
        return _missing(fact, what)
    if not node.is_device:
        return problem(f"{what} is no device", "name the device node in the configuration")
    if fact.error in _IN_USE:
        return ok(f"{what} is in use, as by a running collector")
    if fact.error in (errno.EACCES, errno.EPERM):
        return _refused(fact, what, user)
    if fact.error:
        words = os.strerror(fact.error)
        return problem(
            f"{what} cannot be opened: {words}", "look at its cable and power, and dmesg"
        )
    return ok(f"{what} can be opened (group {node.group}, mode {node.mode:04o})")


def _missing(fact: DeviceFact, what: str) -> Finding:
    if fact.missing_modules:
        names = " ".join(fact.missing_modules)
        return problem(f"{what} is not there, nor is its module", f"sudo modprobe {names}")
    if fact.node.usual_group == "i2c":
        return problem(f"{what} is not there", "switch I2C on: sudo raspi-config nonint do_i2c 0")
    return problem(
        f"{what} is not there", "plug it in, or correct its name: ls -l /dev/serial/by-id"
    )


def _refused(fact: DeviceFact, what: str, user: str) -> Finding:
    node = fact.node
    told = f"{what} may not be opened by {user} (group {node.group}, mode {node.mode:04o})"
    if node.group in ("", "root"):
        return problem(
            told, f"give it a group by a rule of udev, as {node.usual_group or 'dialout'}"
        )
    again = "and start the service again"
    return problem(told, f"sudo usermod -aG {node.group} {user}, {again}")


def check_directory(fact: DirectoryFact, user: str) -> Finding:
    """Judge a directory: writable, closed to others, and with room."""
    what = f"{fact.title} {fact.path}"
    if not fact.exists:
        return warning(f"{what} is not there yet", "the first run makes it, where it may")
    if not fact.is_writable:
        return problem(f"{what} cannot be written by {user}", f"sudo chown -R {user}: {fact.path}")
    if fact.mode & 0o077:
        return warning(f"{what} is open to others ({fact.mode:04o})", f"chmod 700 {fact.path}")
    free, needed = fact.free_bytes // MIB, fact.needed_bytes // MIB
    if fact.free_bytes < fact.needed_bytes:
        told = f"{what} has {free} MiB free, less than the {needed} MiB that the spool may take"
        return warning(told, "free space there, or lower max_bytes in [spool]")
    return ok(f"{what} is writable, {free} MiB free, {needed} MiB for the spool")


def check_identity(fact: IdentityFact, now_ms: int) -> Finding:
    """Judge the key and the certificate that the agent gave us."""
    if fact.error:
        return problem(f"identity: {fact.error}", "mend its files, or run: collector provision")
    if fact.not_after_ms is None:
        if fact.may_enrol:
            return warning("identity: none yet", "the first run gets one by itself")
        return problem("identity: none, and provision is 'never'", "run: collector provision")
    return _dated("our certificate", fact.not_after_ms, now_ms, "collector provision --renew")


def check_port(fact: PortFact, now_ms: int) -> Finding:
    """Judge a port of the agent: reached, trusted, in date."""
    what = f"agent, {fact.title} at {fact.place}"
    if fact.error:
        return problem(f"{what}: {fact.error}", "start the agent there, or correct [agent]")
    if fact.not_after_ms is None:
        return ok(f"{what}: reached and trusted")
    return _dated(f"{what}: its certificate", fact.not_after_ms, now_ms, "renew it at the agent")


def _dated(what: str, not_after_ms: int, now_ms: int, advice: str) -> Finding:
    days = (not_after_ms - now_ms) // DAY_MS
    if days < 0:
        return problem(f"{what} expired {-days} days ago", advice)
    if days < SOON_DAYS:
        return warning(f"{what} expires in {days} days", advice)
    return ok(f"{what} is valid for {days} days")


def check_clock(now_ms: int, *, is_synchronized: bool) -> Finding:
    """Judge the clock: it can be right, and something keeps it so."""
    advice = "sudo timedatectl set-ntp true"
    if now_ms < RELEASED_AT_MS:
        return problem("clock: it was never set", advice)
    if not is_synchronized:
        return warning("clock: it can be right, but nothing synchronizes it", advice)
    return ok("clock: synchronized")


def check_run(fact: RunFact) -> Finding:
    """Judge the running collector."""
    if fact.error:
        return problem(f"service: it listens and {fact.error}", "sudo systemctl restart collector")
    if not fact.is_running:
        return warning("service: not running", "sudo systemctl start collector")
    if fact.alarms:
        return warning(f"service: runs, {'; '.join(fact.alarms)}", "see: collector status")
    return ok("service: runs and is well")


def check_source(fact: SourceFact) -> Finding:
    """Judge whether a source can be made, where it will run."""
    where = _WHERE[fact.isolation]
    if fact.problem:
        told = f"{fact.name}: plugin {fact.plugin} {where}: {fact.problem}"
        return problem(told, "see: collector plugins list --check")
    return ok(f"{fact.name}: plugin {fact.plugin} is ready {where}")


_WHERE: Mapping[str, str] = MappingProxyType(
    {"thread": "in a thread", "process": "in a process of its own"}
)
