"""What tests need of the machine, and how long it may take."""

import logging
import os
import shutil
import signal

import pytest
from hypothesis import settings

# A busy machine is no failure; what takes too long is caught by the limit of each test.
settings.register_profile("patient", deadline=None)  # else as it was, deterministic in CI
settings.load_profile("patient")

PROGRAMS = {  # by marker: what it needs, and where Debian has it
    "needs_mosquitto": (
        ("mosquitto", "mosquitto_pub", "mosquitto_sub"),
        "mosquitto, mosquitto-clients",
    ),
    "needs_chromium": (("chromium", "chromedriver"), "chromium, chromium-driver"),
}
SEARCHED = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])

HANDLERS = {
    signal.SIGINT: signal.default_int_handler,  # what a shell starts in the background ignores it
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.getsignal(signal.SIGHUP),
}


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    _hear_signals()
    logging.getLogger("collector").setLevel(logging.NOTSET)  # a command called before may have said
    _need_programs(item)


def _hear_signals():
    """Hand down no ignored signal to the programs that a test starts.

    Commands that end with their process leave some ignored, in the tests that call them as well.
    """
    for number, handler in HANDLERS.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def _need_programs(item):
    """Skip what needs a program that is missing, but fail in CI, which has to install it."""
    for marker, (programs, packages) in PROGRAMS.items():
        missing = [name for name in programs if shutil.which(name, path=SEARCHED) is None]
        if not missing or item.get_closest_marker(marker) is None:
            continue
        reason = f"needs {', '.join(missing)} (Debian: {packages})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
