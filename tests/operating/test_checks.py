"""What the check-up makes of what was found, without a machine."""

import errno
import json
from dataclasses import replace
from pathlib import Path

import pytest

from collector.cli import main
from collector.operating.checks import (
    DAY_MS,
    MIB,
    RELEASED_AT_MS,
    Verdict,
    check_clock,
    check_device,
    check_directory,
    check_identity,
    check_page,
    check_port,
    check_run,
    check_source,
)
from collector.operating.facts import (
    DeviceFact,
    DirectoryFact,
    IdentityFact,
    PageFact,
    PortFact,
    RunFact,
    SourceFact,
)
from collector.operating.nodes import Node

NOW_MS = 1_800_000_000_000
PORT = Node(path="/dev/ttyUSB0", target="/dev/ttyUSB0", is_device=True, group="dialout", mode=0o660)
DEVICE = DeviceFact(node=PORT, sources=("meter",))
STATE = DirectoryFact(
    title="state directory",
    path=Path("/var/lib/collector"),
    exists=True,
    is_writable=True,
    mode=0o700,
    owner="collector",
    free_bytes=9000 * MIB,
    spool_bytes=256 * MIB,
    max_bytes=256 * MIB,
)
PAGE = PageFact(place="127.0.0.1:18885")
START = "sudo systemctl start collector"
AGENT = PortFact(title="for clients", place="localhost:18884")


def test_a_device_that_opens_is_well():
    assert Verdict.OK == check_device(DEVICE, "collector").verdict


@pytest.mark.parametrize("error", [errno.EBUSY, errno.EAGAIN])
def test_a_device_in_exclusive_use_is_no_problem(error):
    assert Verdict.OK == check_device(replace(DEVICE, error=error), "collector").verdict


def test_a_device_without_rights_names_the_one_command_that_mends_it():
    found = check_device(replace(DEVICE, error=errno.EACCES), "collector")

    assert Verdict.PROBLEM == found.verdict
    assert "meter: /dev/ttyUSB0 may not be opened by collector (group dialout, mode 0660)" == (
        found.what
    )
    assert found.advice.startswith("sudo usermod -aG dialout collector")


@pytest.mark.parametrize(
    ("fact", "advice"),
    [
        (replace(DEVICE, node=Node(path="/dev/ttyUSB0")), "plug it in"),
        (replace(DEVICE, node=Node(path="/dev/i2c-1")), "switch I2C on"),
        (
            replace(DEVICE, node=Node(path="/dev/i2c-1"), missing_modules=("i2c-dev",)),
            "sudo modprobe i2c-dev",
        ),
        (replace(DEVICE, node=replace(PORT, is_device=False)), "name the device node"),
        (replace(DEVICE, error=errno.EIO), "look at its cable"),
        (replace(DEVICE, node=replace(PORT, group="root"), error=errno.EPERM), "give it a group"),
    ],
)
def test_a_device_that_cannot_be_had_is_a_problem_with_its_advice(fact, advice):
    found = check_device(fact, "collector")

    assert Verdict.PROBLEM == found.verdict
    assert found.advice.startswith(advice)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Verdict.OK),
        ({"exists": False}, Verdict.WARNING),
        ({"is_writable": False}, Verdict.PROBLEM),
        ({"closed": (Path("/var/lib/collector/spool"),)}, Verdict.PROBLEM),
        ({"mode": 0o755}, Verdict.WARNING),
        ({"spool_bytes": 255 * MIB}, Verdict.WARNING),
        ({"spool_bytes": None}, Verdict.OK),
        ({"free_bytes": 15 * MIB}, Verdict.PROBLEM),
        ({"free_bytes": 15 * MIB, "spool_bytes": None}, Verdict.PROBLEM),
    ],
)
def test_a_directory_is_to_be_private_writable_and_large_enough(changed, expected):
    assert expected == check_directory(replace(STATE, **changed), "collector").verdict


def test_a_directory_of_another_owner_says_whose_it_is_and_how_to_give_it_back():
    found = check_directory(replace(STATE, is_writable=False, owner="root"), "collector")

    assert found.what.endswith("cannot be written by collector: it is root's, mode 0700")
    assert "sudo chown -R collector: /var/lib/collector" == found.advice


