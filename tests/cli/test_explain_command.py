import json

import pytest

from collector.cli import main

pytestmark = pytest.mark.usefixtures("_fake_plugins")

PROBE = '[[source]]\nplugin = "probe"\nsensor = "a"\ninterval = "1s"\nisolation = "thread"\n'


def test_it_tells_people_what_they_will_pay(write, capsys):
    code = main(["explain", "--config", write(PROBE)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert "a          -      1 s       unknown   unknown    unknown     -" in lines
    assert "a alone  - and 1 unknown  1" in lines
    assert any(
        line.startswith("to the agent, a day: 87840 messages and 86400 fences") for line in lines
    )


def test_programs_get_json(write, capsys):
    code = main(["explain", "--json", "--config", write(PROBE)])

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [None, 0] == [each["cost"] and each["cost"]["requests"] for each in found["reads"]]
    assert {
        "reads",
        "links",
        "sensors",
        "to_agent",
        "storage",
        "memory",
        "unknown",
        "warnings",
    } == (found.keys())


def test_measuring_reads_the_simulated_devices(write, capsys):
    talker = '[[source]]\nplugin = "talker"\nsensor = "b"\nisolation = "thread"\nlines = 1\n'
    options = ["--measure", "--seconds", "0.1"]

    code = main(["explain", "--json", "--config", write(PROBE + talker), *options])

    output = capsys.readouterr()
    assert code == 0
    assert [True, False, False] == [each["is_measured"] for each in json.loads(output.out)["reads"]]
    assert output.err == "b: said too little in 0.1 s\n"


def test_what_check_refuses_is_not_explained(write, capsys):
    assert main(["explain", "--config", write("[ring]\nmax_readings = 0\n")]) == 78
    assert "max_readings" in capsys.readouterr().err


def test_simulate_goes_with_measure(write, capsys):
    assert main(["explain", "--simulate", "--config", write(PROBE)]) == 64
    assert "give both" in capsys.readouterr().err
