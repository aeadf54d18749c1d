"""A certificate over the years: who is warned when, and when the next one is asked for."""

import logging
from random import Random

import pytest

from collector.client.identity import Enrolled, IdentityDirectory
from collector.errors import AgentUnreachableError
from collector.service.renewal import Renewal, RenewalPlan
from collector.service.succession import Succession
from collector.testkit.clock import FakeClock

NOW_MS = 1_700_000_000_000
DAY_S = 86_400
DAY_MS = 1000 * DAY_S


def enrolled(client_id="aa11", *, begins_ms=NOW_MS, days=365, enrolled_at_ms=NOW_MS):
    return Enrolled(
        client_id=client_id,
        client_name="gateway-07",
        key=b"key",
        certificate=f"certificate of {client_id}".encode(),
        ca=b"ca",
        not_before_ms=begins_ms,
        not_after_ms=begins_ms + int(days * DAY_MS),
        enrolled_at_ms=enrolled_at_ms,
    )


class Site:
    """An identity, an agent that renews it or not, and a clock to be moved by years."""

    def __init__(self, path):
        self.clock = FakeClock(NOW_MS)
        self.identities = IdentityDirectory(path / "identity")
        self.succession = Succession(self.identities, self.clock, Random(1))
        self.enrolments = []
        self.trouble = None
        self.changes = 0
        self.renewal = self.plan()

    def plan(self, *, before_days=30, is_automatic=True):
        plan = RenewalPlan(
            before_s=before_days * DAY_S,
            is_automatic=is_automatic,
            enrol=self._enrol,
            on_change=self._changed,
        )
        self.renewal = Renewal(self.identities, self.succession, plan, self.clock, Random(1))
        return self.renewal

    def _enrol(self):
        self.enrolments.append(self.clock.wall_ms())
        if self.trouble:
            raise self.trouble
        now_ms = self.clock.wall_ms()
        new = enrolled(f"bb{len(self.enrolments)}", begins_ms=now_ms, enrolled_at_ms=now_ms)
        self.identities.save_renewed(new)

    def _changed(self):
        self.changes += 1

    def connect(self):
        """Do what the network thread does, with an agent that takes everybody."""
        identity = self.succession.choose()
        self.succession.accepted(identity)
        return identity.client_id

    def pass_days(self, days, step_s=DAY_S / 4):
        for _ in range(round(days * DAY_S / step_s)):
            self.clock.advance(step_s)
            self.renewal.look()


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_people_are_warned_30_14_7_and_1_days_before_and_once_each(site, caplog):
    site.plan(is_automatic=False)
    site.identities.save(enrolled())
    caplog.set_level(logging.WARNING)

    site.pass_days(366)

    told = [record.getMessage() for record in caplog.records]
    assert ["30 days", "14 days", "7 days", "a day", "has expired"] == [
        next(word for word in ("30 days", "14 days", "7 days", "a day", "has expired") if word in t)
        for t in told
    ]
    assert all("collector provision --renew" in line for line in told)
    assert all("2024-11-13 22:13:20 UTC" in line for line in told)


def test_the_warnings_come_when_the_days_have_come(site, caplog):
    site.plan(is_automatic=False)
    site.identities.save(enrolled())
    caplog.set_level(logging.WARNING)
    begun = {}

    for _ in range(366 * 4):
        site.pass_days(0.25)
        begun.setdefault(len(caplog.records), 365 - (site.clock.wall_ms() - NOW_MS) / DAY_MS)

    assert [365 - 0.25, 30 - 0.25, 14 - 0.25, 7 - 0.25, 1 - 0.25, -0.25] == list(begun.values())


def test_the_status_counts_the_days_and_says_what_to_do(site):
    site.plan(is_automatic=False)
    site.identities.save(enrolled())
    site.renewal.look()
    fresh = site.renewal.status()

    site.pass_days(340)
    old = site.renewal.status()
    site.pass_days(26)
    expired = site.renewal.status()

    assert (365, "") == (fresh.days_left, fresh.message)
    assert 25 == old.days_left
    assert "collector provision --renew" in old.message
    assert expired.days_left < 0


