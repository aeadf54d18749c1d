"""The topics of the contract, built and parsed in both directions.

Every request is one `Operation` on one `Address`. `request_topic`, `reply_topic` and `error_topic`
build what the document prints; `parse_request` and `parse_reply` read a topic back. The older
topics that clients in the field still use are understood by `parse_request` and listed by
`older_reply_topics`; nothing of ours sends them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from collector.wire.ids import RESERVED_SENSOR_IDS

VERSION = "v1.0"
"""The only version that section 2 defines."""

CREATE_CLIENT_TOPICS = (f"/{VERSION}/createClient", "/createConnector")
"""Where a signing request may be published: the documented topic first, then the older one."""


class Operation(Enum):
    """What can be asked of the agent on the authenticated port."""

    PING = "ping"
    UPDATE_CLIENT = "update client"
    DELETE_CLIENT = "delete client"
    CREATE_SENSOR = "create sensor"
    LIST_SENSORS = "list sensors"
    UPDATE_SENSOR = "update sensor"
    DELETE_SENSOR = "delete sensor"
    CREATE_METRICS = "create metrics"
    DESCRIBE_METRIC = "describe metric"
    UPDATE_METRICS = "update metrics"
    DELETE_METRICS = "delete metrics"
    PUSH_VALUES = "push values"
    REPORT_ERROR = "report error"


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a request concerns: a client and, where the operation has them, sensor and metric."""

    client: str
    sensor: str = ""
    metric: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request topic, read.

    Attributes:
        older: The request came on a topic that the document does not list.
    """

    operation: Operation
    address: Address
    older: bool = False


class ReplyKind(Enum):
    """What kind of topic the agent speaks on."""

    INFO = "info"
    ERROR = "error"
    LIVE_DATA = "livedata"


@dataclass(frozen=True, slots=True)
class Reply:
    """A topic that the agent speaks on, read.

    Attributes:
        operations: What it may answer; more than one where the document shares a topic.
    """

    kind: ReplyKind
    operations: frozenset[Operation]
    address: Address


@dataclass(frozen=True, slots=True)
class _Form:
    """How one operation's topics continue after ``/v1.0/<client>/``."""

    request: str
    info: str
    error: str


_SENSOR_AND_ID = 2
_METRIC_TOPIC = 4
_OF_ONE_METRIC = frozenset({"inventory", "describe"})

# Clients in the field forget the slashes where they report errors of a sensor or a metric.
_JOINED_REPORT = re.compile(r"sensor[^/]+(?:/metric[^/]+)?/error")

_S = "sensor/{sensor}"
_M = f"{_S}/metric/{{metric}}"

_FORMS: Mapping[Operation, _Form] = MappingProxyType(
    {
        Operation.PING: _Form("ping", "ping/info/inbox", "ping/error/inbox"),
        Operation.UPDATE_CLIENT: _Form("update", "update/info/inbox", "update/error/inbox"),
        Operation.DELETE_CLIENT: _Form("delete", "", "delete/error/inbox"),
        Operation.CREATE_SENSOR: _Form("sensor/create", "sensor/inbox", "sensor/error/inbox"),
        Operation.LIST_SENSORS: _Form("sensor/list", "inventory/inbox", "inventory/error/inbox"),
        Operation.UPDATE_SENSOR: _Form(
            f"{_S}/update", f"{_S}/update/info/inbox", f"{_S}/update/error/inbox"
        ),
        Operation.DELETE_SENSOR: _Form(
            f"{_S}/delete", f"{_S}/delete/info/inbox", f"{_S}/delete/error/inbox"
        ),
        Operation.CREATE_METRICS: _Form(
            f"{_S}/metric/create", f"{_S}/metric/inbox", f"{_S}/metric/error/inbox"
        ),
        Operation.DESCRIBE_METRIC: _Form(
            f"{_M}/inventory", f"{_M}/inventory/inbox", f"{_M}/inventory/error/inbox"
        ),
        Operation.UPDATE_METRICS: _Form(
            f"{_S}/metric/update",
            f"{_S}/metric/update/info/inbox",
            f"{_S}/metric/update/error/inbox",
        ),
        # Section 5.3.4 gives delete the error topic of create.
        Operation.DELETE_METRICS: _Form(
            f"{_S}/metric/delete", f"{_S}/metric/delete/info/inbox", f"{_S}/metric/error/inbox"
        ),
        Operation.PUSH_VALUES: _Form(
            f"{_S}/metric/pushValues", f"{_S}/info/inbox", f"{_S}/error/inbox"
        ),
    }
)

_OLDER_REQUESTS: Mapping[str, Operation] = MappingProxyType(
    {
        "inventory": Operation.LIST_SENSORS,
        _S: Operation.PUSH_VALUES,
        f"{_S}/metric": Operation.CREATE_METRICS,
        f"{_M}/describe": Operation.DESCRIBE_METRIC,  # the document's own example, section 5.3.2
        "error": Operation.REPORT_ERROR,
        "eror": Operation.REPORT_ERROR,
        "errror": Operation.REPORT_ERROR,
    }
)

