"""The Python environment in the package: laid by hand, so that it is built on any architecture."""

import hashlib
import re
import shutil
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Collection
from pathlib import Path

from targets import Architecture, Release

HOME = Path("usr/lib/collector-agent")
"""Where the environment lies below the root of the installed system."""

PLUGINS = Path("var/lib/collector-agent/plugins")
"""Where the environment of third-party plugins lies: made at installation, kept by upgrades."""

REQUIREMENTS = Path(__file__).parent / "requirements.txt"

_SCRIPT = """#!/{home}/bin/python3 -I
import sys

from {module} import {function}

sys.exit({function}())
"""

_REQUIRED = re.compile(r"Requires-Dist: *([A-Za-z0-9._-]+)")
_PROJECT = re.compile(r"collector_agent-.*\.dist-info")


def lay(root: Path, sources: Path, release: Release, architecture: Architecture) -> None:
    """Lay the environment with everything that the collector needs.

    Args:
        root: The root of the tree that becomes the package.
        sources: The checkout.
        release: Whose Python runs it.
        architecture: What it runs on; nothing of it is run here.

    Raises:
        subprocess.CalledProcessError: pip found no wheel, or could not fetch it.
    """
    home = root / HOME
    packages = home / "lib" / f"python{release.python}" / "site-packages"
    packages.mkdir(parents=True)
    _install_requirements(packages, release, architecture)
    _install_project(packages, sources)
    _lay_scripts(home, release)
    (home / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = {architecture.sees_debian}\n"
        f"version = {release.python}\n"
    )
    plugins = PLUGINS / packages.relative_to(home)
    (packages / "collector_plugins.pth").write_text(f"/{plugins}\n")
    brought = without(REQUIREMENTS.read_text(), architecture.from_debian)
    (home / "constraints.txt").write_text("\n".join(_pins(brought)) + "\n")


def _install_requirements(packages: Path, release: Release, architecture: Architecture) -> None:
    wanted = packages.parent / "requirements.txt"
    wanted.write_text(without(REQUIREMENTS.read_text(), architecture.from_debian))
    platforms = [f"--platform={tag}" for tag in architecture.platforms(release)]
    _pip(
        *("install", "--require-hashes", "--requirement", str(wanted)),
        *("--target", str(packages), "--only-binary=:all:", "--no-deps", "--no-compile"),
        *("--implementation=cp", f"--python-version={release.python}"),
        *(f"--abi={release.abi}", "--abi=abi3", "--abi=none", *platforms),
    )
    wanted.unlink()
    for information in packages.glob("*.dist-info"):
        require_less(information, architecture.unseen)
    shutil.rmtree(packages / "bin", ignore_errors=True)  # with the names of this machine's paths


def _install_project(packages: Path, sources: Path) -> None:
    _pip("install", "--target", str(packages), "--no-deps", "--no-compile", str(sources))
    shutil.rmtree(packages / "bin")
    (information,) = (path for path in packages.iterdir() if _PROJECT.fullmatch(path.name))
    (information / "direct_url.json").unlink()
    record = information / "RECORD"
    kept = [
        line
        for line in record.read_text().splitlines(keepends=True)
        if "direct_url.json" not in line and "/bin/collector" not in line
    ]
    record.write_text("".join(sorted(kept)))


def _lay_scripts(home: Path, release: Release) -> None:
    scripts = home / "bin"
    scripts.mkdir()
    (scripts / "python3").symlink_to(f"../../../bin/python{release.python}")
    command = scripts / "collector"
    command.write_text(_SCRIPT.format(home=HOME, module="collector.cli", function="main"))
    command.chmod(0o755)


def require_less(information: Path, names: Collection[str]) -> None:
    """Take requirements out of what a distribution says of itself.

    Debian has them in a form that pip does not find, and it would look for them elsewhere.

    Args:
        information: Its ``.dist-info``.
        names: Of the distributions that are there in another way.
    """
    metadata, record = information / "METADATA", information / "RECORD"
    lines = metadata.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if _required(line) not in names]
    if kept == lines:
        return
    metadata.write_text("".join(kept), "utf-8")
    name = f"{information.name}/METADATA"
    digest = urlsafe_b64encode(hashlib.sha256(metadata.read_bytes()).digest()).decode().rstrip("=")
    told = f"{name},sha256={digest},{metadata.stat().st_size}"
    record.write_text(
        re.sub(rf"^{re.escape(name)},.*$", told, record.read_text(), flags=re.MULTILINE)
    )


def _required(line: str) -> str:
    found = _REQUIRED.match(line)
    return found[1].lower() if found and "extra ==" not in line else ""


def without(requirements: str, names: dict[str, str]) -> str:
    """Return the requirements but for those of the names, each with its lines of hashes."""
    entries = re.split(r"\n(?=\S)", requirements.strip())
    kept = [entry for entry in entries if re.split(r"[=\s]", entry)[0] not in names]
    return "\n".join(kept) + "\n"


def _pins(requirements: str) -> list[str]:
    return re.findall(r"^\S+==\S+", requirements, flags=re.MULTILINE)


def _pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *words]
    subprocess.run(command, check=True)  # noqa: S603 - the words are those above
