"""A simulated machine: trees of files like ``/proc`` and ``/sys`` that move."""

import shutil
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from collector import SourceContext
from collector_system.settings import SystemSettings
from collector_system.simulated import proc_files, sys_files

_RAN_BEFORE_S = 250_000.0
_EVERY_S = 1.0
_PROGRAMS = ("systemd", "sshd", "cron")
_NO_PROGRAM = "/nonexistent/vcgencmd"


class SystemSimulator:
    """A Raspberry Pi with an SD card, Wi-Fi, a fan and a battery, made of files.

    Every program that the settings watch runs on it. Its file systems lie in the same temporary
    directory, so how full they are is the real figure of the disk under that directory.

    Attributes:
        root: Where the files are; empty before `start` and after `stop`.
    """

    def __init__(self, settings: SystemSettings, context: SourceContext) -> None:
        self._settings = settings
        self._clock = context.clock
        self._programs = tuple(dict.fromkeys((*_PROGRAMS, *settings.processes)))
        self._stopped = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._started_at_s = 0.0
        self._boot_time_s = 0
        self.root = ""

    def start(self) -> SystemSettings:
        """Make the files, keep them moving, and return settings that read them."""
        self.root = tempfile.mkdtemp(prefix="collector-system-")
        self._started_at_s = self._clock.monotonic_s()
        self._boot_time_s = self._clock.wall_ms() // 1000 - int(_RAN_BEFORE_S)
        self._lay_out()
        self.update()
        self._thread = threading.Thread(target=self._run, name="system-simulator", daemon=True)
        self._thread.start()
        places = {name: f"{self.root}/{name[:-5]}" for name in ("proc_root", "sys_root", "fs_root")}
        return self._settings.model_copy(update={**places, "vcgencmd": _NO_PROGRAM})

    def stop(self) -> None:
        """End the movement and remove the files."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        shutil.rmtree(self.root, ignore_errors=True)
        self.root = ""

    def update(self) -> None:
        """Bring the files to this moment. May be called from any thread."""
        with self._changed:
            t_s = _RAN_BEFORE_S + self._clock.monotonic_s() - self._started_at_s
            moving = proc_files.proc_files(t_s, self._boot_time_s, self._programs)
            _write(Path(self.root, "proc"), moving)
            _write(Path(self.root, "sys"), sys_files.sys_files(t_s))

    def _run(self) -> None:
        with self._changed:
            while not self._stopped:
                self._clock.wait(self._changed, _EVERY_S)
                if not self._stopped:
                    self.update()

    def _lay_out(self) -> None:
        _write(Path(self.root, "proc"), proc_files.FIXED)
        _write(Path(self.root, "sys"), sys_files.FIXED)
        Path(self.root, "fs/boot/firmware").mkdir(parents=True)
        for path, target in sys_files.LINKS.items():
            link = Path(self.root, "sys", path)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)


def _write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        # Replaced as a whole: a reader never finds half a file, as with the kernel's.
        draft = root / ".draft"
        draft.write_text(text, "utf-8")
        draft.replace(file)
