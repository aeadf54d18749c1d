"""Section 4: the client itself."""

from collector.agent.inventory import Client
from collector.agent.operations.context import Context, Outcome, check_name, expect_object
from collector.wire import replies
from collector.wire.errors import ErrorCode, Refusal
from collector.wire.ids import is_client_name
from collector.wire.requests import parse_name, parse_ping
from collector.wire.topics import Address


def ping(_context: Context, _client: Client, _address: Address, payload: bytes) -> Outcome:
    """Answer that the connection is alive (4.2)."""
    return Outcome(reply=parse_ping(payload))


def update_client(context: Context, client: Client, _address: Address, payload: bytes) -> Outcome:
    """Give the client another name (4.3)."""
    name = parse_name(payload)
    check_name("name", name, context)
    # The alphabet is that of 4.1, and spaces, for the example of 4.3 has them.
    if not is_client_name(name.replace(" ", "")):
        raise Refusal(
            ErrorCode.InvalidClientName,
            "The name may contain only letters, digits, spaces and . * - , @ ' _",
        )
    context.store.save_client(client.client_id, name)
    client.name = name
    return Outcome(reply=replies.CLIENT_UPDATED.encode())


def delete_client(context: Context, client: Client, _address: Address, payload: bytes) -> Outcome:
    """Remove the client and all it has; its certificate is worth nothing from now on (4.4)."""
    expect_object(payload)
    context.store.delete_client(client.client_id)
    del context.clients[client.client_id]
    return Outcome(ends_client=True)


def report_error(_context: Context, _client: Client, _address: Address, _payload: bytes) -> Outcome:
    """Take what older clients report of themselves; there is nothing to answer."""
    return Outcome()
