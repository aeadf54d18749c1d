"""A place for each test, and the agent that most of them want."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from place import Place
from running import Agent


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.clean_up()


@pytest.fixture
def agent(place: Place) -> Agent:
    """The configured agent, with the configuration of one counter that delivers to it."""
    agent = place.agent()
    place.configure(agent=agent)
    return agent
