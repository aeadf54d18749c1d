"""``collector doctor``: check, as the service's user, whether all is there that a run needs."""

import argparse
import getpass
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from collector.cli.accounts import account, run_as
from collector.cli.calling import call, is_listening
from collector.cli.loading import load_carefully
from collector.cli.options import add_config, add_json
from collector.cli.report_headline import alarm_line
from collector.clock import SystemClock
from collector.config import Config
from collector.errors import AgentUnreachableError, ConfigError
from collector.operating import gathering, lines
from collector.operating.checks import (
    Finding,
    Verdict,
    check_clock,
    check_device,
    check_directory,
    check_identity,
    check_page,
    check_port,
    check_run,
    check_source,
    ok,
    problem,
    warning,
)
from collector.operating.facts import RunFact
from collector.operating.needs import source_needs
from collector.operating.unit import start_command
from collector.service.state_dir import Mode, StateDirectory

ANSWER_TIMEOUT_S = 10.0


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    add_config(parser)
    add_json(parser)
    parser.add_argument(
        "--user",
        default="collector",
        help="whose rights count, where root asks (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; 1 if there is a problem."""
    if os.geteuid() == 0 and arguments.user != "root":
        user = account(arguments.user)
        if user is not None:
            return run_as(user, *_words(arguments))
    findings = [_view(arguments.user), *_findings(arguments.config)]
    if arguments.json:
        print(json.dumps([asdict(each) for each in findings], indent=1, ensure_ascii=False))
    else:
        print("\n".join(line for each in findings for line in _lines(each)))
    return int(any(each.verdict is Verdict.PROBLEM for each in findings))


def _words(arguments: argparse.Namespace) -> list[str]:
    form = ["--json"] if arguments.json else []
    return ["doctor", "--config", str(arguments.config.absolute()), "--user", arguments.user, *form]


def _view(wanted: str) -> Finding:
    name = getpass.getuser()
    if name == wanted:
        return ok(f"seen as the user {name}")
    if account(wanted) is None:
        return warning(
            f"seen as the user {name}: there is no user {wanted} here",
            "name the user of the service: --user NAME",
        )
    return warning(
        f"seen as the user {name}, who may more or less than {wanted}",
        f"for the view of the service: sudo collector doctor --user {wanted}",
    )


def _findings(path: Path) -> Iterator[Finding]:
    clock = SystemClock()
    try:
        config = load_carefully(path, clock=clock)
    except ConfigError as error:
        for complaint in error.complaints:
            yield problem(f"configuration: {complaint}", _how_to_mend(path))
        return
    yield ok(f"configuration: {path} is valid, sources: {len(config.sources)}")
    for doubt in config.warnings:
        yield warning(f"configuration: {doubt}", "see whether that is meant")
    yield from _of_machine(config, clock)


def _how_to_mend(config: Path) -> str:
    """Return what to do about complaints: one about rights is not mended in the file."""
    try:
        config.open("rb").close()
    except PermissionError:
        group = getpass.getuser()
        return f"let it read: sudo chgrp {group} {config.parent} {config}, and chmod g+rX"
    except OSError:
        return "name the file by --config, or install the example"
    return "mend it: collector check shows all"


def _of_machine(config: Config, clock: SystemClock) -> Iterator[Finding]:
    needs, user, now_ms = source_needs(config, clock), getpass.getuser(), clock.wall_ms()
    for source in gathering.sources(config, needs, clock):
        yield check_source(source)
    for device in gathering.devices(needs):
        yield check_device(device, user)
    for directory in gathering.directories(config):
        yield check_directory(directory, user)
    yield check_clock(now_ms, is_synchronized=clock.is_synchronized())
    found, who = gathering.identity(config)
    yield check_identity(found, now_ms)
    for port in lines.ports(config.agent, who):
        yield check_port(port, now_ms)
    service = _asked(config)
    if config.web.enabled:
        yield check_page(lines.page(config.web, is_running=_runs(config)), user)
    yield check_run(service)


def _runs(config: Config) -> bool:
    """Tell whether a run of this configuration is under way, in whatever mode."""
    state_dir = config.collector.state_dir
    return any(is_listening(StateDirectory(state_dir, mode).socket) for mode in Mode)


def _asked(config: Config) -> RunFact:
    state_dir = config.collector.state_dir
    socket, start = StateDirectory(state_dir, Mode.REAL).socket, start_command(state_dir)
    if not is_listening(socket):
        return RunFact(start=start)
    try:
        status = next(call(socket, {"request": "status"}, ANSWER_TIMEOUT_S))["reply"]
    except (AgentUnreachableError, StopIteration) as error:
        return RunFact(start=start, is_running=True, error=str(error) or "hung up")
    alarms = tuple(map(alarm_line, status["alarms"]))
    return RunFact(start=start, is_running=True, alarms=alarms)


def _lines(finding: Finding) -> list[str]:
    advice = [f"{'':9}to do: {finding.advice}"] if finding.advice else []
    return [f"{finding.verdict:9}{finding.what}", *advice]
