import errno
import random
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from fake_plugins import fake_loader

from collector.config import Config, files, load
from collector.errors import ConfigError
from collector.plugin.loader import PluginLoader

Load = Callable[..., Config]
Complaints = Callable[..., list[str]]

SOURCE = '[[source]]\nplugin = "probe"\nsensor = "{}"\n'


def test_drop_ins_append_their_sources_in_the_order_of_their_names(load_text: Load) -> None:
    config = load_text(
        SOURCE.format("a"), {"20.toml": SOURCE.format("c"), "10.toml": SOURCE.format("b")}
    )

    assert ["a", "b", "c"] == [source.sensor for source in config.sources]


def test_drop_ins_add_keys_to_tables(load_text: Load) -> None:
    config = load_text('[agent]\nhost = "here"', {"a.toml": "[agent]\nport = 5\n[log]"})

    assert ("here", 5) == (config.agent.host, config.agent.port)


def test_a_key_set_in_two_files_is_refused_with_both_places(complaints_of: Complaints) -> None:
    complaints = complaints_of("[agent]\nport = 5", {"a.toml": "\n[agent]\nport = 6"})

    assert [
        "collector.d/a.toml:3:1: agent.port: is already set at collector.toml:2:1"
    ] == complaints


def test_a_table_and_a_value_of_one_name_are_refused(complaints_of: Complaints) -> None:
    complaints = complaints_of("[agent]", {"a.toml": "agent = 6"})

    assert ["collector.d/a.toml:1:1: agent: is already set at collector.toml:1:1"] == complaints


def test_a_complaint_about_a_drop_in_names_that_file(complaints_of: Complaints) -> None:
    complaints = complaints_of(SOURCE.format("a"), {"b.toml": SOURCE.format("b") + "colour = 1"})

    assert complaints[0].startswith("collector.d/b.toml:4:1: source[1].colour: unknown key")


def test_other_files_beside_the_drop_ins_are_left_alone(load_text: Load) -> None:
    config = load_text("", {".#a.toml": "x", "a.toml.bak": "x", "b.toml": SOURCE.format("b")})

    assert 1 == len(config.sources)


def test_a_file_named_like_the_drop_in_directory_is_no_directory(
    load_text: Load, tmp_path: Path
) -> None:
    (tmp_path / "collector.d").write_text("x")

    assert load_text("").sources == ()


def test_a_byte_order_mark_and_windows_line_ends_are_read(load_text: Load) -> None:
    assert 5 == load_text("\ufeff[agent]\r\nport = 5\r\n").agent.port


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[agent]\nport = ", "2:8: is not valid TOML: invalid value"),
        ("[agent]\nport = 5\nport = 6", "3:9: is not valid TOML: cannot overwrite a value"),
        ('a = """x', "1:9: is not valid TOML: "),
        ("[agent]\n[agent]", "2:7: is not valid TOML: cannot declare ('agent',) twice"),
        ("a = " + "[" * 5000, " is nested too deeply"),
        ("a = " + "[" * 50 + "]" * 50, " is nested too deeply, more than 32 levels"),
        (".".join(["a"] * 5000) + " = 1", " is nested too deeply, more than 32 levels"),
        ("a = " + "9" * 5000, "1:1: is not valid TOML: exceeds the limit"),
    ],
)
def test_what_is_not_toml_is_refused_with_its_place(
    complaints_of: Complaints, text: str, expected: str
) -> None:
    [complaint] = complaints_of(text)

    assert complaint.startswith(f"collector.toml:{expected}")


def test_faults_in_several_files_are_told_together(complaints_of: Complaints) -> None:
    complaints = complaints_of("a =", {"a.toml": "b =", "c.toml": "c = 1"})

    assert ["collector.toml:1:4", "collector.d/a.toml:1:4"] == [
        complaint.split(": ")[0] for complaint in complaints
    ]


def complaints_about(file: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(file, loader=fake_loader())
    return str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "none.toml"

    assert f"{file}: cannot be read: No such file or directory" == complaints_about(file)


def test_a_directory_is_no_configuration(tmp_path: Path) -> None:
    assert f"{tmp_path}: cannot be read: Is a directory" == complaints_about(tmp_path)


def test_a_file_that_is_closed_to_this_user_is_said_to_be_open_to_others(tmp_path, monkeypatch):
    file = tmp_path / "closed.toml"
    file.write_text("", "utf-8")
    refusal = PermissionError(errno.EACCES, "Permission denied")
    monkeypatch.setattr(Path, "open", Mock(side_effect=refusal))

    said = f"{file}: cannot be read: Permission denied; ask as root (sudo), or as its owner"

    assert said == complaints_about(file)


def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"a = 1\nb = '\xff'\n")

    assert f"{file}:2:1: is not UTF-8 text: save the file as UTF-8" == complaints_about(file)


def test_a_huge_file_is_refused_without_being_parsed(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"#" * (files.MAX_BYTES + 1))

    assert f"{file}: is larger than 1 MiB: that is no configuration file" == complaints_about(file)


GOOD = """
[collector]
state_dir = "/s"
[agent]
port = 5
tls_strict = false
[[source]]
plugin = "probe"
sensor = "a"
interval = "5s"
metrics = ["x", "y"]
registers = [{address = 1, type = "f32"}]
[[source]]
plugin = "talker"
sensor = "b"
interval = 0
lines = 2
"""


def mutated(text: str, seed: int) -> bytes:
    chance = random.Random(seed)
    raw = bytearray(text.encode())
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(raw))
        match chance.randrange(4):
            case 0:
                raw[at] = chance.randrange(256)
            case 1:
                del raw[at : at + chance.randrange(1, 20)]
            case 2:
                raw[at:at] = chance.choice([b"[", b'"', b"\n", b"=", b"${", b"[[", b"nan", b"}"])
            case _:
                raw[at:at] = raw[chance.randrange(len(raw)) :][: chance.randrange(1, 40)]
    return bytes(raw)


def complaints_or_nothing(file: Path, raw: bytes, loader: PluginLoader) -> tuple[str, ...]:
    file.write_bytes(raw)
    try:
        load(file, loader=loader, environ={})
    except ConfigError as error:
        return error.complaints
    return ()


def test_mutated_files_load_or_complain_with_a_place(tmp_path: Path) -> None:
    file, loader = tmp_path / "x.toml", fake_loader()

    results = [complaints_or_nothing(file, mutated(GOOD, seed), loader) for seed in range(300)]

    lines = [line for complaints in results for line in complaints]
    assert all(line.startswith(f"{file}:") and "\n" not in line for line in lines)
    assert 150 < sum(1 for complaints in results if complaints) < 300


@pytest.mark.parametrize("path", [".", "/", "/dev"])
def test_a_directory_without_a_name_of_its_own_is_none_either(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(Path(path))


def test_a_device_is_no_configuration_and_nobody_is_told_to_change_its_mode():
    with pytest.raises(ConfigError) as refusal:
        load(Path("/dev/null"))

    assert ("/dev/null: is a device: name a file",) == tuple(refusal.value.complaints)
