"""The way to the agent as text: the connection, the certificate, the clock."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from collector.cli.wording import age_text, date_text, time_text
from collector.status import DeliveryState

STATES: Mapping[str, str] = MappingProxyType(
    {
        DeliveryState.NOT_PROVISIONED: "not provisioned at",
        DeliveryState.CONNECTING: "connecting to",
        DeliveryState.CONNECTED: "connected to",
        DeliveryState.WAITING: "waiting for",
        DeliveryState.WAITING_FOR_TIME: "waiting for the right time, agent at",
        DeliveryState.EXPIRED: "certificate expired, refused by",
        DeliveryState.TAKEN_OVER: "identity used by another collector too, cut off by",
        DeliveryState.DELETED: "deleted at",
    }
)


def delivery_line(status: dict[str, Any]) -> str:
    """Return how the way to the agent is, in one line."""
    delivery, buffer = status["delivery"], status["buffer"]
    parts = [
        f"{STATES.get(delivery['state'], delivery['state'])} {delivery['agent']}",
        f"{delivery['confirmed_readings']} readings confirmed by the {delivery['confirmed_by']}",
        f"last {age_text(delivery['last_confirmed_age_s'])} ago"
        if delivery["last_confirmed_age_s"] is not None
        else "none yet",
        f"{buffer['readings']} waiting",
    ]
    return ", ".join(parts)


def delivery_lines(status: dict[str, Any]) -> list[str]:
    """Return all there is to say of it."""
    delivery = status["delivery"]
    lines = [f"agent: {delivery_line(status)}"]
    if delivery["message"]:
        lines.append(f"  {delivery['message']}")
    lines.append(f"  {_connection(delivery)}")
    if delivery["last_error"] and delivery["last_error"] != delivery["message"]:
        age = age_text(delivery["last_error_age_s"])
        lines.append(f"  last error {age} ago: {delivery['last_error']}")
    counts = {
        "resent_readings": "readings had to be sent again",
        "unverified_time": "readings were sent with a time that cannot be right",
        "bad_replies": "messages of the agent could not be understood",
    }
    lines += [f"  {delivery[key]} {words}" for key, words in counts.items() if delivery[key]]
    return lines


def certificate_lines(certificate: dict[str, Any]) -> list[str]:
    """Return until when our certificate is valid, and what is not well with it."""
    if certificate["not_after_ms"] is None:
        return ["certificate: none yet"]
    day, left = date_text(certificate["not_after_ms"]), certificate["days_left"]
    span = f"valid until {day}, {left} days left" if left >= 0 else f"expired on {day}"
    lines = [f"certificate: {span}, {_renewal(certificate['renewed_from_ms'])}"]
    if certificate["message"]:
        lines.append(f"  {certificate['message']}")
    return lines


def clock_lines(clock: dict[str, Any]) -> list[str]:
    """Return what the clock shows, and whether that can be right."""
    by = "synchronized" if clock["is_synchronized"] else "nothing synchronizes it"
    lines = [f"clock: {time_text(clock['wall_ms'])}, {by}"]
    if clock["message"]:
        lines.append(f"  {clock['message']}")
    return lines


def _connection(delivery: dict[str, Any]) -> str:
    parts = [f"so for {age_text(delivery['state_age_s'])}"]
    if delivery["client_id"]:
        parts.append(f"as client {delivery['client_id']}")
    parts.append(f"{max(0, delivery['connections'] - 1)} reconnects")
    return ", ".join(parts)


def _renewal(from_ms: int | None) -> str:
    if from_ms is None:
        return "renewed by hand: collector provision --renew"
    return f"renewed by itself from {date_text(from_ms)} on"
