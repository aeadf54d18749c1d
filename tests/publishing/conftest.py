"""What the tests of the network thread share."""

import pytest
from uplink_rig import Run

from collector.clock import Deadline


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    yield run
    run.uplink.stop(Deadline.after(run.access.clock, 5))
