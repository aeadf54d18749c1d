"""What tests do with the agent through the table: prepare an inventory, and check a refusal."""

import json

from contract import decisions, document, vocabulary
from contract.document import METRIC_1, METRIC_2, METRIC_3, SENSOR, filled

IDS = (METRIC_1, METRIC_2, METRIC_3)
NOWHERE = "0123456789abcdef0123456789abcdef"  # nothing has this id


def with_a_sensor(client, name="SensorName"):
    ((_, reply),) = client.call("create sensor", json.dumps({"name": name}))
    client.learn(SENSOR, json.loads(reply)["sensorId"])


def with_metrics(client, name="SensorName"):
    """Create the sensor and the metrics of the document's examples."""
    with_a_sensor(client, name)
    ((_, reply),) = client.call("create metrics")
    for ours, created in zip(IDS, json.loads(reply), strict=True):
        client.learn(ours, created["metricId"])


def check_error(answers, name, code, metrics=(), sensor=SENSOR, metric=METRIC_1):
    older = decisions.older_replies(name).errors
    printed = (*older, document.request(name).error_topic or older[0])
    expected = [filled(topic, sensor=sensor, metric=metric) for topic in dict.fromkeys(printed)]
    assert expected == [topic for topic, _ in answers]
    for _, message in answers:
        error = json.loads(message)
        assert set(vocabulary.ERROR_KEYS[: 3 if metrics else 2]) == error.keys()
        assert (code, list(metrics)) == (error["errorcode"], error.get("metrics", []))
        assert error["errorMessage"].strip()
