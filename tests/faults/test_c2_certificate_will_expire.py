"""C2: the client's certificate comes to its end while the collector runs."""

from faults.fault_load import BRISK

TEN_SECONDS = "0.00012"


def test_it_is_warned_of_and_renewed_and_nothing_is_lost(bench, row):
    bench.start_agent("--certificate-days", TEN_SECONDS)
    bench.configure(BRISK)
    bench.start_collector()
    bench.wait_until_well()
    first = bench.collector.status()["delivery"]["client_id"]

    row.recovered(
        bench.seconds_until(
            lambda status: (
                status["delivery"]["client_id"] not in ("", first)
                and status["delivery"]["state"] == "connected"
            ),
            "another certificate is used",
        )
    )
    bench.wait_until_confirmed_again()

    assert "expires in less than" in bench.collector.complaints
    bench.finish()
