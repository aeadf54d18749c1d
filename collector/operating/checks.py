"""Judges what was found: each check is a function of facts alone."""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from collector.buffering.spool.settings import FREE_BYTES_AT_LEAST
from collector.operating.facts import (
    DeviceFact,
    DirectoryFact,
    IdentityFact,
    PageFact,
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
    """Judge a directory: the user's own, closed to others, and with room."""
    what = f"{fact.title} {fact.path}"
    give = f"sudo chown -R {user}: {fact.path}"
    if not fact.exists:
        return warning(f"{what} is not there yet", "the first run makes it, where it may")
    if not fact.is_writable:
        told = f"{what} cannot be written by {user}: it is {fact.owner}'s, mode {fact.mode:04o}"
        return problem(told, give)
    if fact.closed:
        names = ", ".join(str(path.relative_to(fact.path)) for path in fact.closed)
        return problem(f"{what} holds what {user} cannot read and write: {names}", give)
    if fact.mode & 0o077:
        return warning(f"{what} is open to others ({fact.mode:04o})", f"chmod 700 {fact.path}")
    return _room(fact, what)


def _room(fact: DirectoryFact, what: str) -> Finding:
    free = f"{fact.free_bytes // MIB} MiB free"
    if fact.free_bytes < FREE_BYTES_AT_LEAST:
        least = FREE_BYTES_AT_LEAST // MIB
        return problem(f"{what} has {free}; nothing is buffered there below {least}", _FREE_SPACE)
    if fact.spool_bytes is None:
        return ok(f"{what} is writable, {free}")
    spool, wanted = fact.spool_bytes // MIB, fact.max_bytes // MIB
    if fact.spool_bytes < fact.max_bytes:
        told = f"{what} has {free}, so the spool takes {spool} of its {wanted} MiB"
        return warning(told, f"{_FREE_SPACE}, or lower max_bytes in [spool]")
    return ok(f"{what} is writable, {free}, {wanted} MiB for the spool")


_FREE_SPACE = "free space there: sudo du -xhd1 / shows what takes it"


def check_identity(fact: IdentityFact, now_ms: int) -> Finding:
    """Judge the key and the certificate that the agent gave us."""
    if fact.error:
        return _told("identity", fact.error, "mend its files, or run: collector provision --force")
    if fact.not_after_ms is None:
        if fact.may_enrol:
            return warning("identity: none yet", "the first run gets one by itself")
        return problem("identity: none, and provision is 'never'", "run: collector provision")
    return _dated("our certificate", fact.not_after_ms, now_ms, "collector provision --renew")


def check_port(fact: PortFact, now_ms: int) -> Finding:
    """Judge a port of the agent: reached, trusted, in date, and content with our certificate."""
    what = f"agent, {fact.title} at {fact.place}"
    if fact.error:
        return _told(what, fact.error, "start the agent there, or correct [agent]")
    if fact.not_after_ms is None:
        return ok(f"{what}: reached and trusted")
    return _dated(f"{what}: its certificate", fact.not_after_ms, now_ms, "renew it at the agent")


def _told(what: str, error: str, advice: str) -> Finding:
    """Return a problem whose text may say itself what to do, behind a semicolon."""
    told, _, own_advice = error.partition("; ")
    return problem(f"{what}: {told}", own_advice or advice)


def check_page(fact: PageFact, user: str) -> Finding:
    """Judge whether the status page can be served: its port is to be had, and its token."""
    what = f"status page at {fact.place}"
    if fact.token_error:
        return problem(
            f"{what}: {user} cannot have its token: {fact.token_error}",
            f"sudo chown root:{user} the file, and chmod 640",
        )
    if fact.error == errno.EADDRINUSE and fact.is_running:
        return ok(f"{what} is in use, as by the running collector")
    if fact.error:
        words = os.strerror(fact.error)
        return problem(f"{what} cannot listen: {words}", _CANNOT_LISTEN.get(fact.error, _OTHER))
    return ok(f"{what} can listen")


_OTHER = "name another host or port in [web]"

_CANNOT_LISTEN: Mapping[int, str] = MappingProxyType(
    {
        errno.EADDRINUSE: "name another port in [web], or stop what has it: sudo ss -tlnp",
        errno.EADDRNOTAVAIL: "name an address of this machine as host in [web]: ip address",
        errno.EACCES: "ports below 1024 are root's alone: name another port in [web]",
    }
)


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
        return problem(f"service: it listens and {fact.error}", f"stop it, then: {fact.start}")
    if not fact.is_running:
        return warning("service: not running", fact.start)
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
