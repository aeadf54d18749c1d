"""Whatever stands in a ``[[source.transform]]``: it is refused in words, or it works."""

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fake_plugins import fake_loader
from hypothesis import given
from hypothesis import strategies as st

from collector.clock import Instant
from collector.config import load
from collector.config.model_keys import keys_of
from collector.errors import ConfigError
from collector.plugin.source import Metric
from collector.testkit.clock import FakeClock
from collector.transforms.kinds import KINDS
from collector.transforms.pipeline import Pipeline
from collector.transforms.step import Stamp

HEAD = '[[source]]\nplugin = "probe"\nsensor = "s"\nmetrics = ["warm", "power l1"]\n'
TEXTS = st.sampled_from(
    [
        *("", "warm", "wram", "*", "w*", "?", "*-*", "power l1", "x" * 40, "10s", "1h", "5", "ä"),
        *("W", "°C", "min", "count", "warm + 1", "'power l1' / warm", "1 +", "open(1)", "a.b"),
    ]
)
NUMBERS = st.one_of(st.integers(-3, 100), st.floats(-5, 5), st.sampled_from(["inf", "nan"]))
VALUES = st.one_of(
    TEXTS.map(lambda text: f'"{text}"'),
    NUMBERS.map(str),
    st.sampled_from(["true", "[]", "{}", '["min", "mean"]', '["min", 5]']),
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Return a table with the keys of a type, most of them, and sometimes one of another."""
    kind = draw(st.sampled_from([*KINDS, "scael"]))
    own = keys_of(KINDS[kind].settings) if kind in KINDS else ("metric",)
    keys = [*draw(st.lists(st.sampled_from(own), unique=True, max_size=6))]
    if draw(st.booleans()):
        keys += [key for key in ("metric", "factor", "expression") if key in own]
    lines = [f"{key} = {draw(VALUES)}" for key in dict.fromkeys(keys) if key != "type"]
    return "\n".join(["[[source.transform]]", f'type = "{kind}"', *lines, ""])


def work(source: Any) -> None:
    pipeline = Pipeline(source.transforms)
    pipeline.follow([Metric(id="warm"), Metric(id="power l1")])
    for number in range(5):
        values: Any = {"warm": float(number % 2), "power l1": 1.0}
        pipeline.take(values, Stamp(Instant("boot", number * 1000), number * 1000))
    pipeline.flush(None)


@given(st.lists(tables(), max_size=3))
def test_any_table_is_refused_with_its_place_or_works(each: list[str]) -> None:
    with TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        file = Path(folder) / "collector.toml"
        file.write_text(HEAD + "".join(each), "utf-8")
        try:
            config = load(file, environ={}, loader=fake_loader(), clock=FakeClock())
        except ConfigError as error:
            complaints = error.complaints
        else:
            complaints = ()
            stack.callback(work, config.sources[0])

    assert all(line.startswith(f"{file}:") for line in complaints)
    assert all(": source[0].transform[" in line for line in complaints)
