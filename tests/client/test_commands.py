"""The commands that ask the agent, over a connection of their own or through a collector."""

import json
import socket
import subprocess
import sys
import threading

import pytest

from collector.agent.running import running_agent
from collector.cli import main
from collector.client.identity import IdentityDirectory
from collector.publishing.inventory.atlas import Atlas


@pytest.fixture
def config(site):
    file = site.directory / "collector.toml"
    file.write_text(
        f'[collector]\nstate_dir = "{site.directory}/state"\n'
        f'[agent]\nhost = "localhost"\nport = {site.agent.port}\n'
        f'provision_port = {site.agent.provision_port}\nca_file = "{site.agent.ca_file}"\n'
        'client_name = "gateway-07"\nkey = "ec-p256"\n'
    )
    return file


@pytest.fixture
def collector(config, capsys):
    """Run a command with the configuration; return exit code, output and complaints."""

    def run(*words):
        code = main([*words, "--config", str(config)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def provisioned(collector):
    assert collector("provision")[0] == 0
    return collector


@pytest.fixture
def identities(site):
    return IdentityDirectory(site.directory / "state" / "identity")


def test_provisioning_prints_one_line_with_client_and_date(collector, identities):
    code, out, _ = collector("provision")

    assert code == 0
    assert out.count("\n") == 1
    assert identities.load().client_id in out
    assert "valid until 20" in out


def test_provisioning_again_keeps_the_identity_unless_forced(provisioned, identities):
    first = identities.load().client_id
    again = provisioned("provision", "--json")
    kept = identities.load().client_id
    forced = provisioned("provision", "--json", "--force")

    assert json.loads(again[1])["is_new"] is False
    assert json.loads(forced[1])["is_new"] is True
    assert kept == first
    assert identities.load().client_id == json.loads(forced[1])["client_id"] != first


def test_a_renewal_by_hand_leaves_the_identity_in_use_until_the_agent_takes_the_new_one(
    provisioned, identities
):
    old = identities.load()

    code, out, _ = provisioned("provision", "--renew")

    new = identities.load_renewed()
    assert (0, 1) == (code, out.count("\n"))
    assert f"client {new.client_id} is to follow {old.client_id}, which stays in use" in out
    assert old == identities.load()
    assert new.key_file.read_bytes() != old.key_file.read_bytes()


def test_a_renewal_by_hand_is_told_to_programs_too(provisioned, identities):
    told = json.loads(provisioned("provision", "--renew", "--json")[1])

    assert identities.load().client_id == told["follows"]
    assert identities.load_renewed().client_id == told["client_id"]


def test_there_has_to_be_something_to_renew(collector):
    code, out, complaint = collector("provision", "--renew")

    assert (78, "") == (code, out)
    assert "there is no identity in" in complaint
    assert "without --renew" in complaint


def test_a_certificate_is_either_forced_or_renewed(provisioned):
    assert 64 == provisioned("provision", "--renew", "--force")[0]


def test_programs_are_told_why_one_side_refused_the_other(collector, site, tmp_path):
    other = tmp_path / "other"
    with running_agent(other) as stranger:
        code, out, _ = collector("provision", "--json", "--ca-file", str(stranger.ca_file))

    assert 69 == code
    assert {"refused": "server certificate of an unknown authority"} == json.loads(out)


def test_provisioning_needs_no_configuration_when_everything_is_said(site):
    directory = site.directory / "somewhere" / "identity"
    command = [
        *(sys.executable, "-m", "collector", "provision"),
        *("--host", "localhost", "--provision-port", str(site.agent.provision_port)),
        *("--ca-file", str(site.agent.ca_file), "--client-name", "gw", "--key", "ec-p256"),
        *("--identity", str(directory), "--protocol", "3.1", "--no-tls-strict"),
    ]

    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert IdentityDirectory(directory).load().client_name == "gw"


def test_provisioning_puts_the_identity_under_a_given_state_directory(collector, site):
    assert collector("provision", "--state-dir", str(site.directory / "other"))[0] == 0

    assert IdentityDirectory(site.directory / "other" / "identity").load() is not None


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("--provision-port", "1"), 69, "nobody listens"),
        (("--ca-file", "/no/such.crt"), 78, "/no/such.crt"),
        (("--client-name", "a b"), 78, "client name"),
        (("--state-dir", "/proc/nowhere"), 73, "cannot be made"),
    ],
)
def test_provisioning_that_fails_says_why_in_one_line(collector, words, code, text):
    assert collector("provision", *words)[0] == code
    done = collector("provision", *words)

    assert done[1] == ""
    assert done[2].count("\n") == 1
    assert text in done[2]


