"""Devices of the kernel that do not exist: directories of files that move."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from collector import SourceContext
from collector_i2c.kernel.settings import KernelSettings
from collector_i2c.kernel.simulated import Files

_EVERY_S = 1.0


class KernelSimulator:
    """A sysfs with one device.

    Args:
        settings: The configuration.
        context: Its surroundings.
        folder: The device's directory below the root.
        files: Its files at a time in seconds.
    """

    def __init__(
        self,
        settings: KernelSettings,
        context: SourceContext,
        folder: str,
        files: Callable[[float], Files],
    ) -> None:
        self._settings = settings
        self._clock = context.clock
        self._folder = folder
        self._files = files
        self._is_stopped = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="sysfs-simulator", daemon=True)
        self.root = ""

    def start(self) -> KernelSettings:
        """Make the files, keep them moving, and return settings that lead to them."""
        self.root = tempfile.mkdtemp(prefix="collector-sysfs-")
        self.update()
        self._thread.start()
        return self._settings.model_copy(update={"sys_root": self.root})

    def stop(self) -> None:
        """End the movement and remove the files."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
        self._thread.join()
        shutil.rmtree(self.root, ignore_errors=True)

    def update(self) -> None:
        """Bring the files to this moment. May be called from any thread."""
        with self._changed:
            _write(Path(self.root, self._folder), self._files(self._clock.monotonic_s()))

    def _run(self) -> None:
        with self._changed:
            while not self._is_stopped:
                self._clock.wait(self._changed, _EVERY_S)
                if not self._is_stopped:
                    self.update()


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        # Replaced as a whole: a reader never finds half a file, as with the kernel's.
        draft = folder / ".draft"
        draft.write_text(text, "utf-8")
        draft.replace(folder / name)
