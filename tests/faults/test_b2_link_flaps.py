"""B2: the link comes and goes, again and again."""

from faults.fault_load import BRISK, STANDARD

MOST_DUPLICATES = 0.05


def test_flapping_link_loses_nothing_and_repeats_little(bench, row):
    rounds, phase_s = row.pick((3, 0.6), (60, 5.0))
    bench.start(row.pick(BRISK, STANDARD), proxy=True)

    for _ in range(rounds):
        bench.line.go_away()
        bench.run_for(phase_s)
        bench.line.come_back()
        bench.run_for(phase_s)
    waiting = bench.collector.status()["buffer"]["readings"]
    bench.wait_until_confirmed_again()

    reckoning = bench.finish()
    share = reckoning.duplicates / reckoning.stored
    row.note(f"{share:.1%} duplicates, {waiting} readings waited at the end")
    assert {} == reckoning.dropped
    if row.is_stated:
        assert share <= MOST_DUPLICATES
