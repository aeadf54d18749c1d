"""The agent as a process of its own."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import IO

from collector.agent.options import AgentOptions
from collector.agent.server import AgentServer

_ENDINGS = (signal.SIGTERM, signal.SIGINT)


def run_until_stopped(
    options: AgentOptions, announce: Callable[[str], None], while_open: IO[str] | None = None
) -> None:
    """Run an agent until SIGTERM or SIGINT comes; both are ignored afterwards.

    For the main thread of a process that ends then.

    Args:
        options: How it is set up.
        announce: Gets the line ``ready provision=HOST:PORT mqtt=HOST:PORT`` once both accept.
        while_open: The end of this pipe ends the run as well.

    Raises:
        StateError: As `AgentServer.start`.
        IdentityError: As `AgentServer.start`.
        ConfigError: As `AgentServer.start`.
    """
    try:
        asyncio.run(_run(options, announce, while_open))
    finally:
        for number in _ENDINGS:  # a second Ctrl-C must not spoil what is left to do
            signal.signal(number, signal.SIG_IGN)


async def _run(
    options: AgentOptions, announce: Callable[[str], None], while_open: IO[str] | None
) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    if while_open is not None:
        loop.add_reader(while_open, _stop_at_end_of, while_open, stop)
    for number in _ENDINGS:
        loop.add_signal_handler(number, stop.set)
    server = AgentServer(options)
    ports = await server.start()
    try:
        host = f"[{options.host}]" if ":" in options.host else options.host
        announce(f"ready provision={host}:{ports.provision} mqtt={host}:{ports.mqtt}")
        await stop.wait()
    finally:
        await server.stop()


def _stop_at_end_of(pipe: IO[str], stop: asyncio.Event) -> None:
    if not os.read(pipe.fileno(), 4096):
        stop.set()
        asyncio.get_running_loop().remove_reader(pipe)
