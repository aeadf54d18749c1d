"""How this run gets to its agent: the place, the identity, the transport, the exchange."""

import logging
from collections.abc import Callable
from pathlib import Path
from random import Random

from collector.client.identity import Identity, IdentityDirectory
from collector.clock import Clock
from collector.config import AgentTable, Config
from collector.errors import CollectorError, ConfigError, IdentityError, IdentityUnreadableError
from collector.mqtt.inquiry import Inquiry
from collector.mqtt.session import PahoTransport
from collector.mqtt.settings import ConnectionSettings
from collector.publishing.connection.exchange import Exchange
from collector.publishing.delivery.confirmation import AckMode, Confirmation
from collector.publishing.delivery.publisher import Publisher
from collector.publishing.inventory.atlas import Atlas
from collector.publishing.inventory.deleted import OnDeleted
from collector.publishing.inventory.inventory import Inventory, InventoryMode, Wishes
from collector.publishing.supply.clock_trust import ClockTrust
from collector.publishing.supply.ports import Buffer
from collector.publishing.supply.supply import Supply
from collector.service.children import AgentPlace, EmbeddedAgent, Enrolment, Provisioner
from collector.service.renewal import Renewal, RenewalPlan
from collector.service.scribe import Scribe
from collector.service.state_dir import Mode, StateDirectory
from collector.service.succession import Succession
from collector.service.time_file import TimeFile
from collector.status import ClockStatus

log = logging.getLogger(__name__)


