"""The sitting on its pages: the agenda, one form in which nothing typed is lost, screens that follow, and who sees what."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, time, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from casework.access.permissions import Purpose
from casework.actions import operations as actions
from casework.cases import queries
from casework.conferences.queries import Board
from casework.web.forms.quick_day import day_from
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import ASSAULT
from tests.web.open_round import Browser, OpenRound, words_of
from tests.web.visitor import Visitor, text_of, without_token

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def table(list_is_out: OpenRound) -> OpenRound:
    """The sitting has begun; two cases wait."""
    found = list_is_out
    found.fortnight.accepts_confidentiality(found.conference, "police")
    found.fortnight.answers("police", found.conference, found.leanne, ASSAULT)
    found.begins("coordinator", "chair", "housing")
    return found


@pytest.fixture
def coordinator(table: OpenRound, visitor_as: Browser) -> Visitor:
    """The co-ordinator at the table."""
    return visitor_as("coordinator")


@pytest.fixture
def case(table: OpenRound) -> str:
    """Leanne's case at the table."""
    return table.hearing(table.leanne)


def standing(page: TestResponse) -> dict[str, str]:
    """What stands in the form of a case: what a browser would send."""
    html = text_of(page)
    form = html[html.index('id="table-form"') :]
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', options)
        found[name] = chosen.group(1) if chosen else ""
    return found


def types(visitor: Visitor, case: str, pressed: str = "keep", **typed: str) -> TestResponse:
    """Open a case, type into its form, press a button."""
    sent = standing(visitor.open(case)) | {name.replace("__", "-"): words for name, words in typed.items()}
    return visitor.send(case, {**sent, "go": pressed})


class TestTheAgenda:
    def test_shows_the_cases_in_order_with_children_first_and_who_is_in_the_room(
        self, table: OpenRound, coordinator: Visitor, statements: Counting
    ) -> None:
        with statements() as sent:
            page = words_of(text_of(coordinator.open(f"{table.path}/sitting")))
        assert len(sent) <= 12, sent
        assert page.index("Leanne Whitehouse") < page.index("Megan Ashcroft")
        assert "0 of 2 dealt with" in page
        assert "Karen Stubbs" in page

    def test_asks_for_the_statement_before_a_case_opens(self, list_is_out: OpenRound, visitor_as: Browser) -> None:
        housing = visitor_as("housing")
        before = words_of(text_of(housing.open(f"{list_is_out.path}/sitting")))
        assert "I accept" in before
        assert "Leanne" not in before
        after = housing.follow(housing.send(f"{list_is_out.path}/confidentiality", {"there": "sitting"}))
        assert "Leanne Whitehouse" in words_of(text_of(after))
        assert after.request.path.endswith("/sitting")

    def test_is_closed_to_an_observer_and_a_referrers_screen_shows_no_case(
        self, table: OpenRound, case: str, visitor_as: Browser
    ) -> None:
        for key in ("observer", "operator"):
            for path in (f"{table.path}/sitting", f"{table.path}/sitting/follow", f"{table.path}/sitting/now", case):
                assert visitor_as(key).open(path).status_code in (403, 404)
        assert "Leanne" not in text_of(visitor_as("midwife").open(f"{table.path}/sitting"))

    def test_is_begun_before_its_day_only_when_asked_once_more(
        self, list_is_out: OpenRound, visitor_as: Browser
    ) -> None:
        fortnight, visitor = list_is_out.fortnight, visitor_as("coordinator")
        asked = words_of(text_of(visitor.open(f"{list_is_out.path}/sitting")))
        assert "It is planned for Wednesday 9 December, 09:30. Once it has begun" in asked
        fortnight.comes_to(list_is_out.conference.sits_on, time(9, 20))
        on_its_day = words_of(text_of(visitor_as("coordinator").open(f"{list_is_out.path}/sitting")))
        assert "Begin the sitting" in on_its_day
        assert "It is planned for" not in on_its_day

    def test_does_not_end_while_a_case_waits(self, table: OpenRound, coordinator: Visitor) -> None:
        coordinator.open(f"{table.path}/sitting")
        answer = coordinator.follow(coordinator.send(f"{table.path}/sitting/end"))
        assert "have still to be heard or deferred" in text_of(answer)

    def test_ends_when_every_case_is_dealt_with(self, table: OpenRound, coordinator: Visitor) -> None:
        for case_id in (table.leanne, table.megan):
            table.fortnight.hears(table.conference, case_id, ("housing", "Offer a lock change", date(2026, 12, 16)))
        coordinator.open(f"{table.path}/sitting")
        answer = coordinator.follow(coordinator.send(f"{table.path}/sitting/end"))
        assert "The minutes are being drafted" in text_of(answer)
        assert "Go to the minutes" in text_of(answer)
        assert 'href="/minutes">Minutes</a>' in text_of(coordinator.open(table.path)).partition("<main")[2]


