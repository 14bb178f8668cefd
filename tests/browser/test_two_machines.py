"""Two machines in one sitting: who follows sees what is typed, who may not sees nothing, and a killed web process loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from local import assets, children
from tests.browser.looking import Looker
from tests.web.open_round import OpenRound

ROOT = Path(__file__).parents[2]
WITHIN = 2_000  # milliseconds from typing to the other screen: issue and docs/adr/0009-pages.md
VOICE = "She wants the locks changed before anything else."


@pytest.fixture
def sitting(list_is_out: OpenRound) -> OpenRound:
    """A sitting that has begun: co-ordinator, chair, housing, police and an observer are in the room."""
    list_is_out.begins("coordinator", "chair", "housing", "police", "observer")
    return list_is_out


def voice(page: Page) -> str:
    """What stands in the box for the victim's voice."""
    return page.locator("textarea[name=voice]").input_value()


class TestOnPaper:
    def test_are_the_list_and_the_agenda_and_no_button(
        self, sitting: OpenRound, looker: Callable[[str], Looker]
    ) -> None:
        priya = looker("coordinator")
        for path in (sitting.path, f"{sitting.path}/sitting"):
            page = priya.open(path)
            page.emulate_media(media="print")
            expect(page.get_by_text("Leanne Whitehouse").first).to_be_visible()
            expect(page.get_by_text("Confidential. Printed by Priya Nair")).to_be_visible()
            assert page.locator(":is(a[role=button], button, select, textarea, nav, kbd):visible").count() == 0
            expect(page.get_by_text("Follow the table on this screen")).to_be_hidden()


class TestWhatTheCoordinatorTypes:
    def test_is_on_the_chair_s_screen_within_two_seconds(
        self, sitting: OpenRound, looker: Callable[[str], Looker]
    ) -> None:
        typing, following = looker("coordinator"), looker("chair")
        typing.open(sitting.hearing(sitting.leanne))
        following.open(sitting.hearing(sitting.leanne))
        expect(following.page.get_by_text("Nothing is written down yet")).to_be_visible()
        typing.page.locator("textarea[name=voice]").fill(VOICE)
        expect(following.page.get_by_text(VOICE)).to_be_visible(
            timeout=WITHIN + 700
        )  # and the pause that ends the typing
        assert following.complaints == typing.complaints == []

    def test_is_followed_while_it_is_typed_without_a_pause(
        self, sitting: OpenRound, looker: Callable[[str], Looker]
    ) -> None:
        typing, following = looker("coordinator"), looker("chair")
        typing.open(sitting.hearing(sitting.leanne))
        following.open(sitting.hearing(sitting.leanne))
        kept: list[str] = []
        typing.page.on("response", lambda answer: kept.append(answer.url) if answer.request.method == "POST" else None)
        typing.page.locator("textarea[name=voice]").press_sequentially(VOICE, delay=80)
        assert len(kept) > 1, "kept while she types, not only when she stops"
        expect(following.page.get_by_text(VOICE)).to_be_visible()
        expect(typing.page.locator(".app-clash:visible")).to_have_count(0)
        assert voice(typing.page) == VOICE
        assert following.complaints == typing.complaints == []

    def test_survives_being_signed_out(self, sitting: OpenRound, looker: Callable[[str], Looker]) -> None:
        typing = looker("coordinator")
        page = typing.open(sitting.hearing(sitting.leanne))
        page.locator("[name=what]").fill("Change the locks")
        typing.context.clear_cookies()
        page.locator("textarea[name=voice]").fill(VOICE)
        expect(page.locator("[data-table-kept]")).to_contain_text("you were signed out", timeout=10_000)
        again = sitting.partnership.people["coordinator"].session()
        typing.context.add_cookies([{"name": "casework", "value": again, "url": typing.address}])
        expect(page.locator("[data-table-kept]")).to_contain_text("Kept at", timeout=15_000)
        assert voice(page) == VOICE
        expect(page.locator("[name=what]")).to_have_value("Change the locks")

    def test_reaches_no_screen_that_may_not_show_it(self, sitting: OpenRound, looker: Callable[[str], Looker]) -> None:
        sitting.shuts_out("police", sitting.leanne)
        typing, watching, shut_out = looker("coordinator"), looker("observer"), looker("police")
        reading = looker("housing")
        typing.open(sitting.hearing(sitting.leanne))
        for one in (watching, shut_out):
            one.open(f"{sitting.path}/sitting/follow")
        reading.open(sitting.hearing(sitting.leanne))
        typing.page.locator("textarea[name=voice]").fill(VOICE)
        expect(reading.page.get_by_text(VOICE)).to_be_visible(timeout=10_000)
        for one in (watching, shut_out):
            said = one.page.content()
            assert VOICE not in said
            assert "Leanne" not in said
            answer = one.page.request.get(one.address + sitting.hearing(sitting.leanne))
            assert answer.status == 404

    def test_leaves_the_screen_of_whoever_is_shut_out_meanwhile(
        self, sitting: OpenRound, looker: Callable[[str], Looker]
    ) -> None:
        reading, following = looker("housing"), looker("housing")
        reading.open(sitting.hearing(sitting.leanne))
        typing = looker("coordinator")
        typing.open(f"{sitting.path}/sitting")
        typing.page.keyboard.press("n")
        following.open(f"{sitting.path}/sitting/follow")
        for one in (reading, following):
            expect(one.page.get_by_role("heading", level=1)).to_contain_text("Leanne")
        sitting.shuts_out("housing", sitting.leanne)
        for one in (reading, following):
            expect(one.page.locator("body")).not_to_contain_text("Leanne", timeout=10_000)
        # What the co-ordinator has begun to write is theirs still.
        expect(typing.page.get_by_role("heading", level=1)).to_contain_text("Leanne")

    def test_is_not_shown_to_who_goes_back_after_signing_out(
        self, sitting: OpenRound, looker: Callable[[str], Looker]
    ) -> None:
        reading = looker("housing")
        reading.open(sitting.hearing(sitting.leanne))
        expect(reading.page.get_by_role("heading", level=1)).to_contain_text("Leanne")
        reading.press("Sign out")
        reading.page.go_back()
        expect(reading.page.locator("body")).not_to_contain_text("Leanne")


