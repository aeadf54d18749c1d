"""`collector record`, and `--replay` of what it made."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.cli import main
from collector.service.state_dir import Mode, StateDirectory

Capture = pytest.CaptureFixture[str]
Write = Callable[[str], str]

METER = (
    '[[source]]\nplugin = "modbus"\nsensor = "meter"\ninterval = "100ms"\nprofile = "pzem-016"\n'
    'link = { type = "tcp", host = "192.0.2.1" }\n'
)
CHIP = '[[source]]\nplugin = "i2c"\nsensor = "chip"\ninterval = "100ms"\ndevice = "lm75"\n'
MACHINE = '[[source]]\nplugin = "system"\nsensor = "gateway"\ninterval = "100ms"\n'


def test_a_support_case_becomes_a_test(write: Write, capsys: Capture, tmp_path: Path) -> None:
    config, file = write(METER + CHIP), str(tmp_path / "case.rec")
    assert main(["record", "meter", "--simulate", "--config", config, "--output", file,
                 "--duration", "500ms"]) == 0  # fmt: skip
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("meter: ")

    words = ["test", "meter", "--simulate", "--replay", file, "--config", config, "--json"]
    assert main([*words, "--reads", "1"]) == 0
    first = capsys.readouterr().out
    assert main([*words, "--reads", "1"]) == 0

    assert first == capsys.readouterr().out
    assert "voltage" in [value["metric"] for value in json.loads(first)["values"]]


def test_a_source_that_is_not_in_the_recording_is_told(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    config, file = write(METER + CHIP), str(tmp_path / "case.rec")
    main(["record", "meter", "--simulate", "--config", config, "--output", file,
          "--duration", "300ms"])  # fmt: skip
    capsys.readouterr()

    code = main(["test", "chip", "--simulate", "--replay", file, "--config", config])

    assert code != 0
    complaint = f"chip: 'chip' is not in {file}, which is of: 'meter'\n"
    assert capsys.readouterr().err.endswith(complaint)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["record", "hall", "--output", "x"], "there is no source 'hall' in"),
        (["record", "gateway", "--output", "x"], "gateway: recordings of kind 'system' cannot be"),
        (["record", "--running", "--simulate", "--output", "x"], "that runs: no --simulate"),
        (["record", "--output", "/nowhere/x"], "/nowhere/x cannot be made: No such file"),
        (["record", "--output", "x", "--duration", "5"], "'5' is no duration with a unit"),
        (["record", "--output", "x", "--max-bytes", "0"], "must be more than 0"),
        (["record", "--output", "x", "--max-bytes", "1GB"], "must be at most 268435456"),
        (["test", "meter", "--replay", "x"], "give --simulate as well"),
        (["test", "meter", "--simulate", "--replay", "x", "--replay-speed", "0"], "more than 0"),
        (["run", "--replay", "x"], "give --simulate as well"),
    ],
)
def test_a_wrong_command_line_is_one_line(
    write: Write, capsys: Capture, words: list[str], complaint: str
) -> None:
    config = write(METER + MACHINE)

    code = main([*words, "--config", config])

    assert code == 64
    assert complaint in capsys.readouterr().err


def test_what_cannot_be_played_is_left_out_of_all(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    file = tmp_path / "case.rec"

    code = main(["record", "--simulate", "--config", write(CHIP + MACHINE), "--output", str(file),
                 "--duration", "300ms"])  # fmt: skip

    assert code == 0
    told = capsys.readouterr()
    assert "gateway: left out: recordings of kind 'system' cannot be played\n" == told.err
    assert told.out.startswith("chip: ")


def test_a_recording_is_never_written_over(write: Write, capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "case.rec"
    file.write_text("precious")

    code = main(["record", "--simulate", "--config", write(METER), "--output", str(file)])

    assert code == 64
    assert "is there already" in capsys.readouterr().err
    assert file.read_text() == "precious"


def test_devices_that_a_running_collector_holds_are_left_to_it(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    config = write(METER)

    with StateDirectory(tmp_path / "collector", Mode.REAL):
        code = main(["record", "--config", config, "--output", str(tmp_path / "x")])

    assert code == 73
    assert "another collector is running" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_real_device_that_does_not_answer_is_recorded_and_told(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    config = write(METER.replace('host = "192.0.2.1"', 'host = "127.0.0.1", port = 1'))
    file = tmp_path / "x"

    code = main(["record", "--config", config, "--output", str(file), "--duration", "300ms"])

    assert code == 0
    assert "cannot connect to tcp://127.0.0.1:1" in capsys.readouterr().err
    assert '"direction":"error"' in file.read_text()


def test_a_recording_that_was_cut_is_played_and_told(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    config, file = write(CHIP), tmp_path / "case.rec"
    main(["record", "--simulate", "--config", config, "--output", str(file),
          "--duration", "500ms"])  # fmt: skip
    file.write_bytes(file.read_bytes()[:-9])
    capsys.readouterr()

    code = main(["test", "chip", "--simulate", "--replay", str(file), "--config", config])

    assert code == 0
    assert capsys.readouterr().err == f"{file}: its last line is not whole, and is left out\n"


def test_a_damaged_recording_is_one_line_with_its_number(
    write: Write, capsys: Capture, tmp_path: Path
) -> None:
    file = tmp_path / "case.rec"
    file.write_text("nonsense\n")

    code = main(["test", "meter", "--simulate", "--replay", str(file), "--config", write(METER)])

    assert code == 78
    assert capsys.readouterr().err == f"{file}:1: is no JSON\n"


def test_a_recording_is_its_owners_alone(write: Write, tmp_path: Path) -> None:
    file = tmp_path / "case.rec"

    main(["record", "--simulate", "--config", write(METER), "--output", str(file),
          "--duration", "200ms"])  # fmt: skip

    assert file.stat().st_mode & 0o777 == 0o600