# (reply, error) topics that clients listen on besides the documented ones.
_OLDER_REPLIES: Mapping[Operation, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        Operation.DELETE_CLIENT: (("delete/info/inbox", "delete/error/inbox"),),
        Operation.DESCRIBE_METRIC: (("", f"{_S}/inventory/error/inbox"),),
        Operation.DELETE_METRICS: (
            (f"{_S}/delete/info/inbox", f"{_S}/delete/error/inbox"),
            (f"{_S}/metric/delete/inbox", f"{_S}/metric/delete/error/inbox"),
        ),
    }
)


def client_prefix(client: str) -> str:
    """Return ``/v1.0/<client>``, under which everything of one client lies."""
    return f"/{VERSION}/{client}"


def request_topic(operation: Operation, address: Address) -> str:
    """Return the documented topic to publish this request to."""
    return _fill(_FORMS[operation].request, address)


def reply_topic(operation: Operation, address: Address) -> str:
    """Return the documented topic of success; empty for client delete, which has none."""
    return _fill(_FORMS[operation].info, address)


def error_topic(operation: Operation, address: Address) -> str:
    """Return the documented topic of errors (for client delete, which has none, the usual form)."""
    return _fill(_FORMS[operation].error, address)


def older_reply_topics(operation: Operation, address: Address) -> tuple[str, ...]:
    """Return the topics of success that older clients listen on besides the documented one."""
    return tuple(_fill(info, address) for info, _ in _OLDER_REPLIES.get(operation, ()) if info)


def older_error_topics(operation: Operation, address: Address) -> tuple[str, ...]:
    """Return the topics of errors that older clients listen on besides the documented one."""
    return tuple(_fill(error, address) for _, error in _OLDER_REPLIES.get(operation, ()) if error)


def live_data_topic(address: Address) -> str:
    """Return the topic on which the agent repeats the accepted values of a sensor (section 5.1)."""
    return _fill(f"{_S}/livedata", address)


def metric_link(address: Address) -> str:
    """Return the ``link`` of a metric in the list of sensors (section 5.2.2)."""
    return request_topic(Operation.DESCRIBE_METRIC, address)


def certificate_topic(digest: str) -> str:
    """Return where the certificate for the signing request with this SHA-256 hex comes back."""
    return f"/certBack/{digest}"


def certificate_error_topic(digest: str) -> str:
    """Return where the refusal of a signing request comes back."""
    return f"/certBack/{digest}/error"


def parse_request(topic: str) -> Request | None:
    """Read a topic that a client publishes to; None when the contract has no such topic."""
    form, address = _split(topic)
    found = _REQUESTS.get(form)
    return None if found is None else Request(found[0], address, older=found[1])


def parse_reply(topic: str) -> Reply | None:
    """Read a topic that the agent publishes to; None when the contract has no such topic."""
    form, address = _split(topic)
    found = _REPLIES.get(form)
    return None if found is None else Reply(found[0], found[1], address)


def _split(topic: str) -> tuple[str, Address]:
    """Return the topic's form, as in `_FORMS`, and whom it concerns; an empty form for neither."""
    nobody = ("", Address(""))
    start, _, rest = topic.removeprefix(f"/{VERSION}/").partition("/")
    if not topic.startswith(f"/{VERSION}/") or not start or not rest:
        return nobody
    if _JOINED_REPORT.fullmatch(rest):
        return "error", Address(start)
    parts = rest.split("/")
    if parts[0] != "sensor" or len(parts) < _SENSOR_AND_ID or parts[1] in RESERVED_SENSOR_IDS:
        return rest, Address(start)
    sensor, parts[1] = parts[1], "{sensor}"
    metric = ""
    if len(parts) > _METRIC_TOPIC and parts[2] == "metric" and parts[4] in _OF_ONE_METRIC:
        metric, parts[3] = parts[3], "{metric}"
        if not metric:
            return nobody
    return ("/".join(parts), Address(start, sensor, metric)) if sensor else nobody


def _fill(form: str, address: Address) -> str:
    if not form:
        return ""
    return f"/{VERSION}/{address.client}/" + form.format(
        sensor=address.sensor, metric=address.metric
    )


def _known_requests() -> dict[str, tuple[Operation, bool]]:
    documented = {form.request: (operation, False) for operation, form in _FORMS.items()}
    return documented | {form: (operation, True) for form, operation in _OLDER_REQUESTS.items()}


def _known_replies() -> dict[str, tuple[ReplyKind, frozenset[Operation]]]:
    found: dict[str, tuple[ReplyKind, frozenset[Operation]]] = {
        f"{_S}/livedata": (ReplyKind.LIVE_DATA, frozenset({Operation.PUSH_VALUES}))
    }
    pairs = [(operation, form.info, form.error) for operation, form in _FORMS.items()]
    pairs += [
        (operation, *older)
        for operation, all_older in _OLDER_REPLIES.items()
        for older in all_older
    ]
    for operation, info, error in pairs:
        for kind, form in ((ReplyKind.INFO, info), (ReplyKind.ERROR, error)):
            known = found.get(form, (kind, frozenset[Operation]()))[1]
            found[form] = (kind, known | {operation})
    found.pop("", None)
    return found


_REQUESTS = MappingProxyType(_known_requests())
_REPLIES = MappingProxyType(_known_replies())
