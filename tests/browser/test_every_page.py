"""Every page that a link leads to, in a real Chromium, over the demonstration: axe at WCAG 2.2 AA, no sideways scroll at 320 px, no
complaint, nothing from elsewhere, at most twelve statements.

With CASEWORK_PICTURES=FOLDER each page is also kept as a picture: that is how docs/pictures/pages is made (docs/how-to/add-a-page.md),
together with those of looking.PICTURED.
"""

from __future__ import annotations

import html
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Page
from werkzeug.exceptions import HTTPException

from benchmarks.statements import counted
from casework.access.actors import SYSTEM
from casework.accounts import operations as accounts
from casework.app import create
from casework.encryption.key_ring import KeyRing
from casework.web.unit import EXTENSION
from casework.work import Stores, UnitOfWork
from config.settings import Settings
from rehearsal import demonstration
from rehearsal.partnership import World
from tests.browser.looking import DESK, GIVEN_UP, PHONE, PICTURED, picture, violations
from tests.browser.serving import served
from tests.conftest import Database, _stores

MOST_STATEMENTS = 12  # of a page, with no key held

# Whom we follow, in this order: who comes to a page first is looked at there. Homes are looked at for everybody.
WHO = (
    *("coordinator", "chair", "housing", "idva", "referrer_police", "administrator", "observer", "operator"),
    *("youth_worker", "school_worker", "youth_manager", "safeguarding_lead", "information_lead", "group_chair"),
)
HOME = "home.home"

# Links that are called the same and lead to different places, as "name: how many places"; addresses of one page count once.
SAME_NAMES = """() => {
  const places = new Map()
  for (const link of document.querySelectorAll('main a[href]')) {
    const name = (link.getAttribute('aria-label') || link.textContent).replace(/\\s+/g, ' ').trim()
    places.set(name, (places.get(name) || new Set()).add(link.getAttribute('href')))
  }
  return [...places].filter(([, hrefs]) => hrefs.size > 1).map(([name, hrefs]) => `${name}: ${hrefs.size} places`)
}"""
# Dates of a table's cells that are broken over two lines; two people side by side have too narrow columns for some.
BROKEN_DATES = """() => {
  const broken = []
  for (const cell of document.querySelectorAll('main table:not(.app-beside) :is(td, th)')) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const words = walker.currentNode.data.trim()
      if (!/^\\d{1,2} [A-Z][a-z]+ \\d{4}$/.test(words)) continue
      const range = document.createRange()
      range.selectNodeContents(walker.currentNode)
      if (new Set([...range.getClientRects()].map(one => one.top)).size > 1) broken.push(words)
    }
  }
  return broken
}"""

# Pages that no link of the demonstration leads to, and where they are looked at instead.
ELSEWHERE = {
    "agreements.change": "is of an agreement that stands: tests/web/test_agreement_pages.py",
    "agreements.sheet": "is of an agreement that stands: tests/web/test_agreement_pages.py",
    "account.partnership": "is for who works in several partnerships: tests/web/test_sign_in.py",
    "cases.search": "follows a search: tests/browser/test_referral_pages.py",
    "colleagues.ask": "is of a case not yet answered: tests/web/test_colleagues.py",
    "colleagues.question": "follows a question to a colleague: tests/web/test_colleagues.py",
    "contacts.of_case": "is of a first contact that is owed: tests/web/test_home.py",
    "components.guide": "tests/browser/test_components.py",
    "demonstration.message": "follows a mail that was caught",
    "groups.found": "is for a partnership without a group: tests/web/test_group_pages.py",
    "groups.lead": "is of a meeting that was held: tests/web/test_group_pages.py",
    "groups.named_cases": "is of groups that hear named cases: tests/web/test_group_pages.py",
    "groups.seats": "is of founding a group: tests/web/test_group_pages.py",
    "interventions.letter": "is of an intervention: tests/web/test_intervention_pages.py",
    "interventions.one": "is of an intervention: tests/web/test_intervention_pages.py",
    "interventions.pdf": "is of an intervention: tests/web/test_intervention_pages.py",
    "interventions.printed": "is of an intervention: tests/web/test_intervention_pages.py",
    "sharing.again": "is of a share that was stopped: tests/web/test_sharing_pages.py",
    "sharing.pass_on": "is of a share that was accepted: tests/web/test_sharing_pages.py",
    "sharing.signature": "is of a share that needs a signature: tests/web/test_sharing_pages.py",
    "withdrawal.answer": "follows a withdrawal: tests/web/test_sharing_pages.py",
    "young_people.disagreement": "follows a disagreement: tests/web/test_youth_pages.py",
    "young_people.leave": "is of the end of a place on the team: tests/web/test_youth_pages.py",
    "health.healthz": "is for machines",
    "health.readyz": "is for machines",
    "contacts.of_referral": "is of a referral that is not yet decided: tests/web/test_referral_sent.py",
    "practice.holiday": "is of an own holiday: tests/web/test_practice_pages.py",
    "shut_out.of_file": "is of a young person's file with a conflict: tests/web/test_sharing_pages.py",
    "minutes.correct": "is of minutes that are out: tests/web/test_minutes_pages.py",
    "named_cases.bring": "is of groups that hear named cases: tests/web/test_group_pages.py",
    "named_cases.hear": "is of groups that hear named cases: tests/web/test_group_pages.py",
    "referral_import.one": "follows a file: tests/web/test_referral_import.py",
    "share_inbox.correct": "is of a record of sharing: tests/web/test_sharing_pages.py",
    "share_inbox.duty_to_share": "is of a duty to share: tests/web/test_sharing_pages.py",
    "minutes.amend": "is of minutes in draft: tests/browser/test_after_the_sitting.py",
    "minutes.progress": "is read by the script of the minutes: tests/browser/test_after_the_sitting.py",
    "referring.check": "is of a draft: tests/browser/test_referral_pages.py",
    "referring.sent": "follows the sending: tests/browser/test_referral_pages.py",
    "referring.step": "is of a draft: tests/browser/test_referral_pages.py",
    "referring.withdraw": "is of a referral that waits: tests/browser/test_referral_pages.py",
    "rounds.late": "is of a late referral: tests/web/test_round_pages.py",
    "sign_in.code": "follows a password: tests/web/test_sign_in.py",
    "sign_in.password": "is reached by a secret link: tests/web/test_sign_in.py",
    "sign_in.set_up": "is reached by a secret link: tests/web/test_sign_in.py",
    "sitting.follow": "is of a sitting that runs: tests/web/test_sitting.py",
    "sitting.now_at_the_table": "is read by the script of the sitting",
    "triage.again": "leads to the referral: tests/web/test_triage.py",
    "sitting.values": "is read by the script of the sitting",
}


