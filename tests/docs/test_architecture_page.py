"""The architecture names each folder, each thread with where it is started, and each file."""

import ast
import re
from pathlib import Path

from markdown_pages import ROOT

from collector.service.state_dir import Mode, StateDirectory

PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def starts():
    """Yield (name, file) of each thread that the code starts; what varies in a name is dots."""
    for file in ROOT.glob("collector/**/*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "threading.Thread":
                yield name_of(node), str(file.relative_to(ROOT))
            if isinstance(node, ast.ClassDef) and "threading.Thread" in map(
                ast.unparse, node.bases
            ):
                [call] = [
                    each
                    for each in ast.walk(node)
                    if isinstance(each, ast.Call) and ast.unparse(each.func) == "super().__init__"
                ]
                yield name_of(call), str(file.relative_to(ROOT))


def name_of(call):
    [name] = [each.value for each in call.keywords if each.arg == "name"] or [None]
    if isinstance(name, ast.Name):
        return name.id.lower()
    assert name is not None, "a thread without a name"
    parts = name.values if isinstance(name, ast.JoinedStr) else [name]
    return "".join(
        getattr(part, "value", "") if isinstance(part, ast.Constant) else "..." for part in parts
    )


def test_every_folder_of_the_package_is_there():
    folders = [path.parent.name for path in ROOT.glob("collector/*/__init__.py")]

    assert [] == [name for name in folders if f"| `collector/{name}` |" not in PAGE]


def test_the_table_of_threads_has_each_with_the_file_that_starts_it():
    told = re.findall(r"^\| `([^`]+)` \| `(collector/[^`]+)` \|", PAGE, re.MULTILINE)

    assert set(starts()) == set(told)


def test_every_file_of_the_state_directory_is_there():
    state = StateDirectory(Path(), Mode.REAL)
    properties = [
        name for name, value in vars(StateDirectory).items() if isinstance(value, property)
    ]
    files = {str(getattr(state, name)) for name in properties} | {"lock"}
    told = re.findall(r"^\| `([^`]+)` \|", PAGE.partition("## Files")[2], re.MULTILINE)

    assert files == {name.rstrip("/") for name in told}
