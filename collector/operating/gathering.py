"""Looks at the machine for the check-up. Devices are opened and closed; nothing is written."""

import os
import pwd
import stat
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from collector.buffering.spool.settings import SpoolSettings
from collector.client.identity import Identity, IdentityDirectory
from collector.clock import Clock
from collector.config import Config, SourceConfig
from collector.errors import CollectorError
from collector.isolation.workers import Workers
from collector.operating.facts import (
    DeviceFact,
    DirectoryFact,
    IdentityFact,
    SourceFact,
)
from collector.operating.needs import SourceNeeds
from collector.operating.nodes import look_at
from collector.plugin.border import PluginFault, guarded
from collector.service.isolating import installed, isolated
from collector.service.state_dir import Mode, StateDirectory


def devices(needs: Sequence[SourceNeeds]) -> list[DeviceFact]:
    """Look at each device that sources name, and open it."""
    users: dict[str, list[SourceNeeds]] = {}
    for source in needs:
        for path in source.resources.devices if source.resources else ():
            users.setdefault(path, []).append(source)
    return [_device(path, sources) for path, sources in users.items()]


def directories(config: Config) -> list[DirectoryFact]:
    """Look at the state directory and, where it lies elsewhere, that of the spool."""
    state, spool = config.collector.state_dir, config.spool.directory
    if config.spool.mode == "off":
        return [_directory("state directory", state)]
    settings = SpoolSettings(max_bytes=config.spool.max_bytes)
    own = StateDirectory(state, Mode.REAL).spool
    if spool is None:
        return [_directory("state directory", state, settings, own)]
    return [_directory("state directory", state), _directory("spool", spool, settings, spool)]


def identity(config: Config) -> tuple[IdentityFact, Identity | None]:
    """Look at the identity in use."""
    state = StateDirectory(config.collector.state_dir, Mode.REAL)
    may_enrol = config.agent.provision == "auto"
    try:
        found = IdentityDirectory(state.identity).load()
    except (CollectorError, OSError) as error:
        return IdentityFact(error=str(error), may_enrol=may_enrol), None
    not_after_ms = None if found is None else found.not_after_ms
    return IdentityFact(not_after_ms=not_after_ms, may_enrol=may_enrol), found


def sources(config: Config, needs: Sequence[SourceNeeds], clock: Clock) -> list[SourceFact]:
    """See whether each source can be made, in a worker where it will run in one."""
    workers = Workers(clock, threading.Event())
    try:
        return [
            SourceFact(
                name=source.name,
                plugin=source.plugin,
                isolation=source.isolation,
                problem=asked.problem or _isolated(source, workers),
            )
            for source, asked in zip(config.sources, needs, strict=True)
        ]
    finally:
        workers.stop()


def _device(path: str, sources: Sequence[SourceNeeds]) -> DeviceFact:
    node = look_at(path)
    needed = {name for source in sources if source.resources for name in source.resources.modules}
    return DeviceFact(
        node=node,
        sources=tuple(source.name for source in sources),
        error=_open_error(path) if node.is_device else 0,
        missing_modules=tuple(sorted(name for name in needed if not _is_loaded(name))),
    )


def _open_error(path: str) -> int:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError as error:
        return error.errno or -1
    return 0


def _is_loaded(module: str) -> bool:
    # What is built into the kernel stands there as well, if it has parameters or a class.
    name = module.replace("-", "_")
    return any(Path(place).exists() for place in (f"/sys/module/{name}", f"/sys/class/{module}"))


def _directory(
    title: str, path: Path, spool: SpoolSettings | None = None, segments: Path | None = None
) -> DirectoryFact:
    try:
        status, room = path.stat(), os.statvfs(path)
    except OSError:
        return DirectoryFact(title=title, path=path)
    free_bytes = room.f_bavail * room.f_frsize
    return DirectoryFact(
        title=title,
        path=path,
        exists=True,
        is_writable=_is_open(path),
        owner=_user_name(status.st_uid),
        mode=stat.S_IMODE(status.st_mode),
        closed=tuple(_closed(path)),
        free_bytes=free_bytes,
        spool_bytes=spool.limit_bytes(free_bytes, _size(segments)) if spool else None,
        max_bytes=spool.max_bytes if spool else 0,
    )


def _is_open(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0))


def _closed(directory: Path) -> Iterator[Path]:
    """Give what cannot be read and written, the topmost alone; links lead elsewhere."""
    if not _is_open(directory):
        return
    for entry in sorted(directory.iterdir()):
        if entry.is_symlink() or entry.is_socket():
            continue
        if not _is_open(entry):
            yield entry
        elif entry.is_dir():
            yield from _closed(entry)


def _size(directory: Path | None) -> int:
    if directory is None:
        return 0
    try:
        return sum(file.stat().st_size for file in directory.iterdir())
    except OSError:
        return 0


def _user_name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _isolated(source: SourceConfig, workers: Workers) -> str:
    if source.isolation != "process":
        return ""
    try:
        with guarded("starting its process", CollectorError, PluginFault):
            isolated(workers, installed()[source.plugin], source, source.settings)
    except (CollectorError, PluginFault) as error:
        return str(error)
    return ""
