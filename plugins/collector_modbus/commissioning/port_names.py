"""Names of serial ports that stay the same after a reboot."""

from pathlib import Path

BY_ID = Path("/dev/serial/by-id")


def stable_name(port: str, folder: Path = BY_ID) -> str:
    """Return the name below ``/dev/serial/by-id`` of a port; the port itself if it has none."""
    names = sorted(folder.iterdir()) if folder.is_dir() else []
    target = Path(port).resolve()
    return next((str(name) for name in names if name.resolve() == target), port)
