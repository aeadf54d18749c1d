"""After the start, collections of garbage leave alone what lives as long as the run."""

import gc
import subprocess
import sys
import threading

import pytest

from collector.service.footprint import GIVE_BACK_EVERY_S, settle, wait

LEAVE_MUCH_AND_SETTLE = """
import sys
from collector.service.footprint import settle

def resident_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

before = resident_kib()
blocks = [bytes(500) for _ in range(200_000)]
kept = blocks[::1000]
blocks.clear()
settle()
print(resident_kib() - before)
"""


FREE_IN_MANY_THREADS = """
import ctypes, re, threading
from collector.service.footprint import share_arenas

share_arenas()
together = threading.Barrier(8)

def allocate():
    together.wait()
    kept = [bytes(2000) for _ in range(2000)]
    together.wait()

threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.open_memstream.restype = ctypes.c_void_p
text, size = ctypes.c_char_p(), ctypes.c_size_t()
stream = ctypes.c_void_p(libc.open_memstream(ctypes.byref(text), ctypes.byref(size)))
libc.malloc_info(0, stream)
libc.fclose(stream)
print(len(re.findall(b"<heap nr=", text.value)))
"""


@pytest.fixture
def thawed():
    yield
    gc.unfreeze()


def test_what_is_there_is_not_looked_at_again(thawed):
    settle()

    assert gc.get_freeze_count() > 1000


def test_memory_that_the_start_has_freed_goes_back_to_the_system():
    done = subprocess.run(
        [sys.executable, "-c", LEAVE_MUCH_AND_SETTLE],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert int(done.stdout) < 50_000


class Evening(threading.Event):
    """Ends with the third wait."""

    def __init__(self):
        super().__init__()
        self.waits = []

    def wait(self, timeout=None):
        self.waits.append(timeout)
        return len(self.waits) > 2


def test_memory_goes_back_to_the_system_every_minute_until_the_end(monkeypatch):
    given_back = []
    monkeypatch.setattr("collector.service.footprint.give_back", lambda: given_back.append(1))
    evening = Evening()

    wait(evening)

    assert [GIVE_BACK_EVERY_S] * 3 == evening.waits
    assert 2 == len(given_back)


def test_threads_share_the_memory_that_others_have_freed():
    done = subprocess.run(
        [sys.executable, "-c", FREE_IN_MANY_THREADS],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip

    assert int(done.stdout) <= 2