def test_without_an_identity_there_is_nothing_to_tell(site):
    site.renewal.look()

    assert site.renewal.status().not_after_ms is None
    assert [] == site.enrolments


def test_a_certificate_is_renewed_at_its_time_and_not_before(site):
    site.identities.save(enrolled())
    site.connect()

    site.pass_days(334)
    assert [] == site.enrolments
    site.pass_days(2)

    assert 1 == len(site.enrolments)
    assert 1 <= site.changes
    assert "bb1" == site.connect()
    assert "bb1" == site.identities.load().client_id


def test_only_by_hand_means_that_it_is_never_renewed_by_itself(site):
    site.plan(is_automatic=False)
    site.identities.save(enrolled())

    site.pass_days(366)

    assert [] == site.enrolments


@pytest.mark.parametrize("dated_back_days", [0, 1])
def test_a_certificate_that_lasts_no_longer_than_the_time_before_is_not_renewed_all_the_time(
    site, dated_back_days
):
    begins_ms = NOW_MS - dated_back_days * DAY_MS
    site.identities.save(enrolled(begins_ms=begins_ms, days=9 + dated_back_days))
    site.connect()

    site.pass_days(5.75)
    assert [] == site.enrolments
    site.pass_days(0.5)

    assert 1 == len(site.enrolments)


def test_a_renewal_that_fails_is_tried_again_with_growing_pauses_and_told_once(site, caplog):
    site.identities.save(enrolled())
    site.trouble = AgentUnreachableError("nobody listens")
    site.pass_days(334)
    caplog.set_level(logging.WARNING)

    site.pass_days(2, step_s=60)

    pauses_s = [(b - a) / 1000 for a, b in zip(site.enrolments, site.enrolments[1:], strict=False)]
    assert 30 <= min(pauses_s)
    assert max(pauses_s) <= 3600 + 60
    assert 24 <= len(site.enrolments) <= 150
    assert 1 == sum("nobody listens" in record.getMessage() for record in caplog.records)
    assert "nobody listens" in site.renewal.status().message


def test_a_renewal_that_failed_until_the_end_still_comes_about_after_it(site):
    site.identities.save(enrolled())
    site.connect()
    site.trouble = AgentUnreachableError("nobody listens")
    site.pass_days(370)
    site.trouble = None

    site.pass_days(1)

    assert "aa11" == site.identities.load().client_id
    assert site.connect().startswith("bb")
    site.renewal.look()
    assert "" == site.renewal.status().message


def test_a_successor_that_waits_is_not_asked_for_again(site):
    site.identities.save(enrolled())
    site.pass_days(340)

    assert 1 == len(site.enrolments)


def test_a_clock_in_the_past_renews_nothing(site):
    site.identities.save(enrolled())
    site.clock.synchronized = False
    site.clock.step_wall(-NOW_MS / 1000)

    site.pass_days(3)

    assert [] == site.enrolments


def test_a_certificate_of_a_time_that_was_wrong_is_replaced_once_the_clock_is_right(site):
    future_ms = NOW_MS + 50 * 365 * DAY_MS
    site.identities.save(enrolled(begins_ms=future_ms, enrolled_at_ms=future_ms))
    site.clock.synchronized = False
    site.renewal.look()
    assert [] == site.enrolments

    site.clock.synchronized = True
    site.renewal.look()

    assert 1 == len(site.enrolments)


def test_an_identity_that_was_got_by_hand_is_told_of(site):
    site.identities.save(enrolled())
    site.connect()
    site.renewal.look()
    assert 0 == site.changes

    site.identities.save(enrolled("cc33"))
    site.renewal.look()

    assert 1 == site.changes
    assert "cc33" == site.connect()


def test_an_identity_that_cannot_be_read_is_for_others_to_tell(site):
    site.identities.save(enrolled())
    for record in site.identities.path.glob("*.json"):
        record.write_text("{")

    site.renewal.look()

    assert site.renewal.status().not_after_ms is None


def test_the_thread_looks_again_and_again_until_it_is_stopped(site):
    site.identities.save(enrolled(days=1))
    site.renewal.start()

    site.renewal.stop()
    site.renewal._thread.join(10)

    assert not site.renewal._thread.is_alive()