class TestOneCase:
    def test_fills_the_screen_in_twelve_statements(
        self, table: OpenRound, case: str, coordinator: Visitor, statements: Counting
    ) -> None:
        with statements() as sent:
            page = words_of(text_of(coordinator.open(case)))
        assert len(sent) <= 12, sent
        for words in (
            "Case 1 of 2",
            "Leanne Whitehouse",
            "Safe contact: phone, weekdays 09:30-14:30",
            "Two call-outs to the address, the last with injuries.",
            "No answer:",
        ):
            assert words in page

    def test_says_when_the_sitting_is_planned_to_end(self, case: str, coordinator: Visitor) -> None:
        assert "0 dealt with, planned to end at 09:54" in words_of(text_of(coordinator.open(case)))

    def test_says_first_why_it_is_heard(self, table: OpenRound, case: str, visitor_as: Browser) -> None:
        for key in ("coordinator", "chair", "housing"):
            page = words_of(text_of(visitor_as(key).open(case)))
            told = page.partition("Why it is heard")[2].partition("What agencies know")[0]
            for words in ("Referred by Vale police on", "visible high risk", "Reasons", "Most recent incident"):
                assert words in told
            assert "Lawful basis" not in told

    def test_takes_its_clock_from_when_it_is_taken_up(self, table: OpenRound, case: str, coordinator: Visitor) -> None:
        assert "of 12 minutes" not in words_of(text_of(coordinator.open(case)))
        coordinator.follow(coordinator.send(f"{case}/begin"))
        table.partnership.now += timedelta(minutes=7)
        assert "7 of 12 minutes" in words_of(text_of(coordinator.open(case)))
        table.partnership.now += timedelta(minutes=6)
        assert "13 of 12 minutes longer than planned" in words_of(text_of(coordinator.open(case)))

    def test_keeps_everything_that_was_typed_whatever_is_pressed(self, case: str, coordinator: Visitor) -> None:
        coordinator.open(case)
        answer = types(
            coordinator, case, "finish", voice="She wants to stay.", crimes__0__words="He held her by the throat."
        )
        assert answer.status_code == 422
        page = words_of(text_of(answer))
        assert "Say what the risks are, and to whom." in page
        assert "Agree at least one action, or write why there is none." in page
        assert "Say who tells the victim, or write why nobody does." in page
        kept = standing(coordinator.open(case))
        assert (kept["voice"], kept["crimes-0-words"], kept["crimes-0-kind"]) == (
            "She wants to stay.", "He held her by the throat.", "other",
        )  # fmt: skip

    def test_is_finished_with_risks_an_action_and_who_tells_her(
        self, table: OpenRound, case: str, coordinator: Visitor, visitor_as: Browser
    ) -> None:
        housing, idva = (str(table.partnership.agencies[slug]) for slug in ("housing", "idva_service"))
        agreed = types(coordinator, case, "agree", owner=housing, what="Offer a lock change", by="2 weeks")
        assert agreed.headers["Location"].endswith("#owner")
        answer = types(
            coordinator, case, "finish", risk_victim="Serious assault.", teller=idva, tell_how="By phone, weekdays."
        )
        assert answer.status_code == 303, words_of(text_of(answer))
        page = words_of(text_of(visitor_as("chair").open(case)))
        for words in (
            "Heard",
            "Serious assault.",
            "Vale idva service: By phone, weekdays.",
            "by Wednesday 23 December",
        ):
            assert words in page

    def test_is_taken_up_again_when_something_was_forgotten(
        self, table: OpenRound, case: str, coordinator: Visitor, visitor_as: Browser
    ) -> None:
        table.fortnight.hears(table.conference, table.leanne, ("housing", "Offer a lock change", date(2026, 12, 16)))
        assert "Something forgotten?" not in words_of(text_of(visitor_as("chair").open(case)))
        assert "Take" in words_of(text_of(coordinator.open(case))).partition("Something forgotten?")[2]
        answer = coordinator.follow(coordinator.send(f"{case}/again"))
        assert "0 of 12 minutes" in words_of(text_of(answer))
        with table.partnership.acting("coordinator", Purpose.SUPPORT) as work:
            line = queries.case_lines(work, case_ids=[table.leanne])[table.leanne]
        assert (line.state, line.last_conference_on) == ("open", None), "as if it had not been heard"
        police = str(table.partnership.agencies["police"])
        types(coordinator, case, "agree", owner=police, what="Mark the address", by="2 weeks")
        assert types(coordinator, case, "finish").status_code == 303
        page = words_of(text_of(coordinator.open(case)))
        assert "Offer a lock change" in page
        assert "Mark the address" in page
        with table.partnership.acting("coordinator", Purpose.SUPPORT) as work:
            line = queries.case_lines(work, case_ids=[table.leanne])[table.leanne]
        assert (line.state, line.last_conference_on) == ("actions_live", table.conference.sits_on)

    def test_is_not_taken_up_again_once_the_sitting_has_ended(
        self, table: OpenRound, case: str, coordinator: Visitor
    ) -> None:
        coordinator.open(case)
        assert coordinator.send(f"{case}/again").status_code == 409, "it waits, and was not heard"
        for case_id in (table.leanne, table.megan):
            table.fortnight.hears(table.conference, case_id, ("housing", "Offer a lock change", date(2026, 12, 16)))
        coordinator.open(f"{table.path}/sitting")
        coordinator.follow(coordinator.send(f"{table.path}/sitting/end"))
        assert "Something forgotten?" not in text_of(coordinator.open(case))
        assert coordinator.send(f"{case}/again").status_code == 409

    def test_agrees_an_action_by_enter_and_by_whatever_else_is_pressed(
        self, table: OpenRound, case: str, coordinator: Visitor
    ) -> None:
        housing = str(table.partnership.agencies["housing"])
        types(coordinator, case, "enter", owner=housing, what="Offer a lock change", by="16 12")
        types(coordinator, case, "keep", owner=housing, what="Visit the tenancy", by="Friday")
        page = words_of(text_of(coordinator.open(case)))
        assert "Offer a lock change by Wednesday 16 December" in page
        assert "Visit the tenancy by Friday 11 December" in page

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"by": "soon"}, "Give the day by which it is done"),
            ({"by": "2020-01-01"}, "Give a day from"),
            ({"owner": ""}, "Choose the agency that does it"),
            ({"owner": "ffffffff-ffff-4fff-bfff-ffffffffffff"}, "Choose the agency that does it"),
        ],
    )
    def test_says_what_an_action_lacks_and_loses_no_word(
        self, table: OpenRound, case: str, coordinator: Visitor, wrong: dict[str, str], words: str
    ) -> None:
        housing = str(table.partnership.agencies["housing"])
        typed = {"owner": housing, "what": "Offer a lock change", "by": "2 weeks", "voice": "She is afraid.", **wrong}
        answer = types(coordinator, case, "agree", **typed)
        assert answer.status_code == 422
        assert words in words_of(text_of(answer))
        assert standing(answer)["what"] == "Offer a lock change"
        assert standing(coordinator.open(case))["voice"] == "She is afraid."

    def test_does_not_give_an_action_to_an_agency_without_a_protocol(
        self, table: OpenRound, case: str, coordinator: Visitor
    ) -> None:
        education = str(table.partnership.agencies["education"])
        assert education not in text_of(coordinator.open(case))
        assert types(coordinator, case, "agree", owner=education, what="Watch", by="2 weeks").status_code == 422

    def test_takes_an_action_back(self, table: OpenRound, case: str, coordinator: Visitor) -> None:
        housing = str(table.partnership.agencies["housing"])
        types(coordinator, case, "agree", owner=housing, what="Offer a lock change", by="2 weeks")
        page = coordinator.open(case)
        action = re.search(r'name="withdraw" value="([^"]+)"', text_of(page))
        assert action
        coordinator.send(case, standing(page) | {"withdraw": action.group(1)})
        assert "Offer a lock change" not in text_of(coordinator.open(case))

    def test_is_put_off_only_with_a_reason_in_words(self, table: OpenRound, case: str, coordinator: Visitor) -> None:
        refused = types(coordinator, case, "defer")
        assert refused.status_code == 422
        assert "Choose why it is put off" in words_of(text_of(refused))
        answer = types(coordinator, case, "defer", because="referrer_absent", words="The referrer is ill.")
        assert answer.status_code == 303
        assert [state for _, state, _ in table.fortnight.rounds_of(table.leanne)] == ["listed", "deferred"]

    def test_leads_to_the_next_case_and_starts_its_clock(
        self, table: OpenRound, case: str, coordinator: Visitor
    ) -> None:
        answer = types(coordinator, case, "next", voice="She is afraid.")
        assert answer.headers["Location"] == table.hearing(table.megan)
        assert "0 of 12 minutes" in words_of(text_of(coordinator.follow(answer)))
        assert standing(coordinator.open(case))["voice"] == "She is afraid."

    def test_opens_a_repeat_on_last_times_plan_with_what_was_not_done_first(
        self, list_is_out: OpenRound, partnership: APartnership, visitor_as: Browser
    ) -> None:
        first = list_is_out
        first.begins("coordinator", "chair", "housing")
        done, never = (
            ("housing", "Offer a lock change", date(2026, 12, 16)),
            ("police", "Mark the address", date(2026, 12, 16)),
        )
        action, _ = first.fortnight.hears(first.conference, first.leanne, done, never)
        first.fortnight.hears(first.conference, first.megan)
        first.fortnight.sitting_ends(first.conference)
        first.fortnight.minutes_go_out(first.conference)
        with partnership.acting("housing", Purpose.ACTIONS) as work:
            actions.report(work, action_id=action, outcome="done", what_happened="Locks changed on Friday.")
        again = first.fortnight.case_for(known_case_id=first.leanne)
        assert again == first.leanne
        second = first.fortnight.list_goes_out(1)
        first.fortnight.accepts_confidentiality(second, "coordinator")
        first.fortnight.accepts_confidentiality(second, "police")
        first.fortnight.answers("police", second, again, ASSAULT)
        hearing = f"/hearings/{first.fortnight.listing(second, again).id}"
        page = words_of(text_of(visitor_as("coordinator").open(hearing)))
        assert "Last time’s plan, 9 December 2026" in page
        assert page.index("Mark the address") < page.index("Offer a lock change")
        assert "Locks changed on Friday." in page
        # Housing knows the case by its action; what this round's agencies say opens with this round's statement.
        housing = visitor_as("housing")
        assert housing.open(f"/cases/{again}").status_code == 200
        kept_out = housing.open(hearing)
        assert kept_out.headers["Location"] == f"/rounds/{second.id}/sitting"
        assert "Accept the confidentiality statement first." in text_of(housing.follow(kept_out))
        first.fortnight.accepts_confidentiality(second, "housing")
        assert "Two call-outs" in text_of(housing.open(hearing))
        assert "What is different this time?" not in page
        first.fortnight.comes_to(second.sits_on, time(9, 30))
        coordinator = visitor_as("coordinator")
        coordinator.open(hearing)
        coordinator.send(f"/rounds/{second.id}/sitting/start")
        police = str(partnership.agencies["police"])
        types(coordinator, hearing, "agree", owner=police, what="mark the  address", by="2 weeks")
        types(coordinator, hearing, "agree", owner=police, what="Mark the address of her mother", by="2 weeks")
        page = words_of(text_of(coordinator.open(hearing)))
        assert "The same as on 9 December 2026 Nothing was reported. What is different this time?" in page
        assert page.count("What is different this time?") == 1


