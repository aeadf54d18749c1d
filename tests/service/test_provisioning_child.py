"""What a run makes of the end of the child that enrols: try again, or give up."""

import json
import sys

import pytest

from collector.errors import (
    AgentRefusesError,
    AgentUnreachableError,
    IdentityError,
    RefusalReason,
    StateError,
)
from collector.service import children
from collector.service.children import AgentPlace, Enrolment, Provisioner


@pytest.fixture
def enrolment(tmp_path):
    return Enrolment(
        place=AgentPlace("localhost", 1, 2, tmp_path / "ca.crt"),
        identity_directory=tmp_path / "identity",
        client_name="gateway-07",
        key="ec-p256",
    )


@pytest.fixture
def ends_with(monkeypatch):
    """Have the child end with an exit code, after it told programs something."""

    def arrange(code, told="", complaint="collector: no certificate today"):
        script = (
            "import sys; print(sys.argv[1]); print(sys.argv[2], file=sys.stderr); "
            "sys.exit(int(sys.argv[3]))"
        )
        command = [sys.executable, "-c", script, told, complaint, str(code)]
        monkeypatch.setattr(children, "collector_command", lambda *words: command)

    return arrange


@pytest.mark.parametrize(
    ("code", "told", "expected"),
    [
        (69, "", AgentUnreachableError),
        (73, "", StateError),
        (78, "", IdentityError),
        (1, {"code": 25}, IdentityError),
        (1, {"code": 1}, AgentUnreachableError),
        (1, {"code": 3}, AgentUnreachableError),
        (1, {"code": 19}, AgentUnreachableError),
        (70, "no JSON", AgentUnreachableError),
        (70, [1], AgentUnreachableError),
    ],
)
def test_trouble_of_the_agents_own_is_tried_again_and_that_with_our_request_is_not(
    enrolment, ends_with, code, told, expected
):
    ends_with(code, json.dumps(told))

    with pytest.raises(expected, match="provisioning failed: no certificate today") as failed:
        Provisioner().provision(enrolment)

    assert expected is type(failed.value)


def test_the_reason_of_a_refusal_is_kept(enrolment, ends_with):
    ends_with(69, json.dumps({"refused": "server certificate not yet valid"}))

    with pytest.raises(AgentRefusesError) as refused:
        Provisioner().provision(enrolment)

    assert RefusalReason.SERVER_CERTIFICATE_NOT_YET_VALID is refused.value.reason


def test_a_child_that_says_nothing_is_told_by_its_exit_code(enrolment, ends_with):
    ends_with(9, complaint="")

    with pytest.raises(AgentUnreachableError, match="provisioning failed: exit code 9"):
        Provisioner().provision(enrolment)


def test_nothing_is_started_once_it_was_stopped(enrolment):
    provisioner = Provisioner()
    provisioner.stop()

    with pytest.raises(AgentUnreachableError, match="was stopped"):
        provisioner.provision(enrolment)


def test_a_machine_that_can_start_no_process_is_told_and_tried_again(enrolment, monkeypatch):
    monkeypatch.setattr(children, "collector_command", lambda *words: ["/is/not/there"])

    with pytest.raises(StateError, match="provisioning cannot be started: No such file"):
        Provisioner().provision(enrolment)


def test_words_of_the_child_that_are_no_text_do_not_end_the_thread(enrolment, monkeypatch):
    script = "import sys; sys.stderr.buffer.write(b'collector: \\xff'); sys.exit(69)"
    monkeypatch.setattr(children, "collector_command", lambda *_: [sys.executable, "-c", script])

    with pytest.raises(AgentUnreachableError, match="provisioning failed"):
        Provisioner().provision(enrolment)
