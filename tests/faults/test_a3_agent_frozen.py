"""A3: the agent is frozen, so that the connection is half open."""

import signal

from faults.fault_load import BRISK, STANDARD

DETECTED_WITHIN_S = 15.0


def test_frozen_agent_is_noticed_and_no_tick_is_missed(bench, row):
    bench.start(row.pick(BRISK, STANDARD))

    bench.agent.process.send_signal(signal.SIGSTOP)
    bench.wait_until_named("does not answer|stopped answering", DETECTED_WITHIN_S)
    bench.agent.process.send_signal(signal.SIGCONT)
    bench.wait_until_confirmed_again()

    row.note(f"{bench.missed_ticks()} ticks missed")
    assert 0 == bench.missed_ticks()
    assert {} == bench.finish().dropped
