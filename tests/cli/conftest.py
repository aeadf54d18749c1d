import importlib.metadata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_plugins import PROBE, TALKER, module_of, offering

MODULES = {
    "probe": module_of(PROBE, TALKER),
    "talker": module_of(PROBE, TALKER),
    "broken": ImportError("no bits"),
}


@pytest.fixture
def _fake_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command see probe, talker and a broken plugin as the installed ones."""

    def entry_points(**_: Any) -> Any:
        return offering(MODULES)

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the command see these modules, by their kinds, as the installed plugins."""

    def install_them(**modules: Any) -> None:
        monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: offering(modules))

    return install_them


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Write a configuration, with a state directory and a CA file that exist; give its name."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "ca.crt").write_text("x")

    def write_it(text: str) -> str:
        file = tmp_path / "collector.toml"
        file.write_text(f'[agent]\nca_file = "ca.crt"\n{text}', "utf-8")
        return str(file)

    return write_it
