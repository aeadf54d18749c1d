"""A clock that is wrong, ours or the agent's, costs no client after another."""

from random import Random

import pytest

from collector.client.identity import Enrolled, IdentityDirectory
from collector.service.renewal import Renewal, RenewalPlan
from collector.service.succession import Succession
from collector.testkit.clock import FakeClock

NOW_MS = 1_700_000_000_000
DAY_S = 86_400
DAY_MS = 1000 * DAY_S
LIFE_DAYS = 365


class Site:
    """An agent that takes everybody and gives out certificates by a clock of its own."""

    def __init__(self, path):
        self.clock = FakeClock(NOW_MS)
        self.agent_ahead_ms = 0
        self.identities = IdentityDirectory(path / "identity")
        self.succession = Succession(self.identities, self.clock, Random(1))
        self.clients = 0
        plan = RenewalPlan(
            before_s=30 * DAY_S,
            is_automatic=True,
            enrol=lambda: self.identities.save_renewed(self.new()),
            on_change=self.connect,
        )
        self.renewal = Renewal(self.identities, self.succession, plan, self.clock, Random(1))

    def new(self):
        self.clients += 1
        begins_ms = self.clock.wall_ms() + self.agent_ahead_ms
        return Enrolled(
            client_id=f"bb{self.clients}",
            client_name="gateway-07",
            key=b"key",
            certificate=f"{self.clients}".encode(),
            ca=b"ca",
            not_before_ms=begins_ms,
            not_after_ms=begins_ms + LIFE_DAYS * DAY_MS,
            enrolled_at_ms=self.clock.wall_ms(),
        )

    def connect(self):
        self.succession.accepted(self.succession.choose())

    def pass_days(self, days):
        for _ in range(days * 4):
            self.clock.advance(DAY_S / 4)
            self.renewal.look()
            self.connect()


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_our_clock_years_ahead_of_the_agents_renews_once_a_year_as_ever(site):
    site.agent_ahead_ms = -20 * LIFE_DAYS * DAY_MS
    site.identities.save(site.new())

    site.pass_days(330)
    assert 1 == site.clients

    site.pass_days(10)
    assert 2 == site.clients


def test_our_clock_that_is_set_right_after_it_was_years_ahead_renews_in_time(site):
    site.agent_ahead_ms = -20 * LIFE_DAYS * DAY_MS
    site.identities.save(site.new())
    site.pass_days(10)
    site.clock.step_wall(site.agent_ahead_ms / 1000)
    site.agent_ahead_ms = 0

    site.pass_days(320)
    assert 1 == site.clients

    site.pass_days(10)
    assert 2 == site.clients


def test_a_clock_that_jumps_ahead_for_good_renews_once(site):
    site.identities.save(site.new())
    site.pass_days(1)
    site.clock.step_wall(20 * LIFE_DAYS * DAY_S)
    site.agent_ahead_ms = -20 * LIFE_DAYS * DAY_MS

    site.pass_days(30)

    assert 2 == site.clients


def test_an_agent_whose_clock_is_days_ahead_is_not_asked_again_and_again(site):
    site.agent_ahead_ms = 30 * DAY_MS
    site.identities.save(site.new())

    site.pass_days(20)

    assert 1 == site.clients
