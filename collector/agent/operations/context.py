"""What operations work with, and what they answer."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from collector.agent.inventory import Client, Sensor
from collector.agent.readings import Rules
from collector.agent.recorder import Recorder
from collector.agent.store import Store
from collector.clock import Clock
from collector.wire.errors import ErrorCode, Refusal
from collector.wire.payload import decode_object
from collector.wire.topics import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The parts of the agent that operations use.

    Attributes:
        clients: Every client by id; the same as in the store.
        store: Takes every change before it is made in `clients`.
        recorder: Takes the values.
    """

    clients: dict[str, Client]
    store: Store
    recorder: Recorder
    clock: Clock
    rules: Rules


class Outcome(NamedTuple):
    """What a request leads to.

    A named tuple, for each push makes one, and a frozen dataclass takes three times as long.

    Attributes:
        reply: The message of success; None when there is none.
        refusal: The error to report although a part was done.
        live: Makes the messages for those who listen to the sensor's live data, which follow the
            reply. It is only called if somebody does: often nobody does, and to encode them costs
            as much as to decode the push.
        ends_client: Cut off the client that asked.
    """

    reply: bytes | None = None
    refusal: Refusal | None = None
    live: Callable[[], list[bytes]] | None = None
    ends_client: bool = False


Handler = Callable[[Context, Client, Address, bytes], Outcome]
"""One operation."""


def new_id() -> str:
    """Return an id that nobody can guess and no other has: 32 hex digits."""
    return secrets.token_hex(16)


def sensor_of(client: Client, address: Address) -> Sensor:
    """Return the sensor that a request concerns.

    Raises:
        Refusal: Error 15.
    """
    sensor = client.sensors.get(address.sensor)
    if sensor is None:
        raise unknown_sensor(address)
    return sensor


def unknown_sensor(address: Address) -> Refusal:
    """Return the refusal of a sensor that does not exist, or does no longer."""
    return Refusal(
        ErrorCode.UnknownSensorId, f"The provided sensor ID does not exist: {address.sensor}."
    )


def expect_object(payload: bytes) -> None:
    """Check the message of a request that says everything by its topic; nothing at all is fine.

    Raises:
        Refusal: Error 4 or 5.
    """
    if payload.strip():
        decode_object(payload)


def check_name(key: str, name: str | None, context: Context) -> None:
    """Check that a name may be given to something.

    Raises:
        Refusal: Error 6 for an empty name, 19 for one that is too long.
    """
    longest = context.rules.limits.name_length
    if name is None:
        return
    if not name:
        raise Refusal(ErrorCode.MissingParameter, f"The key {key} is empty.")
    if len(name) > longest:
        raise Refusal(ErrorCode.OutOfRange, f"The key {key} is longer than {longest} characters.")
