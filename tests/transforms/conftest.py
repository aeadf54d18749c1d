import pytest
from transform_bed import Bed


@pytest.fixture
def bed() -> type[Bed]:
    """A pipeline in the hands of a test."""
    return Bed
