"""Who reaches which page at all: closed unless it says otherwise. What a person sees there is then the domain's policy.

Every view declares its guard: `@needs(Permission…)` for a role in the partnership, `@for_members` for any role in it, or
`@for_anyone_signed_in` for one's own account. A page open to the world stands in OPEN below, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from casework.access.permissions import Permission
from casework.accounts.operations import SignedIn
from casework.errors import NotAllowed
from casework.web import navigation, pages, session
from casework.web.addresses import address
from casework.web.forms.cases import SEARCH_REASON
from casework.web.unit import work_for_request

OPEN = frozenset(
    {
        "look.static_file",
        "health.healthz",
        "health.readyz",
        "sign_in.password",
        "sign_in.code",
        "sign_in.set_up",
        "sign_in.sign_out",
    }
)
# These exist only where everybody is invented (settings.demonstration).
OPEN_IN_DEMONSTRATION = frozenset(
    {
        "components.guide",
        "demonstration.sign_in_as",
        "demonstration.mail",
        "demonstration.message",
    }
)
HOME = "home.home"
SIGN_IN = "sign_in.password"
CHOOSE_PARTNERSHIP = "account.partnership"
_LONGEST_ACT = 60

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Guard:
    """What a view asks for: one of the permissions (any role, when there are none), and a partnership that has been chosen."""

    permissions: tuple[Permission, ...] = ()
    in_partnership: bool = True


def needs(*permissions: Permission) -> Callable[[View], View]:
    """Declare that a view is for whoever has one of `permissions` in the partnership."""
    if not permissions:
        raise ValueError("name a permission, or use for_members")
    return _declare(Guard(permissions))


def for_members(view: View) -> View:
    """Declare that a view is for everybody who has a role in the partnership."""
    return _declare(Guard())(view)


def for_anyone_signed_in(view: View) -> View:
    """Declare that a view is for everybody who is signed in, also before a partnership is chosen: one's own account."""
    return _declare(Guard(in_partnership=False))(view)


def guard_of(view: Callable[..., Any]) -> Guard | None:
    """Return what a view declares, or None when it declares nothing and so is closed."""
    found: Guard | None = getattr(view, "guard", None)
    return found


def configure(app: Flask) -> None:
    """Stand before every view of `app`."""
    app.before_request(_check)


def _declare(guard: Guard) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.guard = guard  # type: ignore[attr-defined]  # functions may carry attributes
        return view

    return mark


def _check() -> Response | None:
    endpoint = request.endpoint
    if endpoint in OPEN or endpoint in OPEN_IN_DEMONSTRATION:
        return None
    who = session.load()
    if who is not None:
        _frame(who)
    if endpoint is None:
        return None  # no such address: the answer is the same for everybody
    if who is None:
        return redirect(url_for(SIGN_IN), 303) if endpoint == HOME else abort(401)
    guard = guard_of(current_app.view_functions[endpoint])
    if guard is None:
        _stop_unguarded(endpoint)
    if guard.in_partnership and who.partnership_id is None:
        return redirect(url_for(CHOOSE_PARTNERSHIP), 303)
    if guard.permissions and not any(who.actor.has(one) for one in guard.permissions):
        with work_for_request() as work:
            work.require(guard.permissions[0])
    return None


def _stop_unguarded(endpoint: str) -> NoReturn:
    """Refuse everybody a page whose view declares no guard, and write to the trail which: somebody forgot it. Raises NotAllowed."""
    with work_for_request() as work:
        work.refuse(act=f"page:{endpoint}"[:_LONGEST_ACT], code="no_guard")
        raise NotAllowed(code="no_guard")


def _frame(who: SignedIn) -> None:
    links = navigation.links_for(who.actor) if who.partnership_id else ()
    pages.frame_for(
        pages.Frame(
            partnership=who.partnership_name,
            person=who.name,
            home=address(HOME),
            sign_out=address("sign_in.sign_out"),
            find=address("cases.search") if who.partnership_id and who.actor.has(Permission.CASE_VIEW) else "",
            find_reasons=tuple(SEARCH_REASON.items()),
            navigation=links,
            footer=(pages.NavigationLink("My account", address("account.own")),),
        )
    )
