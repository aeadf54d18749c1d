"""What tests need of the machine, and how long it may take."""

import os
import shutil

import pytest
from hypothesis import settings

# A busy machine is no failure; what takes too long is caught by the limit of each test.
settings.register_profile("patient", deadline=None)  # else as it was, deterministic in CI
settings.load_profile("patient")

MOSQUITTO = ("mosquitto", "mosquitto_pub", "mosquitto_sub")
SEARCHED = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skip what needs mosquitto where it is missing, but fail in CI, which has to install it."""
    if item.get_closest_marker("needs_mosquitto") is None:
        return
    missing = [name for name in MOSQUITTO if shutil.which(name, path=SEARCHED) is None]
    if not missing:
        return
    reason = f"needs {', '.join(missing)} (Debian: mosquitto, mosquitto-clients)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
