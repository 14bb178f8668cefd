"""What people see when something is refused or goes wrong: plain words, what to do next, and never a hint about a record.

A record that may not be seen and a record that does not exist give the same bytes (threats 1, 4 and 5).
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.web.typed import typed

_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """One kind of refusal: its title, what happened, and what to do next, each a sentence or two."""

    title: str
    what: str
    next: tuple[str, ...]


PAGES = {
    400: ErrorPage(
        "This could not be read",
        "What your browser sent was not complete, or the page had been open for too long. Nothing has been saved.",
        ("Go back, reload the page and try again.", "If you typed a long answer, copy it first."),
    ),
    401: ErrorPage(
        "Sign in to go on",
        "You are not signed in, or you were signed out because nothing happened for a while.",
        ("Sign in again. A saved draft is still there.",),
    ),
    403: ErrorPage(
        "This part is not open to your role",
        "Your role does not include this part of Casework.",
        ("Go back to your home page.", "If your work has changed, ask your co-ordinator to change your role."),
    ),
    404: ErrorPage(
        "There is nothing here for you",
        "The address may be wrong, or it may lead to something that is not open to you.",
        (
            "If you typed the address, check it.",
            "If you followed a link, go to your home page and look from there.",
            "If you need something for your work, ask your co-ordinator.",
        ),
    ),
    405: ErrorPage(
        "That cannot be done from here",
        "The address is right, but it was used in a way that it does not answer to. Nothing has been changed.",
        ("Go back and use the button on the page.",),
    ),
    409: ErrorPage(
        "Somebody has changed this",
        "It changed after you opened the page, so what you sent was not saved.",
        ("Go back and copy what you typed.", "Reload the page to see how it stands now, and try again."),
    ),
    413: ErrorPage(
        "That is too large",
        "What you sent is larger than Casework takes. Nothing has been saved.",
        ("Send a smaller file, or divide the text into parts.",),
    ),
    422: ErrorPage(
        "Some answers need to be corrected",
        "Nothing has been saved.",
        ("Go back, correct what is named here, and send it again.",),
    ),
    429: ErrorPage(
        "Too many tries",
        "This was tried too often in a short time, so it is closed for a while. It protects accounts from guessing.",
        ("Wait a few minutes and try again.", "If it was not you, tell your co-ordinator."),
    ),
    500: ErrorPage(
        "Something went wrong here",
        "It is a fault of ours. Nothing that you sent has been half saved: either all of it is there or none of it.",
        (
            "Go back and look whether it was saved.",
            "Try again in a minute.",
            "If it happens again, tell your co-ordinator.",
        ),
    ),
    503: ErrorPage(
        "Casework is not ready",
        "A part of it is being started or mended. What was saved is safe.",
        ("Wait a minute and try again.", "If a conference is sitting, go on from the printed list until it is back."),
    ),
}


def _answer(status: int, *, details: tuple[str, ...] = (), kept: dict[str, str] | None = None) -> Response:
    page = PAGES[status]
    if request.accept_mimetypes.best == "application/json":
        response = jsonify(message=page.title, details=list(details))
    else:
        again = typed() if status == 401 else None
        response = make_response(
            render_template("errors/error.html", page=page, details=details, status=status, again=again)
        )
    response.status_code = status
    for name, value in (kept or {}).items():
        response.headers[name] = value
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    given = dict(error.get_headers(request.environ))
    # A status without a page of its own is told as its family: never the library's words.
    shown = status if status in PAGES else (400 if status < 500 else 500)
    answer = _answer(shown, kept={name: given[name] for name in _KEPT_HEADERS if name in given})
    answer.status_code = status
    return answer


def _not_allowed(error: NotAllowed) -> Response:
    """Refuse: as missing when the address names a record (whoever may not see it must not learn that it is there)."""
    if request.view_args:
        return _answer(404)
    return _answer(403, details=(error.message,))


def _unexpected(error: HTTPException) -> Response:
    """Answer for a fault of ours. Flask has logged it; the page itself must not fail for the same reason."""
    try:
        return _answer(500)
    except Exception:  # noqa: BLE001 - whatever broke the page must not take the last answer with it
        page = PAGES[500]
        return Response(f"{page.title}. {page.what} {' '.join(page.next)}\n", status=500, mimetype="text/plain")


def init(app: Flask) -> None:
    """Answer every refusal and fault of `app` with a page, or with JSON where the page's script asked for it."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _unexpected)
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(NotFound, lambda error: _answer(404))
    app.register_error_handler(Conflict, lambda error: _answer(409, details=(error.message,)))
    app.register_error_handler(Invalid, lambda error: _answer(422, details=tuple(e.message for e in error.errors)))
