"""The daemon in memory, and what is left when it is killed."""

import os
import re
import signal
from pathlib import Path

from running import agents_of, is_alive, wait_until

SYSTEM = '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "200ms"\n'
LIMIT_MIB = 48  # a guard against something heavy; tests/benchmarks holds the figure to its budget


def test_embedded_agent_ends_with_a_killed_collector_and_the_next_run_needs_no_cleaning(place):
    place.configure(SYSTEM)
    first = place.collector("--embedded-agent")
    before = first.wait_until_confirmed()
    (agent,) = agents_of(first.process.pid)

    first.kill()

    wait_until(lambda: not is_alive(agent), "the embedded agent has ended")
    second = place.collector("--embedded-agent")
    after = second.wait_until_confirmed()
    assert before["delivery"]["client_id"] == after["delivery"]["client_id"]
    assert second.stop() == 0


def test_collector_that_was_killed_starts_again_at_the_configured_agent(place, agent):
    first = place.collector()
    before = first.wait_until_confirmed(5)

    first.kill()

    second = place.collector()
    after = second.wait_until_confirmed(5)
    assert before["delivery"]["client_id"] == after["delivery"]["client_id"]
    assert 0 == after["delivery"]["resent_readings"]
    assert second.stop() == 0


def test_embedded_agent_that_is_killed_is_started_again_and_nothing_is_lost(place):
    place.configure()
    collector = place.collector("--embedded-agent")
    before = collector.wait_until_confirmed(5)["delivery"]["confirmed_readings"]
    (agent,) = agents_of(collector.process.pid)

    os.kill(agent, signal.SIGKILL)
    collector.wait_until_confirmed(before + 10)

    assert collector.stop() == 0
    account = collector.ledger()["counter"]
    assert account["accepted"] == account["delivered"]
    assert wait_until(lambda: not is_alive(agent), "no agent is left")


def test_daemon_is_small_and_has_loaded_nothing_of_agent_table_or_cryptography(place):
    agent = place.agent()
    place.configure(SYSTEM, agent=agent)
    collector = place.collector()
    collector.wait_until_confirmed(3)

    process = Path(f"/proc/{collector.process.pid}")
    mapped = (process / "maps").read_text()
    resident_kib = int(re.search(r"VmRSS:\s+(\d+) kB", (process / "status").read_text())[1])
    print(f"resident: {resident_kib / 1024:.1f} MiB")

    assert [] == [word for word in ("cryptography", "_rust", "_cffi") if word in mapped]
    assert resident_kib < LIMIT_MIB * 1024


def test_daemon_imports_no_module_that_only_others_need(place):
    agent = place.agent()
    place.configure(SYSTEM, agent=agent)
    (place.path / "hook").mkdir()
    (place.path / "hook" / "sitecustomize.py").write_text(
        "import atexit, pathlib, sys\n"
        "def note():\n"
        "    if 'run' in sys.argv[1:2]:\n"
        f"        pathlib.Path({str(place.path / 'modules')!r}).write_text(' '.join(sys.modules))\n"
        "atexit.register(note)\n"
    )
    collector = place.collector(python_path=place.path / "hook")
    collector.wait_until_confirmed()
    assert collector.stop() == 0

    modules = (place.path / "modules").read_text().split()
    heavy = ("cryptography", "rich", "collector.agent", "collector.testkit", "asyncio", "packaging")
    loaded = {name for name in modules for each in heavy if f"{name}.".startswith(f"{each}.")}
    assert "collector.service.service" in modules
    assert set() == loaded