class TestTwoWhoWrite:
    """The co-ordinator and the administrator on the same case."""

    def test_find_each_others_words_beside_their_own(
        self, case: str, coordinator: Visitor, visitor_as: Browser
    ) -> None:
        administrator = visitor_as("administrator")
        older = standing(administrator.open(case))
        types(coordinator, case, voice="She wants to stay.")
        answer = administrator.send(case, {**older, "voice": "She wants to leave.", "go": "keep"})
        assert answer.status_code == 409
        page = words_of(text_of(answer))
        assert "On record now: She wants to stay." in page
        assert standing(answer)["voice"] == "She wants to leave."
        saved = administrator.send(case, {**standing(answer), "go": "keep"})
        assert saved.status_code == 303
        assert standing(coordinator.open(case))["voice"] == "She wants to leave."

    def test_are_told_by_script_what_is_on_record_and_at_which_version(
        self, case: str, coordinator: Visitor, visitor_as: Browser
    ) -> None:
        administrator = visitor_as("administrator")
        older = standing(administrator.open(case))
        newer = standing(coordinator.open(case)) | {"voice": "She wants to stay.", "autosave": "yes"}
        kept = coordinator.send(case, newer)
        assert kept.get_json() == {"version": int(older["version"]) + 1}
        behind = administrator.send(case, {**older, "risk_staff": "Do not visit alone.", "autosave": "yes"})
        assert behind.status_code == 409
        told = behind.get_json()
        assert (told["version"], told["values"]["voice"]) == (int(older["version"]) + 1, ["She wants to stay."])
        assert administrator.open(f"{case}/values").get_json()["values"] == told["values"]
        again = {
            **older,
            "voice": "She wants to stay.",
            "risk_staff": "Do not visit alone.",
            "version": str(told["version"]),
        }
        assert administrator.send(case, {**again, "autosave": "yes"}).status_code == 200

    def test_are_refused_when_the_case_has_been_finished(
        self, table: OpenRound, case: str, coordinator: Visitor
    ) -> None:
        older = standing(coordinator.open(case))
        table.fortnight.hears(table.conference, table.leanne, ("housing", "Offer a lock change", date(2026, 12, 16)))
        answer = coordinator.send(case, {**older, "voice": "Too late.", "autosave": "yes"})
        assert answer.status_code == 409

    def test_may_not_write_as_chair_or_representative(self, case: str, visitor_as: Browser) -> None:
        for key in ("chair", "housing"):
            visitor = visitor_as(key)
            assert "table-form" not in text_of(visitor.open(case))
            assert visitor.send(case, {"voice": "Mine", "version": "1"}).status_code == 404