def test_a_disk_that_is_nearly_full_says_how_much_of_the_spool_it_holds():
    found = check_directory(replace(STATE, free_bytes=900 * MIB, spool_bytes=90 * MIB), "collector")

    assert found.what.endswith("has 900 MiB free, so the spool takes 90 of its 256 MiB")
    assert "max_bytes" in found.advice


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (IdentityFact(not_after_ms=NOW_MS + 90 * DAY_MS), Verdict.OK),
        (IdentityFact(not_after_ms=NOW_MS + 3 * DAY_MS), Verdict.WARNING),
        (IdentityFact(not_after_ms=NOW_MS - DAY_MS), Verdict.PROBLEM),
        (IdentityFact(error="mode 0644"), Verdict.PROBLEM),
        (IdentityFact(), Verdict.WARNING),
        (IdentityFact(may_enrol=False), Verdict.PROBLEM),
    ],
)
def test_an_identity_is_to_be_usable_and_in_date(fact, expected):
    assert expected == check_identity(fact, NOW_MS).verdict


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Verdict.OK),
        ({"error": "nobody listens"}, Verdict.PROBLEM),
        ({"not_after_ms": NOW_MS + 20 * DAY_MS}, Verdict.OK),
        ({"not_after_ms": NOW_MS + 2 * DAY_MS}, Verdict.WARNING),
    ],
)
def test_a_port_of_the_agent_is_to_be_reached_and_in_date(changed, expected):
    assert expected == check_port(replace(AGENT, **changed), NOW_MS).verdict


def test_what_an_error_says_itself_to_do_is_the_advice():
    found = check_port(replace(AGENT, error="it refuses us; get another one"), NOW_MS)

    assert ("agent, for clients at localhost:18884: it refuses us", "get another one") == (
        found.what,
        found.advice,
    )


@pytest.mark.parametrize(
    ("changed", "expected", "advice"),
    [
        ({}, Verdict.OK, ""),
        ({"error": errno.EADDRINUSE, "is_running": True}, Verdict.OK, ""),
        ({"error": errno.EADDRINUSE}, Verdict.PROBLEM, "name another port"),
        ({"error": errno.EADDRNOTAVAIL}, Verdict.PROBLEM, "name an address of this machine"),
        ({"error": errno.EACCES}, Verdict.PROBLEM, "ports below 1024"),
        ({"error": errno.EMFILE}, Verdict.PROBLEM, "name another host or port"),
        ({"token_error": "x: Permission denied"}, Verdict.PROBLEM, "sudo chown root:collector"),
    ],
)
def test_a_status_page_is_to_have_its_port_and_its_token(changed, expected, advice):
    found = check_page(replace(PAGE, **changed), "collector")

    assert expected == found.verdict
    assert found.advice.startswith(advice)


@pytest.mark.parametrize(
    ("now_ms", "is_synchronized", "expected"),
    [
        (NOW_MS, True, Verdict.OK),
        (NOW_MS, False, Verdict.WARNING),
        (RELEASED_AT_MS - 1, True, Verdict.PROBLEM),
    ],
)
def test_a_clock_is_to_be_possible_and_synchronized(now_ms, is_synchronized, expected):
    assert expected == check_clock(now_ms, is_synchronized=is_synchronized).verdict


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (RunFact(start=START, is_running=True), Verdict.OK),
        (RunFact(start=START, is_running=True, alarms=("problem: x",)), Verdict.WARNING),
        (RunFact(start=START, is_running=True, error="does not answer"), Verdict.PROBLEM),
        (RunFact(start=START), Verdict.WARNING),
    ],
)
def test_a_service_is_to_run_and_to_be_well(fact, expected):
    assert expected == check_run(fact).verdict


def test_how_a_service_that_does_not_run_is_started_is_told():
    assert START == check_run(RunFact(start=START)).advice


@pytest.mark.parametrize(("told", "expected"), [("", Verdict.OK), ("no", Verdict.PROBLEM)])
def test_a_source_is_to_be_made_where_it_will_run(told, expected):
    fact = SourceFact(name="a", plugin="p", isolation="process", problem=told)

    assert expected == check_source(fact).verdict


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "collector.toml"
    file.write_text(
        f"""
[collector]
state_dir = "{tmp_path}"
[agent]
port = 1
provision_port = 1
[[source]]
plugin = "system"
sensor = "gateway"
[[source]]
plugin = "serial"
sensor = "gps"
interval = "0s"
port = "{tmp_path}/ttyUSB7"
format = "nmea"
"""
    )
    return file


def test_programs_get_every_finding_and_the_exit_code_tells_of_problems(config, capsys):
    code = main(["doctor", "--json", "--user", "root", "--config", str(config)])

    found = json.loads(capsys.readouterr().out)
    assert 1 == code
    assert {"ok", "warning", "problem"} == {each["verdict"] for each in found}
    assert any("ttyUSB7 is not there" in each["what"] for each in found)
    assert all(each["advice"] for each in found if each["verdict"] != "ok")


def test_a_wrong_configuration_is_a_problem_of_its_own(config, capsys):
    config.write_text("[nonsense]\n")

    assert 1 == main(["doctor", "--user", "root", "--config", str(config)])
    assert "problem  configuration: " in capsys.readouterr().out
