"""The API document, typed by hand: every request with its topics and messages.

It imports nothing of the collector, so a wrong topic there cannot be wrong here too. Topics keep
the document's placeholders. Messages are those of its examples, without the shell's escapes. Where
the notes on the document decide otherwise, the row holds the decision and cites it.
"""

from dataclasses import dataclass

VERSION = "v1.0"  # section 2: the only supported version

PROVISION_PORT = 18883  # section 4.1
PORT = 18884  # the examples of sections 4.2 to 5.3.4

CLIENT = "6d69c58223fb44a7b76ae61a18faf37c"  # the client of every example
SENSOR = "d4170d999b9240a5863df622aad9fc4a"
METRIC_1 = "94c2c5e193bb437195368c08f0bd86ab"
METRIC_2 = "94c2c5e193bb437195368c08f0bd86ac"
METRIC_3 = "94c2c5e193bb437195368c08f0bd86ad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of the document on the authenticated port.

    Attributes:
        topic, reply_topic, error_topic: As printed; empty where the document has none.
        payload: The message of the example.
        reply: What the agent sends on success, by the decision where there is one.
        printed_reply: What the document prints, where `decided` says otherwise.
        example_topic: The example's publish topic, where it contradicts `topic`.
        example_sensor: The sensor in the example's topic.
        decided: Which rule decided against the document's words.
    """

    name: str
    section: str
    topic: str
    payload: str
    reply_topic: str
    reply: str
    error_topic: str
    printed_reply: str = ""
    example_topic: str = ""
    example_sensor: str = SENSOR
    decided: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Section 4.1, the one request without a certificate."""

    section: str
    port: int
    topic: str
    reply_topic: str
    error_topic: str
    hash: str


BARE = "notes: the sentences of success come bare; the document prints quotes around them"

CREATE_CLIENT = Enrolment(
    section="4.1",
    port=PROVISION_PORT,
    topic="/:version/createClient",
    reply_topic="/certBack/:hash",
    error_topic="/certBack/:hash/error",
    hash="sha256",  # of the signing request, byte by byte as it was published
)

