"""The examples of the API document, as it prints them, with the programs that it names."""

import contextlib
import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agent_bench import decoded, rsa_key, signing_request
from paho_peer import DEADLINE_S, Identity, save_identity

from collector.agent.running import RunningAgent, running_agent

pytestmark = pytest.mark.needs_mosquitto


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[RunningAgent]:
    with running_agent(tmp_path / "agent") as running:
        yield running


@pytest.fixture(params=["mqttv31", "mqttv311", "mqttv5"])
def shell(request: pytest.FixtureRequest, agent: RunningAgent, tmp_path: Path) -> "Shell":
    return Shell(agent, request.param, tmp_path)


class Shell:
    """Two shells, one that subscribes and one that publishes."""

    def __init__(self, agent: RunningAgent, version: str, directory: Path) -> None:
        self._agent = agent
        self._version = version
        self._directory = directory
        self.identity: Identity | None = None

    def publish(self, topic: str, *message: str) -> None:
        words = ["mosquitto_pub", *self._options(), "-q", "1", "-t", topic, *message]
        subprocess.run(words, check=True, timeout=DEADLINE_S, capture_output=True)

    @contextlib.contextmanager
    def subscribed(self, *topics: str) -> Iterator["subprocess.Popen[str]"]:
        filters = [word for topic in topics for word in ("-t", topic)]
        # Into a pipe it writes in blocks, and would keep the SUBACK to itself.
        words = [
            "stdbuf",
            "-oL",
            "mosquitto_sub",
            *self._options(),
            "-d",
            "-q",
            "1",
            "-C",
            "1",
            *filters,
        ]
        process = subprocess.Popen([*words, "-F", "payload:%p"], stdout=subprocess.PIPE, text=True)
        try:
            _until(process, "SUBACK")
            yield process
        finally:
            process.kill()
            process.communicate(timeout=DEADLINE_S)

    def ask(self, topic: str, reply_topic: str, message: str) -> Any:
        """Publish below the client's prefix and return what comes on the reply topic."""
        assert self.identity is not None
        prefix = f"/v1.0/{self.identity.client}"
        with self.subscribed(f"{prefix}/{reply_topic}") as listening:
            self.publish(f"{prefix}/{topic}", "-m", message)
            return decoded(_until(listening, "payload:").encode())

    def create_client(self) -> None:
        key = rsa_key()
        request = signing_request("gateway-07", key)
        (self._directory / "csr.pem").write_bytes(request)
        digest = hashlib.sha256(request).hexdigest()
        with self.subscribed(f"/certBack/{digest}") as listening:
            self.publish("/v1.0/createClient", "-f", str(self._directory / "csr.pem"))
            first = _until(listening, "payload:")
            assert listening.stdout is not None
            pem = first + listening.stdout.read()
        end = "-----END CERTIFICATE-----\n"
        pem = pem[: pem.index(end) + len(end)]
        self.identity = save_identity(self._directory, key, pem.encode())  # type: ignore[arg-type]

    def _options(self) -> list[str]:
        agent, identity = self._agent, self.identity
        options = ["-h", "localhost", "-V", self._version, "--cafile", str(agent.ca_file)]
        if identity is None:
            return [*options, "-p", str(agent.provision_port)]
        files = ["--cert", str(identity.certificate), "--key", str(identity.key)]
        return [*options, "-p", str(agent.port), *files]


def _until(process: "subprocess.Popen[str]", word: str) -> str:
    """Return what follows the word in the first line that has it."""
    assert process.stdout is not None
    for line in process.stdout:
        _, found, rest = line.partition(word)
        if found:
            return rest
    pytest.fail(f"mosquitto_sub ended before {word}")


def test_every_example_of_the_document_works(shell: Shell) -> None:
    shell.create_client()
    assert shell.identity is not None
    prefix = f"/v1.0/{shell.identity.client}"

    assert shell.ask("ping", "ping/info/inbox", '{ "request" : "Some Message" }') == {
        "answer": "Some Message"
    }
    assert (
        shell.ask("update", "update/info/inbox", '{ "name" : "New client name" }').strip()
        == "Client name was successfully updated."
    )
    pushed = shell.ask(
        "sensor/weather/metric/pushValues",
        "sensor/weather/info/inbox",
        '{ "metrics": [ {"value" : 21.5, "metricId" : "temp" },'
        ' {"value" : 21.5, "metricId" : "humidity" } ] , "timestamp": 1590394246545}',
    )
    assert pushed.strip() == "Sensor was updated."

    created = shell.ask("sensor/create", "sensor/inbox", '{ "name" : "SensorName" }')
    sensor = f"sensor/{created['sensorId']}"
    metrics = shell.ask(
        f"{sensor}/metric/create",
        f"{sensor}/metric/inbox",
        '{"metrics" : [{"matchingId" : "1", "valueUnit": "NoSI.Dimensionless.PERCENT",'
        '  "name" : "CPUUsage" },{"matchingId" : "2","valueUnit": "NoSI.Dimensionless.PERCENT",'
        ' "name" :"CPUIdle" }, {"matchingId" : "3", "valueType" : "integer" ,'
        ' "valueAnnotation": "goods per minute", "name" : "ShopFloor1"}]}',
    )
    ids = [metric["metricId"] for metric in metrics]
    assert [metric["matchingId"] for metric in metrics] == ["1", "2", "3"]
    listed = shell.ask("sensor/list", "inventory/inbox", "{}")
    assert listed[1]["metrics"][0] == {
        "link": f"{prefix}/{sensor}/metric/{ids[0]}/inventory",
        "metricId": ids[0],
    }
    described = shell.ask(
        f"{sensor}/metric/{ids[0]}/describe", f"{sensor}/metric/{ids[0]}/inventory/inbox", "{}"
    )
    assert described["valueUnit"] == "NoSI.Dimensionless.PERCENT"
    change = {"metricId": ids[2], "name": "metric new name", "valueAnnotation": "new description"}
    sentences = {
        (f"{sensor}/update", f"{sensor}/update/info/inbox", '{ "name" : "SensorName" }'): (
            "Sensor was changed."
        ),
        (
            f"{sensor}/metric/update",
            f"{sensor}/metric/update/info/inbox",
            json.dumps({"metrics": [change]}),
        ): "All metrics were successfully modified.",
        (
            f"{sensor}/metric/delete",
            f"{sensor}/metric/delete/info/inbox",
            json.dumps({"metrics": [{"metricId": ids[0]}, {"metricId": ids[1]}]}),
        ): "All metrics were successfully deleted.",
        (f"{sensor}/delete", f"{sensor}/delete/info/inbox", "{}"): "Sensor was deleted.",
    }
    assert {request: shell.ask(*request).strip() for request in sentences} == sentences

    shell.publish(f"{prefix}/delete", "-m", "{}")
    with pytest.raises(subprocess.CalledProcessError):
        shell.publish(f"{prefix}/ping", "-m", "{}")


def test_certificate_comes_in_either_order_of_the_two_shells(shell: Shell, tmp_path: Path) -> None:
    request = signing_request()
    (tmp_path / "csr.pem").write_bytes(request)
    shell.publish("/v1.0/createClient", "-f", str(tmp_path / "csr.pem"))

    with shell.subscribed(f"/certBack/{hashlib.sha256(request).hexdigest()}") as listening:
        assert _until(listening, "payload:") == "-----BEGIN CERTIFICATE-----\n"
