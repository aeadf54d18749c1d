import datetime as dt
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, model_validator

from collector.config.complaints import Complaints, Place
from collector.config.validation import validate
from collector.errors import ConfigError
from collector.plugin.settings import ConfigModel, Duration


class Parity(Enum):
    EVEN = "even"
    ODD = "odd"


class Tcp(ConfigModel):
    kind: Literal["tcp"]
    host: str


class Rtu(ConfigModel):
    kind: Literal["rtu"]
    port: str


class Settings(ConfigModel):
    ratio: float = Field(default=1.0, gt=0, lt=2)
    step: int = Field(default=2, multiple_of=2)
    parity: Parity = Parity.EVEN
    parities: tuple[Parity, ...] = ()
    file: Path = Path("/x")
    pair: tuple[int, int] = (1, 2)
    ids: frozenset[int] = frozenset()
    names: list[str] = Field(default_factory=list, min_length=1, validate_default=False)
    by_name: dict[str, Tcp] = Field(default_factory=dict)
    line: Annotated[Tcp | Rtu, Field(discriminator="kind")] | None = None
    since: dt.date | None = None
    either: int | str = 1
    pause: Duration = Field(default="1s")
    first: int = 0
    last: int = 0

    @model_validator(mode="after")
    def _in_order(self) -> "Settings":
        if self.first > self.last:
            raise ValueError("first must not lie\nbehind last")
        return self


def complaint_about(table: dict[str, Any]) -> str:
    complaints = Complaints({(): Place(0, 0, 0, "x.toml")})
    assert validate(Settings, table, ("t",), complaints) is None
    with pytest.raises(ConfigError) as caught:
        complaints.raise_if_any()
    return "; ".join(line.removeprefix("x.toml: t") for line in caught.value.complaints)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"ratio": 0}, ".ratio: must be more than 0, got 0"),
        ({"ratio": 2.5}, ".ratio: must be less than 2, got 2.5"),
        ({"ratio": "1"}, '.ratio: must be a number, got "1"'),
        ({"ratio": float("nan")}, ".ratio: must be a finite number, got NaN"),
        ({"step": 3}, ".step: must be a multiple of 2, got 3"),
        ({"parity": "evn"}, '.parity: must be one of "even", "odd", got "evn"'),
        ({"parities": ["odd", 5]}, '.parities[1]: must be one of "even", "odd", got 5'),
        ({"file": 5}, ".file: must be text in quotes, got 5"),
        ({"pair": [1]}, ".pair[1]: is missing"),
        ({"pair": [1, 2, 3]}, ".pair: must have at most 2 items"),
        ({"ids": 5}, ".ids: must be a list, got 5"),
        ({"names": []}, ".names: must have at least 1 items"),
        ({"names": "a"}, '.names: must be a list, got "a"'),
        ({"by_name": []}, ".by_name: must be a table, got a list"),
        ({"by_name": {"a": 5}}, ".by_name.a: must be a table, got 5"),
        (
            {"by_name": {"a": {"kind": "tcp", "hots": "x", "host": "y"}}},
            ".by_name.a.hots: unknown key; did you mean host? (allowed: kind, host)",
        ),
        ({"line": {"kind": "udp"}}, '.line: kind must be one of "tcp", "rtu", got "udp"'),
        ({"line": {"kind": "tcp"}}, ".line.host: is missing"),
        ({"line": {"kind": "tcp", "host": 5}}, ".line.host: must be text in quotes, got 5"),
        ({"since": "2020"}, '.since: Input should be a valid date, got "2020"'),
        (
            {"either": 1.5},
            ".either: must be a whole number, got 1.5; .either: must be text in quotes, got 1.5",
        ),
        ({"first": 2, "last": 1}, ": first must not lie behind last"),
        (
            {"pause": "1"},
            '.pause: \'1\' is no duration with a unit: write "250ms", "10s", "5min", "1h" or "30d"',
        ),
    ],
)
def test_what_does_not_fit_is_said_in_words_of_the_file(
    table: dict[str, Any], expected: str
) -> None:
    assert expected == complaint_about(table)


def test_what_fits_becomes_the_model() -> None:
    complaints = Complaints({(): Place(0, 0, 0, "x.toml")})

    settings = validate(
        Settings, {"line": {"kind": "rtu", "port": "/dev/x"}, "either": "a"}, (), complaints
    )

    complaints.raise_if_any()
    assert Settings(line=Rtu(kind="rtu", port="/dev/x"), either="a") == settings
