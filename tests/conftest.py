"""What tests need of the machine."""

import os
import shutil

import pytest

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
