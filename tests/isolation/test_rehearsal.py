"""Plugins that end the process that loads them: it is told which one, and all else goes on."""

from pathlib import Path

import pytest
from isolation_bed import SITE
from place import Place

LEAVING = Path(__file__).parent / "leaving_site"
LEAVER = '[[source]]\nplugin = "leaver"\nsensor = "l"\ninterval = "1s"\n'
SYSTEM = '[[source]]\nplugin = "system"\nsensor = "g"\ninterval = "200ms"\ngroups = ["cpu"]\n'
TROUBLE = '[[source]]\nplugin = "trouble"\nsensor = "s"\ninterval = "1s"\n'
BY_IMPORT = "importing it ends the process: it left with exit code 0"


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    yield place
    place.clean_up()


@pytest.mark.parametrize("words", [("check",), ("explain",), ("test", "l"), ("doctor",)])
def test_a_command_says_which_plugin_would_have_ended_it_when_it_was_imported(place, words):
    place.configure(LEAVER)

    code, output, complaints = place.ask(*words, python_path=LEAVING)

    assert code != 0
    assert f"plugin 'leaver' is broken: {BY_IMPORT}" in output + complaints


@pytest.mark.parametrize(
    ("at", "trouble", "how"),
    [
        ("make", "leave", "making a source ends the process: it left with exit code 0"),
        ("make", "crash", "making a source ends the process: it was killed by SIGSEGV"),
        ("groups", "leave", "making a source ends the process: it left with exit code 0"),
        ("metrics", "leave", "metrics ends the process: it left with exit code 0"),
    ],
)
def test_check_says_what_a_plugin_was_doing_when_it_would_have_ended_it(place, at, trouble, how):
    file = place.configure(f'{TROUBLE}at = "{at}"\ntrouble = "{trouble}"\n')

    code, _, complaints = place.ask("check", python_path=SITE)

    assert 78 == code
    assert f"{file}:" in complaints
    assert f"source[0].plugin: plugin 'trouble' is broken: {how}\n" in complaints


def test_the_list_of_plugins_shows_one_that_ends_the_process(place):
    code, output, _ = place.command("plugins", "list", "--check", python_path=LEAVING)

    assert 1 == code
    assert BY_IMPORT in next(line for line in output.splitlines() if line.startswith("leaver"))
    assert "system ok" in [" ".join(line.split()[::3]) for line in output.splitlines()]


def test_a_run_goes_on_without_the_sources_of_a_plugin_that_would_end_it(place):
    place.configure(LEAVER, SYSTEM)
    collector = place.collector("--simulate", python_path=LEAVING)

    status = collector.wait_until_confirmed(2)

    states = {source["name"]: (source["state"], source["message"]) for source in status["sources"]}
    assert ("broken", f"plugin 'leaver' is broken: {BY_IMPORT}") == states["l"]
    assert "ok" == states["g"][0]
    assert collector.stop() == 0


def test_a_reload_that_brings_such_a_plugin_ends_no_run(place):
    place.configure(SYSTEM)
    collector = place.collector("--simulate", python_path=LEAVING)
    pid = collector.wait_until_confirmed(2)["pid"]

    place.configure(SYSTEM, LEAVER)
    place.ask("reload", python_path=LEAVING)

    status = collector.wait_for(lambda status: len(status["sources"]) == 2, "it has the new source")
    assert pid == status["pid"]
    assert BY_IMPORT in str([source["message"] for source in status["sources"]])
    assert collector.stop() == 0
