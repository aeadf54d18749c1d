"""Which collector a plugin was made for: what its package says in its dependencies.

That is held when the package is loaded, for pip holds it only when it installs one: whoever
upgrades the collector alone is warned by pip, and no more.
"""

from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

DISTRIBUTION = "collector-agent"
"""The distribution whose version is that of the API."""

_ASKS_FOR_MORE = frozenset({">=", ">", "==", "~=", "==="})


def made_for(requirements: Iterable[str]) -> SpecifierSet:
    """Return the versions of the collector that a package is made for; all if it does not say.

    Args:
        requirements: Its dependencies, as its metadata has them.
    """
    found = SpecifierSet()
    for text in requirements:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:  # pip refuses such a package; here it says nothing
            continue
        is_needed = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if canonicalize_name(requirement.name) == DISTRIBUTION and is_needed:
            found &= requirement.specifier
    return found


def mismatch(package: str, versions: SpecifierSet, here: str) -> str:
    """Return why a package is not for this collector, and what to do; empty if it is.

    Args:
        package: The package's name.
        versions: What it is made for.
        here: The version of this collector.
    """
    if versions.contains(here, prereleases=True):
        return ""
    wants_more = any(
        each.operator in _ASKS_FOR_MORE and Version(each.version.removesuffix(".*")) > Version(here)
        for each in versions
    )
    advice = (
        f"upgrade {DISTRIBUTION}, or install an older {package}"
        if wants_more
        else f"install a newer {package}"
    )
    bounds = ",".join(sorted(map(str, versions), reverse=True))
    return f"is made for {DISTRIBUTION} {bounds}, and this is {here}: {advice}"


def next_breaking(here: str) -> str:
    """Return the next version that may break what was made for this one (semantic versioning)."""
    version = Version(here)
    return f"0.{version.minor + 1}" if version.major == 0 else f"{version.major + 1}"


def right_bounds(here: str) -> str:
    """Return what a package that is made for this collector writes into its dependencies."""
    version = Version(here)
    lowest = f"{version.major}.{version.minor}"
    return f"{DISTRIBUTION}>={lowest},<{next_breaking(here)}"
