"""C4: the clock is so far behind that certificates are not valid yet."""

from faults.fault_load import BRISK, STANDARD
from impostor import Impostor

CONNECTED_WITHIN_S = 10.0


def test_it_waits_for_the_time_and_connects_once_that_is_right(bench, row):
    load = row.pick(BRISK, STANDARD)
    bench.start(load)
    assert 0 == bench.collector.stop()
    future = Impostor(bench.agent.directory, bench.place.path, +1, +30)
    bench.configure(load, port=future.port)
    bench.start_collector()
    bench.wait_until_named("not yet valid")
    assert "waiting_for_time" == bench.collector.status()["delivery"]["state"]
    port = future.port
    future.close()

    # The clock is put right: the same certificate is valid from now on.
    valid = Impostor(bench.agent.directory, bench.place.path, -1, +30, port=port)
    row.recovered(
        bench.seconds_until(
            lambda status: status["delivery"]["state"] != "waiting_for_time",
            "it tries again", CONNECTED_WITHIN_S,
        )
    )  # fmt: skip
    assert 0 == bench.collector.stop()
    valid.heard = b""  # its CONNECT
    valid.close()

    bench.configure(load)
    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped
