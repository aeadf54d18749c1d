"""Finds a device by its name, as its number changes from boot to boot."""

from pathlib import Path

from collector import SourceUnavailableError


def named(folder: Path, device: str, at: str) -> Path:
    """Return the directory of a device, by its real path: its number may be another's tomorrow.

    Args:
        folder: Where devices are: ``/sys/bus/iio/devices``.
        device: What its ``name`` file says.
        at: Part of its real path; empty if the name is enough.

    Raises:
        SourceUnavailableError: There is none, or several.
    """
    found = [place for place in sorted(folder.glob("*")) if name_of(place) == device]
    fitting = [place for place in found if at in str(real_path(place))]
    if not fitting:
        names = sorted({name for place in folder.glob("*") if (name := name_of(place))})
        there = ", ".join(names) or "none"
        where = f" at {at}" if at and found else ""
        raise SourceUnavailableError(
            f"no device {device!r}{where} in {folder} (there are: {there}): is its driver loaded?"
        )
    if len(fitting) > 1:
        paths = ", ".join(str(real_path(place)) for place in fitting)
        raise SourceUnavailableError(f"{device!r} is several devices, tell by 'at' which: {paths}")
    return real_path(fitting[0])


def real_path(place: Path) -> Path:
    """Return where a link of sysfs leads; itself where it leads nowhere but to itself."""
    try:
        return place.resolve()
    except RuntimeError:  # what Python 3.11 and 3.12 raise for a circle
        return place


def name_of(place: Path) -> str:
    """Return what a device's ``name`` file says; empty if it has none."""
    try:
        return (place / "name").read_text("utf-8", "replace").strip()
    except OSError:
        return ""