class TestAScreenThatFollows:
    def test_goes_along_with_the_table(
        self, table: OpenRound, case: str, coordinator: Visitor, visitor_as: Browser
    ) -> None:
        chair = visitor_as("chair")
        assert "Between two cases" in text_of(chair.open(f"{table.path}/sitting/follow"))
        assert chair.open(f"{table.path}/sitting/now").get_json()["now"] == ""
        coordinator.open(case)
        coordinator.send(f"{case}/begin")
        before = chair.open(f"{table.path}/sitting/now").get_json()
        assert case.endswith(before["now"])
        types(coordinator, case, voice="She is afraid.")
        housing = str(table.partnership.agencies["housing"])
        written = chair.open(f"{table.path}/sitting/now").get_json()
        types(coordinator, case, "agree", owner=housing, what="Offer a lock change", by="2 weeks")
        agreed = chair.open(f"{table.path}/sitting/now").get_json()
        assert len({said["mark"] for said in (before, written, agreed)}) == 3
        page = text_of(chair.open(f"{table.path}/sitting/follow"))
        assert "She is afraid." in page
        assert "Offer a lock change" in page
        assert "<textarea" not in page

    def test_asks_in_few_statements(self, table: OpenRound, visitor_as: Browser, statements: Counting) -> None:
        housing = visitor_as("housing")
        with statements() as sent:
            housing.open(f"{table.path}/sitting/now")
        assert len(sent) <= 4, sent

    def test_shows_somebody_shut_out_of_the_case_what_it_shows_between_two(
        self, table: OpenRound, coordinator: Visitor, visitor_as: Browser
    ) -> None:
        table.shuts_out("housing", table.leanne)
        housing = visitor_as("housing")
        before = without_token(housing.open(f"{table.path}/sitting/follow"))
        case = table.hearing(table.leanne)
        coordinator.open(case)
        coordinator.send(f"{case}/begin")
        assert without_token(housing.open(f"{table.path}/sitting/follow")) == before
        said = housing.open(f"{table.path}/sitting/now").get_json()
        assert said["now"] == ""
        assert set(said["marks"]) == {str(table.listing(table.megan).id)}
        agenda = words_of(text_of(housing.open(f"{table.path}/sitting")))
        assert "1. " in agenda
        assert "2. " not in agenda
        assert "Leanne" not in agenda
        missing = without_token(housing.open("/hearings/ffffffff-ffff-4fff-bfff-ffffffffffff"))
        assert without_token(housing.open(case)) == missing
        assert "Leanne" in text_of(visitor_as("chair").open(case)), "the right reader sees it"

    def test_must_accept_the_statement_first(self, table: OpenRound, visitor_as: Browser) -> None:
        probation = visitor_as("probation")
        answer = probation.open(f"{table.path}/sitting/follow")
        assert answer.status_code == 303
        assert "Accept the confidentiality statement first" in text_of(probation.follow(answer))


