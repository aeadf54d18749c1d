"""What each name that the package exports is for: the first line of its documentation."""

import ast
from pathlib import Path

import collector

ROOT = Path(__file__).parents[1]


def documented() -> dict[str, str]:
    """Return the first line of the documentation of each public name."""
    return {name: _line(collector._HOME[name], name) for name in collector.__all__}


def _line(module: str, name: str) -> str:
    file = (ROOT / module.replace(".", "/")).with_suffix(".py")
    body = ast.parse(file.read_text("utf-8")).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return (ast.get_docstring(node) or "").partition("\n")[0]
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if isinstance(node, ast.Assign | ast.AnnAssign) and ast.unparse(targets[0]) == name:
            words = getattr(getattr(after, "value", None), "value", "")
            return str(words).partition("\n")[0] if isinstance(words, str) else ""
    return ""
