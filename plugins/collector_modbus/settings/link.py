"""The link of a device: a serial line or a connection, and how it is to be treated."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from collector import ConfigModel, Duration, Resources


class _LinkSettings(ConfigModel):
    """What every link has."""

    response_timeout: Duration = Field(
        default=1.0, validate_default=False, gt=0, json_schema_extra={"default": "1s"}
    )
    """How long a device may take to begin its answer."""

    delay_between_requests: Duration = Field(
        default=0.0, validate_default=False, ge=0, json_schema_extra={"default": "0s"}
    )
    """A pause after each answer, for devices that need one."""

    delay_after_connect: Duration = Field(
        default=0.0, validate_default=False, ge=0, json_schema_extra={"default": "0s"}
    )
    """A pause after opening, before the first request."""

    dead_unit_share: float = Field(default=0.04, gt=0, le=1)
    """How much of the link's time units that do not answer may use, all of them together."""


class SerialLink(_LinkSettings):
    """A serial line: RS-485, RS-232 or USB."""

    type: Literal["rtu", "ascii"]
    """The framing on the line."""

    port: str = Field(min_length=1)
    """The device node; names below /dev/serial/by-id stay the same after a reboot."""

    baudrate: int = Field(default=9600, ge=50, le=4_000_000)
    """Bits per second."""

    parity: Literal["N", "E", "O"] = "N"
    """None, even or odd."""

    stopbits: Literal[1, 2] = 1
    """Stop bits."""

    bytesize: Literal[7, 8] = 8
    """Data bits; 7 only with ascii."""

    rs485: bool = False
    """Let the driver switch the transmitter by RTS, where it can."""

    rts_level_for_tx: bool = True
    """With rs485: the level of RTS while sending."""

    delay_before_tx: Duration = Field(
        default=0.0, validate_default=False, ge=0, json_schema_extra={"default": "0s"}
    )
    """With rs485: a pause between RTS and the first bit."""

    delay_before_rx: Duration = Field(
        default=0.0, validate_default=False, ge=0, json_schema_extra={"default": "0s"}
    )
    """With rs485: a pause between the last bit and RTS."""

    @property
    def key(self) -> str:
        """What names the link: the same for all who share it."""
        return f"serial://{self.port}"

    @property
    def resources(self) -> Resources:
        """What of the machine it takes."""
        return Resources(devices=[self.port])


class NetworkLink(_LinkSettings):
    """A device or gateway in the network."""

    type: Literal["tcp", "rtu-over-tcp", "udp"]
    """The transport, and with it the framing."""

    host: str = Field(min_length=1)
    """Its address or name."""

    port: int = Field(default=502, ge=1, le=65535)
    """Its port."""

    connect_timeout: Duration = Field(
        default=5.0, validate_default=False, gt=0, json_schema_extra={"default": "5s"}
    )
    """How long connecting may take."""

    transaction_id: Literal["check", "ignore"] = "check"
    """Whether answers have to carry the request's transaction id; some gateways always send 0."""

    @property
    def key(self) -> str:
        """What names the link: the same for all who share it."""
        return f"{'udp' if self.type == 'udp' else 'tcp'}://{self.host}:{self.port}"

    @property
    def resources(self) -> Resources:
        """What of the machine it takes."""
        return Resources(hosts=[self.host])


class TlsLink(_LinkSettings):
    """A device that speaks Modbus/TCP Security: Modbus TCP inside of TLS."""

    type: Literal["tls"]
    """The transport."""

    host: str = Field(min_length=1)
    """Its address or name, which its certificate has to bear."""

    port: int = Field(default=802, ge=1, le=65535)
    """Its port."""

    connect_timeout: Duration = Field(
        default=5.0, validate_default=False, gt=0, json_schema_extra={"default": "5s"}
    )
    """How long connecting may take."""

    ca_file: Path | None = None
    """The authority of the device's certificate; those of the system when left out."""

    certificate_file: Path | None = None
    """Our certificate, where the device wants one."""

    key_file: Path | None = None
    """The key of our certificate."""

    transaction_id: Literal["check", "ignore"] = "check"
    """Whether answers have to carry the request's transaction id; some gateways always send 0."""

    @property
    def key(self) -> str:
        """What names the link: the same for all who share it."""
        return f"tls://{self.host}:{self.port}"

    @property
    def resources(self) -> Resources:
        """What of the machine it takes."""
        files = (self.ca_file, self.certificate_file, self.key_file)
        return Resources(hosts=[self.host], files=[str(file) for file in files if file is not None])


LinkSettings = Annotated[SerialLink | NetworkLink | TlsLink, Field(discriminator="type")]
"""The link, told apart by its type."""
