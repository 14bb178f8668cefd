"""Builds the Flask app from the settings: the one place where all parts of the pages meet."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import IO, Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Request, request
from werkzeug.middleware.proxy_fix import ProxyFix

from casework.web import blueprints, forgery, guard, pages, session
from casework.web.unit import EXTENSION, Service, correlation_id
from casework.work import Stores
from config.settings import Settings

LARGEST_REQUEST = 2 * 1024 * 1024
_log = structlog.get_logger("casework.web")


class InMemory(Request):
    """A request whose uploaded files stay in memory: Werkzeug would put a large one on the disk, where nothing seals it."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


class Casework(Flask):
    """Flask, but a fault is logged without its text: the text of an error may hold what somebody typed."""

    request_class = InMemory

    def log_exception(self, exc_info: Any) -> None:
        """Log a fault of ours once: its class, where it arose, and the correlation id."""
        _log.error(
            "request_failed",
            endpoint=request.endpoint,
            method=request.method,
            correlation_id=correlation_id(),
            exc_info=exc_info,
        )


def utc_now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def create(settings: Settings | None = None, *, clock: Callable[[], datetime] = utc_now) -> Flask:
    """Return the app for `settings` (from the environment, when not given). `clock` gives the instant of each request.

    Raises SettingsError naming every setting that is missing or wrong.
    """
    settings = settings or Settings.read(os.environ)
    https = settings.base_url.startswith("https://")
    app = Casework("casework.web", static_folder=None)
    app.extensions[EXTENSION] = Service(settings=settings, stores=Stores.open(settings, keeps_plans=True), clock=clock)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        MAX_FORM_PARTS=2_000,
        TRUSTED_HOSTS=_hosts(settings.base_url),
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    session.configure(app, https=https, secret=settings.web_secret)
    pages.init(app, settings=settings)
    forgery.configure(app)
    guard.configure(app)
    for blueprint in blueprints.BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.demonstration:
        for blueprint in blueprints.DEMONSTRATION:
            app.register_blueprint(blueprint)
    return app


def _hosts(base_url: str) -> list[str]:
    """Return the names that requests may use: the service's own, and this machine's for health checks."""
    return [urlsplit(base_url).hostname or "", "127.0.0.1", "localhost"]
