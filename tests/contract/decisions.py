"""The notes on the API document, typed by hand: older topics, and which contradictions it has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderTopic:
    """A request topic that clients in the field use and the document does not list."""

    name: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderReplies:
    """Reply and error topics that clients listen on besides the documented ones, in sending order.

    The documented topic comes after all of them.
    """

    name: str
    replies: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


OLDER_CREATE_CLIENT = "/createConnector"

OLDER_TOPICS = (
    OlderTopic(name="list sensors", topic="/:version/:clientId/inventory"),
    OlderTopic(name="push values", topic="/:version/:clientId/sensor/:sensorId"),
    OlderTopic(name="create metrics", topic="/:version/:clientId/sensor/:sensorId/metric"),
    OlderTopic(
        name="describe metric",
        topic="/:version/:clientId/sensor/:sensorId/metric/:metricId/describe",
    ),
)

OLDER_REPLIES = (
    OlderReplies(
        name="describe metric",
        errors=("/:version/:clientId/sensor/:sensorId/inventory/error/inbox",),
    ),
    OlderReplies(
        name="delete metrics",
        replies=(
            "/:version/:clientId/sensor/:sensorId/delete/info/inbox",
            "/:version/:clientId/sensor/:sensorId/metric/delete/inbox",
        ),
        errors=(
            "/:version/:clientId/sensor/:sensorId/delete/error/inbox",
            "/:version/:clientId/sensor/:sensorId/metric/delete/error/inbox",
        ),
    ),
    OlderReplies(
        name="delete client",
        replies=("/:version/:clientId/delete/info/inbox",),
        errors=("/:version/:clientId/delete/error/inbox",),
    ),
)

# The clients in the field join these without the slashes; all of them must at least do no harm.
ERROR_REPORTS = (
    "/:version/:clientId/error",
    "/:version/:clientId/sensorweather/error",
    "/:version/:clientId/sensorweather/metrictemp/error",
)

RESERVED_SENSOR_IDS = ("create", "list", "inbox", "error")  # they stand where a sensor id stands

CONTRADICTIONS = (  # how the document's page on the contract calls each of them
    "protocol version",
    "topic of describe metric",
    "keys of ping",
    "error topic of delete metrics",
    "type of value",
    "the value type integer",
    "the word boolean",
    "lastUpdated",
    "timestamp",
    "form of live data",
    "ids",
    "answer to delete client",
    "hash of the signing request",
    "pushes after a deletion",
    "spelling of METER and SQUARE_METRE",
    "state of a sensor",
    "the key store",
    "quotes around sentences",
    "spaces in a client's name",
    "quotes around the signing request",
)


def older_replies(name: str) -> OlderReplies:
    """Return the older reply and error topics of one request."""
    rows = (row for row in OLDER_REPLIES if row.name == name)
    return next(rows, OlderReplies(name=name))
