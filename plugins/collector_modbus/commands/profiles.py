"""``collector modbus profiles``: the devices of the library."""

import argparse
from collections.abc import Iterator

from collector import CommandContext, Metric, UsageError
from collector_modbus.profiles.device_library import Library
from collector_modbus.profiles.profile import Profile
from collector_modbus.settings.point import PointSettings


def configure(parser: argparse.ArgumentParser, context: CommandContext) -> None:
    """Add the command's options."""
    del context
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="the profile to show; all when left out"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """List the profiles, or show all that one knows of its device."""
    library = Library()
    if arguments.name:
        return _show(_load(library, arguments.name), context, as_json=arguments.json)
    profiles = [(name, library.load(name)) for name in library.names()]
    rows = [
        (name, profile.vendor, profile.model, str(len(profile.points)))
        for name, profile in profiles
    ]
    if arguments.json:
        keys = ("name", "vendor", "model", "points")
        context.json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        context.table(("PROFILE", "VENDOR", "MODEL", "POINTS"), rows)
    return 0


def _load(library: Library, name: str) -> Profile:
    try:
        return library.load(name)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _show(profile: Profile, context: CommandContext, *, as_json: bool) -> int:
    if as_json:
        context.json(profile.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        return 0
    context.print(f"{profile.vendor} {profile.model}")
    for label, text in _remarks(profile):
        context.print(f"{label}: {text}")
    context.print()
    rows = [_row(point) for point in profile.points]
    context.table(("METRIC", "REGISTER", "TYPE", "UNIT", "NAME"), rows)
    return 0


def _remarks(profile: Profile) -> Iterator[tuple[str, str]]:
    hints = profile.link.model_dump(exclude_none=True)
    remarks = {
        "link": ", ".join(f"{key} = {value}" for key, value in hints.items()),
        "note": profile.note,
        "verified": profile.verified,
        "source": profile.source,
    }
    for label, text in remarks.items():
        if text:
            yield label, " ".join(text.split())


def _row(point: PointSettings) -> tuple[str, ...]:
    metric: Metric = point.as_metric()
    where = str(point.block) if point.block else f"sum of {', '.join(point.sum)}"
    return point.metric, where, point.type_name, metric.unit_text or "-", metric.title
