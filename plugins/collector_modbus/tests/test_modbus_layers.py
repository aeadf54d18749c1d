"""The parts of the plugin import downwards only, as its first docstring draws them."""

import ast
from pathlib import Path

import collector_modbus

ROOT = Path(collector_modbus.__file__).parent

FLOORS = (  # from the bottom up; a part may import what stands below it
    ("errors",),
    ("registers",),
    ("settings",),
    ("protocol",),
    ("decoding", "profiles", "planning", "bus"),
    ("simulator",),
    ("reading",),
    ("unit",),
    ("source",),
    ("sunspec",),
    ("kind", "load"),
    ("commissioning",),
    ("commands",),
    ("plugin",),
)


def part_of(module):
    return module.split(".")[1]


def imports_of(file):
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "collector_modbus":
                yield from (alias.name for alias in node.names)
            elif node.module.startswith("collector_modbus."):
                yield part_of(node.module)


def edges():
    for file in sorted(ROOT.rglob("*.py")):
        relative = file.relative_to(ROOT).with_suffix("")
        if "tests" not in relative.parts and relative.name != "__init__":
            importer = relative.parts[0]
            yield from ((importer, wanted) for wanted in imports_of(file) if wanted != importer)


def test_every_part_stands_on_a_floor():
    parts = {importer for importer, _ in edges()} | {wanted for _, wanted in edges()}

    assert parts <= {part for floor in FLOORS for part in floor}


def test_nothing_imports_upwards():
    floor_of = {part: number for number, floor in enumerate(FLOORS) for part in floor}

    wrong = {
        (importer, wanted) for importer, wanted in edges() if floor_of[importer] < floor_of[wanted]
    }

    assert set() == wrong


def test_pymodbus_and_pyserial_are_imported_in_one_module_each():
    found = {
        (name.partition(".")[0], str(file.relative_to(ROOT)))
        for file in ROOT.rglob("*.py")
        if "tests" not in file.relative_to(ROOT).parts
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
        if name.partition(".")[0] in {"pymodbus", "serial"}
    }

    assert {("pymodbus", "simulator/pdus.py"), ("serial", "bus/serial_line.py")} == found
