"""The agent, put together."""

import asyncio
import logging
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from collector.agent.authority import CA_CERTIFICATE, CA_KEY, Authority
from collector.agent.broker import Broker, Listener
from collector.agent.enrolment import Enrolment
from collector.agent.fault_plan import FaultPlan
from collector.agent.journal import Journal
from collector.agent.listener import Limits, MqttListener
from collector.agent.operations.context import Context
from collector.agent.options import MQTT, PROVISION, AgentOptions
from collector.agent.policy import ClientPolicy, ProvisionPolicy
from collector.agent.private import DirectoryLock, open_directory
from collector.agent.readings import Rules
from collector.agent.recorder import Recorder
from collector.agent.service import AgentService
from collector.agent.store import Store
from collector.agent.value_log import ValueLog
from collector.clock import Clock, SystemClock
from collector.errors import StateError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the agent listens."""

    provision: int
    mqtt: int


class AgentServer:
    """The compatible agent: a whole server side of the contract, on the loop that starts it.

    Args:
        options: How it is set up.
        broker: Carries the messages; by default the agent's own MQTT listener.
        clock: The agent's time.
    """

    def __init__(
        self, options: AgentOptions, *, broker: Broker | None = None, clock: Clock | None = None
    ) -> None:
        self._options = options
        self._clock = clock or SystemClock()
        self._broker = broker or MqttListener(Limits())
        self._resources = ExitStack()

    @property
    def ca_file(self) -> Path:
        """Where the certificate lies that clients have to trust."""
        return self._options.directory / CA_CERTIFICATE

    async def start(self) -> Ports:
        """Open everything and accept connections.

        Returns:
            The ports, as they were picked where 0 was asked for.

        Raises:
            StateError: The directory, a file in it or a port cannot be taken.
            IdentityError: The authority's key or certificate cannot be used.
            ConfigError: The file of faults is wrong.
        """
        with ExitStack() as resources:
            listeners, service = self._assemble(resources)
            ports = await self._broker.start(listeners, service)
            self._resources = resources.pop_all()
        return Ports(ports[PROVISION], ports[MQTT])

    async def stop(self) -> None:
        """Close every connection, store the last values and leave. Safe to call twice."""
        await self._broker.stop()
        self._resources.close()

    def _assemble(self, resources: ExitStack) -> tuple[list[Listener], AgentService]:
        options = self._options
        open_directory(options.directory, known_by=CA_KEY)
        resources.callback(DirectoryLock(options.directory).release)
        authority = Authority(options.directory, self._clock)
        authority.certify_server(options.host)
        context = self._context(resources)
        enrolment = Enrolment(
            context,
            authority,
            certificate_days=options.certificate_days,
            per_minute=options.enrolments_per_minute,
        )
        faults = FaultPlan(options.faults) if options.faults else None
        defer = asyncio.get_running_loop().call_later
        service = AgentService(context, enrolment, self._broker, defer, faults)
        return self._listeners(authority, context, service), service

    def _context(self, resources: ExitStack) -> Context:
        options = self._options
        store = Store(options.directory)
        resources.callback(store.close)
        journal = Journal(options.journal) if options.journal else None
        recorder = Recorder(store, ValueLog(options.directory), journal)
        resources.callback(recorder.close)
        clients = store.load()
        recorder.recover(clients)
        resources.callback(_store_last_values, recorder)
        return Context(
            clients=clients,
            store=store,
            recorder=recorder,
            clock=self._clock,
            rules=Rules(options.limits, options.revive_deleted),
        )

    def _listeners(
        self, authority: Authority, context: Context, service: AgentService
    ) -> list[Listener]:
        options = self._options
        anybody = authority.server_context(ask_for_certificate=False)
        certified = authority.server_context(ask_for_certificate=True)
        provision, client = ProvisionPolicy(service.remind), ClientPolicy(context.clients)
        return [
            Listener(PROVISION, options.host, options.provision_port, anybody, provision),
            Listener(MQTT, options.host, options.port, certified, client),
        ]


def _store_last_values(recorder: Recorder) -> None:
    try:
        recorder.checkpoint()
    except StateError as error:
        # Nothing is lost: the log of values is read again at the next start.
        log.warning("the last values stay in the log: %s", error)
