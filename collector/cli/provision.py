"""``collector provision``: get a certificate from the agent, or the next one in time."""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.cli.accounts import become
from collector.cli.options import add_config, add_json
from collector.cli.tables import print_json
from collector.client.identity import Identity, IdentityDirectory
from collector.client.provisioning import KEY_KINDS, Enrolment, provision
from collector.clock import SystemClock
from collector.config import load
from collector.errors import AgentError, AgentRefusesError, IdentityError
from collector.mqtt.session import PahoTransport
from collector.mqtt.settings import ConnectionSettings
from collector.service.owners import other_owner
from collector.service.state_dir import Mode, StateDirectory

_NAMED = ("host", "provision_port", "ca_file", "client_name", "identity")
"""What makes a configuration unnecessary when it is given on the command line."""

_PROTOCOLS = ("3.1.1", "3.1")

EXPLANATION = """With --force what is there is replaced at once. With --renew it stays in use until
the agent has taken its successor: a collector that runs tries it within seconds, otherwise the next
run does. With provision = "auto" in [agent] a running collector renews by itself. Root acts as the
owner of the state directory, so that the service can use what comes of it."""


@dataclass(frozen=True, slots=True)
class _Plan:
    settings: ConnectionSettings
    enrolment: Enrolment


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    add_config(parser)
    add_json(parser)
    parser.epilog = EXPLANATION
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--force", action="store_true", help="also when there is an identity")
    ways.add_argument(
        "--renew",
        action="store_true",
        help="get the successor of the identity that is there, before its certificate expires",
    )
    _configure_values(parser)


def _configure_values(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("in place of the configuration's values").add_argument
    add("--host", help="the host that the agent listens on")
    add("--provision-port", type=int, metavar="PORT", help="its port for getting a certificate")
    add("--ca-file", type=Path, metavar="FILE", help="the certificate of its authority")
    add("--client-name", metavar="NAME", help="the name that this client shows at the agent")
    add("--state-dir", type=Path, metavar="DIR", help="where state is kept")
    add("--identity", type=Path, metavar="DIR", help="default: STATE_DIR/identity")
    add("--key", choices=KEY_KINDS, help="the kind of key that is made")
    add("--server-name", metavar="NAME", help="the name in the agent's certificate")
    add("--protocol", choices=_PROTOCOLS, help="the version of MQTT")
    strictness = "whether certificates must follow the standard to the letter"
    add("--tls-strict", action=argparse.BooleanOptionalAction, default=None, help=strictness)


def run(arguments: argparse.Namespace) -> int:
    """See `collector.cli.CommandModule`."""
    if arguments.identity is None and arguments.state_dir is not None:
        arguments.identity = arguments.state_dir / "identity"
    plan = _plan(arguments)
    owner = other_owner(plan.enrolment.directory)
    if owner is not None:
        become(owner)
    former = None if arguments.force else IdentityDirectory(plan.enrolment.directory).load()
    if arguments.renew and former is None:
        raise IdentityError(
            f"there is no identity in {plan.enrolment.directory} to renew; "
            "get the first one without --renew"
        )
    if former is not None and not arguments.renew:
        _tell(
            former, "was provisioned before (--force gets a new one)", {"is_new": False}, arguments
        )
        return 0
    identity = _enrol(plan, as_json=arguments.json)
    if former is None:
        _tell(identity, "is provisioned", {"is_new": True}, arguments)
    else:
        what = f"is to follow {former.client_id}, which stays in use until the agent takes it"
        _tell(identity, what, {"is_new": True, "follows": former.client_id}, arguments)
    return 0


def _enrol(plan: _Plan, *, as_json: bool) -> Identity:
    """Enrol; where programs ask, they are told the reason of a refusal as a word or a code."""
    clock = SystemClock()
    try:
        return provision(plan.enrolment, lambda: PahoTransport(plan.settings, clock), clock)
    except AgentRefusesError as error:
        if as_json:
            print_json({"refused": error.reason.value})
        raise
    except AgentError as error:
        if as_json:
            print_json({"code": error.code})
        raise


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
            is_renewal=arguments.renew,
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


def _tell(
    identity: Identity, what: str, details: dict[str, Any], arguments: argparse.Namespace
) -> None:
    if arguments.json:
        told = {"client_id": identity.client_id, "not_after_ms": identity.not_after_ms}
        print_json(told | details)
        return
    until = datetime.fromtimestamp(identity.not_after_ms / 1000, UTC).date()
    print(f"client {identity.client_id} {what}; its certificate is valid until {until}")
