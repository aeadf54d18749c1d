"""A bug that kills a thread of the daemon must not leave a collector that only looks alive."""

import pytest


@pytest.mark.parametrize(
    ("module", "method"),
    [
        ("collector.publishing.connection.exchange", "Exchange.next_due_s"),
        ("collector.sampling.intake", "Intake.take"),
    ],
)
def test_thread_that_dies_ends_the_run_with_one_line(place, agent, module, method):
    hook = place.path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(
        f"import {module} as module\n"
        "def broken(*_, **__):\n"
        "    raise ZeroDivisionError('a bug of ours')\n"
        f"module.{method} = broken\n"
    )

    collector = place.collector(python_path=hook)

    assert collector.wait() == 70
    assert collector.complaints.splitlines()[-1] == (
        "collector: internal error: ZeroDivisionError: a bug of ours; COLLECTOR_DEBUG=1 shows where"
    )
