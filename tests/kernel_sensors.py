"""Sources of sensors that a driver of the kernel reads, on files of a test."""

from pathlib import Path

from collector import Deadline, SourceContext
from collector.testkit.clock import FakeClock
from collector_i2c.kernel.plugin import collector_source_kinds

KINDS = {kind.name: kind for kind in collector_source_kinds()}
CLOCK = FakeClock()
CONTEXT = SourceContext("chip", "cabinet", 10.0, CLOCK)


class FakeSys:
    """What stands in for ``/sys``: calling it writes files into one of its folders."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)

    def __call__(self, folder, files):
        place = Path(self.root) / folder
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (place / name).write_text(text)
        return place


def source_of(sys, kind, **keys):
    """Return an open source of this kind that reads these files."""
    made = KINDS[kind].settings.model_validate({**keys, "sys_root": sys.root})
    source = KINDS[kind].create(made, CONTEXT)
    source.open()
    return source


def read(source):
    """Return the values of its one reading."""
    [reading] = source.read("", Deadline.after(CLOCK, 5))
    return dict(reading.values)
