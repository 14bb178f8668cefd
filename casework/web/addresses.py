"""Addresses of pages, made once for each kind of page: a list of cases needs the same address many times, with another id in it.

`address` takes the place of Flask's `url_for` in templates and gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import url_for
from flask.ctx import RequestContext
from flask.globals import request_ctx

EXTENSION = "casework.addresses"
# Stand in for ids while an address is made; nothing else in an address looks like these.
_PLACES = tuple(UUID(int=0xA5A5A5A5_0000_4000_8000_000000000000 + place) for place in range(4))
_IDS = {UUID}
Known = dict[tuple[str, str, tuple[str, ...]], Callable[..., str] | None]


def address(endpoint: str, **values: Any) -> str:
    """Return the address of a page, as `url_for` does; quickly where nothing but ids (UUIDs) stand in it."""
    if endpoint[0] == "." or len(values) > len(_PLACES) or set(map(type, values.values())) - _IDS:
        return url_for(endpoint, **values)
    here: RequestContext = request_ctx._get_current_object()  # type: ignore[attr-defined]  # asked once: a list asks for fifty
    known: Known = here.app.extensions.setdefault(EXTENSION, {})
    key = (here.request.root_path, endpoint, tuple(values))
    if key not in known:
        known[key] = _pattern(endpoint, tuple(values))
    made = known[key]
    return url_for(endpoint, **values) if made is None else made(*values.values())


def _pattern(endpoint: str, names: tuple[str, ...]) -> Callable[..., str] | None:
    """Return what puts ids into the address of `endpoint`, or None where an id does not stand in it exactly once."""
    places = dict(zip(names, map(str, _PLACES), strict=False))
    ids: dict[str, Any] = {name: UUID(place) for name, place in places.items()}
    made = url_for(endpoint, **ids)
    if "{" in made or any(made.count(place) != 1 for place in places.values()):
        return None
    for number, place in enumerate(places.values()):
        made = made.replace(place, f"{{{number}}}")
    return made.format
