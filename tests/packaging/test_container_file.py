"""The container file, as far as it can be held without a builder of images."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
FILE = PROJECT / "packaging" / "container" / "Containerfile"
LINES = [line for line in FILE.read_text().splitlines() if line and not line.startswith("#")]


def of(instruction):
    """Return what stands behind each instruction of a kind, in order."""
    words = (line.partition(" ") for line in LINES)
    return [rest for name, _, rest in words if name == instruction]


def test_every_file_that_is_copied_from_the_checkout_is_in_it():
    copied = [shlex.split(words)[:-1] for words in of("COPY") if not words.startswith("--from")]
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.splitlines()

    missing = [
        name
        for names in copied
        for name in names
        if not any(file == name or file.startswith(f"{name}/") for file in tracked)
    ]

    assert copied
    assert [] == missing


def test_it_runs_as_a_user_who_is_not_root_and_owns_the_state():
    made = " ".join(of("RUN"))

    assert ["collector"] == of("USER")
    assert "useradd --uid 10001" in made
    assert "install -d -o collector -g collector -m 0700 /var/lib/collector" in made
    assert ["/var/lib/collector"] == of("VOLUME")


def test_only_pinned_wheels_are_taken():
    installs = [words for words in of("RUN") if " install --no-cache-dir" in words]

    assert 2 == len(installs)
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[1]


def started():
    (health,) = of("HEALTHCHECK")
    entry, command = json.loads(of("ENTRYPOINT")[0]), json.loads(of("CMD")[0])
    return [json.loads(health[health.index("[") :]), [*entry, *command]]


@pytest.mark.parametrize("words", started(), ids=["healthcheck", "command"])
def test_what_it_starts_is_a_command_with_the_options_there_are(words):
    assert "collector" == words[0]

    done = subprocess.run(
        [sys.executable, "-m", "collector", *words[1:], "--help"],
        capture_output=True,
        check=False,
        timeout=50,
    )

    assert 0 == done.returncode


def test_it_names_no_host_but_that_of_the_base():
    text = FILE.read_text()

    assert ["docker.io"] == re.findall(r"[\w-]+\.(?:io|org|com|net)\b", text)
