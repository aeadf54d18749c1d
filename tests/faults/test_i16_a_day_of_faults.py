"""I16: random faults for long; memory, files and threads stay flat."""

import random
import signal
from functools import partial
from pathlib import Path

from faults.fault_load import BRISK, STANDARD

ROUNDS = (3, 2000)
GROWN_KIB = 6 * 1024
MORE_FILES = MORE_THREADS = 6


def counts(bench):
    process = Path(f"/proc/{bench.collector.process.pid}")
    files = len(list((process / "fd").iterdir()))
    return files, len(list((process / "task").iterdir())), bench.rss_kib()


def frozen(bench):
    bench.agent.process.send_signal(signal.SIGSTOP)
    bench.run_for(0.5)
    bench.agent.process.send_signal(signal.SIGCONT)


def killed(bench):
    bench.agent.kill()
    bench.restart_agent()


def cut(bench):
    bench.line.cut()


def lying(bench, action):
    # One lie at a time: a push that is lost beside one that is answered twice for the first time
    # looks like two that are well (docs/decisions/0003).
    bench.set_faults(f'operation = "push_values"\naction = "{action}"\nprobability = 0.2')
    bench.run_for(0.5)
    bench.set_faults()


FAULTS = [
    frozen,
    cut,
    killed,
    *(partial(lying, action=action) for action in ("drop_reply", "duplicate", "lose")),
]


def test_nothing_grows_and_the_ledger_is_exact(bench, row):
    chance = random.Random(7)
    bench.start(row.pick(BRISK, STANDARD), proxy=True)
    before = None
    rounds = row.pick(*ROUNDS)
    for _ in range(rounds):
        chance.choice(FAULTS)(bench)
        bench.wait_until_confirmed_again()
        before = before or counts(bench)
    files, threads, kib = (now - then for now, then in zip(counts(bench), before, strict=True))

    row.note(f"{rounds} faults: {kib} KiB, {files} files, {threads} threads more")
    assert files <= MORE_FILES
    assert threads <= MORE_THREADS
    assert kib < GROWN_KIB
    assert {} == bench.finish().dropped
