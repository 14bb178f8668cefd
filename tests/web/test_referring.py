"""Referring by the pages: steps that keep what is typed, the check before sending, what comes after, and what was returned."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from casework.access.permissions import Purpose
from casework.referrals import operations, queries
from casework.referrals.rules import ReturnReason
from casework.web.forms.referring import STEPS
from tests.factories.partnership import APartnership
from tests.factories.referrals import a_document, submitted
from tests.web.visitor import Visitor, text_of, without_token

TODAY = date(2026, 11, 23)
Sign = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[Any]]


def boxes(day: str, name: str) -> dict[str, str]:
    """A date in its three boxes."""
    year, month, in_month = day.split("-")
    return {f"{name}-day": in_month, f"{name}-month": month, f"{name}-year": year}


WHO = {
    "given_names": "Leanne",
    "family_name": "Whitehouse",
    "gender": "female",
    "address": "49 Wolverhampton Road\r\nBilbrook",
    "postcode": "wv9 9uz",
    **boxes("1992-03-27", "born"),
    "phones-count": "1",
    "phones-0-number": "07700 900954",
    "phones-0-safe": "yes",
    "phones-0-leave": "no",
    "perpetrators-count": "1",
    "perpetrators-0-given_names": "Piotr",
    "perpetrators-0-family_name": "Patel",
    "perpetrators-0-relationship": "ex_partner",
    "perpetrators-0-gender": "male",
    **boxes("1988-04-10", "perpetrators-0-born"),
}
CHECKLIST = {
    **{f"a{item}": "yes" if item <= 15 else "no" for item in range(1, 25)},
    "d14": "He said that he would burn the house down.",
    "s8": "her sister",
    **boxes("2026-11-22", "completed_on"),
}
ROUTES = {
    "routes": ["visible_high_risk"],
    "reasons": "Threats to kill since she left.",
    "incident": "He broke in at night.",
    "incident_kind": "violence",
    **boxes("2026-11-20", "incident_on"),
    "police_incidents": "2",
}
CHILDREN = {
    "any": "yes",
    "children-count": "1",
    "children-0-given_names": "Siân",
    "children-0-family_name": "Whitehouse",
    "children-0-to_victim": "child",
    **boxes("2015-12-10", "children-0-born"),
}
SAFE = {
    "channel": "phone",
    "windows": "weekdays 09:30-14:30",
    "words": "Call from the health centre",
    "aware": "yes",
    "consent": "given",
    "afraid_of": "Piotr Patel\r\nhis brother",
}
WHOLE = {"who": WHO, "checklist": CHECKLIST, "routes": ROUTES, "children": CHILDREN, "safe-contact": SAFE}


def begin(visitor: Visitor) -> str:
    """Begin a referral and give its address."""
    visitor.open("/refer/new")
    return visitor.send("/refer/new").headers["Location"].removesuffix("/who")


def fill(visitor: Visitor, **changes: Any) -> str:
    """Fill in every step; `changes` replace parts of a step (children={…}) or leave one out (children=None)."""
    address = begin(visitor)
    for step, given in WHOLE.items():
        change = changes.get(step.replace("-", "_"), {})
        if change is not None:
            visitor.open(f"{address}/{step}")
            answer = visitor.send(f"{address}/{step}", {**given, **change})
            assert answer.status_code == 303, text_of(answer)
    return address


def identity(address: str) -> UUID:
    """The referral's id."""
    return UUID(address.rsplit("/", 1)[1])


def record(partnership: APartnership, address: str) -> queries.ReferralRecord:
    """The referral as the co-ordinator reads it."""
    with partnership.acting("coordinator", Purpose.TRIAGE) as work:
        return queries.referral_record(work, referral_id=identity(address))


@pytest.fixture
def amy(visitor_as: Sign) -> Visitor:
    return visitor_as("referrer")