class TestADayTypedInOneBox:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("16 12", date(2026, 12, 16)),
            ("16/12", date(2026, 12, 16)),
            ("16.12.26", date(2026, 12, 16)),
            ("16 Dec", date(2026, 12, 16)),
            ("16th december 2026", date(2026, 12, 16)),
            ("Wed 16 Dec", date(2026, 12, 16)),
            ("2026-12-16", date(2026, 12, 16)),
            ("9 12", date(2026, 12, 9)),
            ("8 12", date(2027, 12, 8)),
            ("6 Jan", date(2027, 1, 6)),
            ("wednesday", date(2026, 12, 16)),
            ("Fri", date(2026, 12, 11)),
            ("today", date(2026, 12, 9)),
            ("Tomorrow", date(2026, 12, 10)),
            ("2 weeks", date(2026, 12, 23)),
            ("2w", date(2026, 12, 23)),
            ("in 10 days", date(2026, 12, 19)),
            ("a week", date(2026, 12, 16)),
        ],
    )
    def test_means_what_people_say(self, typed: str, meant: date) -> None:
        assert day_from(typed, date(2026, 12, 9)) == meant

    @pytest.mark.parametrize(
        "typed", ["", "soon", "32 12", "30 2 2027", "12", "16 12 2026 or so", "99w99", "29 feb 2027"]
    )
    def test_that_cannot_be_told_is_none(self, typed: str) -> None:
        assert day_from(typed, date(2026, 12, 9)) is None


def test_an_empty_board_has_nothing_at_the_table() -> None:
    empty: Any = Board()
    assert (empty.now, empty.waiting, empty.on_the_list) == (None, (), ())