REQUESTS = (
    Request(
        name="ping",
        section="4.2",
        topic="/:version/:clientId/ping",
        payload='{ "request" : "Some Message" }',
        reply_topic="/:version/:clientId/ping/info/inbox",
        reply='{\n   "answer": "Some Message"\n}',
        error_topic="/:version/:clientId/ping/error/inbox",
    ),
    Request(
        name="update client",
        section="4.3",
        topic="/:version/:clientId/update",
        payload='{ "name" : "New client name" }',
        reply_topic="/:version/:clientId/update/info/inbox",
        reply="Client name was successfully updated.",
        error_topic="/:version/:clientId/update/error/inbox",
        printed_reply='"Client name was successfully updated."',
        decided=BARE,
    ),
    Request(
        name="delete client",
        section="4.4",
        topic="/:version/:clientId/delete",
        payload="{}",
        reply_topic="",
        reply="",
        error_topic="",
    ),
    Request(
        name="push values",
        section="5.1",
        topic="/:version/:clientId/sensor/:sensorId/metric/pushValues",
        payload='{ "metrics": [ {"value" : 21.5, "metricId" : "temp" }, '
        '{"value" : 21.5, "metricId" : "humidity" } ] , "timestamp": 1590394246545}',
        reply_topic="/:version/:clientId/sensor/:sensorId/info/inbox",
        reply="Sensor was updated.",
        error_topic="/:version/:clientId/sensor/:sensorId/error/inbox",
        printed_reply='"Sensor was updated."',
        example_sensor="weather",
        decided=BARE,
    ),
    Request(
        name="create sensor",
        section="5.2.1",
        topic="/:version/:clientId/sensor/create",
        payload='{ "name" : "SensorName" }',
        reply_topic="/:version/:clientId/sensor/inbox",
        reply='{\n   "name": "SensorName",\n   "sensorId": "d4170d999b9240a5863df622aad9fc4a"\n}',
        error_topic="/:version/:clientId/sensor/error/inbox",
    ),
    Request(
        name="list sensors",
        section="5.2.2",
        topic="/:version/:clientId/sensor/list",
        payload="{}",
        reply_topic="/:version/:clientId/inventory/inbox",
        reply="""[
   {
      "metrics" : [
         {
            "link" : "/v1.0/6d69c58223fb44a7b76ae61a18faf37c/sensor/d4170d999b9240a5863df622aad9fc4a/metric/94c2c5e193bb437195368c08f0bd86ab/inventory",
            "metricId" : "94c2c5e193bb437195368c08f0bd86ab"
         },
         {
            "link" : "/v1.0/6d69c58223fb44a7b76ae61a18faf37c/sensor/d4170d999b9240a5863df622aad9fc4a/metric/94c2c5e193bb437195368c08f0bd86ac/inventory",
            "metricId" : "94c2c5e193bb437195368c08f0bd86ac"
         },
         {
            "link" : "/v1.0/6d69c58223fb44a7b76ae61a18faf37c/sensor/d4170d999b9240a5863df622aad9fc4a/metric/94c2c5e193bb437195368c08f0bd86ad/inventory",
            "metricId" : "94c2c5e193bb437195368c08f0bd86ad"
         }
      ],
      "name" : "unispeed6",
      "sensorId" : "d4170d999b9240a5863df622aad9fc4a",
      "store" : true
   }
]""",  # noqa: E501 - as printed
        error_topic="/:version/:clientId/inventory/error/inbox",
    ),
    Request(
        name="update sensor",
        section="5.2.3",
        topic="/:version/:clientId/sensor/:sensorId/update",
        payload='{ "name" : "SensorName" }',
        reply_topic="/:version/:clientId/sensor/:sensorId/update/info/inbox",
        reply="Sensor was changed.",
        error_topic="/:version/:clientId/sensor/:sensorId/update/error/inbox",
        printed_reply='"Sensor was changed."',
        decided=BARE,
    ),
    Request(
        name="delete sensor",
        section="5.2.4",
        topic="/:version/:clientId/sensor/:sensorId/delete",
        payload="{}",
        reply_topic="/:version/:clientId/sensor/:sensorId/delete/info/inbox",
        reply="Sensor was deleted.",
        error_topic="/:version/:clientId/sensor/:sensorId/delete/error/inbox",
        printed_reply='"Sensor was deleted."',
        decided=BARE,
    ),
    Request(
        name="create metrics",
        section="5.3.1",
        topic="/:version/:clientId/sensor/:sensorId/metric/create",
        payload='{"metrics" : [{"matchingId" : "1", "valueUnit": "NoSI.Dimensionless.PERCENT",  '
        '"name" : "CPUUsage" },{"matchingId" : "2","valueUnit": "NoSI.Dimensionless.PERCENT", '
        '"name" :"CPUIdle" }, {"matchingId" : "3", "valueType" : "integer" , '
        '"valueAnnotation": "goods per minute", "name" : "ShopFloor1"}]}',
        reply_topic="/:version/:clientId/sensor/:sensorId/metric/inbox",
        reply="""[
   {
      "matchingId" : "1",
      "metricId" : "94c2c5e193bb437195368c08f0bd86ab"
   },
   {
      "matchingId" : "2",
      "metricId" : "94c2c5e193bb437195368c08f0bd86ac"
   },
   {
      "matchingId" : "3",
      "metricId" : "94c2c5e193bb437195368c08f0bd86ad"
   }
]""",
        error_topic="/:version/:clientId/sensor/:sensorId/metric/error/inbox",
    ),
    Request(
        name="describe metric",
        section="5.3.2",
        topic="/:version/:clientId/sensor/:sensorId/metric/:metricId/inventory",
        payload="{}",
        reply_topic="/:version/:clientId/sensor/:sensorId/metric/:metricId/inventory/inbox",
        reply="""{
	"lastUpdated" : 9223372036854775,
	"metricId" : "94c2c5e193bb437195368c08f0bd86ab",
	"name" : "CPUUsage",
	"value" : 0.0,
	"valueUnit" : "NoSI.Dimensionless.PERCENT"
}""",
        error_topic="/:version/:clientId/sensor/:sensorId/metric/:metricId/inventory/error/inbox",
        example_topic="/:version/:clientId/sensor/:sensorId/metric/:metricId/describe",
    ),
    Request(
        name="update metrics",
        section="5.3.3",
        topic="/:version/:clientId/sensor/:sensorId/metric/update",
        payload='{ "metrics": [ {"metricId" : "94c2c5e193bb437195368c08f0bd86ad", '
        '"name" : "metric new name", "valueAnnotation": "new description of measurement" } ] }',
        reply_topic="/:version/:clientId/sensor/:sensorId/metric/update/info/inbox",
        reply="All metrics were successfully modified.",
        error_topic="/:version/:clientId/sensor/:sensorId/metric/update/error/inbox",
        printed_reply='"All metrics were successfully modified."',
        example_sensor="910f591dd35e424d8303a22b9a50cb0a",
        decided=BARE,
    ),
    Request(
        name="delete metrics",
        section="5.3.4",
        topic="/:version/:clientId/sensor/:sensorId/metric/delete",
        payload='{"metrics": [{"metricId" : "94c2c5e193bb437195368c08f0bd86ab" },'
        '{"metricId" : "94c2c5e193bb437195368c08f0bd86ac" }] }',
        reply_topic="/:version/:clientId/sensor/:sensorId/metric/delete/info/inbox",
        reply="All metrics were successfully deleted.",
        error_topic="/:version/:clientId/sensor/:sensorId/metric/error/inbox",
        printed_reply='"All metrics were successfully deleted."',
        decided=BARE,
    ),
)

LIVE_DATA_TOPIC = "/:version/:clientId/sensor/:sensorId/livedata"  # section 5.1
LIVE_DATA = (  # section 5.1 says "the same values"; the form is the notes' decision
    '{"metrics":[{"metricId":"temp","value":21.5},{"metricId":"humidity","value":21.5}],'
    '"timestamp":1590394246545}'
)


def request(name: str) -> Request:
    """Return the row of one request."""
    return next(row for row in REQUESTS if row.name == name)


def filled(
    topic: str, *, client: str = CLIENT, sensor: str = SENSOR, metric: str = METRIC_1
) -> str:
    """Return a topic of the table with ids in place of its placeholders."""
    levels = {
        ":version": VERSION,
        ":clientId": client,
        ":sensorId": sensor,
        ":metricId": metric,
    }
    return "/".join(levels.get(level, level) for level in topic.split("/"))
