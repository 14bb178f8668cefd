"""Referring by the pages: steps that keep what is typed, the check before sending, and who may refer."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from casework.web.forms.referring import STEPS
from tests.factories.partnership import APartnership
from tests.web.visitor import Visitor, text_of, without_token
from tests.web.written_referral import CHILDREN, WHO, WHOLE, begin, boxes, fill, record

Sign = Callable[[str], Visitor]
Counting = Callable[[], AbstractContextManager[Any]]


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

    def test_gives_back_what_was_typed_by_who_signed_out_in_another_tab(
        self, amy: Visitor, partnership: APartnership
    ) -> None:
        address = begin(amy)
        amy.open(f"{address}/routes")
        for name in ("casework", "casework-form"):
            amy.client.delete_cookie(name)
        words = {"reasons": "He waits outside the school.", "go": "later"}
        # A browser without the header cannot vouch for the page, and an old one may be led here by another site.
        assert "He waits" not in text_of(amy.send(f"{address}/routes", words))
        ours = {"Sec-Fetch-Site": "same-origin"}
        over = amy.send(f"{address}/routes", words, headers=ours)
        assert over.status_code == 401
        assert "He waits outside the school." in text_of(over)
        amy.becomes(partnership.people["referrer"])
        assert amy.send(f"{address}/routes", posted(over), headers=ours).status_code == 303

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
            "is asked to try to reach the victim in the safe way that you gave",
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
        assert (kept.status_code, list(kept.json or ())) == (200, ["version"])
        assert 'value="Leanne"' in text_of(amy.open(f"{address}/who"))

    def test_are_not_overwritten_by_a_tab_that_was_opened_before(self, amy: Visitor) -> None:
        address = begin(amy)

        def version() -> str:
            return str(re.search(r'name="version" value="(\w+)"', text_of(amy.open(f"{address}/who")))[1])  # type: ignore[index]

        older = version()
        on_the_way = amy.send(f"{address}/who", {**WHO, "version": older, "autosave": "yes"})
        again = amy.send(f"{address}/who", {**WHO, "gp": "Mill Lane", "version": on_the_way.json["version"]})  # type: ignore[index]
        assert again.status_code == 303, "a tab goes on from what it kept itself"
        stale = {"given_names": "Leigh", "version": older}
        silent = amy.send(f"{address}/who", {**stale, "autosave": "yes"})
        assert silent.status_code == 409
        behind = amy.send(f"{address}/who", stale)
        assert behind.status_code == 409
        assert "changed in another tab" in text_of(behind)
        assert 'value="Leigh"' in text_of(behind)
        assert 'value="Leanne"' in text_of(amy.open(f"{address}/who")), "what the other tab kept stands"
        assert amy.send(f"{address}/who", {**stale, "version": version()}).status_code == 303
        assert 'value="Leigh"' in text_of(amy.open(f"{address}/who"))

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
            assert len(sent) <= 12, (page, [one[:60] for one in sent])


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

    @pytest.mark.parametrize(
        ("any_there", "named", "told"),
        [("yes", "", "Tell of each child what you know."), ("no", "Siân", "You have told of a child.")],
    )
    def test_asks_again_where_yes_or_no_and_the_children_differ(
        self, amy: Visitor, any_there: str, named: str, told: str
    ) -> None:
        nobody = dict.fromkeys((name for name in CHILDREN if name.startswith("children-0-")), "")
        address = fill(amy)
        amy.open(f"{address}/children")
        asked = amy.send(
            f"{address}/children", {**CHILDREN, **nobody, "any": any_there, "children-0-given_names": named}
        )
        assert asked.status_code == 422
        assert told in text_of(asked)
        page = text_of(amy.open(f"{address}/check")).partition("Before it can be sent")[2]
        assert told in page
        assert "Say whether there are children." not in page

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