class AgentAccess:
    """See `Access` of the uplink. The configured agent, or the embedded one.

    Only here is it decided which agent a run talks to: with any mode but REAL the table ``[agent]``
    gives neither host, ports nor authority.

    Args:
        on_inventory: Given each new inventory, to fill it with what is known already.
        journal: See `EmbeddedAgent`.
    """

    def __init__(  # noqa: PLR0913 - each is named where it is called
        self,
        config: Config,
        mode: Mode,
        state: StateDirectory,
        buffer: Buffer,
        clock: Clock,
        on_inventory: Callable[[Inventory], None],
        *,
        journal: Path | None = None,
    ) -> None:
        self._agent: AgentTable = config.agent
        self._ack = AckMode(config.delivery.ack)
        self._scribe = Scribe()
        trust = ClockTrust(
            clock, config.delivery.hold_for_clock, TimeFile(state.time_file, self._scribe.write)
        )
        self._supply = Supply(
            buffer,
            clock,
            trust,
            replay_rate=config.delivery.replay_rate,
            live_first=config.delivery.live_first,
        )
        self._state = state
        self._clock = clock
        self._inquiry = Inquiry(clock)
        self._on_inventory = on_inventory
        self._identities = IdentityDirectory(state.identity)
        self._random = Random()  # noqa: S311 - spreads load, keeps no secret
        self._succession = Succession(self._identities, clock, self._random)
        self._provisioner, self._renewer = Provisioner(), Provisioner()
        self._embedded = None if mode is Mode.REAL else EmbeddedAgent(state.agent, journal)

    @property
    def place(self) -> str:
        """See `Access`."""
        if self._embedded is not None:
            return "the embedded agent"
        return f"{self._agent.host}:{self._agent.port}"

    def check(self) -> None:
        """Find out early what no retry can mend.

        Raises:
            ConfigError: There is no authority to trust.
            IdentityError: The identity is unusable, or missing and not to be got.
        """
        try:
            self._succession.mend()
            identity = self._identities.load() or self._identities.load_renewed()
        except IdentityUnreadableError as error:
            log.warning("%s; it is tried again", error)
            return
        if self._embedded is not None:
            return
        if not self._agent.ca_file.is_file():
            raise ConfigError(
                f"agent.ca_file: {self._agent.ca_file} is not there; "
                "install the agent or name its authority's certificate"
            )
        if identity is None:
            self._check_provisioning_allowed()

    def identity(self) -> Identity:
        """See `Access`."""
        place = self._where()
        identity = self._succession.choose()
        if identity is not None and self._is_of_this_agent(identity, place.ca_file):
            return identity
        self._check_provisioning_allowed()
        self._provisioner.provision(self._enrolment(place, is_renewal=False))
        identity = self._succession.choose()
        if identity is None:
            raise IdentityError(f"provisioning left no identity in {self._state.identity}")
        log.info("provisioned as %s", identity.client_id)
        return identity

    def accepted(self, identity: Identity) -> None:
        """See `Access`."""
        self._succession.accepted(identity)

    def rejected(self, identity: Identity, error: CollectorError) -> bool:
        """See `Access`."""
        return self._succession.rejected(identity, error)

    def clock_status(self) -> ClockStatus:
        """Return how this machine's clock is. For any thread."""
        clock = self._clock
        return ClockStatus(
            wall_ms=clock.wall_ms(),
            is_synchronized=clock.is_synchronized(),
            message=self._supply.trust.words,
        )

    def hold(self, *, is_held: bool) -> None:
        """See `Access`."""
        self._supply.is_held = is_held

    def renewal(self, on_change: Callable[[], None]) -> Renewal:
        """Return what watches the certificate and renews it in time.

        Args:
            on_change: Told when another identity is to be connected with.
        """
        is_automatic = self._embedded is not None or self._agent.provision == "auto"
        return Renewal(
            self._identities,
            self._succession,
            RenewalPlan(
                before_s=self._agent.renew_before,
                is_automatic=is_automatic,
                enrol=lambda: self._renewer.provision(
                    self._enrolment(self._where(), is_renewal=True)
                ),
                on_change=on_change,
            ),
            self._clock,
            self._random,
        )

    def transport(self, identity: Identity) -> PahoTransport:
        """See `Access`."""
        place = self._where()
        settings = ConnectionSettings(
            host=place.host,
            port=place.port,
            ca_file=place.ca_file,
            certificate_file=identity.certificate_file,
            key_file=identity.key_file,
            server_name=None if self._embedded else self._agent.server_name,
            strict=self._is_strict,
            protocol=self._agent.protocol,
        )
        return PahoTransport(settings, self._clock, self._inquiry)

    def exchange(self, identity: Identity) -> Exchange:
        """See `Access`."""
        client = identity.client_id
        publisher: list[Publisher] = []
        inventory = Inventory(
            Atlas(self._state.inventory_file, client, self._scribe.write),
            client,
            Wishes(
                InventoryMode(self._agent.inventory),
                reports_state=self._agent.sensor_state,
                on_deleted=OnDeleted(self._agent.on_deleted),
            ),
            self._clock,
            lambda sensor: publisher[0].readdress(sensor),  # noqa: PLW0108 - made below
        )
        answered = _AnsweredClients(self._state.answered_file, self._scribe)
        confirmation = Confirmation(
            self._ack,
            ever_answered=client in answered,
            on_first_answer=lambda: answered.add(client),
        )
        publisher.append(
            Publisher(self._supply, inventory, confirmation, self._clock, self._random)
        )
        self._on_inventory(inventory)
        return Exchange(client, publisher[0], inventory, self._clock)

    def forget_identity(self) -> None:
        """Set the identity of a deleted client aside."""
        aside = self._identities.set_aside()
        if aside is not None:
            log.warning("the identity of the deleted client lies in %s now", aside)

    def stop_provisioning(self) -> None:
        """Let neither an enrolment nor the start of an embedded agent delay the exit."""
        if self._embedded is not None:
            self._embedded.stop_starting()
        self._provisioner.stop()
        self._renewer.stop()

    def finish(self) -> None:
        """Have what is to be remembered written."""
        self._scribe.finish()

    def stop_agent(self) -> None:
        """End the embedded agent, if there is one."""
        if self._embedded is not None:
            self._embedded.stop()

    def _enrolment(self, place: AgentPlace, *, is_renewal: bool) -> Enrolment:
        return Enrolment(
            place=place,
            identity_directory=self._state.identity,
            client_name=self._agent.client_name,
            key=self._agent.key,
            server_name=None if self._embedded else self._agent.server_name,
            tls_strict=self._is_strict,
            protocol=self._agent.protocol,
            is_renewal=is_renewal,
        )

    @property
    def _is_strict(self) -> bool:
        return self._embedded is not None or self._agent.tls_strict

    def _where(self) -> AgentPlace:
        if self._embedded is not None:
            return self._embedded.place()
        agent = self._agent
        return AgentPlace(agent.host, agent.port, agent.provision_port, agent.ca_file)

    def _is_of_this_agent(self, identity: Identity, ca_file: Path) -> bool:
        """Tell whether the agent can know it: an embedded one's directory may have been removed."""
        if self._embedded is None:
            return True
        try:
            return identity.ca_file.read_bytes() == ca_file.read_bytes()
        except FileNotFoundError:
            return False
        except OSError as error:
            text = f"{error.filename} cannot be read"
            raise IdentityUnreadableError.unless_lasting(error, text) from error

    def _check_provisioning_allowed(self) -> None:
        if self._embedded is None and self._agent.provision == "never":
            raise IdentityError(
                f"there is no identity in {self._state.identity} and provision is 'never'; "
                "run: collector provision"
            )


class _AnsweredClients:
    """Remembers which clients had a push answered: they never fall back to the broker's word."""

    def __init__(self, path: Path, scribe: Scribe) -> None:
        self._path = path
        self._scribe = scribe
        try:
            self._clients = path.read_text("utf-8").split()
        except (OSError, ValueError):
            self._clients = []

    def __contains__(self, client: str) -> bool:
        return client in self._clients

    def add(self, client: str) -> None:
        self._clients.append(client)
        self._scribe.write(self._path, "".join(f"{each}\n" for each in self._clients).encode())
