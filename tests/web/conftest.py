"""What page tests stand on: the app on this test's own engines, a team, and browsers. The app's clock is the team's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from casework.app import create
from casework.web.unit import EXTENSION
from casework.work import Stores
from config.settings import Settings
from tests.team import Team
from tests.web.visitor import Visitor


@pytest.fixture
def team(stores: Stores) -> Team:
    """A partnership whose people a test makes."""
    return Team.found(stores)


@pytest.fixture
def app(settings: Settings, team: Team) -> Iterator[Flask]:
    """The app, with the team's clock."""
    made = create(settings, clock=lambda: team.now)
    yield made
    made.extensions[EXTENSION].stores.close()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A browser that nobody has signed in with."""
    return Visitor(app)


@pytest.fixture
def another_visitor(app: Flask) -> Callable[[], Visitor]:
    """Make a further browser."""
    return lambda: Visitor(app)
