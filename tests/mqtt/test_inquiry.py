"""An agent that hangs up is asked why: once, not each time."""

import pytest

from collector.errors import AgentUnreachableError, ConnectDeclinedError
from collector.mqtt import dialing
from collector.mqtt.inquiry import REMEMBERED_S, Inquiry
from collector.mqtt.session import PahoTransport
from collector.testkit.clock import FakeClock


@pytest.fixture
def fake_clock():
    return FakeClock()


@pytest.fixture
def asked(monkeypatch):
    """Return with which settings an agent was asked, that says each time that we are revoked."""
    asked = []

    def refusal_of(settings, _address, _deadline):
        asked.append(settings)
        return AgentUnreachableError("revoked")

    monkeypatch.setattr(dialing, "refusal_of", refusal_of)
    return asked


def test_a_second_attempt_that_is_hung_up_on_is_told_what_the_first_one_was(
    asked, fake_clock, settings_for, soon
):
    inquiry = Inquiry(fake_clock)

    told = [inquiry.reason(settings_for(1), "::1", soon) for _ in range(3)]

    assert ["revoked"] * 3 == [str(each) for each in told]
    assert 1 == len(asked)


def test_another_identity_is_asked_about_anew(asked, fake_clock, settings_for, soon, client_pair):
    inquiry = Inquiry(fake_clock)

    inquiry.reason(settings_for(1), "::1", soon)
    inquiry.reason(settings_for(1, client_pair), "::1", soon)

    assert 2 == len(asked)


def test_it_is_asked_again_after_a_while_and_after_it_took_us(
    asked, fake_clock, settings_for, soon
):
    inquiry = Inquiry(fake_clock)
    inquiry.reason(settings_for(1), "::1", soon)

    fake_clock.advance(REMEMBERED_S)
    inquiry.reason(settings_for(1), "::1", soon)
    inquiry.forget()
    inquiry.reason(settings_for(1), "::1", soon)

    assert 3 == len(asked)


def test_ten_attempts_that_are_hung_up_on_are_eleven_connections(
    serving, settings_for, clock, soon
):
    inquiry = Inquiry(clock)
    with serving(lambda connection: connection.packet()) as server:
        for _ in range(10):
            transport = PahoTransport(settings_for(server.port), clock, inquiry)
            with pytest.raises(ConnectDeclinedError, match="hung up without an answer"):
                transport.connect(soon)

    assert 11 == server.connections
