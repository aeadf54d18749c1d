"""Looks at the machine for the check-up. Devices are opened and closed; nothing is written."""

import os
import socket
import ssl
import stat
import threading
from collections.abc import Sequence
from pathlib import Path

from collector.client.identity import Identity, IdentityDirectory
from collector.clock import Clock
from collector.config import AgentTable, Config, SourceConfig
from collector.errors import CollectorError
from collector.isolation.workers import Workers
from collector.mqtt.settings import ConnectionSettings
from collector.mqtt.tls import build_context, explain
from collector.operating.facts import (
    DeviceFact,
    DirectoryFact,
    IdentityFact,
    PortFact,
    SourceFact,
)
from collector.operating.needs import SourceNeeds
from collector.operating.nodes import look_at
from collector.plugin.border import PluginFault, guarded
from collector.plugin.loader import PluginLoader
from collector.service.state_dir import Mode, StateDirectory

CONNECT_TIMEOUT_S = 5.0


def devices(needs: Sequence[SourceNeeds]) -> list[DeviceFact]:
    """Look at each device that sources name, and open it."""
    users: dict[str, list[SourceNeeds]] = {}
    for source in needs:
        for path in source.resources.devices if source.resources else ():
            users.setdefault(path, []).append(source)
    return [_device(path, sources) for path, sources in users.items()]


def directories(config: Config) -> list[DirectoryFact]:
    """Look at the state directory and, where it lies elsewhere, that of the spool."""
    needed = 0 if config.spool.mode == "off" else config.spool.max_bytes
    state, spool = config.collector.state_dir, config.spool.directory
    if spool is None:
        return [_directory("state directory", state, needed)]
    return [_directory("state directory", state, 0), _directory("spool", spool, needed)]


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


def ports(agent: AgentTable, who: Identity | None) -> list[PortFact]:
    """Shake hands with the agent on both ports; no message of MQTT is sent."""
    return [
        _port("for clients", _connection(agent, agent.port, who)),
        _port("for provisioning", _connection(agent, agent.provision_port, None)),
    ]


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


def _directory(title: str, path: Path, cap_bytes: int) -> DirectoryFact:
    try:
        status, room = path.stat(), os.statvfs(path)
    except OSError:
        return DirectoryFact(title=title, path=path)
    free_bytes = room.f_bavail * room.f_frsize
    return DirectoryFact(
        title=title,
        path=path,
        exists=True,
        is_writable=os.access(path, os.R_OK | os.W_OK | os.X_OK),
        mode=stat.S_IMODE(status.st_mode),
        free_bytes=free_bytes,
        needed_bytes=cap_bytes,
    )


def _connection(agent: AgentTable, port: int, who: Identity | None) -> ConnectionSettings:
    return ConnectionSettings(
        host=agent.host,
        port=port,
        ca_file=agent.ca_file,
        certificate_file=who.certificate_file if who else None,
        key_file=who.key_file if who else None,
        server_name=agent.server_name,
        strict=agent.tls_strict,
    )


def _port(title: str, settings: ConnectionSettings) -> PortFact:
    place = f"{settings.host}:{settings.port}"
    try:
        not_after_ms = _shake_hands(settings)
    except CollectorError as error:
        return PortFact(title=title, place=place, error=str(error))
    except OSError as error:
        return PortFact(title=title, place=place, error=str(explain(error, place)))
    return PortFact(title=title, place=place, not_after_ms=not_after_ms)


def _shake_hands(settings: ConnectionSettings) -> int | None:

    context = build_context(settings)
    address = (settings.host, settings.port)
    name = settings.server_name or settings.host
    with (
        socket.create_connection(address, CONNECT_TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=name) as line,
    ):
        not_after = (line.getpeercert() or {}).get("notAfter")
    return ssl.cert_time_to_seconds(not_after) * 1000 if isinstance(not_after, str) else None


def _isolated(source: SourceConfig, workers: Workers) -> str:
    if source.isolation != "process":
        return ""
    plugin = next(each for each in PluginLoader().installed() if each.name == source.plugin)
    try:
        with guarded("starting its process", CollectorError, PluginFault):
            workers.isolate(
                plugin=plugin,
                name=source.name,
                sensor=source.sensor,
                interval_s=source.interval,
                settings=source.settings,
                refuse=lambda _: None,
            )
    except (CollectorError, PluginFault) as error:
        return str(error)
    return ""