@dataclass
class Told:
    """What was seen: the pages by endpoint, and every fault with the page and the person."""

    pages: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass
class Site:
    """The product over the demonstration, on a port of its own."""

    app: Flask
    stores: Stores
    world: World
    address: str

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Note what is sent to the databases, by a process that holds no key yet."""
        stores: Stores = self.app.extensions[EXTENSION].stores
        stores.key_store.ring = KeyRing(lambda: 0)
        with counted() as sent:
            yield sent

    def endpoint(self, address: str) -> str | None:
        """Return which page an address leads to, None for what is no page of ours."""
        split = urlsplit(address)
        if f"{split.scheme}://{split.netloc}" != self.address:
            return None
        try:
            return str(self.app.url_map.bind("127.0.0.1").match(split.path)[0])
        except HTTPException:
            return None


@pytest.fixture(scope="module")
def site(
    module_database: Database, key_files: dict[str, str], tmp_path_factory: pytest.TempPathFactory, built: None
) -> Iterator[Site]:
    """The demonstration, made as `./dev run` makes it."""
    state = tmp_path_factory.mktemp("state")
    (state / "mail").mkdir()
    settings = Settings.read(
        {
            "DATABASE_URL": module_database.url,
            "KEY_STORE_URL": module_database.key_store_url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SMTP_URL": "smtp://127.0.0.1:1",
            "CASEWORK_MAIL_FROM": "no-reply@casework.example.gov.uk",
            "CASEWORK_BASE_URL": "http://127.0.0.1:8000",
            "CASEWORK_STATE": str(state),
            "CASEWORK_DEMONSTRATION": "1",
            **key_files,
        }
    )
    stores = _stores(module_database, key_files)
    world = demonstration.make(stores, datetime.now(UTC).replace(microsecond=0))
    app = create(settings)
    with served(app) as address:
        yield Site(app, stores, world, address)
    app.extensions[EXTENSION].stores.close()
    stores.close()


@pytest.fixture(scope="module")
def told(site: Site, browser: Browser) -> Told:
    """What a walk through every page saw."""
    found = Told()
    _walk(site, browser, None, found)
    for who in WHO:
        _walk(site, browser, who, found)
    if folder := os.environ.get("CASEWORK_PICTURES"):
        lines = [
            "# Every page of the demonstration\n",
            "Made by tests/browser/test_every_page.py; in brackets who looks.\n",
        ]
        others = {name: f"{name}, in a story of its own" for name in PICTURED.values()}
        kept = {
            name: title for name, title in (others | found.titles).items() if (Path(folder) / f"{name}.jpg").exists()
        }
        lines += [f"## {title}\n\n![{title}]({name}.jpg)\n" for name, title in sorted(kept.items())]
        (Path(folder) / "README.md").write_text("\n".join(lines), encoding="utf-8")
    return found


def _walk(site: Site, browser: Browser, who: str | None, found: Told) -> None:
    context = browser.new_context(viewport=DESK)
    context.set_default_timeout(20_000)
    if who is not None:
        with UnitOfWork(
            site.stores, actor=SYSTEM, now=datetime.now(UTC).replace(microsecond=0), partnership_id=None
        ) as work:
            token = accounts.start_session(work, account_id=site.world.accounts[who], how="demonstration")
        context.add_cookies([{"name": "casework", "value": token, "url": site.address}])
    page = context.new_page()
    seen: set[str] = set()
    waiting = deque(["/"])
    while waiting:
        path = waiting.popleft()
        endpoint = site.endpoint(site.address + path)
        if endpoint is None or endpoint in seen or endpoint.startswith("look.") or "sign_out" in endpoint:
            continue
        seen.add(endpoint)
        is_new = endpoint not in found.pages or endpoint == HOME
        if not is_new and endpoint not in _LEADS_ON:
            continue
        found.pages.setdefault(endpoint, f"{who}: {path}")
        name = endpoint if endpoint != HOME else f"{endpoint}-{who or 'nobody'}"
        waiting.extend(_look(page, site, path, name, who, found) if is_new else _asks(page, site, path, who, found))
    context.close()


# Pages through which each person has to go to come to pages of their own.
_LEADS_ON = frozenset(
    {HOME, "cases.all_cases", "cases.case", "referring.mine", "referring.referral", "research.rounds_to_answer"}
    | {"youth.mine", "youth.case", "groups.all_groups", "agency_contacts.all_contacts"}
    | {"research.round_page", "minutes.every_round", "minutes.of_round", "rounds.calendar", "rounds.conference"}
)


def _goes(page: Page, site: Site, path: str, who: str | None, found: Told) -> list[str]:
    """Go to a page and return where its links lead; a file leads nowhere. A link that leads to a closed door is a fault."""
    try:
        with site.statements() as sent:
            answer = page.goto(site.address + path)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return []
    if answer is None or not answer.ok:
        found.faults.append(f"{path} as {who}: {answer.status if answer else 'no answer'}")
        return []
    if len(sent) > MOST_STATEMENTS and answer.request.redirected_from is None:
        found.faults.append(f"{path} as {who}: {len(sent)} statements")
    return _links(page)


def _asks(page: Page, site: Site, path: str, who: str | None, found: Told) -> list[str]:
    """Ask for a page that was looked at before, and return where its links lead for this person."""
    answer = page.context.request.get(site.address + path)
    if not answer.ok:
        found.faults.append(f"{path} as {who}: {answer.status}")
        return []
    return _inside(html.unescape(href) for href in re.findall(r'<a [^>]*?href="([^"]+)"', answer.text()))


def _look(page: Page, site: Site, path: str, name: str, who: str | None, found: Told) -> list[str]:
    """Look at one page, wide and narrow; note what is wrong with it, and return where its links lead. A file is only taken."""
    said: list[str] = []
    ours = (site.address, "data:")
    listeners: dict[Any, Callable[[Any], object]] = {
        "console": lambda message: said.append(message.text) if message.type == "error" else None,
        "pageerror": lambda error: said.append(str(error)),
        "requestfailed": lambda asked: said.append(f"not loaded: {asked.url}") if asked.failure != GIVEN_UP else None,
        "request": lambda asked: None if asked.url.startswith(ours) else said.append(f"from elsewhere: {asked.url}"),
    }
    for kind, listener in listeners.items():
        page.on(kind, listener)
    page.set_viewport_size(DESK)
    faults = len(found.faults)
    links = _goes(page, site, path, who, found)
    if links and len(found.faults) == faults:
        _examine(page, name, who, found, said)
    for kind, listener in listeners.items():
        page.remove_listener(kind, listener)
    found.faults += [f"{name} as {who}: {one}" for one in said]
    return links


def _examine(page: Page, name: str, who: str | None, found: Told, said: list[str]) -> None:
    """Say what axe finds on the page that is open, and whether it fits a phone."""
    said += [f"axe {one}" for one in violations(page)]
    said += [f"links of one name: {one}" for one in page.evaluate(SAME_NAMES)]
    said += [f"broken over two lines: {one}" for one in sorted(set(page.evaluate(BROKEN_DATES)))]
    if folder := os.environ.get("CASEWORK_PICTURES"):
        found.titles[name] = f"{page.title().removesuffix(' – Casework')} ({who or 'nobody'})"
        picture(page, Path(folder) / f"{name}.jpg")
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > PHONE["width"]:
        culprits = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth)"
            ".slice(0, 3).map(one => one.outerHTML.slice(0, 160))"
        )
        said.append(f"{wide} px wide on a phone: {culprits}")


def _links(page: Page) -> list[str]:
    """Return the links of a page in its order, without what comes behind '#'."""
    return _inside(page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))"))


def _inside(hrefs: Iterable[str]) -> list[str]:
    return [one.partition("#")[0] for one in hrefs if one.startswith("/") and one.partition("#")[0]]


class TestEveryPage:
    def test_has_no_fault(self, told: Told) -> None:
        assert told.faults == [], "\n".join(told.faults)

    def test_is_reached_by_links_or_looked_at_elsewhere(self, told: Told, site: Site) -> None:
        pages = {
            str(rule.endpoint)
            for rule in site.app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and not rule.endpoint.startswith("look.")
        }
        missed = pages - told.pages.keys() - ELSEWHERE.keys()
        assert not missed, sorted(missed)
