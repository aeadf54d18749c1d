"""The profiles that come with the plugin, and those of users."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from collector import load_data_file
from collector_modbus.profiles.nearest import hint
from collector_modbus.profiles.profile import Profile

_SUFFIX = ".toml"


class Library:
    """Profiles by name: one file each in a folder.

    Args:
        folder: Where the files are; by default those that come with the plugin.
    """

    def __init__(self, folder: Traversable | None = None) -> None:
        self._folder = folder or resources.files(__package__).joinpath("devices")

    def names(self) -> tuple[str, ...]:
        """Return the names of all profiles, sorted."""
        files = [file.name for file in self._folder.iterdir()]
        return tuple(sorted(name.removesuffix(_SUFFIX) for name in files if name.endswith(_SUFFIX)))

    def load(self, name: str) -> Profile:
        """Return a profile of the library.

        Raises:
            ValueError: There is none of this name.
        """
        names = self.names()
        if name not in names:
            raise ValueError(
                f"profile: there is no {name!r}{hint(name, names)} "
                "(`collector modbus profiles` lists them)"
            )
        with resources.as_file(self._folder.joinpath(f"{name}{_SUFFIX}")) as path:
            return self.load_file(path)

    def load_file(self, path: Path) -> Profile:
        """Return a profile of the user's own.

        Raises:
            ConfigError: It cannot be read or is none, with a line for each thing that is wrong.
        """
        return load_data_file(path, Profile)
