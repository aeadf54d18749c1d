"""I11: a reload is asked for, by signal and by command, while the configuration is broken."""

import signal

from faults.fault_load import BRISK, STANDARD

HARM = {
    "not closed": "[agent",
    "no such plugin": '[[source]]\nplugin = "nothing"\nsensor = "x"\n',
    "out of range": "[ring]\nmax_readings = -1\n",
    "only at a start": "[ring]\nmax_readings = 7\n",
    "a key twice": "[agent]\nport = 1\n",
}
"""What is put behind the good configuration."""

CUT_SHORT = (0.0, 0.5, 0.9)
"""How much of the good one is there while it is being written."""

ADDED = '[[source]]\nplugin = "counter"\nsensor = "added"\ninterval = "1s"\nisolation = "thread"\n'


def by_signal(bench):
    """Ask for a reload as systemd does; return its verdict, and note how long that took."""
    asked_s = bench.collector.status()["uptime_s"]
    bench.collector.process.send_signal(signal.SIGHUP)

    def verdict(status):
        last = status["last_reload"]
        return last and last["age_s"] <= status["uptime_s"] - asked_s

    bench.row.detected(bench.seconds_until(verdict, "the reload is judged"))
    return bench.collector.status()["last_reload"]


def lives(bench):
    """Return how often each recorded source was opened."""
    return [file.read_text().count("life") for file in sorted(bench.record.iterdir())]


def wait_until_it_goes_on(bench):
    least = bench.confirmed + 2 * bench.load.sensors
    bench.wait_for(lambda status: status["delivery"]["confirmed_readings"] >= least, "it goes on")


def test_the_old_configuration_goes_on_and_a_good_one_is_taken_over(bench, row):
    bench.others = frozenset({"added"})
    bench.start(row.pick(BRISK, STANDARD), "--service")
    file, good = bench.place.config_file, bench.place.config_file.read_text()
    connections = bench.collector.status()["delivery"]["connections"]
    harms = list(HARM.values())[: row.pick(2, None)]
    for harm in harms:
        file.write_text(f"{good}\n{harm}")

        verdict = by_signal(bench)
        code, _, complaints = bench.ask("reload")

        assert verdict["ok"] is False, harm
        assert 78 == code, harm
        assert verdict["message"] in complaints
        wait_until_it_goes_on(bench)
    for part in CUT_SHORT:
        file.write_text(good[: int(part * len(good))])
        assert by_signal(bench)["ok"] is False, part
    row.note(f"{len(harms)} broken files, by SIGHUP and by command, {len(CUT_SHORT)} cut short")

    file.write_text(good + ADDED)
    unchanged = f"{bench.load.sensors} unchanged"
    assert f"added added; {unchanged}" == by_signal(bench)["message"]
    wait_until_it_goes_on(bench)

    assert bench.load.sensors * [1] == lives(bench)
    assert connections == bench.collector.status()["delivery"]["connections"]
    assert {} == bench.finish().dropped
