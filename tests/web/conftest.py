"""What page tests stand on: the app on this test's own engines, a team, and browsers. The app's clock is the team's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask

from benchmarks.statements import counted
from casework.app import create
from casework.encryption.key_ring import KeyRing
from casework.web.unit import EXTENSION, Service
from casework.work import Stores
from config.settings import Settings
from tests.factories.partnership import APartnership
from tests.team import Team
from tests.web.visitor import Visitor


@pytest.fixture
def team(request: pytest.FixtureRequest, stores: Stores) -> Team:
    """A partnership whose people a test makes; the one at work when the test asks for `partnership`."""
    if "partnership" in request.fixturenames:
        found: APartnership = request.getfixturevalue("partnership")
        return found
    return Team.found(stores)


_apps: dict[tuple[bytes, str], Flask] = {}


@pytest.fixture
def app(settings: Settings, team: Team) -> Flask:
    """The app, with the team's clock. Built once for the process, then put on the databases of each test."""
    alike = (settings.web_secret, settings.base_url)
    if alike not in _apps:
        _apps[alike] = create(settings)
        _apps[alike].extensions[EXTENSION].stores.close()
    made = _apps[alike]
    made.extensions[EXTENSION] = Service(settings=settings, stores=team.stores, clock=lambda: team.now)
    return made


@pytest.fixture
def own_app(settings: Settings, team: Team) -> Iterator[Flask]:
    """An app that only this test has, for a test that changes it."""
    made = create(settings, clock=lambda: team.now)
    yield made
    made.extensions[EXTENSION].stores.close()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A browser that nobody has signed in with."""
    return Visitor(app)


@pytest.fixture
def visitor_as(app: Flask, partnership: APartnership) -> Callable[[str], Visitor]:
    """Make a browser in which one of the partnership's people is signed in."""
    return lambda key: Visitor(app).becomes(partnership.people[key])


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Count what is sent to the databases: `with statements() as sent: visitor.open(…)`, then `len(sent)`."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        stores: Stores = app.extensions[EXTENSION].stores
        stores.key_store.ring = KeyRing(lambda: 0)  # as a process counts that holds no key yet
        with counted() as sent:
            yield sent

    return count


@pytest.fixture
def another_visitor(app: Flask) -> Callable[[], Visitor]:
    """Make a further browser."""
    return lambda: Visitor(app)