class Served:
    """A web process that can be killed and started again at the same address."""

    def __init__(self, environment: dict[str, str], now: str) -> None:
        self.environment, self.now = environment, now
        self.port = children.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.serving", str(self.port), self.now],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            try:
                urllib.request.urlopen(self.address + "/healthz", timeout=5).close()
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
            else:
                return
        pytest.fail("the web process does not come up")

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def served(sitting: OpenRound, environment: dict[str, str]) -> Iterator[Served]:
    """The product as a process of its own, at the hour of the sitting."""
    assets.build()
    made = Served(environment, sitting.partnership.now.isoformat())
    yield made
    made.kill()


class TestAWebProcess:
    def test_that_is_killed_in_mid_typing_loses_nothing(
        self, sitting: OpenRound, served: Served, browser: Browser
    ) -> None:
        context = browser.new_context()
        context.set_default_timeout(20_000)
        token = sitting.partnership.people["coordinator"].session()
        context.add_cookies([{"name": "casework", "value": token, "url": served.address}])
        page = context.new_page()
        page.goto(served.address + sitting.hearing(sitting.leanne))
        page.locator("textarea[name=voice]").fill("She wants the locks changed")
        expect(page.locator("[data-table-kept]")).to_contain_text("Kept")
        served.kill()
        page.locator("textarea[name=voice]").fill(VOICE)
        expect(page.locator("[data-table-kept]")).not_to_contain_text("Kept", timeout=20_000)
        assert voice(page) == VOICE
        served.start()
        expect(page.locator("[data-table-kept]")).to_contain_text("Kept", timeout=30_000)
        page.reload()
        assert voice(page) == VOICE
        context.close()
