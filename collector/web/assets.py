"""The files of the page, read once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent / "static"

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
    }
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file.

    Attributes:
        body: What is in it.
        content_type: For the header of this name.
        tag: Changes with the body; for ``ETag``.
    """

    body: bytes
    content_type: str
    tag: str


def read_assets(folder: Path = FOLDER) -> Mapping[str, Asset]:
    """Return the files that a browser may ask for, by their paths below the folder."""
    return {
        str(file.relative_to(folder)): _asset(file)
        for file in sorted(folder.rglob("*"))
        if file.suffix in TYPES
    }


def _asset(file: Path) -> Asset:
    body = file.read_bytes()
    return Asset(body, TYPES[file.suffix], f'"{hashlib.sha256(body).hexdigest()[:16]}"')
