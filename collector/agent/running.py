"""An agent on a thread of its own, for programs and tests that run it beside their own work."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from collector.agent.options import AgentOptions
from collector.agent.server import AgentServer, Ports
from collector.errors import CollectorError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunningAgent:
    """An agent that accepts connections.

    Attributes:
        host: What its listeners are bound to.
        ca_file: The certificate that clients have to trust.
    """

    host: str
    provision_port: int
    port: int
    ca_file: Path
    server: AgentServer
    loop: asyncio.AbstractEventLoop

    def call(self, function: Callable[[], T], timeout_s: float = 10.0) -> T:
        """Run a function on the agent's thread and return what it returns."""
        done: Future[T] = Future()
        self.loop.call_soon_threadsafe(lambda: done.set_result(function()))
        return done.result(timeout_s)


@contextmanager
def running_agent(directory: Path, **options: Any) -> Iterator[RunningAgent]:  # noqa: ANN401 - as in AgentOptions
    """Run an agent for as long as the ``with`` lasts; on free ports unless told otherwise.

    Args:
        directory: See `AgentOptions`.
        **options: The other attributes of `AgentOptions`.

    Raises:
        StateError: As `AgentServer.start`.
        IdentityError: As `AgentServer.start`.
        ConfigError: As `AgentServer.start`.
    """
    chosen = AgentOptions(directory=directory, **{"provision_port": 0, "port": 0, **options})
    started: Future[tuple[AgentServer, Ports, asyncio.AbstractEventLoop]] = Future()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(chosen, started, stop)), name="agent", daemon=True
    )
    thread.start()
    server, ports, loop = started.result()
    try:
        yield RunningAgent(chosen.host, ports.provision, ports.mqtt, server.ca_file, server, loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _serve(
    options: AgentOptions,
    started: "Future[tuple[AgentServer, Ports, asyncio.AbstractEventLoop]]",
    stop: asyncio.Event,
) -> None:
    try:
        server = AgentServer(options)
        ports = await server.start()
        started.set_result((server, ports, asyncio.get_running_loop()))
    except CollectorError as error:
        started.set_exception(error)
        return
    finally:
        started.cancel()  # has no effect once something is set; nobody waits for ever
    try:
        await stop.wait()
    finally:
        await server.stop()
