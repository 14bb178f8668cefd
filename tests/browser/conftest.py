"""The product on a port of its own over a partnership of the tests, and browsers in which its people are signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from casework.app import create
from casework.web.unit import EXTENSION
from config.settings import Settings
from local import assets
from tests.browser.looking import DESK, Looker
from tests.browser.serving import served
from tests.factories.partnership import APartnership


@pytest.fixture(scope="session")
def built() -> None:
    """The look, built from the sources as they are."""
    assets.build()


@pytest.fixture
def address(settings: Settings, partnership: APartnership, built: None) -> Iterator[str]:
    """The product on a port of its own, with the partnership's clock."""
    app = create(settings, clock=lambda: partnership.now)
    with served(app) as at:
        yield at
    app.extensions[EXTENSION].stores.close()


@pytest.fixture
def looker(browser: Browser, address: str, partnership: APartnership) -> Iterator[Callable[[str], Looker]]:
    """Make a browser in which one of the partnership's people is signed in."""
    contexts: list[BrowserContext] = []

    def sign_in(key: str) -> Looker:
        context = browser.new_context(viewport=DESK)
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": "casework", "value": partnership.people[key].session(), "url": address}])
        return Looker(context, address)

    yield sign_in
    for context in contexts:
        context.close()
