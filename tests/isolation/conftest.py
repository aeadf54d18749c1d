"""One bed of isolated sources for each test."""

import sys
from collections.abc import Iterator

import pytest
from isolation_bed import SITE, Bed


@pytest.fixture(scope="module")
def site() -> Iterator[None]:
    """The package with the troublesome kinds is installed."""
    sys.path.insert(0, str(SITE))
    yield
    sys.path.remove(str(SITE))
    sys.modules.pop("trouble_source", None)


@pytest.fixture
def bed(site: None) -> Iterator[Bed]:
    bed = Bed()
    yield bed
    bed.stop()
