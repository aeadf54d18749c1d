"""Builds the Debian packages of this checkout, each the same byte for byte whenever it is built."""

import argparse
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import control_files
import environment_tree
from targets import ARCHITECTURES, RELEASES, Architecture, Release

HERE = Path(__file__).parent
SOURCES = HERE.parents[1]

FILES = {  # from the checkout into the package
    "config/collector.toml": "etc/collector/collector.toml",
    "packaging/systemd/collector.service": "usr/lib/systemd/system/collector.service",
    "packaging/systemd/sysusers.conf": "usr/lib/sysusers.d/collector-agent.conf",
    "packaging/systemd/tmpfiles.conf": "usr/lib/tmpfiles.d/collector-agent.conf",
    "packaging/systemd/modules-load.conf": "usr/lib/modules-load.d/collector-agent.conf",
    "packaging/debian/copyright": "usr/share/doc/collector-agent/copyright",
    "packaging/debian/lintian-overrides": "usr/share/lintian/overrides/collector-agent",
    "README.md": "usr/share/doc/collector-agent/README.md",
    "CHANGELOG.md": "usr/share/doc/collector-agent/CHANGELOG.md",
    "config/examples": "usr/share/doc/collector-agent/examples",
}

STATE_DIR = "/var/lib/collector"

LINKS = {"usr/bin/collector": "../lib/collector-agent/bin/collector"}

RUN = frozenset({"bin", "DEBIAN"})
"""Directories whose files are run; some modules that packages bring are marked so as well."""


def main() -> int:
    """Build what the command line asks for; print the path of each package."""
    arguments = _parser().parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    os.environ["SOURCE_DATE_EPOCH"] = str(source_date_s())
    for release in arguments.release or RELEASES:
        for architecture in arguments.arch or ARCHITECTURES:
            try:
                path = build(arguments.output, RELEASES[release], ARCHITECTURES[architecture])
            except subprocess.CalledProcessError as error:
                words = " ".join(error.cmd[:4])
                print(f"deb: {release} {architecture}: '{words} ...' failed", file=sys.stderr)
                return 1
            print(path)
    return 0


def build(output: Path, release: Release, architecture: Architecture) -> Path:
    """Build one package.

    Args:
        output: The directory that gets it.
        release: What it is built for.
        architecture: What it runs on.

    Returns:
        The package's file.

    Raises:
        subprocess.CalledProcessError: pip or dpkg-deb failed, and has said why.
    """
    version = f"{project_version()}+deb{release.number}"
    package = output / f"collector-agent_{version}_{architecture.name}.deb"
    with tempfile.TemporaryDirectory(prefix="collector-deb-") as directory:
        root = Path(directory) / "root"
        root.mkdir()
        environment_tree.lay(root, SOURCES, release, architecture)
        _lay_files(root, control_files.changelog(version, release, source_date_s()))
        control_files.write(root, HERE, version, release, architecture)
        _level(root)
        unfinished = package.with_suffix(".part")  # what is interrupted leaves no half package
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(unfinished)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - as above
    return unfinished.replace(package)


def project_version() -> str:
    """Return the collector's version."""
    text = (SOURCES / "collector" / "__init__.py").read_text()
    (version,) = re.findall(r'^__version__ = "([^"]+)"', text, flags=re.MULTILINE)
    return version


def source_date_s() -> int:
    """Return the time that all files get, in Unix seconds: that of the last commit."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    command = ["git", "-C", str(SOURCES), "log", "-1", "--format=%ct"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        sys.exit("deb: this is no git checkout: set SOURCE_DATE_EPOCH to the time of the sources")
    return int(done.stdout)


def _lay_files(root: Path, changelog: bytes) -> None:
    for source, place in FILES.items():
        target = root / place
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (SOURCES / source).is_dir() else shutil.copyfile
        copy(SOURCES / source, target)
    _set_state_dir(root / FILES["config/collector.toml"])
    for place, goal in LINKS.items():
        link = root / place
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(goal)
    pip = root / "usr/bin/collector-pip"
    shutil.copyfile(HERE / "collector-pip", pip)
    pip.chmod(0o755)
    manuals = root / "usr/share/man/man1"
    manuals.mkdir(parents=True)
    for page in (HERE / "man").iterdir():
        (manuals / f"{page.name}.gz").write_bytes(gzip.compress(page.read_bytes(), mtime=0))
    (root / "usr/share/doc/collector-agent/changelog.gz").write_bytes(changelog)


def _set_state_dir(configuration: Path) -> None:
    """Name the state directory, so that root's `collector status` finds the service's."""
    line = f'state_dir = "{STATE_DIR}"'
    text = configuration.read_text()
    if f"# {line}" not in text:
        sys.exit(f"deb: {configuration.name} has no line '# {line}' any more")
    configuration.write_text(text.replace(f"# {line}", line))


def _level(root: Path) -> None:
    """Give everything the modes and times that do not depend on who builds it, and when."""
    date_s = source_date_s()
    for path in sorted(root.rglob("*"), reverse=True):
        if not path.is_symlink():
            is_run = path.parent.name in RUN and path.stat().st_mode & 0o100
            path.chmod(0o755 if path.is_dir() or is_run else 0o644)
        os.utime(path, (date_s, date_s), follow_symlinks=False)
    root.chmod(0o755)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="packaging/deb", description=__doc__)
    parser.add_argument("--arch", action="append", choices=ARCHITECTURES, help="default: all")
    parser.add_argument("--release", action="append", choices=RELEASES, help="default: all")
    parser.add_argument("--output", type=Path, default=SOURCES / "dist", help="default: dist/")
    return parser


if __name__ == "__main__":
    sys.exit(main())
