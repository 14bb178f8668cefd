"""Refuses requests that other sites make in somebody's name: a token in every form, and the browser's own word on where it came from.

Source: docs/adr/0012-sign-in.md. Beside this stands SameSite=Strict on the cookies, so that one mistake alone opens nothing.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import flask
from flask import Flask, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf

from casework.accounts.rules import SESSION_LASTS
from casework.web import session
from casework.web.error_pages import PAGES, ErrorPage
from casework.web.typed import Typed, typed
from casework.web.unit import now, service

_TOKEN = "csrf_token"  # Flask-WTF's name for it, in its session and in the request  # noqa: S105
_MOST_SIGNED = 4_096
EXTENSION = "casework.form_tokens"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_SAME_ORIGIN = frozenset({"same-origin", "none"})
PAGE = ErrorPage(
    "This form could not be taken",
    "It did not come from a Casework page that is open in this browser, or the page had been open for too long. "
    "Nothing has been saved.",
    ("Go back, reload the page and send it again.", "If you typed a long answer, copy it first."),
)


def configure(app: Flask) -> None:
    """Guard every unsafe request of `app`; refusals are 403 and change nothing."""
    app.config.update(WTF_CSRF_TIME_LIMIT=int(SESSION_LASTS.total_seconds()), WTF_CSRF_SSL_STRICT=False)
    app.before_request(_check_origin)
    CSRFProtect(app)
    app.jinja_env.globals["csrf_token"] = form_token
    app.register_error_handler(CSRFError, lambda error: _void())


def form_token() -> str:
    """Return the token of this browser's forms. It is signed anew once a minute, not for each page; it holds for a session's length."""
    seed = flask.session.get(_TOKEN)
    if seed is None or _TOKEN in g:
        return str(generate_csrf())
    signed: dict[tuple[str, int], str] = current_app.extensions.setdefault(EXTENSION, {})
    key = (seed, int(now().timestamp()) // 60)
    token = signed.get(key)
    if token is None:
        if len(signed) >= _MOST_SIGNED:
            signed.clear()
        token = signed[key] = generate_csrf()
    g.csrf_token = token
    return token


def _refused(again: Typed | None = None) -> tuple[str, int]:
    return render_template("errors/error.html", page=PAGE, details=(), status=403, again=again), 403


def _void() -> tuple[str, int]:
    """Refuse a form whose token is void. One from our own page is given back: to somebody who has signed in again meanwhile, and to
    somebody who was signed out in another tab, where the browser itself says that the form is ours."""
    if session.load() is not None:
        return _refused(typed())
    if request.headers.get("Sec-Fetch-Site") == "same-origin" and (again := typed()):
        page = PAGES[401]
        return render_template("errors/error.html", page=page, details=(), status=401, again=again), 401
    return _refused()


def _check_origin() -> tuple[str, int] | None:
    """Refuse an unsafe request that a browser says came from another origin. One without the headers still needs the token."""
    if request.method in SAFE_METHODS:
        return None
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in _SAME_ORIGIN:
        return _refused()
    if origin is not None and origin not in _own_origins():
        return _refused()
    return None


def _own_origins() -> set[str]:
    base = service().settings.base_url
    # On one machine the same service answers as 127.0.0.1 and as localhost.
    return {base} if urlsplit(base).scheme == "https" else {base, request.host_url.rstrip("/")}
