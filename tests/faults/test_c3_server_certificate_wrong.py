"""C3: who answers at the agent's port has an expired certificate, another's, or a foreign one."""

from faults.fault_load import BRISK, STANDARD
from impostor import Impostor

IMPOSTORS = {
    "expired": (-30, -1, "127.0.0.1"),
    r"192\.0\.2\.1|127\.0\.0\.1": (-1, 30, "192.0.2.1"),
}


def test_nothing_is_said_to_it_and_the_reason_is_named(bench, row):
    load = row.pick(BRISK, STANDARD)
    bench.start(load)
    assert 0 == bench.collector.stop()
    for words, (first_day, last_day, host) in IMPOSTORS.items():
        other = Impostor(bench.agent.directory, bench.place.path, first_day, last_day, host=host)
        bench.configure(load, port=other.port)
        bench.start_collector()
        bench.wait_until_named(words)
        assert 0 == bench.collector.stop()
        other.close()  # checks that it heard nothing

    if row.is_stated:
        bench.place.agent(name="other")
        bench.configure(load, ca_file=bench.place.path / "other" / "agent" / "ca.crt")
        bench.start_collector()
        bench.wait_until_named("authority")
        assert 0 == bench.collector.stop()

    bench.configure(load)
    bench.start_collector()
    bench.wait_until_well()
    assert {} == bench.finish().dropped
