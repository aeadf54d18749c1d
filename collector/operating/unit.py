"""Whether systemd runs the collector on this machine, and so how one is started."""

from collections.abc import Sequence
from pathlib import Path

from collector.config.defaults import SERVICE_STATE_DIR

UNIT = "collector.service"

UNIT_FOLDERS = tuple(
    map(
        Path,
        (
            "/etc/systemd/system",
            "/run/systemd/system",
            "/usr/local/lib/systemd/system",
            "/usr/lib/systemd/system",
            "/lib/systemd/system",
        ),
    )
)
"""Where the units of a system lie: systemd.unit(5)."""


def start_command(state_dir: Path, folders: Sequence[Path] = UNIT_FOLDERS) -> str:
    """Return the command that starts the collector of a state directory.

    Args:
        state_dir: That of the service, or another one.
        folders: Where a unit may lie.
    """
    is_of_service = state_dir == SERVICE_STATE_DIR
    if is_of_service and any((folder / UNIT).exists() for folder in folders):
        return f"sudo systemctl start {UNIT.removesuffix('.service')}"
    return "collector run"
