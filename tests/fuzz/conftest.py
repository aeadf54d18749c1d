"""How many inputs a test makes, and whether each is held to what one may cost."""

from collections.abc import Sequence

import pytest
from fuzz.limits import Examine, examine_within_limits
from hypothesis import HealthCheck, settings

LONG = "fuzz"
LONG_EXAMPLES = 20_000

# As it was, deterministic in CI, but for the long run: that looks for what nobody has seen yet.
settings.register_profile(
    LONG,
    max_examples=LONG_EXAMPLES,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


def is_long(config: pytest.Config) -> bool:
    """Tell whether somebody asked for the long run."""
    return bool(config.getoption("--hypothesis-profile") == LONG)


@pytest.fixture(scope="session")
def examine(pytestconfig: pytest.Config) -> Examine:
    """Call something with an input; in the long run within the limits of time and memory."""
    return examine_within_limits if is_long(pytestconfig) else lambda target, *given: target(*given)


def pytest_collection_modifyitems(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Let the long run take its time."""
    if is_long(config):
        for item in items:
            item.add_marker(pytest.mark.timeout(0))
