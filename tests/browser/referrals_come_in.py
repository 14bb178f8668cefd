"""The days of a fortnight before the list goes out: a referral is written, three are triaged, one is corrected, room is made."""

from __future__ import annotations

import re
from datetime import date, time

from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import tab_to
from tests.browser.story import Story
from tests.conftest import MailSink
from tests.factories.referrals import submitted

THURSDAY, FRIDAY = date(2026, 12, 10), date(2026, 12, 11)
CASES = 17
LEANNE = ("Leanne", "Whitehouse", "Piotr")
MARIGOLD = ("Marigold", "Vane")
THIN = "High risk."
REASONS = "He has found her new address and told her sister that he will burn it down. She fears for Saturday, when he has leave."


def a_referral_is_written_left_and_sent(story: Story) -> None:
    """Amy writes a referral, her browser closes in mid-sentence, she comes back to every word, and sends it."""
    known = story.fortnight.document()
    submitted(story.partnership, {**known, "referrer": {**known["referrer"], "agency": "hospital"}}, by="midwife")
    story.comes_to(THURSDAY, time(8, 40))
    submitted(story.partnership, story.fortnight.couple(0))
    story.comes_to(THURSDAY, time(9))
    page = story.opens("referrer", "/")
    page.get_by_role("button", name="Make a referral").click()
    story.at("referrer").press("Begin")
    page.locator("#given_names").fill("Marigold")
    page.locator("#family_name").fill("Moss")
    expect(page.get_by_text(re.compile(r"Kept at \d\d:\d\d"))).to_be_visible(timeout=10_000)
    story.closes_the_browser("referrer")

    story.comes_to(THURSDAY, time(9, 20))
    page = story.opens("referrer", "/")
    page.get_by_role("link", name="Go on with Marigold Moss").click()
    expect(page.locator("#given_names")).to_have_value("Marigold")
    for box, words in (
        *(("born-day", "27"), ("born-month", "3"), ("born-year", "1992"), ("postcode", "WV9 9UZ")),
        *(("address", "3 Mill Lane\nBilbrook"), ("perpetrators-0-given_names", "Carl")),
        ("perpetrators-0-family_name", "Vane"),
    ):
        page.locator(f"#{box}").fill(words)
    page.locator("#gender").select_option("female")
    page.locator("#perpetrators-0-relationship").select_option("ex_partner")
    _goes_on(page, "Risk checklist")
    for part, words in (("day", "9"), ("month", "12"), ("year", "2026")):
        page.locator(f"#completed_on-{part}").fill(words)
    for item in range(1, 25):
        page.locator(f"#a{item}{'' if item < 10 else '-2'}").check()
    expect(page.locator("[data-count]")).to_contain_text("9 of 24 yes")
    _goes_on(page, "Routes and reasons")
    page.get_by_label("Professional judgement").check()
    page.get_by_label("What makes the risk high").fill(THIN)
    for box, words in (("on-day", "8"), ("on-month", "12"), ("on-year", "2026")):
        page.locator(f"#incident_{box}").fill(words)
    page.get_by_label("What happened", exact=True).fill("He broke a window at night.")
    page.locator("#police_incidents").fill("1")
    _goes_on(page, "Children")
    page.locator("#any-2").check()
    _goes_on(page, "Safe contact")
    page.locator("#aware").check()
    page.locator("#consent").check()
    _goes_on(page, "Check and send")
    expect(page.locator(".app-needs")).to_contain_text("A safe way to reach the victim")
    page.get_by_role("link", name="Choose the perpetrator’s gender").click()
    page.locator("#perpetrators-0-gender").select_option("male")
    page.get_by_role("button", name=re.compile("Check and send")).click()
    expect(page.get_by_role("heading", name="Before it can be sent")).to_have_count(0)
    story.at("referrer").press("Send the referral")
    expect(page.get_by_role("heading", level=1)).to_contain_text("The referral is sent")
    expect(page.locator("main")).to_contain_text("The co-ordinator of Vale South MARAC")


def _goes_on(page: Page, to: str) -> None:
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(to)