def test_a_request_without_an_identity_says_how_to_get_one(collector):
    code, _, complaint = collector("client", "ping")

    assert code == 78
    assert "collector provision" in complaint


def test_a_client_is_pinged_and_renamed(provisioned):
    assert "the agent answers" in provisioned("client", "ping")[1]
    assert json.loads(provisioned("client", "ping", "--json")[1])["round_trip_ms"] > 0
    assert provisioned("client", "rename", "x") == (0, "this client is called x now\n", "")


def test_a_deleted_client_sets_its_identity_aside(provisioned, identities):
    code, out, _ = provisioned("client", "delete")

    assert code == 0
    assert "identity.deleted-1" in out
    assert identities.load() is None
    assert provisioned("client", "ping")[0] == 78


def test_a_sensors_life(provisioned):
    created = json.loads(provisioned("sensor", "create", "Weather", "--json")[1])
    sensor = created["sensor_id"]

    assert provisioned("sensor", "rename", sensor, "Outside")[0] == 0
    assert provisioned("sensor", "state", sensor, "offline")[0] == 0
    [listed] = json.loads(provisioned("sensor", "list", "--json")[1])
    assert (listed["sensor_id"], listed["name"], listed["state"]) == (sensor, "Outside", 1)
    assert "offline" in provisioned("sensor", "list")[1]
    assert provisioned("sensor", "delete", sensor) == (0, f"sensor {sensor} is deleted\n", "")
    assert json.loads(provisioned("sensor", "list", "--json")[1]) == []


def test_a_metrics_life(provisioned):
    sensor = json.loads(provisioned("sensor", "create", "W", "--json")[1])["sensor_id"]
    create = ("metric", "create", sensor, "T")
    metric = json.loads(provisioned(*create, "--unit", "celsius", "--json")[1])["metric_id"]

    assert provisioned(*create, "--type", "integer", "--annotation", "goods")[0] == 0
    assert provisioned("metric", "update", sensor, metric, "--name", "New")[0] == 0
    described = provisioned("metric", "describe", sensor, metric)[1]
    assert "New" in described
    assert "SI.Temperature.CELSIUS" in described
    assert provisioned("metric", "delete", sensor, metric)[0] == 0
    code, _, complaint = provisioned("metric", "describe", sensor, metric)
    assert code == 1
    assert "error 16 UnknownMetricId" in complaint


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("metric", "create", "s", "T"), "--unit, or --type"),
        (("metric", "create", "s", "T", "--unit", "furlong"), "no unit 'furlong'"),
        (("metric", "create", "s", "T", "--unit", "celsius", "--type", "double"), "either"),
        (("metric", "update", "s", "m"), "nothing to change"),
        (("sensor", "delete", "a/b"), "no sensor id"),
        (("metric", "describe", "s", "a+b"), "no metric id"),
        (("sensor", "state", "s", "asleep"), "asleep"),
        (("sensor",), "ACTION"),
    ],
)
def test_a_wrong_command_line_is_64_and_says_why(provisioned, words, text):
    code, out, complaint = provisioned(*words)

    assert (code, out) == (64, "")
    assert text in complaint


