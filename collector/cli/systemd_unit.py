"""``collector systemd-unit``: print the drop-in that allows what the configuration names."""

import argparse

from collector.cli.loading import load_carefully
from collector.cli.options import add_config
from collector.clock import SystemClock
from collector.config import Config
from collector.config.web_checks import is_loopback
from collector.operating.drop_in import UnitNeeds, drop_in
from collector.operating.needs import source_needs
from collector.operating.nodes import look_at


def configure(parser: argparse.ArgumentParser) -> None:
    """See `collector.cli.CommandModule`."""
    add_config(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print it; nothing is opened, written or resolved."""
    clock = SystemClock()
    config = load_carefully(arguments.config, clock=clock)
    print("\n".join(drop_in(_needs(config, clock), look_at)))
    return 0


def _needs(config: Config, clock: SystemClock) -> UnitNeeds:
    directory = config.spool.directory
    spool = [] if directory is None or config.spool.mode == "off" else [directory]
    path = config.path.absolute()
    token = [config.web.token_file] if config.web.enabled and config.web.token_file else []
    return UnitNeeds(
        config_file=path,
        sources=source_needs(config, clock),
        agent_host=config.agent.host,
        read=[path.with_name(f"{path.stem}.d"), config.agent.ca_file, *token],
        written=[config.collector.state_dir.absolute(), *spool],
        has_visitors=config.web.enabled and not is_loopback(config.web.host),
    )