def three_are_triaged_by_keyboard(story: Story) -> None:
    """Priya recognises a repeat, accepts a new couple and returns what is too thin, without a mouse and without leaving the page."""
    story.comes_to(THURSDAY, time(10))
    page = story.opens("coordinator", "/")
    waiting = page.get_by_role("list", name="Referrals to decide")
    expect(waiting.get_by_role("listitem")).to_have_count(3)
    page.get_by_role("link", name="3 referrals to decide").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Referrals waiting")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Leanne Whitehouse")
    expect(page.get_by_role("heading", name="The same couple")).to_be_visible()
    _presses(page, "a", page.get_by_role("radio", name=re.compile("Yes, the couple of C-")), "Space")
    _presses(page, None, page.get_by_role("button", name="Accept it"), "Enter")
    expect(page.get_by_text("Accepted. The case is on the list")).to_be_visible()
    expect(heading).to_have_text("Amira Begum")
    expect(page.get_by_text("No earlier case fits")).to_be_visible()
    _presses(page, "a", page.get_by_role("button", name="Accept it"), "Enter")
    expect(heading).to_have_text("Marigold Moss")
    _presses(page, "r", page.get_by_label("Why it goes back"), "ArrowDown")
    tab_to(page, page.get_by_label("What the referrer needs to add"))
    page.keyboard.type("What has he done, and what does she fear next?")
    _presses(page, None, page.get_by_role("button", name="Return it"), "Enter")
    expect(page.get_by_text("Returned. The referrer reads your words")).to_be_visible()
    for key, path in (("chair", "/cases"), ("housing", "/cases"), ("probation", "/cases"), ("observer", "/")):
        story.sees_none_of(key, "/", path, words=(*MARIGOLD, "Amira", *(LEANNE if key in ("observer",) else ())))
    story.is_shut_out("referrer", "/triage", page.url.removeprefix(story.address), words=(*LEANNE, "Amira"))


def _presses(page: Page, opens: str | None, target: Locator, key: str) -> None:
    """Press a key of the page, walk by Tab to something and press it there."""
    if opens:
        page.keyboard.press(opens)
    tab_to(page, target)
    page.keyboard.press(key)


def one_is_corrected_and_the_victim_is_reached(story: Story, mail: MailSink) -> None:
    """Amy reads why it came back, says more and sends it again; Priya accepts it; Aisha reaches Leanne in the safe way."""
    story.comes_to(THURSDAY, time(11))
    assert story.partnership.people["referrer"].email in mail.recipients
    page = story.opens("referrer", "/refer")
    expect(page.locator("blockquote")).to_contain_text("what does she fear next?")
    page.get_by_role("button", name="Correct and send again").click()
    page.get_by_role("button", name=re.compile("Routes and reasons")).click()
    page.get_by_label("What makes the risk high").fill(REASONS)
    page.get_by_role("button", name=re.compile("Check and send")).click()
    story.at("referrer").press("Send again")
    expect(page.get_by_role("heading", level=1)).to_contain_text("The referral is sent")

    page = story.opens("coordinator", "/triage")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(REASONS)
    _presses(page, "a", page.get_by_role("button", name="Accept it"), "Enter")
    expect(page.get_by_text("No referral is waiting")).to_be_visible()

    story.comes_to(THURSDAY, time(12))
    page = story.opens("referrer", "/refer")
    page.get_by_role("link", name="Marigold Moss").click()
    expect(page.locator("main")).to_contain_text("Vale South MARAC hears it on Wednesday 23 December")
    page = story.opens("idva", "/")
    to_try = page.get_by_role("list", name="Victims to reach for the first time")
    expect(to_try).to_contain_text("Safe: phone, weekdays 09:30-14:30, 07700 900954")
    expect(to_try).to_contain_text("Marigold Moss")
    expect(to_try).to_contain_text("No safe way to reach her is known. Ask the referrer first.")
    page.get_by_role("link", name=re.compile("Try to reach: Leanne Whitehouse")).click()
    page.get_by_label("She was reached").check()
    page.get_by_label("What happened").fill("She is at her mother's until Monday.")
    story.at("idva").press("Keep")
    expect(page.get_by_text("Noted: she was reached.")).to_be_visible()
    for key in ("referrer", "housing", "chair", "observer"):
        story.is_shut_out(key, page.url.removeprefix(story.address), words=("at her mother",))


def room_is_made_and_somebody_is_shut_out(story: Story) -> None:
    """Fourteen more come in; Priya makes room for seventeen, asks Daniel to chair, and shuts the perpetrator's brother out."""
    for number in range(1, 15):
        story.fortnight.case_for(story.fortnight.couple(number))
    story.comes_to(FRIDAY, time(9))
    page = story.opens("coordinator", f"/?round={story.round.id}")
    expect(page.get_by_role("heading", name="Too many cases")).to_be_visible()
    page.get_by_role("link", name="Move them now, or make more room").click()
    page.get_by_label("Room for how many cases").fill(str(CASES))
    story.at("coordinator").press("Keep the room")
    expect(page.get_by_text("17 cases on the list, room for 17.")).to_be_visible()
    page.get_by_label("Who chairs").select_option(label="Daniel Okafor")
    story.at("coordinator").press("Appoint")
    page = story.opens("coordinator", f"/cases/{story.leanne}/access")
    page.get_by_label("Who has a conflict").select_option(label="Lewis Grant")
    page.get_by_label("What the conflict is").fill("The perpetrator is his brother.")
    story.at("coordinator").press("Shut out")
    expect(page.locator("main")).to_contain_text("The perpetrator is his brother.")
    story.sees_none_of("probation", "/", "/cases", "/actions", words=(*LEANNE, "brother"))
    story.is_shut_out("probation", f"/cases/{story.leanne}", words=(*LEANNE, "brother"))
    story.opens("chair", f"/cases/{story.leanne}")
