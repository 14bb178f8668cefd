"""What is agreed, on pages: the table, each way in which an agreement changes, the sheet in easy words, and doors closed to others."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from casework.consent import operations as consent
from casework.consent import queries
from casework.consent.rules import Status
from casework.sharing import queries as sharing
from casework.youth import operations as youth
from casework.youth.operations import Adult, Assessment
from tests.factories import youth as made
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, EDUCATION, YoungPerson
from tests.web.visitor import Visitor, text_of, without_token

VisitorAs = Callable[[str], Visitor]
MOTHER = Adult(name="Dee Stone", relation="mother", parental_responsibility="yes")
OWN = {
    "helped": "yes",
    "status": "given",
    "relation": "self",
    "competent": "yes",
    "test": "gillick",
    "factors": "Said back who would know what.",
    "purposes": ["support_plan", "assessment"],
    "permits-count": "1",
    "permits-0-agency": "school_nursing",
    "permits-0-categories": ["basic", "education"],
    "wording": "2026-1",
    "how": "in_person",
    "form": "signed",
    "exceptions_explained": ["yes"],
}
PARENTS = {**OWN, "relation": "parental_responsibility", "giver_is_abuser": "no", "competent": "", "test": ""}


def agreed(case_id: uuid.UUID, *more: object) -> str:
    return "/".join(["/agreements/young-people", str(case_id), *map(str, more)])


def words_of(answer: Any) -> str:
    """The words of a page as somebody reads them."""
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(answer)).split())


def answers(worker: Visitor, case_id: uuid.UUID, form: dict[str, Any]) -> Any:
    worker.open(f"/young-people/{case_id}/answer")
    return worker.send(f"/young-people/{case_id}/answer", form)


def kept(partnership: APartnership, case_id: uuid.UUID) -> dict[tuple[str, str], Any]:
    """What stands, by question and giver."""
    with made.acting(partnership) as work:
        found = queries.agreements_of(work, case_id=case_id)
    return {(one.kind.value, str(one.words.get("giver", ""))): one for one in found if not one.is_replaced}


class TestTheTable:
    def test_says_may_know_said_no_and_nothing_said_and_where_each_answer_stands(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        worker = visitor_as("youth_worker")
        assert answers(worker, case_id, {**OWN, "denied": ["housing"]}).status_code == 303
        page = worker.open(agreed(case_id))
        table = re.search(r"<tbody.*?</tbody>", text_of(page), re.DOTALL)
        assert table
        rows = {
            re.sub(r"<[^>]+>", "", name).strip(): [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]
            for row in re.findall(r"<tr.*?</tr>", table.group(), re.DOTALL)
            for name, cells in [
                (re.findall(r"<th.*?</th>", row, re.DOTALL)[0], re.findall(r"<td.*?</td>", row, re.DOTALL))
            ]
        }
        assert (
            rows["Education"] == ["Said no", "May know assessment, support plan"] or "May know" in rows["Education"][1]
        )
        assert rows["Health"] == ["Said no", "Nothing said"]
        said = words_of(page)
        for words in ("To be helped: The young person Yes", "To be gone through again by", "Ends on", "Confidential"):
            assert words in said, words
        assert "What is agreed" in text_of(worker.open(f"/young-people/{case_id}"))

    def test_takes_at_most_twelve_statements(
        self,
        partnership: APartnership,
        visitor_as: VisitorAs,
        statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        case_id = made.with_plan(partnership)
        worker = visitor_as("youth_worker")
        for address in (agreed(case_id), agreed(case_id, "sheet")):
            with statements() as seen:
                worker.open(address)
            assert 0 < len(seen) <= 12, seen

    def test_and_all_that_hangs_on_it_is_for_whoever_sees_the_whole_file(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.with_plan(partnership)
        own = kept(partnership, case_id)["sharing", ""]
        pages = [(), ("sheet",), (own.id, "narrow"), (own.id, "again"), (own.id, "ability")]
        for key in ("youth_worker", "youth_manager", "safeguarding_lead"):
            visitor = visitor_as(key)
            for page in pages[:2] if key == "safeguarding_lead" else pages:
                assert visitor.open(agreed(case_id, *page)).status_code == 200, (key, page)
        for key in ("school_worker", "housing_worker", "coordinator", "police", "chair", "observer"):
            visitor = visitor_as(key)
            for page in pages:
                hidden = visitor.client.get(agreed(case_id, *page))
                assert hidden.status_code == 404, (key, page)
                assert without_token(hidden) == without_token(visitor.client.get(agreed(uuid.uuid4(), *page)))

    def test_has_no_page_for_an_agreement_of_another_file_or_a_change_that_cannot_be(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id, other = made.agreed(partnership), made.agreed(partnership)
        own = kept(partnership, case_id)["sharing", ""]
        worker = visitor_as("youth_worker")
        for page in (
            agreed(other, own.id, "narrow"),
            agreed(case_id, own.id, "bar"),
            agreed(case_id, own.id, "no-such"),
        ):
            assert worker.client.get(page).status_code == 404, page


class TestAnAnswer:
    def test_of_a_parent_who_stands_in_the_assessment_replaces_their_earlier_one(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.agreed(partnership)
        with made.acting(partnership) as work:
            youth.write_assessment(
                work,
                case_id=case_id,
                assessment=Assessment(sections=made.ASSESSED.sections, adults=(MOTHER,)),
                is_complete=False,
            )
        worker = visitor_as("youth_worker")
        assert answers(worker, case_id, {**PARENTS, "giver": "adult-0"}).status_code == 303
        first = kept(partnership, case_id)["sharing", "Dee Stone"]
        page = text_of(worker.open(f"/young-people/{case_id}/answer"))
        assert page.count("Dee Stone") == 1, "offered once, as who answered before"
        no = {**PARENTS, "giver": str(first.giver), "status": "refused", "helped": "no"}
        assert answers(worker, case_id, no).status_code == 303
        now = kept(partnership, case_id)["sharing", "Dee Stone"]
        assert (now.standing.status, now.giver) == (Status.REFUSED, first.giver)
        assert sum(one == "sharing" for one, _ in kept(partnership, case_id)) == 2, "the young person’s and hers"

    def test_that_allows_less_than_the_one_before_tells_whoever_had_the_rest(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.with_team(partnership)
        worker = visitor_as("youth_worker")
        fewer = {**OWN, "permits-0-agency": "housing", "permits-0-categories": ["basic"]}
        assert answers(worker, case_id, fewer).status_code == 303
        with made.acting(partnership) as work:
            told = sharing.notices_of(work, case_id=case_id)
        assert [(one.agency_id, one.is_part) for one in told] == [(partnership.agencies["school_nursing"], True)]

    def test_lifts_what_was_denied_only_when_it_is_ticked(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.agreed(partnership)
        worker = visitor_as("youth_worker")
        assert answers(worker, case_id, {**OWN, "denied": ["housing"]}).status_code == 303
        wider = {**OWN, "permits-0-agency": "housing"}
        refused = answers(worker, case_id, wider)
        assert refused.status_code == 422
        assert "Something is both agreed and denied" in text_of(refused)
        assert answers(worker, case_id, {**wider, "lifted": ["housing|*"]}).status_code == 303
        assert kept(partnership, case_id)["sharing", ""].standing.permit == {"housing": {"basic", "education"}}


class TestAChange:
    def test_takes_a_part_back_stops_what_was_on_its_way_and_tells_who_received_it(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        jamie = YoungPerson.of(partnership)
        given = jamie.agrees({"housing": ["basic", "education"], "school_nursing": ["basic"]})
        jamie.shares("housing")
        jamie.shares("school_nursing", BASIC)
        waiting = jamie.asks("housing", EDUCATION)
        worker = visitor_as("youth_worker")
        page = agreed(jamie.case_id, given, "narrow")
        worker.open(page)
        assert "Say what is taken back" in text_of(worker.send(page, {"words": "Not college."}))
        form = {"taken": ["housing|education"], "words": "Not about college."}
        assert worker.send(page, form).status_code == 303
        assert jamie.share(waiting.share_id).state == "stopped"
        with made.acting(partnership) as work:
            told = sharing.notices_of(work, case_id=jamie.case_id)
        assert [one.agency_id for one in told] == [partnership.agencies["housing"]]
        said = words_of(worker.open(agreed(jamie.case_id)))
        assert "Part of it was taken back" in said
        assert "Said no" in said

    def test_goes_through_it_again_and_refuses_what_has_run_out(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.agreed(partnership)
        own = kept(partnership, case_id)["sharing", ""]
        partnership.now += timedelta(days=30)
        worker = visitor_as("youth_worker")
        page = agreed(case_id, own.id, "again")
        worker.open(page)
        assert "Choose which test of understanding" in text_of(worker.send(page, {"competent": "yes"}))
        form = {"competent": "yes", "test": "gillick", "words": "Said it back."}
        assert worker.send(page, form).status_code == 303
        assert "Gone through again: they say the same" in words_of(worker.open(agreed(case_id)))
        partnership.now += timedelta(days=400)
        worker = visitor_as("youth_worker")
        assert "It has run out" in text_of(worker.open(agreed(case_id)))
        assert worker.client.get(page).status_code == 404

    def test_finds_somebody_not_able_and_bars_a_giver_for_good(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.agreed(partnership)
        worker = visitor_as("youth_worker")
        form = {**PARENTS, "giver": "somebody_else", "giver_name": "Dean Stone"}
        assert answers(worker, case_id, form).status_code == 303
        found = kept(partnership, case_id)
        ability = agreed(case_id, found["sharing", ""].id, "ability")
        worker.open(ability)
        said = {"competent": "no", "test": "gillick", "words": "Could not say what follows."}
        assert worker.send(ability, said).status_code == 303
        bar = agreed(case_id, found["sharing", "Dean Stone"].id, "bar")
        worker.open(bar)
        assert worker.send(bar, {"words": "Jamie told the nurse."}).status_code == 422
        assert worker.send(bar, {"sure": ["yes"], "words": "Jamie told the nurse."}).status_code == 303
        assert not any(one.counts for key, one in kept(partnership, case_id).items() if key[0] == "sharing")
        assert "Dean Stone" not in text_of(worker.open(f"/young-people/{case_id}/who")), "nobody offers to ask him"

    def test_follows_a_spoken_answer_up_in_writing(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        case_id = made.agreed(partnership)
        worker = visitor_as("youth_worker")
        assert answers(worker, case_id, {**OWN, "form": "spoken"}).status_code == 303
        page = agreed(case_id, kept(partnership, case_id)["sharing", ""].id, "written")
        worker.open(page)
        assert worker.send(page, {"words": "In the cabinet."}).status_code == 303
        assert worker.client.get(page).status_code == 404

    def test_stops_the_help(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        case_id = made.with_plan(partnership)
        page = agreed(case_id, kept(partnership, case_id)["service", ""].id, "stop")
        worker = visitor_as("youth_worker")
        worker.open(page)
        assert worker.send(page, {"words": "Had enough."}).status_code == 303
        assert "On hold" in text_of(worker.open(f"/young-people/{case_id}"))


class TestTheSheet:
    def test_says_in_easy_words_who_may_know_what_until_when_and_how_to_stop_and_names_nobody_else(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.agreed(partnership)
        worker = visitor_as("youth_worker")
        answers(worker, case_id, {**OWN, "denied": ["housing"]})
        answers(worker, case_id, {**PARENTS, "giver": "somebody_else", "giver_name": "Dee Stone"})
        said = words_of(worker.open(agreed(case_id, "sheet")))
        assert "This sheet is yours." in said, "and not the staff’s word about locked cupboards"
        assert "Confidential. Printed by" not in said
        for words in (
            "You get help because",
            "may know: Your name, age, address and school,",
            "How school or college is going, to find out what would help and so that they can help with your plan",
            "You said no to this",
            "nothing about you",
            "This ends on",
            "You do not have to say why. We stop at once.",
            "If you or somebody else may get badly hurt",
        ):
            assert words in said, words
        for word in ("Dee", "parental", "gillick", "agreement stands", "category"):
            assert word not in said, word

    def test_promises_nothing_once_the_yes_is_taken_back(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.agreed(partnership)
        with made.acting(partnership) as work:
            consent.withdraw(work, agreement_id=kept(partnership, case_id)["sharing", ""].id, words="Stop.")
        said = words_of(visitor_as("youth_worker").open(agreed(case_id, "sheet")))
        assert "We tell nobody about you because of a yes." in said
        assert "may know:" not in said