class TestASessionThatEnds:
    """After a quarter of an hour without a press."""

    def test_gives_back_what_was_typed_and_takes_it_after_signing_in_again(
        self, amy: Visitor, partnership: APartnership
    ) -> None:
        address = begin(amy)
        amy.open(f"{address}/routes")
        partnership.now += timedelta(minutes=20)
        long = "\nHe waits outside <the> school.\r\nEvery day."
        over = amy.send(
            f"{address}/routes", {"reasons": long, "routes": ["repeat", "visible_high_risk"], "go": "later"}
        )
        assert over.status_code == 401
        page = text_of(over)
        assert "What you typed is still here, in this tab." in page
        assert "He waits outside &lt;the&gt; school." in page
        assert f'action="{address}/routes"' in page
        # Signed in in another tab: the token in this one is void, and one more press is asked for.
        amy.becomes(partnership.people["referrer"])
        amy.client.delete_cookie("casework-form")
        once_more = amy.send(f"{address}/routes", posted(over))
        assert once_more.status_code == 403
        assert "Press once more" in text_of(once_more)
        assert amy.send(f"{address}/routes", posted(once_more)).status_code == 303
        kept = text_of(amy.open(f"{address}/routes"))
        assert "He waits outside &lt;the&gt; school." in kept
        assert kept.count(" checked") == 2

    def test_gives_back_nothing_secret_and_nothing_of_another_site(
        self, amy: Visitor, partnership: APartnership
    ) -> None:
        address = begin(amy)
        partnership.now += timedelta(minutes=20)
        secret = amy.send("/account/password", {"password": "violet otter lamp"})
        assert "violet" not in text_of(secret)
        foreign = amy.send(f"{address}/routes", {"reasons": "Planted."}, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403
        assert "Planted" not in text_of(foreign)


def posted(answer: TestResponse) -> dict[str, Any]:
    """What the button of a page that gives back a form would send, without the token."""
    found: dict[str, list[str]] = {}
    for name, words in re.findall(r'<textarea name="([^"]+)" hidden>\n([^<]*)</textarea>', text_of(answer)):
        found.setdefault(name, []).append(html.unescape(words))
    return dict(found)


class TestTheSteps:
    def test_make_the_document_that_is_sent(self, amy: Visitor, partnership: APartnership) -> None:
        address = fill(amy)
        page = text_of(amy.open(f"{address}/check"))
        assert "Before it can be sent" not in page
        sent = amy.follow(amy.send(f"{address}/check"))
        assert "The referral is sent" in text_of(sent)
        for told in (
            "Sent Monday 23 November, 09:00",
            "answers by <b>Tuesday 24 November, 12:00",
            "has it since Monday 23 November, 09:00, tries by <b>Wednesday 25 November, 09:00",
            "this reports no crime to the police",
        ):
            assert told in text_of(sent)
        assert "with the list, on <b>" in text_of(sent)
        assert "<b>Wednesday 9 December 2026, 09:30</b>, if it is accepted in time" in text_of(sent)
        document = record(partnership, address).document
        assert document["victim"]["given_names"] == "Leanne"
        assert document["victim"]["address"] == {"lines": ["49 Wolverhampton Road", "Bilbrook"], "postcode": "WV9 9UZ"}
        assert document["victim"]["phones"] == [{"number": "07700 900954", "safe": True, "leave_message": False}]
        assert document["perpetrators"][0]["date_of_birth"] == "1988-04-10"
        assert document["dash"]["answers"]["15"] == "yes"
        assert document["dash"]["details"] == {"14": "He said that he would burn the house down."}
        assert document["dash"]["sources"] == {"8": "her sister"}
        assert document["children"][0]["lives_with"] == "not_known"
        assert document["afraid_of"] == ["Piotr Patel", "his brother"]
        assert document["referrer"] == {
            "agency": "police",
            "name": "Amy Lowe",
            "email": "amy.lowe@police.example.gov.uk",
            "phone": None,
            "job_title": None,
        }

    def test_keep_what_is_typed_right_or_wrong_when_the_session_is_lost(
        self, amy: Visitor, visitor_as: Sign, partnership: APartnership
    ) -> None:
        address = begin(amy)
        wrong = {**WHO, "born-month": "13", "other_names": "Leanne Marsh\r\nvan Dijk, Anna"}
        answer = amy.send(f"{address}/who", wrong)
        assert answer.status_code == 422
        assert "Date of birth must have a month from 1 to 12" in text_of(answer)
        partnership.now += timedelta(hours=3)
        assert amy.open(f"{address}/who").status_code == 401
        page = text_of(visitor_as("referrer").open(f"{address}/who"))
        assert 'value="13"' in page
        assert "van Dijk, Anna" in page
        assert "to correct" in page

    def test_go_back_and_forth_without_loss(self, amy: Visitor) -> None:
        address = begin(amy)
        amy.open(f"{address}/who")
        there = amy.send(f"{address}/who", {**WHO, "born-day": "40", "go": "children"})
        assert there.headers["Location"].endswith("/children")
        amy.open(f"{address}/children")
        amy.send(f"{address}/children", {**CHILDREN, "go": "who"})
        page = text_of(amy.open(f"{address}/who"))
        assert 'value="Leanne"' in page
        assert 'value="40"' in page
        assert 'value="Siân"' in text_of(amy.open(f"{address}/children"))

    @pytest.mark.parametrize(
        ("step", "rows", "box"),
        [("who", "perpetrators", "given_names"), ("who", "phones", "number"), ("children", "children", "given_names")],
    )
    def test_add_another_without_script(self, amy: Visitor, step: str, rows: str, box: str) -> None:
        address = begin(amy)
        amy.open(f"{address}/{step}")
        more = amy.send(f"{address}/{step}", {**WHOLE[step], "add": rows})
        assert more.headers["Location"].endswith(f"#{rows}-1-{box}")
        page = text_of(amy.open(f"{address}/{step}"))
        assert f'name="{rows}-1-{box}"' in page
        kept = WHOLE[step][f"{rows}-0-{box}"]
        assert f'value="{kept}"' in page

    def test_take_a_row_out_and_keep_the_others(self, amy: Visitor) -> None:
        address = begin(amy)
        amy.open(f"{address}/who")
        two = {**WHO, "perpetrators-count": "2", "perpetrators-1-given_names": "Carl"}
        amy.send(f"{address}/who", {**two, "remove": "perpetrators-0"})
        page = text_of(amy.open(f"{address}/who"))
        assert 'value="Carl"' in page
        assert 'value="Piotr"' not in page

    def test_are_kept_by_autosave_without_a_page(self, amy: Visitor) -> None:
        address = begin(amy)
        amy.open(f"{address}/who")
        kept = amy.client.post(f"{address}/who", data={**WHO, "autosave": "yes", "csrf_token": amy._token})
        assert (kept.status_code, kept.data) == (204, b"")
        assert 'value="Leanne"' in text_of(amy.open(f"{address}/who"))

    def test_count_the_answers_and_never_hide_the_judgement(self, amy: Visitor) -> None:
        address = begin(amy)
        amy.open(f"{address}/checklist")
        amy.send(f"{address}/checklist", {f"a{item}": "yes" for item in range(1, 10)})
        page = text_of(amy.open(f"{address}/checklist"))
        assert "<span data-count-yes>9</span> of 24 yes</b> · <span data-count-open>15</span> to answer" in page
        assert re.search(r"<span data-count-low>Below 14 you can still refer", page)
        assert re.search(r"<span data-count-high hidden>", page)

    def test_are_their_writers_alone(self, amy: Visitor, visitor_as: Sign) -> None:
        address = begin(amy)
        for key in ("coordinator", "administrator", "police", "midwife"):
            other = visitor_as(key)
            for step in (*STEPS, "check"):
                hidden = other.open(f"{address}/{step}")
                assert hidden.status_code == 404
                missing = other.open(f"/refer/00000000-0000-4000-8000-000000000000/{step}")
                assert without_token(hidden) == without_token(missing)
            assert other.send(f"{address}/who", WHO).status_code == 404

    def test_need_at_most_twelve_queries(self, amy: Visitor, statements: Counting) -> None:
        address = fill(amy)
        for page in (*STEPS, "check"):
            with statements() as sent:
                amy.open(f"{address}/{page}")
            assert len(sent) <= 12, (page, [one[:60] for one in sent.sent])


class TestTheCheck:
    def test_says_what_must_be_answered_and_where(self, amy: Visitor) -> None:
        address = fill(amy, who={"family_name": ""}, checklist={"a14": ""}, children=None)
        page = text_of(amy.open(f"{address}/check"))
        assert "Before it can be sent" in page
        assert f'href="{address}/who#family_name">Enter the victim’s family name.' in page
        assert f'href="{address}/checklist#a14">Answer this question of the checklist.' in page
        assert f'href="{address}/children#any">Say whether there are children.' in page
        refused = amy.send(f"{address}/check")
        assert refused.status_code == 422
        assert "There is a problem" in text_of(refused)

    def test_says_what_the_conference_lacks_and_lets_it_be_sent(self, amy: Visitor, partnership: APartnership) -> None:
        address = fill(amy, safe_contact={"channel": "", "windows": "", "words": "", "afraid_of": ""})
        page = text_of(amy.open(f"{address}/check"))
        assert "What the conference will need and does not have yet" in page
        assert "Nobody may contact the victim until it is known how that is safe." in page
        assert f'href="{address}/safe-contact#channel"' in page
        assert amy.send(f"{address}/check").status_code == 303
        assert record(partnership, address).line.has_safe_contact is False

    def test_says_when_no_route_holds_and_how_judgement_counts(self, amy: Visitor) -> None:
        low = {f"a{item}": "no" for item in range(5, 25)}
        page = text_of(amy.open(f"{fill(amy, checklist=low, routes={'routes': []})}/check"))
        assert "A route into MARAC" in page
        assert "choose professional judgement and write why" in page
        assert "Below 14, so not high by the count alone" in page

    def test_warns_when_the_victim_is_under_sixteen_and_redirects_when_sent(
        self, amy: Visitor, partnership: APartnership
    ) -> None:
        address = fill(amy, who=boxes("2012-03-27", "born"))
        assert "The victim is under 16" in text_of(amy.open(f"{address}/check"))
        sent = text_of(amy.follow(amy.send(f"{address}/check")))
        assert "Sent to children’s safeguarding" in sent
        assert record(partnership, address).line.state == "redirected"

    def test_asks_two_questions_of_knowing_and_agreeing(self, amy: Visitor) -> None:
        address = fill(amy, safe_contact={"aware": "no", "consent": "given"})
        page = text_of(amy.open(f"{address}/check"))
        assert "Write why the victim has not been told." in page
        assert "Somebody who does not know of the referral cannot have consented." in page

    def test_sends_once(self, amy: Visitor) -> None:
        address = fill(amy)
        amy.open(f"{address}/check")
        assert amy.send(f"{address}/check").status_code == 303
        assert amy.send(f"{address}/check").status_code == 409


class TestAfterSending:
    def test_says_what_happens_by_when_and_who_has_it(self, amy: Visitor) -> None:
        address = fill(amy)
        amy.open(f"{address}/check")
        page = text_of(amy.follow(amy.send(f"{address}/check")))
        assert "Sent Monday 23 November, 09:00" in page
        assert "Vale South MARAC" in page
        assert "answers by <b>Tuesday 24 November, 12:00</b>" in page
        assert "Wednesday 9 December 2026, 09:30" in page

    def test_shows_the_referral_to_its_writer_and_to_no_colleague(self, amy: Visitor, visitor_as: Sign) -> None:
        address = fill(amy)
        amy.open(f"{address}/check")
        amy.send(f"{address}/check")
        assert "Threats to kill since she left." in text_of(amy.open(address))
        for key in ("midwife", "police"):
            other = visitor_as(key)
            assert other.open(address).status_code == 404
            assert "Leanne" not in text_of(other.open("/refer"))

    def test_is_taken_back_with_a_reason(self, amy: Visitor, partnership: APartnership) -> None:
        address = fill(amy)
        amy.open(f"{address}/check")
        amy.send(f"{address}/check")
        amy.open(f"{address}/withdraw")
        assert amy.send(f"{address}/withdraw", {"words": ""}).status_code == 422
        page = amy.follow(amy.send(f"{address}/withdraw", {"words": "Referred twice by mistake."}))
        assert "taken back" in text_of(page)
        assert record(partnership, address).line.state == "withdrawn"

    def test_throws_a_draft_away(self, amy: Visitor) -> None:
        address = begin(amy)
        amy.open(f"{address}/who")
        amy.send(f"{address}/who", WHO)
        assert "Leanne" in text_of(amy.open("/refer"))
        amy.open(f"{address}/withdraw")
        page = text_of(amy.follow(amy.send(f"{address}/withdraw")))
        assert "The draft is thrown away." in page
        assert f"{address}/who" not in page


class TestAReturnedReferral:
    @pytest.fixture
    def returned(self, partnership: APartnership) -> UUID:
        sent = submitted(partnership, a_document(TODAY))
        partnership.now += timedelta(minutes=1)
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            operations.return_to_referrer(
                work, referral_id=sent, reason=ReturnReason.REASONS_TOO_THIN, words="Say what she fears, and why now."
            )
        partnership.now += timedelta(minutes=1)
        return sent

    def test_is_corrected_and_sent_again(self, amy: Visitor, partnership: APartnership, returned: UUID) -> None:
        page = text_of(amy.open("/refer"))
        assert "Say what she fears, and why now." in page
        assert "the reasons do not say enough" in page
        amy.open(f"/refer/{returned}/routes")
        routes = text_of(amy.open(f"/refer/{returned}/routes"))
        assert "Threats to kill since she left." in routes
        better = {**ROUTES, "reasons": "She fears that he will come on Friday, when he is released."}
        amy.send(f"/refer/{returned}/routes", better)
        amy.open(f"/refer/{returned}/check")
        assert amy.send(f"/refer/{returned}/check").status_code == 303
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            found = queries.referral_record(work, referral_id=returned)
        assert found.line.state == "submitted"
        assert found.document["reasons"] == "She fears that he will come on Friday, when he is released."
        assert "correction" not in found.document
        assert [step.step for step in found.steps] == ["submitted", "returned", "submitted"]

    def test_reads_as_it_was_sent_until_it_is_sent_again(self, amy: Visitor, visitor_as: Sign, returned: UUID) -> None:
        amy.open(f"/refer/{returned}/routes")
        amy.send(f"/refer/{returned}/routes", {**ROUTES, "reasons": "Half a thought"})
        page = text_of(visitor_as("coordinator").open(f"/triage/{returned}"))
        assert "Threats to kill since she left." in page
        assert "Half a thought" not in page
        assert "Half a thought" in text_of(amy.open(f"/refer/{returned}/routes"))

    def test_is_its_writers_to_correct(self, visitor_as: Sign, returned: UUID) -> None:
        assert visitor_as("coordinator").open(f"/refer/{returned}/routes").status_code == 404
        assert visitor_as("midwife").open(f"/refer/{returned}/routes").status_code == 404


class TestWhoMayRefer:
    @pytest.mark.parametrize("key", ["referrer", "midwife", "police", "idva", "coordinator"])
    def test_begins_a_referral(self, visitor_as: Sign, key: str) -> None:
        assert visitor_as(key).open(f"{begin(visitor_as(key))}/who").status_code == 200

    @pytest.mark.parametrize("key", ["chair", "observer", "operator"])
    def test_is_not_everybody(self, visitor_as: Sign, key: str) -> None:
        assert visitor_as(key).open("/refer").status_code == 403
        assert visitor_as(key).open("/refer/new").status_code == 403

    def test_is_nobody_whose_agency_has_not_signed(self, visitor_as: Sign, partnership: APartnership) -> None:
        peter = visitor_as("education")
        assert "has not signed the sharing protocol" in text_of(peter.open("/refer"))
        peter.open("/refer/new")
        assert peter.send("/refer/new").status_code == 403

    def test_refers_for_the_own_agency_only(self, amy: Visitor, partnership: APartnership) -> None:
        address = fill(amy, who={"agency": "housing", "referrer_name": "Somebody Else"})
        amy.open(f"{address}/check")
        amy.send(f"{address}/check")
        assert record(partnership, address).document["referrer"]["agency"] == "police"

    def test_may_be_the_co_ordinator_for_another_agency(self, visitor_as: Sign, partnership: APartnership) -> None:
        priya = visitor_as("coordinator")
        by = {"agency": "housing", "referrer_name": "Karen Stubbs", "referrer_email": "karen@housing.example.gov.uk"}
        address = fill(priya, who=by)
        priya.open(f"{address}/check")
        assert priya.send(f"{address}/check").status_code == 303
        found = record(partnership, address)
        assert found.document["referrer"]["name"] == "Karen Stubbs"
        assert found.line.referrer_agency_id == partnership.agencies["housing"]
