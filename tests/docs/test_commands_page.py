"""The page of commands has each command and option there is, and its examples are run."""

import re
import shlex
import signal
from contextlib import contextmanager

import pytest
from reference_tables import COMMANDS_PAGE, parsers, refreshed, tables
from running import Agent, Collector, Program, wait_until

from collector.cli import main

PAGE = COMMANDS_PAGE.read_text("utf-8")
EXAMPLES = dict(
    re.findall(
        r"^### `collector (.+?)`\n.*?^```sh\ncollector (.+?)\n```", PAGE, re.MULTILINE | re.DOTALL
    )
)
[CONFIG] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
REFRESH = "run 'python tests/reference_tables.py', and write what only a human can"

ONLY_UNDERSTOOD = {
    "plugins new": "the package would stay; its own tests make one",
    "run": "the other examples are run beside it",
    "agent run": "provisioning runs beside one",
    "record": "it would write a file, of devices that are not there",
    "doctor": "this machine lacks the devices",
    "sensor resume": "nothing is kept",
    "modbus scan": "there is no such host",
    "serial sniff": "there is no such port",
}
LAST = ["metric delete", "sensor delete", "client delete"]
"""What takes away what the others need."""

CHANGING = [
    words
    for words in EXAMPLES
    if words.split()[0] in ("provision", "client", "sensor", "metric")
    and words not in (*ONLY_UNDERSTOOD, *LAST, "sensor watch")
] + LAST
"""What changes the agent, and what looks at that, in an order in which each has what it needs."""

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def by_words():
    return parsers()


def confirmed_values(status):
    return {(row["sensor"], row["metric"]) for row in status["values"] if row["confirmed"]}


@contextmanager
def run_beside(place):
    """Run the page's configuration, and an agent that has given us a certificate."""
    agent = Agent(place / "agent")
    file = place / "collector.toml"
    provision_port, port = agent.ports
    file.write_text(
        f'[collector]\nstate_dir = "{place / "state"}"\n[agent]\nhost = "127.0.0.1"\n'
        f'port = {port}\nprovision_port = {provision_port}\nca_file = "{agent.directory}/ca.crt"\n'
        + CONFIG
    )
    collector = Collector(place / "run", file, place / "state", "--simulate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLLECTOR_CONFIG", str(file))
        try:
            collector.wait_for(
                lambda status: (
                    {"gateway", "meter"}
                    <= {row["sensor"] for row in status["ledger"] if row["delivered"]}
                    and ("gateway", "cpu_percent") in confirmed_values(status)  # from the 2nd read
                ),
                "both sensors are at the agent, with what the examples name",
            )
            assert 0 == main(["provision"])
            yield
        finally:
            collector.kill()
            agent.kill()


@pytest.fixture(scope="module")
def _beside(tmp_path_factory):
    """Run beside examples that leave all as it is."""
    with run_beside(tmp_path_factory.mktemp("commands")):
        yield


def test_each_command_has_a_section_with_an_example(by_words):
    missing = [f"collector {words}" for words in by_words if words not in EXAMPLES]

    assert [] == missing, REFRESH
    assert [] == [words for words in EXAMPLES if words not in by_words]


@pytest.mark.parametrize("words", EXAMPLES)
def test_an_example_is_one_of_its_section(words):
    assert f"{EXAMPLES[words]} ".startswith(f"{words} ")


def test_the_tables_are_those_of_the_parsers():
    assert refreshed(PAGE, tables()) == PAGE, REFRESH


def test_each_command_has_its_table(by_words):
    assert sorted(by_words) == sorted(re.findall(r"<!-- options: (.+?) -->", PAGE))


@pytest.mark.parametrize("words", list(ONLY_UNDERSTOOD))
def test_an_example_that_is_not_run_is_understood(words, by_words):
    rest = shlex.split(EXAMPLES[words])[len(words.split()) :]

    assert vars(by_words[words].parse_args(rest))


@pytest.mark.usefixtures("_beside")
def test_the_watch_shows_values_until_ctrl_c(tmp_path):
    watch = Program(tmp_path, *shlex.split(EXAMPLES["sensor watch"]))
    try:
        wait_until(lambda: "cpu_percent=" in watch.output, "values are shown")
        assert 0 == watch.stop(signal.SIGINT)
    finally:
        watch.kill()


@pytest.mark.usefixtures("_beside")
@pytest.mark.parametrize(
    "words",
    [each for each in EXAMPLES if each not in (*ONLY_UNDERSTOOD, *CHANGING, "sensor watch")],
)
def test_an_example_does_what_it_says(words, capsys):
    code = main(shlex.split(EXAMPLES[words]))

    said = capsys.readouterr()
    assert 0 == code, said.err
    assert said.out


def test_the_examples_that_change_the_agent_do_what_they_say_one_after_the_other(tmp_path, capsys):
    with run_beside(tmp_path):
        for words in CHANGING:
            code = main(shlex.split(EXAMPLES[words]))

            said = capsys.readouterr()
            assert 0 == code, f"{words}: {said.err}"
            assert said.out, words
