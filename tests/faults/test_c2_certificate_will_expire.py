"""C2: the client's certificate comes to its end while the collector runs."""

import logging
from random import Random

from faults.fault_load import BRISK

from collector.client.identity import Enrolled, IdentityDirectory
from collector.service.renewal import Renewal, RenewalPlan
from collector.service.succession import Succession
from collector.testkit.clock import FakeClock

TEN_SECONDS = "0.00012"
NINETY_SECONDS = "0.00105"
"""Is renewed after a minute, as often as enrolling is tried at most."""

NOW_MS = 1_700_000_000_000
DAY_S = 86_400


def test_it_is_warned_of_and_renewed_and_nothing_is_lost(bench, row):
    bench.start_agent("--certificate-days", row.pick(TEN_SECONDS, NINETY_SECONDS))
    bench.configure(BRISK)
    bench.start_collector()
    bench.wait_until_well()
    renewals = row.pick(1, 5)
    for _ in range(renewals):
        former = bench.collector.status()["delivery"]["client_id"]
        bench.wait_for(
            lambda status, former=former: (
                status["delivery"]["client_id"] not in ("", former)
                and status["delivery"]["state"] == "connected"
            ),
            "another certificate is used", 90,
        )  # fmt: skip
        bench.wait_until_confirmed_again()

    row.note(f"{renewals} renewed")
    assert "expires in less than" in bench.collector.complaints
    assert {} == bench.finish().dropped


def test_it_is_warned_of_four_times_where_nobody_renews(row, tmp_path, caplog):
    clock, identities = FakeClock(NOW_MS), IdentityDirectory(tmp_path / "identity")
    end_ms = NOW_MS + 40 * DAY_S * 1000
    identities.save(
        Enrolled(
            client_id="aa11", client_name="gateway-07", key=b"key", certificate=b"one", ca=b"ca",
            not_before_ms=NOW_MS, not_after_ms=end_ms, enrolled_at_ms=NOW_MS,
        )
    )  # fmt: skip
    plan = RenewalPlan(
        before_s=30 * DAY_S, is_automatic=False, enrol=lambda: None, on_change=lambda: None
    )
    succession = Succession(identities, clock, Random(1))
    renewal = Renewal(identities, succession, plan, clock, Random(1))
    told_at_days = {}

    with caplog.at_level(logging.WARNING):
        for _ in range(40 * 24 - 1):
            clock.advance(3600)
            renewal.look()
            left_days = round((end_ms - clock.wall_ms()) / DAY_S / 1000)
            for record in caplog.records:
                told_at_days.setdefault(record.getMessage(), left_days)

    row.note(f"told {', '.join(map(str, told_at_days.values()))} days before")
    assert [30, 14, 7, 1] == list(told_at_days.values())
