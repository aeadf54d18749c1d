"""The agent as a process of its own."""

import asyncio
import signal
from collections.abc import Callable

from collector.agent.options import AgentOptions
from collector.agent.server import AgentServer


def run_until_stopped(options: AgentOptions, announce: Callable[[str], None]) -> None:
    """Run an agent until SIGTERM or SIGINT comes. For the main thread of a process.

    Args:
        options: How it is set up.
        announce: Gets the line ``ready provision=HOST:PORT mqtt=HOST:PORT`` once both accept.

    Raises:
        StateError: As `AgentServer.start`.
        IdentityError: As `AgentServer.start`.
        ConfigError: As `AgentServer.start`.
    """
    asyncio.run(_run(options, announce))


async def _run(options: AgentOptions, announce: Callable[[str], None]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = AgentServer(options)
    ports = await server.start()
    try:
        host = f"[{options.host}]" if ":" in options.host else options.host
        announce(f"ready provision={host}:{ports.provision} mqtt={host}:{ports.mqtt}")
        await stop.wait()
    finally:
        await server.stop()
