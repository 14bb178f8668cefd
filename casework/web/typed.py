"""What was typed into a form that could not be taken because the session had ended: given back in the page, to be sent again.

A session ends after a quarter of an hour without a press, and a reason is not always written in that time. Nothing is kept on the
server, where nobody is signed in; it stays in the tab in which it was typed.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

# What is typed there is secret, or about one's own account, and is soon typed again.
NEVER_AGAIN = frozenset({"account", "people", "sign_in"})
_NOT_TYPED = frozenset({"csrf_token", "autosave"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was posted: where it goes, and each name with its value."""

    action: str
    fields: tuple[tuple[str, str], ...]


def typed() -> Typed | None:
    """Return what this request posted from one of our own pages; None where nothing was, or where it must not be shown again."""
    own = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if request.method != "POST" or not own or request.blueprint is None or request.blueprint in NEVER_AGAIN:
        return None
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name not in _NOT_TYPED)
    return Typed(request.path, fields) if fields else None
