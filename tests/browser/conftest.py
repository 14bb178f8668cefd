"""The product on a port of its own over a partnership of the tests, and browsers in which its people are signed in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import WSGIRequestHandler, make_server

from casework.app import create
from casework.web.unit import EXTENSION
from config.settings import Settings
from local import assets
from tests.browser.looking import WIDTHS, Looker
from tests.factories.partnership import APartnership


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address(settings: Settings, partnership: APartnership) -> Iterator[str]:
    """The product on a port of its own, with the partnership's clock."""
    assets.build()
    app = create(settings, clock=lambda: partnership.now)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions[EXTENSION].stores.close()


@pytest.fixture
def looker(browser: Browser, address: str, partnership: APartnership) -> Iterator[Callable[[str], Looker]]:
    """Make a browser in which one of the partnership's people is signed in."""
    contexts: list[BrowserContext] = []

    def sign_in(key: str) -> Looker:
        context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": "casework", "value": partnership.people[key].session(), "url": address}])
        return Looker(context, address)

    yield sign_in
    for context in contexts:
        context.close()