class RunningCollector:
    """Stands for a running collector's socket: answers each request from a table."""

    def __init__(self, path, answers):
        self.asked = []
        self._answers = answers
        path.parent.mkdir(parents=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as stream:
                request = stream.readline()
                if request:
                    self.asked.append(json.loads(request))
                    for answer in self._answers:
                        stream.write(json.dumps(answer).encode() + b"\n")

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


@pytest.fixture
def running(site):
    started = []

    def start(*answers, mode=""):
        path = site.directory / "state" / mode / "run" / "status.sock"
        started.append(RunningCollector(path, answers))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.mark.parametrize("mode", ["", "embedded", "simulate"])
def test_a_running_collector_is_asked_in_place_of_the_agent(collector, running, mode):
    there = running({"ok": True, "reply": '{"sensorId":"ab","name":"W"}'}, mode=mode)

    code, out, _ = collector("sensor", "create", "W", "--json")

    assert (code, json.loads(out)["sensor_id"]) == (0, "ab")
    [request] = there.asked
    assert request == {
        "request": "create sensor",
        "sensor": "",
        "metric": "",
        "body": '{"name":"W"}',
    }


def test_a_refusal_comes_through_a_running_collector(collector, running):
    refusal = {"ok": False, "code": 23, "name": "DeleteMetricsFailed", "message": "No."}
    running({**refusal, "metrics": ["m"]})

    code, _, complaint = collector("metric", "delete", "s", "m")

    assert code == 1
    assert "error 23 DeleteMetricsFailed: No. (metrics: m)" in complaint


@pytest.mark.parametrize(
    ("answers", "expected", "text"),
    [
        ([{"ok": False, "error": "not connected", "exit_code": 69}], 69, "not connected"),
        ([{"ok": False}], 69, "no reason"),
        ([], 69, "hung up"),
        (["?"], 69, "do not know"),
    ],
)
def test_what_goes_wrong_in_a_running_collector_is_told(
    collector, running, answers, expected, text
):
    running(*answers)

    code, _, complaint = collector("client", "ping")

    assert code == expected
    assert text in complaint


def test_a_deletion_through_a_running_collector_sets_its_identity_aside(
    provisioned, running, identities
):
    running({"ok": True, "reply": ""})

    assert "identity.deleted-1" in provisioned("client", "delete")[1]
    assert identities.load() is None


def test_live_data_is_watched_through_a_running_collector(collector, running):
    live = '{"metrics":[{"metricId":"t","value":1.5}],"timestamp":1000}'
    there = running({"live": live}, {"live": "rubbish"}, {"live": live})

    code, out, complaint = collector("sensor", "watch", "weather", "--json")

    lines = [json.loads(line) for line in out.splitlines()]
    assert lines == [{"sensor_id": "weather", "timestamp_ms": 1000, "values": {"t": 1.5}}] * 2
    assert there.asked == [{"request": "watch", "sensor": "weather"}]
    assert (code, "stopped" in complaint) == (69, True)  # the collector went away first


def test_a_watch_shows_values_until_it_is_interrupted(site, config, provisioned, identities):
    identity = identities.load()
    command = [sys.executable, "-m", "collector", "sensor", "watch", "weather"]
    watching = subprocess.Popen(
        [*command, "--config", str(config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    pusher, seen = site.client(identity), threading.Event()

    def push():
        while not seen.is_set():
            pusher.push_values("weather", {"temp": 21.5}, 1000)

    pushing = threading.Thread(target=push)
    pushing.start()
    line = watching.stdout.readline()
    seen.set()
    pushing.join()
    watching.send_signal(2)
    _, complaint = watching.communicate(timeout=10)

    assert line == b"1970-01-01T00:00:01.000+00:00  temp=21.5\n"
    assert (watching.returncode, complaint) == (0, b"")


def test_the_daemons_part_of_the_client_loads_no_cryptography():
    program = (
        "import sys, collector.client.agent_client, collector.client.identity, "
        "collector.mqtt.session; sys.exit('cryptography' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_ids_are_ours_where_the_agents_differ(provisioned, identities, site):
    sensor = json.loads(provisioned("sensor", "create", "boiler", "--json")[1])["sensor_id"]
    words = ("--unit", "CELSIUS", "--json")
    metric = json.loads(provisioned("metric", "create", sensor, "heat", *words)[1])["metric_id"]
    atlas = Atlas(site.directory / "state" / "inventory.json", identities.load().client_id)
    atlas.record("kettle").agent_id = sensor
    atlas.record("kettle").metrics["temperature"] = metric
    atlas.save()

    [listed] = json.loads(provisioned("sensor", "list", "--json")[1])
    assert ("kettle", "boiler") == (listed["sensor_id"], listed["name"])
    assert ["temperature"] == [each["metric_id"] for each in listed["metrics"]]
    assert provisioned("metric", "describe", "kettle", "temperature")[0] == 0
    assert provisioned("metric", "describe", sensor, metric)[0] == 0
    assert provisioned("metric", "update", "kettle", "temperature", "--name", "T")[0] == 0
    assert provisioned("metric", "delete", "kettle", "temperature")[0] == 0
    assert provisioned("sensor", "delete", "kettle")[0] == 0
    assert "[]" == provisioned("sensor", "list", "--json")[1].strip()
