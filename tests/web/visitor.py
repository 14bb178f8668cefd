"""A browser without script for page tests: it keeps cookies, sends the forms' token, and checks every page that it is given."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.team import PASSWORD, Person
from tests.web.page_rules import check

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """One browser. `open` follows a link, `send` presses a form's button; both check the page that comes back."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self._token = ""

    def open(self, path: str, **options: Any) -> TestResponse:
        """Follow a link."""
        return self._seen(self.client.get(path, **options))

    def send(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with the token of the page that was seen last."""
        return self._seen(self.client.post(path, data={"csrf_token": self._token, **(data or {})}, **options))

    def follow(self, response: TestResponse) -> TestResponse:
        """Go where a redirect leads, and on while that leads further."""
        while response.status_code in (302, 303):
            response = self.open(response.headers["Location"])
        return response

    def becomes(self, person: Person) -> Visitor:
        """Be signed in as somebody, without the pages of signing in."""
        self.client.set_cookie("casework", person.session())
        self.open("/account")
        return self

    def signs_in(self, person: Person, *, password: str = PASSWORD, code: str | None = None) -> TestResponse:
        """Sign in by the pages; returns the answer to the last step that was reached."""
        self.open("/sign-in")
        first = self.send("/sign-in", {"email": person.email, "password": password})
        if first.status_code != 303:
            return first
        self.follow(first)
        return self.send("/sign-in/code", {"code": person.code if code is None else code})

    @property
    def form_token(self) -> str:
        """The token of the page that was seen last, for a form that is sent without looking at the answer."""
        return self._token

    @property
    def token(self) -> str | None:
        """The session's token as the browser holds it."""
        cookie = self.client.get_cookie("casework")
        return cookie.value if cookie else None

    def _seen(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and response.status_code not in (302, 303):
            check(response)
            if found := _TOKEN.search(response.get_data(as_text=True)):
                self._token = found.group(1)
        return response


def text_of(response: TestResponse) -> str:
    """Return a page's HTML."""
    return response.get_data(as_text=True)


def without_token(response: TestResponse) -> tuple[int, str, list[tuple[str, str]]]:
    """Return status, body and headers without what is random in every answer: the form token and its cookie."""
    body = re.sub(r'value="[\w.-]{60,}"', 'value=""', text_of(response))
    return (
        response.status_code,
        body,
        sorted(pair for pair in response.headers if pair[0] not in ("Set-Cookie", "Date")),
    )
