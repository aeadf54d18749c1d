from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fake_plugins import PROBE, TALKER, Probe, module_of, offering

from collector.config import Config, load
from collector.plugin.cost import ReadCost
from collector.plugin.kind import SourceKind
from collector.plugin.loader import PluginLoader
from collector.testkit.clock import FakeClock


@dataclass
class Costs:
    """What sources of the kind ``probe`` say that they cost, and which link they have."""

    cost: Any = None
    link: str = "bus 1"


@pytest.fixture
def costs() -> Costs:
    return Costs()


@pytest.fixture
def kinds(costs: Costs) -> Sequence[SourceKind]:
    class CostlyProbe(Probe):
        @property
        def link(self) -> str:
            return costs.link

        def cost(self, group: str) -> ReadCost | None:
            assert group in self.settings.groups
            if isinstance(costs.cost, Exception):
                raise costs.cost
            return costs.cost

    return replace(PROBE, create=CostlyProbe), TALKER


@pytest.fixture
def configure(tmp_path: Path, kinds: Sequence[SourceKind]) -> Callable[..., Config]:
    """Load a configuration of probes and talkers; by default without the collector's figures."""

    def configure_it(*sources: str, tables: str = "", strict: bool = False) -> Config:
        file = tmp_path / "collector.toml"
        figures = "" if "[figures]" in tables else "[figures]\nenabled = false\n"
        file.write_text("\n".join([tables, figures, *sources]), "utf-8")
        module = module_of(*kinds)
        loader = PluginLoader(offering({"probe": module, "talker": module}))
        environ = {"XDG_STATE_HOME": str(tmp_path)}
        return load(file, loader=loader, environ=environ, clock=FakeClock(), strict=strict)

    return configure_it
