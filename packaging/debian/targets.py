"""What a package is built for: a Debian release with its Python, and an architecture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A Debian release.

    Attributes:
        name: Its code name.
        number: Its number, which orders the versions of packages built for several.
        python: The version of its python3, which the package is bound to.
        glibc_minor: The second number of its glibc's version, 2.x.
    """

    name: str
    number: int
    python: str
    glibc_minor: int

    @property
    def abi(self) -> str:
        """The tag of wheels that are compiled for its Python alone."""
        return "cp" + self.python.replace(".", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """A Debian architecture.

    Attributes:
        name: Debian's name of it.
        machine: Its name in the tags of wheels.
        from_debian: Distributions that have no ready-made wheel for it, each with the Debian
            package that has it.
        unseen: Those of them that pip does not find there; Debian's cffi backend is the compiled
            module alone, and of another version than the wheels ask for.
    """

    name: str
    machine: str
    from_debian: dict[str, str]
    unseen: frozenset[str] = frozenset()

    @property
    def sees_debian(self) -> str:
        """Whether its environments see Debian's packages, as pyvenv.cfg has it."""
        return "true" if self.from_debian else "false"

    def platforms(self, release: Release) -> list[str]:
        """Return the platform tags of wheels that run on it, the newest first."""
        minors = range(release.glibc_minor, MANYLINUX2014_MINOR, -1)
        return [
            *(f"manylinux_2_{minor}_{self.machine}" for minor in minors),
            f"manylinux2014_{self.machine}",
        ]


MANYLINUX2014_MINOR = 17
"""manylinux2014 is glibc 2.17 (PEP 599)."""

RELEASES = {
    release.name: release
    for release in (
        Release(name="bookworm", number=12, python="3.11", glibc_minor=36),
        Release(name="trixie", number=13, python="3.13", glibc_minor=41),
    )
}

ARCHITECTURES = {
    architecture.name: architecture
    for architecture in (
        Architecture(name="amd64", machine="x86_64", from_debian={}),
        Architecture(name="arm64", machine="aarch64", from_debian={}),
        Architecture(
            name="armhf",
            machine="armv7l",
            # pycparser serves cffi alone, and Debian's cffi backend does without it at run time.
            from_debian={
                "psutil": "python3-psutil",
                "cffi": "python3-cffi-backend",
                "pycparser": "python3-cffi-backend",
            },
            unseen=frozenset({"cffi"}),
        ),
    )
}
