"""Whatever is wrong, a user gets one line that says what to do, and the right exit code."""

import json
import re
import socket

import pytest

TEN_MISTAKES = """\
[colector]
state_dir = "x"
[agent]
port = 70000
provision = "perhaps"
ca_file = 5
[ring]
max_readings = 0
[delivery]
ack = "maybe"
[[source]]
plugin = "counter"
sensor = "boiler/1"
interval = "1s"
[[source]]
plugin = "cuonter"
sensor = "two"
interval = "1s"
[[source]]
plugin = "counter"
sensor = "three"
interval = "soon"
per_reed = 1
"""
PLACES = (1, 4, 5, 6, 8, 10, 13, 16, 22, 23)


def _assert_one_line(answer, code, *words):
    """Check exit code and complaint; return the line."""
    got, output, complaint = answer
    assert (code, "") == (got, output), complaint
    lines = complaint.splitlines()
    assert 1 == len(lines), complaint
    for word in words:
        assert str(word) in lines[0]
    return lines[0]


@pytest.mark.parametrize("command", ["run", "check"])
def test_config_with_many_mistakes_is_told_all_of_them_with_their_places(place, command):
    place.config_file.write_text(TEN_MISTAKES)

    code, output, complaint = place.ask(command)

    assert (78, "") == (code, output)
    file = re.escape(str(place.config_file))
    found = [re.match(rf"{file}:(\d+):\d+: \S+: .+", line) for line in complaint.splitlines()]
    assert all(found), complaint
    assert PLACES == tuple(sorted({int(match[1]) for match in found}))
    assert "did you mean counter?" in complaint
    assert "did you mean per_read?" in complaint
    assert not place.state_dir.exists()


def test_unknown_plugin_is_named_with_its_place_and_the_nearest_name(place):
    place.configure('[[source]]\nplugin = "sistem"\nsensor = "gateway"\ninterval = "1s"\n')

    _assert_one_line(
        place.ask("run"), 78, f"{place.config_file}:", "'sistem'", "did you mean system?"
    )


def test_sensor_id_with_a_slash_is_refused_with_its_place_and_the_rule(place):
    place.configure('[[source]]\nplugin = "counter"\nsensor = "a/b"\ninterval = "1s"\n')
    lines = place.config_file.read_text().splitlines()
    line = lines.index('sensor = "a/b"') + 1

    _assert_one_line(place.ask("run"), 78, f":{line}:", "'a/b'", "letters, digits")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[agent\n", (":1:7:",)),
        (b"\xff\xfe", ("UTF-8",)),
        (b'[agent]\nhost = "${NO_SUCH_VARIABLE}"\n', (":2:", "NO_SUCH_VARIABLE")),
    ],
)
def test_file_that_is_no_configuration_is_one_line(place, content, words):
    place.config_file.write_bytes(content)

    _assert_one_line(place.ask("run"), 78, place.config_file, *words)


def test_missing_configuration_is_named(place):
    _assert_one_line(place.ask("run"), 78, place.config_file)


def test_missing_authority_is_named_with_what_to_do(place):
    place.configure(ca_file=place.path / "nowhere.crt")

    _assert_one_line(place.ask("run"), 78, "agent.ca_file", place.path / "nowhere.crt", "install")


def test_without_identity_and_provisioning_the_command_that_gets_one_is_named(place, agent):
    place.configure(agent=agent, provision="never")

    _assert_one_line(place.ask("run"), 78, "collector provision")
    _assert_one_line(place.ask("client", "ping"), 78, "collector provision")


def test_state_directory_that_cannot_be_written_is_named(place, agent):
    place.state_dir.write_text("in the way")

    _assert_one_line(place.ask("run"), 73, place.state_dir, "state_dir in [collector]")


def test_second_collector_in_one_state_directory_is_refused(place, agent):
    first = place.collector()
    first.wait_until_confirmed()

    _assert_one_line(place.ask("run"), 73, "another collector is running", place.state_dir)

    assert first.is_running
    assert first.stop() == 0


