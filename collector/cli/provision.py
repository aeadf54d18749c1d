"""``collector provision``: get a certificate from the agent."""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collector.cli.options import add_config, add_json
from collector.cli.tables import print_json
from collector.client.identity import Identity, IdentityDirectory
from collector.client.provisioning import KEY_KINDS, Enrolment, provision
from collector.clock import SystemClock
from collector.config import load
from collector.mqtt.session import PahoTransport
from collector.mqtt.settings import ConnectionSettings
from collector.service.state_dir import Mode, StateDirectory

_NAMED = ("host", "provision_port", "ca_file", "client_name", "identity")
"""What makes a configuration unnecessary when it is given on the command line."""

_PROTOCOLS = ("3.1.1", "3.1")


@dataclass(frozen=True, slots=True)
class _Plan:
    settings: ConnectionSettings
    enrolment: Enrolment


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    add_config(parser)
    add_json(parser)
    parser.add_argument("--force", action="store_true", help="also when there is an identity")
    beside = parser.add_argument_group("in place of the configuration's values")
    beside.add_argument("--host")
    beside.add_argument("--provision-port", type=int, metavar="PORT")
    beside.add_argument("--ca-file", type=Path, metavar="FILE")
    beside.add_argument("--client-name", metavar="NAME")
    beside.add_argument("--state-dir", type=Path, metavar="DIR")
    beside.add_argument("--identity", type=Path, metavar="DIR", help="default: STATE_DIR/identity")
    beside.add_argument("--key", choices=KEY_KINDS)
    beside.add_argument("--server-name", metavar="NAME")
    beside.add_argument("--protocol", choices=_PROTOCOLS)
    beside.add_argument("--tls-strict", action=argparse.BooleanOptionalAction, default=None)


def run(arguments: argparse.Namespace) -> int:
    """See `collector.cli.CommandModule`."""
    if arguments.identity is None and arguments.state_dir is not None:
        arguments.identity = arguments.state_dir / "identity"
    plan = _plan(arguments)
    identity = _existing(plan.enrolment.directory, force=arguments.force)
    is_new = identity is None
    if identity is None:
        clock = SystemClock()
        identity = provision(plan.enrolment, lambda: PahoTransport(plan.settings, clock), clock)
    _tell(identity, is_new=is_new, as_json=arguments.json)
    return 0


def _plan(arguments: argparse.Namespace) -> _Plan:
    if any(getattr(arguments, name) is None for name in _NAMED):
        _complete(arguments)
    settings = ConnectionSettings(
        host=arguments.host,
        port=arguments.provision_port,
        ca_file=arguments.ca_file,
        server_name=arguments.server_name,
        strict=arguments.tls_strict is not False,
        protocol=arguments.protocol or _PROTOCOLS[0],
    )
    return _Plan(
        settings,
        Enrolment(
            directory=arguments.identity,
            ca_file=arguments.ca_file,
            client_name=arguments.client_name,
            key_kind=arguments.key or KEY_KINDS[0],
        ),
    )


def _complete(arguments: argparse.Namespace) -> None:
    """Take from the configuration what the command line does not give."""
    config = load(arguments.config)
    agent = config.agent
    given = {
        "host": agent.host,
        "provision_port": agent.provision_port,
        "ca_file": agent.ca_file,
        "client_name": agent.client_name,
        "identity": StateDirectory(config.collector.state_dir, Mode.REAL).identity,
        "key": agent.key,
        "server_name": agent.server_name,
        "protocol": agent.protocol,
        "tls_strict": agent.tls_strict,
    }
    for name, value in given.items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)


def _existing(directory: Path, *, force: bool) -> Identity | None:
    if force:
        return None
    return IdentityDirectory(directory).load()


def _tell(identity: Identity, *, is_new: bool, as_json: bool) -> None:
    until = datetime.fromtimestamp(identity.not_after_ms / 1000, UTC).date()
    if as_json:
        told = {"client_id": identity.client_id, "not_after_ms": identity.not_after_ms}
        print_json({**told, "is_new": is_new})
        return
    what = "is provisioned" if is_new else "was provisioned before (--force gets a new one)"
    print(f"client {identity.client_id} {what}; its certificate is valid until {until}")
