"""What dpkg and its friends read of the package: control files and the Debian changelog."""

import gzip
import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from targets import Architecture, Release

SCRIPTS = ("postinst", "prerm", "postrm")

MAINTAINER = "The collector's developers <collector@localhost>"

_CHANGELOG = """collector-agent ({version}) {release}; urgency=medium

  * What is new for users stands in CHANGELOG.md beside this file.

 -- {maintainer}  {date}
"""

_CONTROL = """Package: collector-agent
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {size_kib}
Depends: {depends}
Recommends: ca-certificates
Section: utils
Priority: optional
Description: reads sensors on a gateway and delivers them to its IoT agent
 The collector reads system figures, serial instruments, Modbus devices and
 I2C chips on schedules, keeps the readings in a spool on disk, and delivers
 them over MQTT with mutual TLS until the agent has confirmed each one.
 .
 It brings a Python environment of its own. Third-party plugins are installed
 beside it with collector-pip and survive upgrades.
"""


def write(root: Path, scripts: Path, version: str, release: Release, of: Architecture) -> None:
    """Write DEBIAN/ into a tree that is complete but for it.

    Args:
        root: The root of the tree.
        scripts: Where the maintainer scripts lie, with ``@PYTHON@`` for the version of Python,
            and ``@SYSTEM@`` for whether environments see Debian's own packages.
        version: That of the package.
        release: What it is built for.
        of: The architecture.
    """
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    control = root / "DEBIAN"
    control.mkdir()
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  "
        f"{path.relative_to(root)}\n"
        for path in files
    ]
    (control / "md5sums").write_text("".join(sums))
    (control / "conffiles").write_text(
        "".join(f"/{path.relative_to(root)}\n" for path in files if root / "etc" in path.parents)
    )
    (control / "control").write_text(
        _CONTROL.format(
            version=version,
            maintainer=MAINTAINER,
            architecture=of.name,
            size_kib=sum(path.stat().st_size for path in files) // 1024,
            depends=", ".join(_depends(release, of)),
        )
    )
    for name in SCRIPTS:
        script = control / name
        text = (scripts / name).read_text().replace("@PYTHON@", release.python)
        script.write_text(text.replace("@SYSTEM@", of.sees_debian))
        script.chmod(0o755)


def changelog(version: str, release: Release, date_s: int) -> bytes:
    """Return the changelog in Debian's form, compressed; the one for people is another file.

    Args:
        version: That of the package.
        release: What it is built for.
        date_s: The time of the sources, in Unix seconds.
    """
    text = _CHANGELOG.format(
        version=version,
        release=release.name,
        maintainer=MAINTAINER,
        date=format_datetime(datetime.fromtimestamp(date_s, UTC)),
    )
    return gzip.compress(text.encode(), mtime=0)


def _depends(release: Release, architecture: Architecture) -> list[str]:
    major, minor = release.python.split(".")
    return [
        f"python3 (>= {release.python}~), python3 (<< {major}.{int(minor) + 1})",
        f"libc6 (>= 2.{release.glibc_minor}~), libgcc-s1",
        *sorted({*architecture.from_debian.values()}),
        "systemd | systemd-standalone-sysusers",
        "systemd | systemd-standalone-tmpfiles",
    ]
