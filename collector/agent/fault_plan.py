"""Which fault strikes next."""

import logging
import random
from pathlib import Path

from collector.agent.faults import Fault, load_faults
from collector.errors import ConfigError

log = logging.getLogger(__name__)


class FaultPlan:
    """Decides, request by request, by a file that may be changed while the agent runs.

    The same file and the same requests give the same faults. A changed file starts all counts
    afresh; one that became wrong is reported, and the former plan stays.

    Args:
        path: The file.

    Raises:
        ConfigError: It cannot be read, or something in it is wrong.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version = self._current_version()
        self._start(*load_faults(path))

    def strikes(self, operation: str, client: str, sensor: str) -> Fault | None:
        """Return the fault for this request, the first of the file whose turn it is, if any."""
        self._follow_file()
        request = (operation, client, sensor)
        return next((fault.fault for fault in self._faults if fault.strikes(*request)), None)

    def _follow_file(self) -> None:
        version = self._current_version()
        if version == self._version:
            return
        self._version = version
        try:
            self._start(*load_faults(self._path))
        except ConfigError as error:
            log.warning("the faults stay as they were: %s", error)
        else:
            log.info("%s: read again, %d faults", self._path, len(self._faults))

    def _current_version(self) -> tuple[int, int, int]:
        try:
            status = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return (status.st_mtime_ns, status.st_size, status.st_ino)

    def _start(self, seed: int, faults: list[Fault]) -> None:
        chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._faults = [_Counted(fault, chance) for fault in faults]


class _Counted:
    """One fault, with how often it could have struck and has."""

    def __init__(self, fault: Fault, chance: random.Random) -> None:
        self.fault = fault
        self._chance = chance
        self._seen = 0
        self._struck = 0

    def strikes(self, operation: str, client: str, sensor: str) -> bool:
        fault = self.fault
        fits = (
            fault.operation in ("", operation)
            and fault.client in ("", client)
            and fault.sensor in ("", sensor)
        )
        if not fits:
            return False
        self._seen += 1
        is_turn = self._seen > fault.after and (self._seen - fault.after) % fault.every == 0
        if not is_turn or (fault.count is not None and self._struck >= fault.count):
            return False
        if self._chance.random() >= fault.probability:
            return False
        self._struck += 1
        return True
