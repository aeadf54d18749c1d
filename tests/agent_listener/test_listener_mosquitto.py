"""The listener and mosquitto's own programs, the ones that the API document shows."""

import subprocess

import pytest

pytestmark = pytest.mark.needs_mosquitto

TIMEOUT_S = 20
VERSIONS = pytest.mark.parametrize("version", ["mqttv31", "mqttv311", "mqttv5"])
QUALITIES = pytest.mark.parametrize("qos", ["0", "1", "2"])


@pytest.fixture
def reach(site, authority, pairs):
    """Return the arguments with which a program connects as alice."""
    pair = pairs["alice"]
    return [
        *("-h", "localhost", "-p", str(site.ports["mutual"])),
        *("--cafile", authority.ca_file),
        *("--cert", pair.certificate_file, "--key", pair.key_file),
    ]


@pytest.fixture
def subscriber(site, reach):
    """Start mosquitto_sub and wait until its subscription is there."""
    started = []

    def start(version, qos, count):
        before = len(site.call(site.broker._exchange.sessions.subscribers, "mutual", "/alice/r"))
        command = ["mosquitto_sub", *reach, "-V", version, "-q", qos]
        command += ["-t", "/alice/r", "-C", str(count), "-W", str(TIMEOUT_S)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        find = site.broker._exchange.sessions.subscribers
        while len(site.call(find, "mutual", "/alice/r")) == before:
            assert started[-1].poll() is None
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def publish(reach, *arguments, **options):
    command = ["mosquitto_pub", *reach, *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=TIMEOUT_S, **options
    )


@VERSIONS
@QUALITIES
def test_a_message_arrives(site, reach, version, qos):
    done = publish(reach, "-V", version, "-q", qos, "-t", "/alice/x", "-m", "hello")

    assert (0, "") == (done.returncode, done.stderr)
    assert [("alice", "mutual", "/alice/x", b"hello")] == site.service.wait_for(1)


@VERSIONS
@QUALITIES
def test_a_thousand_lines_arrive_in_order(site, reach, version, qos):
    lines = "".join(f"line {number}\n" for number in range(1000))

    done = publish(reach, "-V", version, "-q", qos, "-t", "/alice/x", "-l", input=lines)

    assert 0 == done.returncode
    assert lines.encode().splitlines() == [taken[3] for taken in site.service.wait_for(1000)]


@VERSIONS
@QUALITIES
def test_a_subscriber_gets_what_the_service_publishes(site, subscriber, version, qos):
    process = subscriber(version, qos, 3)

    for payload in (b"one", b"two", b"three"):
        site.publish("/alice/r", payload, 2)

    assert "one\ntwo\nthree\n" == process.communicate(timeout=TIMEOUT_S)[0]


@pytest.mark.parametrize("version", ["mqttv31", "mqttv311"])
def test_a_forbidden_message_ends_in_a_lost_connection(site, reach, version):
    done = publish(reach, "-V", version, "-q", "1", "-t", "/bob/x", "-m", "no")

    assert 0 != done.returncode
    assert [] == site.service.taken


def test_mqtt_5_is_told_that_a_message_is_forbidden(site, reach):
    done = publish(reach, "-V", "mqttv5", "-q", "1", "-t", "/bob/x", "-m", "no")

    assert "Not authorized" in done.stderr
    assert [] == site.service.taken


@VERSIONS
def test_an_unknown_client_is_told_so(site, reach, version):
    site.rules.refused.add("alice")

    done = publish(reach, "-V", version, "-t", "/alice/x", "-m", "no")

    assert 0 != done.returncode
    assert "not authori" in done.stderr.lower()


def test_a_will_reaches_the_service(site, subscriber, reach):
    command = ["mosquitto_sub", *reach, "-t", "/alice/r"]
    command += ["--will-topic", "/alice/gone", "--will-payload", "bye"]
    process = subprocess.Popen(command)
    site.wait_for_members(1)
    while site.call(lambda: [one.client for one in site.broker._exchange.members]) != ["alice"]:
        assert process.poll() is None

    process.kill()
    process.wait()

    assert [("alice", "mutual", "/alice/gone", b"bye")] == site.service.wait_for(1)
