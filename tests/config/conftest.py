from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_plugins import fake_loader

from collector.config import Config, load
from collector.errors import ConfigError
from collector.testkit.clock import FakeClock

BROKEN = {"broken": ImportError("no module named 'bits'")}


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[..., Config]:
    """Load a text as ``collector.toml``, with drop-ins, fake plugins and an empty environment."""

    def load_it(
        text: str,
        drop_ins: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Config:
        file = tmp_path / "collector.toml"
        file.write_text(text, "utf-8")
        for name, more in (drop_ins or {}).items():
            (tmp_path / "collector.d").mkdir(exist_ok=True)
            (tmp_path / "collector.d" / name).write_text(more, "utf-8")
        options.setdefault("loader", fake_loader(**BROKEN))
        return load(file, environ=environ or {}, clock=FakeClock(), **options)

    return load_it


@pytest.fixture
def complaints_of(load_text: Callable[..., Config], tmp_path: Path) -> Callable[..., list[str]]:
    """Load a text and return what it complains about, without the directory's name."""

    def complaints(text: str, *arguments: Any, **options: Any) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load_text(text, *arguments, **options)
        return [line.replace(f"{tmp_path}/", "") for line in caught.value.complaints]

    return complaints
