"""Referring, triage and cases in a real Chromium, wide and on a phone: axe at WCAG 2.2 AA, no sideways scroll, no error, keys, autosave."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Browser, Page, expect

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.referrals import operations
from casework.referrals.rules import ReturnReason
from tests.browser.looking import PHONE, Looker, tab_to
from tests.factories.partnership import APartnership
from tests.factories.referrals import LEANNE, PIOTR, a_document, accepted, dash, submitted

TODAY = date(2026, 11, 23)
KEYS = ("given_names", "family_name", "date_of_birth", "address", "gender")


class TestReferring:
    def test_goes_from_the_first_step_to_what_happens_next(self, looker: Callable[[str], Looker]) -> None:
        amy = looker("referrer")
        amy.open("/refer")
        amy.look("refer-none-yet")
        amy.open("/refer/new")
        amy.look("refer-new")
        amy.press("Begin")
        page = amy.page
        amy.look("refer-who-empty")
        page.get_by_label("Given names").first.fill("Leanne")
        page.get_by_label("Family name").first.fill("Whitehouse")
        page.locator("#born-day").fill("27")
        page.locator("#born-month").fill("13")
        page.locator("#born-year").fill("1992")
        amy.press("Save and go on")
        expect(page.get_by_role("alert")).to_contain_text("month from 1 to 12")
        amy.look("refer-who-mistake")
        page.locator("#born-month").fill("3")
        page.locator("#gender").select_option("female")
        page.locator("#address").fill("49 Wolverhampton Road\nBilbrook")
        page.locator("#postcode").fill("WV9 9UZ")
        page.locator("#perpetrators-0-given_names").fill("Piotr")
        page.locator("#perpetrators-0-family_name").fill("Patel")
        page.locator("#perpetrators-0-relationship").select_option("ex_partner")
        page.locator("#perpetrators-0-gender").select_option("male")
        amy.press("Add another perpetrator")
        expect(page.locator("#perpetrators-1-given_names")).to_be_visible()
        expect(page.locator("#given_names")).to_have_value("Leanne")
        amy.look("refer-who")
        page.get_by_role("button", name="Remove perpetrator 2").click()
        amy.press("Save and go on")
        self.answer(page)
        amy.look("refer-checklist")
        amy.press("Save and go on")
        page.get_by_label("Professional judgement").check()
        page.get_by_label("What makes the risk high").fill("Threats to kill since she left.")
        for part, text in (("day", "20"), ("month", "11"), ("year", "2026")):
            page.locator(f"#incident_on-{part}").fill(text)
        page.get_by_label("What happened", exact=True).fill("He broke in at night.")
        page.locator("#police_incidents").fill("2")
        amy.look("refer-routes")
        amy.press("Save and go on")
        page.locator("#any").check()
        amy.press("Add another child")
        page.locator("#children-0-given_names").fill("Siân")
        page.locator("#children-0-family_name").fill("Whitehouse")
        amy.look("refer-children")
        amy.press("Save and go on")
        page.locator("#aware").check()
        page.locator("#consent").check()
        amy.look("refer-safe-contact")
        amy.press("Save and go on")
        expect(page.get_by_text("A safe way to reach the victim")).to_be_visible()
        amy.look("refer-check")
        amy.press("Send the referral")
        expect(page.get_by_role("heading", level=1)).to_contain_text("The referral is sent")
        expect(page.get_by_text("Tuesday 24 November, 12:00")).to_be_visible()
        amy.look("refer-sent")
        amy.open("/refer")
        amy.look("refer-mine")
        page.get_by_role("link", name="Leanne Whitehouse").click()
        amy.look("refer-referral")

    @staticmethod
    def answer(page: Page) -> None:
        for part, text in (("day", "22"), ("month", "11"), ("year", "2026")):
            page.locator(f"#completed_on-{part}").fill(text)
        for item in range(1, 24):
            page.locator(f"#a{item}").nth(0).check()
        count = page.locator("[data-count]")
        expect(count).to_contain_text("23 of 24 yes")
        expect(count).to_contain_text("Visible high risk")
        for item in range(10, 25):
            page.locator(f"#a{item}-2").check()
        expect(count).to_contain_text("9 of 24 yes")
        expect(count).to_contain_text("on your professional judgement")

    def test_keeps_what_has_the_focus_clear_of_the_bar_on_a_phone(self, looker: Callable[[str], Looker]) -> None:
        amy = looker("referrer")
        amy.open("/refer/new")
        amy.press("Begin")
        amy.press("Save and go on")
        page = amy.page
        page.set_viewport_size(PHONE)
        for item in (1, 2, 3):
            tab_to(page, page.locator(f"#a{item}"))
            assert page.evaluate(
                "() => { const here = document.activeElement.getBoundingClientRect();"
                " const top = document.elementFromPoint(here.left + here.width / 2, here.top + here.height / 2);"
                " return document.activeElement.parentElement.contains(top); }"
            ), f"question {item} is hidden"

    def test_keeps_what_is_typed_when_the_browser_is_closed(
        self, looker: Callable[[str], Looker], partnership: APartnership
    ) -> None:
        amy = looker("referrer")
        amy.open("/refer/new")
        amy.press("Begin")
        amy.page.get_by_label("Given names").first.fill("Marigold")
        expect(amy.page.get_by_text(re.compile(r"Kept at \d\d:\d\d"))).to_be_visible(timeout=10_000)
        where = amy.page.url.removeprefix(amy.address)
        amy.page.close(run_before_unload=False)
        again = looker("referrer")
        again.open(where)
        expect(again.page.get_by_label("Given names").first).to_have_value("Marigold")

    def test_keeps_what_is_typed_without_a_pause_and_when_the_tab_is_left(
        self, looker: Callable[[str], Looker]
    ) -> None:
        amy = looker("referrer")
        page = amy.open("/refer/new")
        amy.press("Begin")
        page.get_by_label("Given names").first.press_sequentially("Marigold " * 6, delay=80)
        expect(page.get_by_text(re.compile(r"Kept at \d\d:\d\d"))).to_be_visible(timeout=1)
        page.get_by_label("Family name").first.fill("Moss")
        with page.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
            page.evaluate(
                "Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});"
                "document.dispatchEvent(new Event('visibilitychange'))"
            )
        again = looker("referrer")
        again.open(page.url.removeprefix(amy.address))
        expect(again.page.get_by_label("Family name").first).to_have_value("Moss")

    def test_goes_on_after_being_signed_out_while_typing(
        self, looker: Callable[[str], Looker], partnership: APartnership
    ) -> None:
        amy = looker("referrer")
        page = amy.open("/refer/new")
        amy.press("Begin")
        partnership.now += timedelta(minutes=20)
        page.get_by_label("Given names").first.fill("Marigold")
        expect(page.get_by_text("you were signed out")).to_be_visible(timeout=10_000)
        amy.look("refer-signed-out")
        # Signed in again in another tab: the cookies are new, and the token of this page is void.
        amy.page.context.clear_cookies(name="casework-form")
        again = partnership.people["referrer"].session()
        amy.page.context.add_cookies([{"name": "casework", "value": again, "url": amy.address}])
        page.get_by_label("Family name").first.fill("Moss")
        expect(page.get_by_text(re.compile(r"Kept at \d\d:\d\d"))).to_be_visible(timeout=10_000)
        page.reload()
        expect(page.get_by_label("Given names").first).to_have_value("Marigold")
        partnership.now += timedelta(minutes=20)
        page.get_by_label("Family name").first.fill("Mossop")
        amy.press("Save and come back later")
        expect(page.get_by_text("What you typed is still here")).to_be_visible()
        amy.look("refer-send-again")


class TestTriage:
    def test_is_done_from_the_keyboard_without_leaving_the_page(
        self, looker: Callable[[str], Looker], partnership: APartnership
    ) -> None:
        accepted(partnership, a_document(TODAY, dash=dash(14, completed_on=date(2026, 4, 2))))
        moved = {**LEANNE, "address": {"lines": ["1 New Street"], "postcode": "WV8 1AA"}, "safe_contact": None}
        submitted(partnership, a_document(TODAY, victim=moved, dash=dash(17, completed_on=TODAY), afraid_of=[]))
        partnership.now += timedelta(minutes=3)
        swapped = {**LEANNE, **{key: PIOTR[key] for key in KEYS}}
        by = {**PIOTR, **{key: LEANNE[key] for key in KEYS}}
        submitted(partnership, a_document(TODAY, victim=swapped, perpetrators=[by], children=[]))
        partnership.now += timedelta(minutes=3)
        olive = {**LEANNE, "given_names": "Olive", "family_name": "Moss", "date_of_birth": "1990-01-02"}
        vane = {**PIOTR, "given_names": "Carl", "family_name": "Vane", "date_of_birth": "1985-06-07"}
        low = dash(9, completed_on=TODAY)
        submitted(partnership, a_document(TODAY, victim=olive, perpetrators=[vane], dash=low, routes=[]))
        priya = looker("coordinator")
        page = priya.open("/triage")
        priya.look("triage-inbox")
        page.get_by_role("link", name="Leanne Whitehouse").click()
        expect(page.get_by_role("heading", name="The same couple")).to_be_visible()
        priya.look("triage-known")
        first = page.url
        page.keyboard.press("j")
        expect(page.get_by_role("heading", level=1)).to_have_text("Piotr Patel")
        priya.look("triage-swapped")
        page.keyboard.press("j")
        expect(page.get_by_role("heading", level=1)).to_have_text("Olive Moss")
        page.keyboard.press("r")
        expect(page.get_by_label("Why it goes back")).to_be_visible()
        priya.look("triage-return")
        page.keyboard.press("Escape")
        expect(page.get_by_label("Why it goes back")).to_be_hidden()
        page.keyboard.press("r")
        page.get_by_role("button", name="Return it").click()
        expect(page.get_by_role("alert")).to_contain_text("Choose why it goes back")
        priya.look("triage-return-mistake")
        page.goto(first)
        page.keyboard.press("l")
        expect(page.get_by_label("What does it wait for?")).to_be_visible()
        priya.look("triage-later")
        page.get_by_label("What does it wait for?").fill("Rang Amy.")
        page.get_by_role("button", name="Leave for later", exact=True).click()
        expect(page.get_by_text("It still waits, and its clock runs on.")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("Piotr Patel")
        self.walk(priya)
        page.goto(first)
        page.keyboard.press("a")
        expect(page.get_by_label("Professional judgement")).to_be_visible()
        expect(page.get_by_label("Why it goes back")).to_be_hidden()
        page.get_by_label(re.compile("Yes, the couple of C-")).check()
        priya.look("triage-accept")
        page.get_by_role("button", name="Accept it").click()
        expect(page.get_by_text("Accepted. The case is on the list")).to_be_visible()

    @staticmethod
    def walk(priya: Looker) -> None:
        """Go through the inbox by the keyboard; then turn the keys off, which holds on the next page."""
        page = priya.open("/triage")
        expect(page.get_by_text("Rang Amy.")).to_be_visible()
        page.keyboard.press("j")
        expect(page.get_by_role("link", name="Leanne Whitehouse")).to_be_focused()
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(page.get_by_role("link", name="Piotr Patel")).to_be_focused()
        page.get_by_role("button", name="Keys on").click()
        page.keyboard.press("j")
        page.get_by_role("link", name="Piotr Patel").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Piotr Patel")
        page.keyboard.press("r")
        expect(page.get_by_label("Why it goes back")).to_be_hidden()
        page.get_by_role("button", name="Keys on").click()

    def test_works_without_script(self, browser: Browser, address: str, partnership: APartnership) -> None:
        waiting = submitted(partnership)
        context = browser.new_context(java_script_enabled=False)
        context.add_cookies(
            [{"name": "casework", "value": partnership.people["coordinator"].session(), "url": address}]
        )
        page = context.new_page()
        page.goto(f"{address}/triage/{waiting}")
        page.get_by_role("button", name="Accept", exact=True).click()
        page.get_by_role("button", name="Accept it").click()
        expect(page.get_by_text("Accepted. The case is on the list")).to_be_visible()
        context.close()


class TestReturned:
    def test_is_corrected_with_the_words_in_view(
        self, looker: Callable[[str], Looker], partnership: APartnership
    ) -> None:
        thin = submitted(partnership)
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            words = "Say what she fears will happen, and why now. Who is with the children at night?"
            operations.return_to_referrer(work, referral_id=thin, reason=ReturnReason.REASONS_TOO_THIN, words=words)
        amy = looker("referrer")
        page = amy.open("/refer")
        amy.look("refer-returned")
        page.get_by_role("button", name="Correct and send again").click()
        expect(page.get_by_text("Who is with the children at night?")).to_be_visible()
        expect(page.locator("#given_names")).to_have_value("Leanne")
        amy.look("refer-correct")


class TestCases:
    def test_read_well_wide_and_narrow(self, looker: Callable[[str], Looker], partnership: APartnership) -> None:
        case_id = accepted(partnership, a_document(TODAY, dash=dash(14, completed_on=date(2026, 2, 2))))
        partnership.now += timedelta(minutes=3)
        accepted(partnership, a_document(TODAY, dash=dash(18, completed_on=TODAY)), known_case_id=case_id)
        swapped = {**LEANNE, **{key: PIOTR[key] for key in KEYS}, "safe_contact": None}
        by = {**PIOTR, **{key: LEANNE[key] for key in KEYS}}
        other = accepted(partnership, a_document(TODAY, victim=swapped, perpetrators=[by], children=[]))
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(
                work, case_id=case_id, reason="His sister works there.", account_id=partnership.account("probation")
            )
        priya = looker("coordinator")
        page = priya.open("/cases")
        priya.look("cases")
        page.get_by_label("Case number, name").fill("patel 10/4/1988")
        priya.look("cases-finding")
        page.get_by_label("Why are you looking?").select_option("safety")
        priya.press("Find")
        expect(page.get_by_text("2 cases found")).to_be_visible()
        priya.look("cases-found")
        page.locator("main table a").first.click()
        page.go_back()
        expect(page.get_by_text("2 cases found")).to_be_visible()
        priya.open(f"/cases/{case_id}")
        priya.look("case")
        priya.open(f"/cases/{other}")
        priya.look("case-swapped")
        for part in ("access", "shared", "trail"):
            priya.open(f"/cases/{case_id}/{part}")
            priya.look(f"case-{part}")
