"""Files that plugins read, and the relative paths that lead to them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_plugins import Probe, ProbeSettings, fake_loader, module_of
from pydantic import Field

from collector.config import Config
from collector.config.data_file import load_data_file
from collector.errors import ConfigError
from collector.plugin.kind import SourceKind
from collector.plugin.settings import ConfigModel
from collector.plugin.source import SourceContext

Load = Callable[..., Config]


class Point(ConfigModel):
    address: int
    chart: Path | None = None


class Profile(ConfigModel):
    points: dict[str, Point] = Field(default_factory=dict)
    charts: tuple[Path, ...] = ()


class Meter(ConfigModel):
    profile: Path
    extra: tuple[Point, ...] = ()
    more: dict[str, Path] = Field(default_factory=dict)


def create(settings: Meter, context: SourceContext) -> Probe:
    load_data_file(settings.profile, Profile)
    return Probe(ProbeSettings(), context)


METERS = fake_loader(meter=module_of(SourceKind(name="meter", settings=Meter, create=create)))
TABLE = '[[source]]\nplugin = "meter"\nsensor = "{}"\nprofile = "profiles/em340.toml"\n'


@pytest.fixture
def profile(tmp_path: Path) -> Callable[[str], Path]:
    """Write the profile beside the configuration and give its name."""

    def write(text: str) -> Path:
        file = tmp_path / "profiles" / "em340.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    return write


def complaints_of(file: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_data_file(file, Profile)
    return [line.removeprefix(str(file)) for line in caught.value.complaints]


# -- reading ------------------------------------------------------------------------------------


def test_a_file_becomes_its_model(profile: Any) -> None:
    file = profile("[points.power]\naddress = 52\n")

    assert Profile(points={"power": Point(address=52)}) == load_data_file(file, Profile)


def test_everything_wrong_is_told_at_once_with_its_place(profile: Any) -> None:
    file = profile('[points.power]\naddress = "52"\n\n[points.power.odd]\n[pionts]\n')

    assert [
        ':2:1: points.power.address: must be a whole number, got "52"',
        ":4:1: points.power.odd: unknown key (allowed: address, chart)",
        ":5:1: pionts: unknown key; did you mean points? (allowed: points, charts)",
    ] == complaints_of(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("points = ", ":1:10: is not valid TOML: "),
        ("[points.power]\n", ":1:1: points.power.address: is missing"),
    ],
)
def test_a_file_that_does_not_fit_has_a_complaint_with_its_place(
    profile: Any, text: str, said: str
) -> None:
    [line] = complaints_of(profile(text))

    assert line.startswith(said)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert [": cannot be read: No such file or directory"] == complaints_of(tmp_path / "no.toml")


def test_no_drop_in_directory_is_looked_for(profile: Any) -> None:
    file = profile("")
    drop_ins = file.with_suffix(".d")
    drop_ins.mkdir()
    (drop_ins / "more.toml").write_text("odd = 1")

    assert Profile() == load_data_file(file, Profile)


def test_what_looks_like_a_reference_is_plain_text(profile: Any) -> None:
    file = profile('charts = ["${HOME}"]')

    assert (file.parent / "${HOME}",) == load_data_file(file, Profile).charts


def test_relative_paths_in_it_are_relative_to_its_own_directory(profile: Any) -> None:
    file = profile('charts = ["a.csv", "/b.csv"]\n[points.power]\naddress = 1\nchart = "c.csv"\n')

    loaded = load_data_file(file, Profile)

    assert (file.parent / "a.csv", Path("/b.csv")) == loaded.charts
    assert file.parent / "c.csv" == loaded.points["power"].chart


# -- from a configuration -----------------------------------------------------------------------


def test_a_source_finds_its_file_beside_the_configuration(
    load_text: Load, profile: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    file = profile("")

    [source] = load_text(TABLE.format("a"), loader=METERS).sources

    assert isinstance(source.settings, Meter)
    assert file == source.settings.profile


def test_paths_at_any_depth_of_settings_become_absolute(
    load_text: Load, profile: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    profile("")
    keys = 'more = { a = "a.csv", b = "~/b.csv" }\nextra = [{ address = 1, chart = "c.csv" }]\n'

    [source] = load_text(TABLE.format("a") + keys, loader=METERS).sources

    assert isinstance(source.settings, Meter)
    assert {"a": tmp_path / "a.csv", "b": Path("/home/ann/b.csv")} == source.settings.more
    assert (Point(address=1, chart=tmp_path / "c.csv"),) == source.settings.extra


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (TABLE.format("a") + 'more = { a = "~nobody-here/x" }\n', "5:10: source[0].more.a"),
        ('[agent]\nca_file = "~nobody-here/x"\n', "2:1: agent.ca_file"),
    ],
)
def test_a_home_that_nobody_knows_is_a_complaint(
    complaints_of: Any, profile: Any, text: str, place: str
) -> None:
    profile("")

    said = f"collector.toml:{place}: leads nowhere: ~nobody-here is no known home directory"
    assert [said] == complaints_of(text, loader=METERS)


def test_settings_without_a_path_stay_the_same_object(load_text: Load) -> None:
    settings = ProbeSettings(device="here")
    kind = SourceKind(name="probe", settings=ProbeSettings, create=Probe)

    [source] = load_text(
        '[[source]]\nplugin = "probe"\nsensor = "s"\ndevice = "here"\n',
        loader=fake_loader(probe=module_of(kind)),
    ).sources

    assert settings == source.settings


def test_complaints_about_the_file_are_shown_as_they_are_and_once(
    complaints_of: Any, profile: Any
) -> None:
    profile("odd = 1\n" + "\n" * 8 + "[points.power]\n")
    text = TABLE.format("a") + TABLE.format("b") + "odd = 2\n" + TABLE.format("c")

    first, second, third = complaints_of(text, loader=METERS)

    assert "profiles/em340.toml:1:1: odd: unknown key (allowed: points, charts)" == first
    assert "profiles/em340.toml:10:1: points.power.address: is missing" == second
    assert third.startswith("collector.toml:9:1: source[1].odd: unknown key (allowed: ")
