from enum import Enum, IntEnum
from pathlib import Path
from typing import Literal

import pydantic
import pytest
from pydantic import Field

from collector.plugin.settings import ConfigModel, Duration
from collector.plugin.toml_types import typed


class Parity(Enum):
    EVEN = "even"
    NONE = "none"


class Speed(IntEnum):
    SLOW = 1


class Part(ConfigModel):
    file: Path


class Settings(ConfigModel):
    files: tuple[Path, ...] = ()
    pair: tuple[int, str] = (1, "a")
    ids: frozenset[int] = frozenset()
    parity: Parity | None = None
    by_name: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    either: str | Path = ""
    mode: Literal["a", "b"] = "a"
    speed: Speed = Speed.SLOW
    home: Path = Path("/default")
    pause: Duration = "1s"


@pytest.mark.parametrize(
    ("annotation", "given", "expected"),
    [
        (tuple[int, ...], [1, 2], (1, 2)),
        (tuple[Path, int], ["/a", 1], (Path("/a"), 1)),
        (tuple[Path, int], ["/a"], ("/a",)),
        (set[str], ["a"], {"a"}),
        (set[str], [{"a": 1}], [{"a": 1}]),
        (list[Path], ["/a"], [Path("/a")]),
        (dict[str, Path], {"x": "/a"}, {"x": Path("/a")}),
        (Path | None, "/a", Path("/a")),
        (str | Path, "/a", "/a"),
        (Parity, "even", Parity.EVEN),
        (Parity, "odd", "odd"),
        (Speed, 1, Speed.SLOW),
        (int, "1", "1"),
        (str, 1, 1),
        (Path, 1, 1),
    ],
)
def test_only_what_toml_cannot_write_is_given_its_type(
    annotation: object, given: object, expected: object
) -> None:
    result = typed(annotation, given)

    assert expected == result
    assert type(expected) is type(result)


def test_settings_take_arrays_paths_and_members_as_toml_writes_them() -> None:
    settings = Settings.model_validate(
        {
            "files": ["/a"],
            "pair": [2, "b"],
            "ids": [1],
            "parity": "even",
            "by_name": {"x": [1]},
            "parts": [{"file": "/b"}],
            "speed": 1,
            "pause": "2s",
        }
    )

    assert (Path("/a"),) == settings.files
    assert (2, "b") == settings.pair
    assert frozenset({1}) == settings.ids
    assert Parity.EVEN is settings.parity
    assert {"x": (1,)} == settings.by_name
    assert (Part(file=Path("/b")),) == settings.parts
    assert Speed.SLOW is settings.speed
    assert settings.pause == 2.0


@pytest.mark.parametrize(
    "table",
    [{"pair": ["1", "a"]}, {"files": "/a"}, {"ids": [1.5]}, {"parity": "odd"}, {"home": 5}],
)
def test_nothing_else_is_guessed(table: dict[str, object]) -> None:
    with pytest.raises(pydantic.ValidationError):
        Settings.model_validate(table)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(pydantic.ValidationError, match="valid dictionary or instance of Settings"):
        Settings.model_validate(5)
