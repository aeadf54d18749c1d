"""Runs a program of Python whose wall clock is late until it is told to set it.

    python late_clock.py FILE python -m MODULE WORDS ...

While FILE is there the clock shows LATE_MS less than the machine's. Only this process sees it:
TLS asks the machine itself, so the certificates of such a test have to begin when it is set.
"""

import runpy
import sys
import time
from pathlib import Path

LATE_MS = 5_000


def main() -> None:
    late_file = Path(sys.argv[1])
    true_ns = time.time_ns
    time.time_ns = lambda: true_ns() - (LATE_MS * 1_000_000 if late_file.exists() else 0)
    module = sys.argv[sys.argv.index("-m") + 1]
    sys.argv = sys.argv[sys.argv.index("-m") + 1 :]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
