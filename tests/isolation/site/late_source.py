"""A package whose import does not come back in a process of its own, as if it took a lock."""

import threading
from collections.abc import Sequence
from pathlib import Path

from collector import ConfigModel, Deadline, Reading, Source, SourceContext, SourceKind, hookimpl


class LateSettings(ConfigModel):
    pass


class Late(Source):
    def __init__(self, settings: LateSettings, context: SourceContext) -> None:
        pass

    @property
    def metrics(self) -> Sequence:
        return []

    def read(self, group: str, deadline: Deadline) -> Sequence[Reading]:
        return []


@hookimpl
def collector_source_kinds() -> Sequence[SourceKind]:
    return [SourceKind(name="late", settings=LateSettings, create=Late)]


if "collector.isolation.forking" in Path("/proc/self/cmdline").read_text():
    threading.Event().wait()
