"""The sign-in session as a browser holds it: one cookie with a random token, and nothing else about anybody.

The session itself is a row (accounts.operations.sessions). Flask's own signed cookie carries the seed of the form tokens and
what is to be said on the next page, never who somebody is.
"""

from __future__ import annotations

import flask
from flask import Flask, g, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from werkzeug.wrappers import Response

from casework.accounts import operations, rules
from casework.accounts.operations import SignedIn
from casework.web.unit import open_unit, service, signed_in


class _FormSessions(SecureCookieSessionInterface):
    """Flask's signed cookie; what signs it is made once and not for each request."""

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs the cookie of this app, whose secret stays as it is while the process runs."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


def configure(app: Flask, *, https: bool, secret: str) -> None:
    """Set the cookies of `app`. Over https their names bind them to this host, path and channel."""
    app.secret_key = secret
    app.session_interface = _FormSessions()
    app.config.update(
        SESSION_COOKIE_NAME="__Host-casework-form" if https else "casework-form",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH="/",
    )


def is_https() -> bool:
    """Say whether browsers reach this installation over https."""
    return service().settings.base_url.startswith("https://")


def cookie_name() -> str:
    """Return the name of the cookie that holds the token."""
    return "__Host-casework" if is_https() else "casework"


def load() -> SignedIn | None:
    """Find out who is signed in by the cookie, once a request. None when there is no session or it is over."""
    if "signed_in" not in g:
        token = request.cookies.get(cookie_name())
        g.signed_in = None
        if token:
            with open_unit() as work:
                g.signed_in = operations.resume(work, token=token)
    return signed_in()


def begin(response: Response, *, token: str) -> Response:
    """Give the browser a new session. A session that it held before is signed out, and its forms are void."""
    end_held()
    flask.session.clear()
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(rules.SESSION_LASTS.total_seconds()),
        secure=is_https(),
        httponly=True,
        samesite="Strict",
        path="/",
    )
    return response


def end_held() -> None:
    """Sign out the session that the browser holds, if it holds one."""
    found = load()
    if found is not None:
        with open_unit(found.actor) as work:
            operations.sign_out(work, session_id=found.session_id)
        g.signed_in = None


def forget(response: Response) -> None:
    """Take the session's cookie and the forms' cookie away from the browser."""
    flask.session.clear()
    response.delete_cookie(cookie_name(), secure=is_https(), httponly=True, samesite="Strict", path="/")
