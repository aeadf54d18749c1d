"""Who may import whom: the table of the architecture, held against every import there is."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

EVERYTHING = ("",)

MAY_IMPORT = {  # parts of the collector, as prefixes; every part may import itself
    "": (),  # collector/__init__.py: see ALSO
    "__main__": ("cli",),
    "wire": (),
    "clock": (),
    "pulse": (),
    "errors": (),
    "logs": (),
    "plugin": ("wire.units", "wire.ids", "errors", "clock"),
    "config": ("plugin", "errors"),
    "capture": ("plugin", "config", "errors", "clock"),
    "status": ("errors", "clock"),
    "ledger": ("errors", "clock"),
    "buffering": ("plugin", "clock", "errors", "ledger", "pulse"),
    "transforms": ("plugin", "errors", "clock"),
    "sampling": ("plugin", "transforms", "buffering", "clock", "status", "ledger", "pulse"),
    "isolation": ("plugin", "sampling", "errors", "clock"),
    "mqtt": ("errors", "clock"),
    "client": ("mqtt.transport", "wire", "errors", "clock"),
    "publishing": ("buffering", "client", "wire", "clock", "status", "ledger", "pulse"),
    "agent": ("wire", "errors", "clock"),
    "testkit": ("plugin", "wire", "agent", "client", "clock"),
    "web": ("status", "ledger", "clock"),
    "forecast": (
        *("plugin", "config", "transforms", "buffering", "publishing", "wire", "clock"),
        "service.figures",
    ),
    "service": EVERYTHING,
    "operating": (
        *("plugin", "config", "service", "client", "mqtt", "isolation", "errors", "clock"),
    ),
    "cli": EVERYTHING,
}

ALSO = {  # what the table did not foresee, each with its reason
    ("", "plugin"): "gathers the public names",
    ("", "clock"): "gathers the public names",
    ("", "config.data_file"): "gathers the public names",
    ("", "errors"): "gathers the public names",
    ("", "wire.units"): "gathers the public names",
    ("logs", "clock"): "time is an argument, of log lines too",
    ("config", "clock"): "a configured source is made with the clock that it will run on",
    ("config", "wire.ids"): "a client's name is checked where it is written",
    ("status", "wire.units"): "the type of a last value",
    ("buffering", "wire.units"): "the type of a value",
    ("buffering", "status"): "a buffer tells its own fill",
    ("publishing", "plugin.source"): "the metrics that a source declares are what is annotated",
    ("publishing", "mqtt.transport"): "the uplink drives one connection with all that is due",
    ("publishing", "errors"): "the agent is unreachable, or its state file cannot be written",
    ("transforms", "wire.ids"): "what a metric is renamed to has to be an id",
    ("transforms", "wire.units"): "the type of a value, and that of what is computed",
    ("config", "transforms"): "a transform's table is checked where it is written",
    ("sampling", "errors"): "a source's failures are told apart by their type",
    ("isolation", "wire.units"): "metrics cross the border by the names of their units and types",
    ("sampling", "wire.ids"): "ids are checked where readings enter",
    ("sampling", "wire.units"): "values are checked where readings enter",
    ("web", "errors"): "an address that cannot be taken is told as other ports are",
    ("operating", "buffering.spool.settings"): "how much of the disk a spool takes and leaves",
    ("testkit", "config"): "an example is loaded as a configuration",
    ("testkit", "sampling.values"): "values are judged as they are where readings enter",
    ("testkit", "isolation.workers"): "a source has to run in a process of its own too",
    ("testkit", "cli.calling"): "a run under test is asked as the command line asks one",
    ("testkit", "mqtt.transport"): "the transport without a network is one of these",
    ("testkit", "errors"): "a double fails as the real one does",
}

INSIDE_PUBLISHING = {  # its parts, each with those that it may import besides itself
    "verdicts": (),
    "supply": (),
    "inventory": ("verdicts",),
    "delivery": ("supply", "verdicts"),
    "connection": ("supply", "inventory", "delivery"),
}

LIBRARIES = {  # where each may be imported
    "cryptography": ("client.provisioning", "agent"),
    "microdot": ("web",),
    "packaging": ("plugin",),
    "paho": ("mqtt",),
    "pluggy": ("plugin",),
    "pydantic": ("plugin", "config", "transforms", "buffering", "testkit"),
    "pytest": ("testkit",),
    "smbus2": ("testkit.i2c",),
    "pydantic_core": ("plugin", "config"),
    "rich": ("cli",),
}

HARDWARE = {  # the libraries of each bundled plugin
    "collector_system": {"psutil"},
    "collector_serial": {"serial"},
    "collector_modbus": {"pymodbus", "serial"},  # the line below pymodbus, for RS-485
    "collector_i2c": {"smbus2"},
}

KIT = ("collector.testkit",)
"""What simulated devices are made of, and the costs that are told by running one."""

HEAVY = ("cryptography", "microdot", "rich")
HEAVY += ("collector.agent", "collector.testkit", "collector.web")

TIMES = {
    "time": {
        *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"),
        *("sleep", "clock_gettime", "clock_gettime_ns", "process_time", "thread_time"),
    },
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}


@dataclass(frozen=True)
class Import:
    """One imported module.

    Attributes:
        at_import: It happens as soon as the importing module is imported.
    """

    importer: Path
    line: int
    module: str
    at_import: bool

    def __str__(self) -> str:
        return f"{self.importer.relative_to(ROOT)}:{self.line}: imports {self.module}"


def sources(folder: str) -> list[Path]:
    files = sorted((ROOT / folder).rglob("*.py"))
    return [file for file in files if "tests" not in file.relative_to(ROOT).parts]


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part not in ("__init__", "plugins"))


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def modules_of(node: ast.AST) -> list[str]:
    """Return what one node imports, `importlib.import_module("...")` included."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), level=0, names=names):
            inner = [f"{module}.{alias.name}" for alias in names]
            return [name if is_module(name) else module for name in inner]
        case ast.ImportFrom():
            return ["a relative name"]
        case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(str(name)), *_]):
            return [name]
    return []


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def walk(node: ast.AST, *, at_import: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    yield node, at_import
    is_later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for child in ast.iter_child_nodes(node):
        yield from walk(child, at_import=at_import and not is_later and not is_type_checking(node))


@cache
def imports_of(file: Path) -> list[Import]:
    return [
        Import(file, node.lineno, module, at_import)
        for node, at_import in walk(tree_of(file))
        for module in modules_of(node)
    ]


def all_imports(folder: str) -> list[Import]:
    return [found for file in sources(folder) for found in imports_of(file)]


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(prefix == "" or f"{name}.".startswith(f"{prefix}.") for prefix in prefixes)


def test_the_parts_of_publishing_import_in_one_direction():
    home = "collector.publishing"
    astray = [
        str(found)
        for part, others in INSIDE_PUBLISHING.items()
        for found in all_imports("collector/publishing")
        if within(name_of(found.importer), (f"{home}.{part}",))
        and within(found.module, (home,))
        and not within(found.module, tuple(f"{home}.{each}" for each in (part, *others)))
    ]

    assert [] == astray
    assert sorted(INSIDE_PUBLISHING) == sorted(
        path.stem
        for path in (ROOT / "collector" / "publishing").iterdir()
        if path.stem.isidentifier() and not path.stem.startswith("__")
    )


def part_of(module: str) -> str:
    """Return ``wire.topics`` of ``collector.wire.topics``."""
    return module.removeprefix("collector").removeprefix(".")


def layer_of(part: str) -> str:
    return part.partition(".")[0]


def needed_exception(found: Import) -> tuple[str, str] | None:
    """Return which row of ALSO allows this import; None when the table itself does."""
    layer, wanted = layer_of(part_of(name_of(found.importer))), part_of(found.module)
    if layer == layer_of(wanted) or wanted == "" or within(wanted, MAY_IMPORT[layer]):
        return None
    rows = [row for row in ALSO if row[0] == layer and within(wanted, (row[1],))]
    return rows[0] if rows else (layer, wanted)


INTERNAL = [found for found in all_imports("collector") if layer_of(found.module) == "collector"]


def test_every_part_of_the_collector_is_in_the_table():
    parts = {layer_of(part_of(name_of(file))) for file in sources("collector")}

    assert parts <= MAY_IMPORT.keys()


def test_nothing_imports_what_the_table_does_not_allow():
    forbidden = [found for found in INTERNAL if needed_exception(found) not in {None, *ALSO}]

    assert "" == "\n".join(map(str, forbidden))


def test_every_exception_to_the_table_is_needed_and_has_its_reason():
    needed = {needed_exception(found) for found in INTERNAL}

    assert [] == [row for row in ALSO if row not in needed]
    assert all(ALSO.values())


def test_agent_and_collector_meet_only_in_the_wire():
    ours = ("client", "publishing", "sampling", "mqtt", "buffering", "service")
    wrong = [
        found
        for found in INTERNAL
        if layer_of(part_of(name_of(found.importer))) == "agent"
        and within(part_of(found.module), ours)
    ]

    assert [] == [str(found) for found in wrong]


def test_libraries_are_imported_only_where_they_are_wrapped():
    wrong = [
        found
        for found in all_imports("collector")
        if (library := layer_of(found.module)) not in {*sys.stdlib_module_names, "collector"}
        and not within(part_of(name_of(found.importer)), LIBRARIES.get(library, ()))
    ]

    assert [] == [str(found) for found in wrong]


def test_no_heavy_module_is_imported_together_with_the_service():
    wrong = [
        found for found in all_imports("collector/service") if found.at_import and heavy(found)
    ]

    assert [] == [str(found) for found in wrong]


def heavy(found: Import) -> bool:
    return within(found.module, HEAVY)


def test_only_the_commands_that_draw_are_imported_with_rich():
    loads_rich = {name_of(found.importer) for found in all_imports("collector") if drawn(found)}
    wrong = [
        found
        for found in INTERNAL
        if found.module in loads_rich and not name_of(found.importer).startswith("collector.cli")
    ]

    assert [] == [str(found) for found in wrong]


def drawn(found: Import) -> bool:
    return layer_of(found.module) == "rich"


@pytest.mark.parametrize("name", sorted(HARDWARE))
def test_plugin_uses_the_public_names_and_its_own_library(name):
    wrong = [found for found in all_imports(f"plugins/{name}") if not plugin_may(name, found)]

    assert [] == [str(found) for found in wrong]


def plugin_may(plugin: str, found: Import) -> bool:
    is_simulator = any(part.startswith("simul") for part in found.importer.parts)
    if (is_simulator or found.importer.stem == "cost") and within(found.module, KIT):
        return True
    is_public = found.module == "collector" or layer_of(found.module) == plugin
    known = {*sys.stdlib_module_names, *HARDWARE[plugin], "pydantic"}
    return is_public or layer_of(found.module) in known


def test_every_bundled_plugin_is_in_the_table():
    entries = project()["entry-points"]["collector.plugins"].values()

    assert {entry.partition(".")[0] for entry in entries} <= HARDWARE.keys()


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("folder", ["collector", "plugins"])
def test_time_is_read_and_spent_only_by_the_clock(folder):
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for file in sources(folder)
        if file != ROOT / "collector" / "clock.py"
        for node in ast.walk(tree_of(file))
        if takes_time(node)
    ]

    assert wrong == []


def takes_time(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom(module="time", names=names):
            return any(alias.name in TIMES["time"] for alias in names)
        case ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr=attribute):
            return attribute in TIMES.get(name, ())
    return False


def test_no_file_of_the_collector_names_a_bundled_plugin():
    bundled = re.compile("|".join(HARDWARE))
    files = [file for file in (ROOT / "collector").rglob("*") if file.suffix in {".py", ".toml"}]

    assert [] == [str(file) for file in files if bundled.search(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("module", ["collector.service.service", "collector.cli.run"])
def test_running_daemon_loads_nothing_heavy(module):
    program = f"import sys, {module}; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )

    loaded = done.stdout.split()
    assert module in loaded
    assert [] == [name for name in loaded if within(name, HEAVY)]
