"""A fortnight in browsers: each person has one of their own, the partnership's clock moves, and nobody stays signed in for days."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from casework.conferences.queries import ConferenceRecord
from tests.browser.looking import DESK, Looker
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import Fortnight

STAYS_SIGNED_IN = timedelta(minutes=10)
_PATIENCE = 10
_COUNTS = """for (const kind of ["click", "keydown"]) addEventListener(kind, (event) => {
    if (event.isTrusted && !event.target.closest?.("input, textarea, select")) window.pressed(kind);
}, true);"""


@dataclass
class Story:
    """The partnership whose clocks go on, and the browsers of its people."""

    fortnight: Fortnight
    browser: Browser
    address: str
    leanne: UUID
    """The case that was heard before."""
    lookers: dict[str, Looker] = field(default_factory=dict)
    left: list[Looker] = field(default_factory=list)
    """Browsers that were closed in the middle of something."""
    _signed_in: dict[str, datetime] = field(default_factory=dict)

    @property
    def partnership(self) -> APartnership:
        """The partnership."""
        return self.fortnight.partnership

    @property
    def round(self) -> ConferenceRecord:
        """The round that the story is about, as it stands."""
        return self.fortnight.round(1)

    def at(self, key: str) -> Looker:
        """One of the people at their browser, signed in, also when they have been away."""
        looker = self.lookers.get(key) or self.lookers.setdefault(key, Looker(self._context(), self.address))
        now = self.partnership.now
        if key not in self._signed_in or now - self._signed_in[key] > STAYS_SIGNED_IN:
            token = self.partnership.people[key].session()
            looker.context.add_cookies([{"name": "casework", "value": token, "url": self.address}])
        self._signed_in[key] = now
        return looker

    def _context(self) -> BrowserContext:
        context = self.browser.new_context(viewport=DESK)
        context.set_default_timeout(15_000)
        return context

    def opens(self, key: str, path: str) -> Page:
        """One of the people goes to a page."""
        return self.at(key).open(path)

    def closes_the_browser(self, key: str) -> None:
        """Somebody's browser is closed in the middle of something; it is another one when they come back."""
        looker = self.lookers.pop(key)
        del self._signed_in[key]
        looker.context.close()
        self.left.append(looker)

    def comes_to(self, day: date, at: time) -> None:
        """Come to a moment in London, with everything that follows from it. Pages that follow something are left first."""
        for looker in self.lookers.values():
            self._leaves(looker.page)
        self.fortnight.comes_to(day, at)

    @staticmethod
    def _leaves(page: Page) -> None:
        """Leave a page. One that follows the table may be on its way to the next case at that very moment: then it is left again."""
        for _ in range(_PATIENCE):
            try:
                page.goto("about:blank")
            except Error as error:
                if "interrupted by another navigation" not in error.message:
                    raise
                page.wait_for_load_state()
            else:
                return
        raise AssertionError("the page goes on and on")

    def is_shut_out(self, key: str, *paths: str, words: tuple[str, ...]) -> None:
        """A door is closed to somebody, and what it says has none of the words (regular expressions)."""
        for path in paths:
            answer = self.at(key).context.request.get(self.address + path)
            assert answer.status in (403, 404), f"{path} as {key}: {answer.status}"
            self._names_nobody(key, path, answer.text(), words)

    def sees_none_of(self, key: str, *paths: str, words: tuple[str, ...]) -> None:
        """Somebody may open pages, but finds none of the words there (regular expressions), shown or hidden."""
        for path in paths:
            said = self.opens(key, path).content()
            self._names_nobody(key, path, said, words)

    @staticmethod
    def _names_nobody(key: str, path: str, said: str, words: tuple[str, ...]) -> None:
        told = [word for word in words if re.search(word, said)]
        assert not told, f"{path} tells {key}: {told}"

    def count_presses(self, key: str) -> Callable[[], int]:
        """Count from now on what somebody presses: keys and buttons, not what is typed into a box."""
        pressed: list[str] = []
        page = self.at(key).page
        page.expose_function("pressed", lambda kind: pressed.append(kind))
        page.add_init_script(_COUNTS)
        return lambda: len(pressed)

    def signs_out(self, key: str, path: str, *, words: tuple[str, ...]) -> None:
        """Somebody opens a page about people, signs out and goes back: it is gone."""
        looker = self.at(key)
        page = looker.open(path)
        for word in words:
            expect(page.locator("main")).to_contain_text(word)
        looker.press("Sign out")
        page.go_back()
        for word in words:
            expect(page.locator("body")).not_to_contain_text(word)

    def hearing(self, case_id: UUID) -> str:
        """The address of a case at the table, in the round that the story is about."""
        return f"/hearings/{self.fortnight.listing(self.round, case_id).id}"
