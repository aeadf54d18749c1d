"""What `collector explain` says beforehand, held against a run with simulated devices."""

import json
import re
import shutil
import subprocess
import time
from collections import defaultdict

import pytest

READINGS = 40
CLOSELY = 0.1
UNITS = "".join(
    f'[[source]]\nplugin = "modbus"\nsensor = "meter-{unit}"\ninterval = "500ms"\n'
    'link = { type = "rtu", port = "/dev/ttyX", baudrate = 19200 }\n'
    f'unit_id = {unit}\nprofile = "eastron-sdm120"\n'
    '[source.simulate]\nlatency = "10ms"\n'
    for unit in (1, 2)
)
SENT = re.compile(r"bytes_sent:(\d+)")


def bytes_sent(run):
    """Return what the kernel has sent over the connection of a run."""
    words = ["ss", "-tinpHO", "state", "established"]
    lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    ours = [line for line in lines if f"pid={run.process.pid}," in line]
    return sum(int(found[1]) for line in ours if (found := SENT.search(line)))


def has_confirmed(status, first, took_s):
    """Tell whether enough is confirmed since; takes note of how long reads took."""
    for source in status["sources"]:
        took_s[source["name"]].add(source["last_read_s"])
    counts = [each["delivery"]["confirmed_readings"] for each in (first, status)]
    return counts[1] >= counts[0] + READINGS


@pytest.mark.skipif(shutil.which("ss") is None, reason="needs ss of iproute2")
@pytest.mark.alone
def test_bus_time_messages_and_bytes_are_foretold_within_a_tenth(place):
    place.configure(UNITS)
    code, output, _ = place.ask("explain", "--json")
    forecast = json.loads(output)
    run = place.collector("--simulate")

    first = run.wait_until_confirmed(READINGS // 2)
    began_s, sent = time.monotonic(), bytes_sent(run)
    took_s = defaultdict(set)
    last = run.wait_for(lambda status: has_confirmed(status, first, took_s), "all is confirmed")
    days = (time.monotonic() - began_s) / 86400
    sent = bytes_sent(run) - sent

    confirmed = [status["delivery"]["confirmed_readings"] for status in (first, last)]
    most = forecast["to_agent"]["most"]
    read_s = sum(map(min, took_s.values()))  # others use this machine as well
    assert code == 0
    assert read_s == pytest.approx(
        sum(read["cost"]["link_s"] for read in forecast["reads"]), rel=CLOSELY
    )
    assert (confirmed[1] - confirmed[0]) / days == pytest.approx(most["messages"], rel=CLOSELY)
    assert sent / days == pytest.approx(most["bytes"], rel=CLOSELY)


@pytest.mark.skipif(shutil.which("ss") is None, reason="needs ss of iproute2")
def test_what_measuring_shows_foretells_the_messages_of_a_machine(place):
    """Its disks and interfaces show when it is open, and their traffic only over time."""
    place.configure('[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "1s"\n')
    code, output, _ = place.ask("explain", "--json", "--measure", "--simulate")
    most = json.loads(output)["to_agent"]["most"]
    run = place.collector("--simulate")

    first = run.wait_until_confirmed(3)
    sent = bytes_sent(run)
    last = run.wait_for(lambda status: count(status) >= count(first) + 10, "more is confirmed")
    sent = bytes_sent(run) - sent

    assert code == 0
    per_message = most["bytes"] / most["messages"]
    assert sent / (count(last) - count(first)) == pytest.approx(per_message, rel=CLOSELY)


def count(status):
    """Return how many readings are confirmed."""
    return status["delivery"]["confirmed_readings"]
