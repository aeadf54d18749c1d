import json
import re
from collections.abc import Callable

import pytest

from collector.cli import main
from collector.cli.tables import readable

pytestmark = pytest.mark.usefixtures("_fake_plugins")

Capture = pytest.CaptureFixture[str]
Write = Callable[[str], str]

PROBE = (
    '[[source]]\nplugin = "probe"\nsensor = "s"\nmetrics = ["warm", "rate"]\nisolation = "thread"\n'
)


def test_a_source_is_read_and_its_values_printed(write: Write, capsys: Capture) -> None:
    code = main(["test", "s", "--pause", "0", "--config", write(PROBE)])

    assert code == 0
    assert [
        "SENSOR  METRIC  VALUE  UNIT",
        "s       warm    2      °C",
        "s       rate    2      °C",
    ] == capsys.readouterr().out.splitlines()


def test_programs_get_json(write: Write, capsys: Capture) -> None:
    code = main(["test", "s", "--json", "--reads", "1", "--config", write(PROBE)])

    assert code == 0
    assert {
        "source": "s",
        "values": [{"sensor": "s", "metric": "warm", "value": 1.0, "unit": "°C"}],
        "problems": [],
        "notes": [],
    } == json.loads(capsys.readouterr().out)


WARMER = (
    '[[source.transform]]\ntype = "scale"\nmetric = "warm"\nfactor = 10\nunit = "K"\n'
    '[[source.transform]]\ntype = "window"\nmetric = "rate"\nperiod = "1h"\nfigures = ["max"]\n'
)


def test_what_transforms_make_of_the_values_is_printed_below_them(
    write: Write, capsys: Capture
) -> None:
    code = main(["test", "s", "--pause", "0", "--config", write(PROBE + WARMER)])

    assert code == 0
    assert capsys.readouterr().out.splitlines() == [
        "SENSOR  METRIC  VALUE  UNIT",
        "s       warm    2      °C",
        "s       rate    2      °C",
        "",
        "After its transforms:",
        "SENSOR  METRIC    VALUE  UNIT",
        "s       warm      20     K",
        "s       rate-max  2      °C",
    ]


def test_programs_get_both(write: Write, capsys: Capture) -> None:
    main(["test", "s", "--json", "--reads", "1", "--config", write(PROBE + WARMER)])

    told = json.loads(capsys.readouterr().out)

    assert [1.0, 10.0] == [told[key][0]["value"] for key in ("values", "sent")]


def test_it_is_said_that_transforms_leave_nothing(write: Write, capsys: Capture) -> None:
    bounds = '[[source.transform]]\ntype = "range"\nmetric = "*"\nminimum = 100\n'

    code = main(["test", "s", "--pause", "0", "--config", write(PROBE + bounds)])

    assert code == 0
    assert "After its transforms: nothing" == capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('fail = "open"', "s: /dev/probe0 does not answer\n"),
        ('fail = "read"', "s: the source failed: RuntimeError: boom\n"),
        ('fail = "silent"', "s: gave no values\n"),
    ],
)
def test_a_source_that_gives_nothing_is_the_answer_no(
    write: Write, capsys: Capture, keys: str, said: str
) -> None:
    code = main(["test", "s", "--pause", "0", "--config", write(PROBE + keys)])

    assert code == 1
    output, complaint = capsys.readouterr()
    assert ("", said) == (output, re.sub(r" at \w+\.py:\d+", "", complaint))


def test_a_broken_plugin_is_the_answer_no(write: Write, capsys: Capture) -> None:
    file = write('[[source]]\nplugin = "broken"\nsensor = "s"')

    assert main(["test", "s", "--config", file]) == 1
    assert "ImportError: no bits" in capsys.readouterr().err


def test_the_simulated_device_is_read_instead(write: Write, capsys: Capture) -> None:
    file = write(PROBE + 'fail = "open"')

    assert main(["test", "s", "--simulate", "--pause", "0", "--config", file]) == 0
    assert "warm" in capsys.readouterr().out


def test_an_unknown_source_is_a_wrong_command_line(write: Write, capsys: Capture) -> None:
    file = write(PROBE)

    assert main(["test", "x", "--config", file]) == 64
    assert f"collector: there is no source 'x' in {file} (sources: s)\n" == capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--reads", "0"), ("--pause", "-1"), ("--seconds", "inf"), ("--pause", "x")],
)
def test_odd_numbers_are_a_wrong_command_line(
    write: Write, capsys: Capture, option: str, value: str
) -> None:
    assert main(["test", "s", f"{option}={value}", "--config", write(PROBE)]) == 64
    assert option in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "true"),
        (5, "5"),
        ("on", "on"),
        (202212016128.0, "202212016128"),
        (1.550488970949864, "1.550"),
        (0.02449141786657043, "0.0245"),
        (-0.5, "-0.5"),
        (float("nan"), "nan"),
    ],
)
def test_values_are_shown_as_people_read_them(value: float | str, shown: str) -> None:
    assert shown == readable(value)