@pytest.mark.parametrize("option", ["--port", "--provision-port"])
def test_port_in_use_is_named(place, option):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"--port": 0, "--provision-port": 0, option: port}
        words = [word for pair in ports.items() for word in pair]
        answer = place.command("agent", "run", "--directory", place.path / "a", *words)

    _assert_one_line(answer, 73, port)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("fly",), "there is no command 'fly'"),
        (("stauts",), "did you mean 'status'?"),
        ((), "which command?"),
        (("run", "--simulat"), "--simulat"),
        (("run", "--simulate", "--embedded-agent"), "not allowed with"),
        (("agent", "run"), "--directory"),
        (("agent", "run", "--directory", "a", "--port", "70000"), "70000"),
    ],
)
def test_wrong_command_line_is_64(place, agent, words, expected):
    code, output, complaint = place.command(*words)

    assert (64, "") == (code, output)
    assert expected in complaint
    assert len(complaint.splitlines()) <= 2


def test_agent_that_is_not_there_is_69_for_a_command_and_a_state_for_a_run(place, agent):
    known = place.collector()
    known.wait_until_confirmed()
    known.stop()
    agent.kill()

    _assert_one_line(place.ask("client", "ping"), 69, f"127.0.0.1:{agent.ports[1]}")
    _assert_one_line(place.ask("sensor", "list"), 69, f"127.0.0.1:{agent.ports[1]}")
    collector = place.collector()
    status = collector.wait_for(
        lambda status: status["delivery"]["state"] == "waiting", "the state is waiting"
    )

    assert "nobody listens" in status["delivery"]["message"]
    code, output, _ = place.ask("status")
    assert 0 == code
    assert "nobody listens" in output


def test_name_that_does_not_exist_is_a_reason_in_the_status(place, agent):
    place.configure(agent=agent, host="no..such..host")
    collector = place.collector()

    status = collector.wait_for(lambda s: s["delivery"]["message"], "a reason is given")

    assert "no..such..host" in status["delivery"]["message"]
    assert collector.stop() == 0


class TestIdentity:
    @pytest.fixture
    def identity(self, place, agent):
        """The files of an identity that works."""
        collector = place.collector()
        collector.wait_until_confirmed()
        assert collector.stop() == 0
        (key,) = (place.state_dir / "identity").glob("*.key")
        return key

    def test_key_that_others_may_read_is_refused_with_the_command_that_mends_it(
        self, place, identity
    ):
        identity.chmod(0o644)

        for command in (("run",), ("client", "ping")):
            _assert_one_line(place.ask(*command), 78, "mode 0644", f"chmod 600 {identity}")

    def test_key_that_is_no_key_is_named(self, place, identity):
        identity.write_text("no key")

        _assert_one_line(place.ask("client", "ping"), 78, identity)
        collector = place.collector()
        assert collector.wait() == 78
        assert str(identity) in collector.complaints

    def test_key_that_is_gone_is_named(self, place, identity):
        identity.unlink()

        _assert_one_line(place.ask("run"), 78, identity)

    def test_record_that_is_damaged_with_its_copy_says_how_to_provision_again(
        self, place, identity
    ):
        record = identity.parent / "client.json"
        for copy in identity.parent.glob("*.json"):
            copy.write_text(copy.read_text()[:40])

        _assert_one_line(place.ask("run"), 78, record, "collector provision --force")

    def test_provisioning_twice_needs_a_word(self, place, identity):
        code, output, complaint = place.ask("provision")

        assert 0 == code or "--force" in complaint
        assert 1 == len((output + complaint).splitlines())


def test_broken_package_of_a_plugin_is_named_by_check_and_list(place, agent):
    place.configure(
        '[[source]]\nplugin = "broken-package"\nsensor = "s"\ninterval = "1s"\n', agent=agent
    )

    code, _, complaint = place.ask("check")
    assert 1 == len(complaint.splitlines())
    assert "no_such_module" in complaint
    assert code in (0, 78)

    code, output, _ = place.command("plugins", "list", "--json")
    assert 0 == code
    assert "broken-package" in json.dumps(json.loads(output))


def test_request_that_the_agent_refuses_is_1_with_code_and_name(place, agent):
    collector = place.collector()
    collector.wait_until_confirmed()

    answer = place.ask("metric", "describe", "counter", "nothing")

    _assert_one_line(answer, 1, "16 UnknownMetricId")
