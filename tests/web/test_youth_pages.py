"""The pages of youth support: my young people, a file with its next step, each step's form, and doors closed to everybody else."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from casework.youth.rules import Stage
from tests.factories import youth as made
from tests.factories.partnership import APartnership
from tests.factories.referrals import accepted
from tests.factories.sharing import BASIC, HARM, YoungPerson
from tests.web.visitor import Visitor, text_of, without_token
from tests.web.young_person import a_young_person

VisitorAs = Callable[[str], Visitor]
SAID = {"words": "Spoke with him at school."}


def the_file(case_id: uuid.UUID, step: str = "") -> str:
    return f"/young-people/{case_id}" + (f"/{step}" if step else "")


class TestTheHomePage:
    def test_of_a_youth_worker_shows_the_young_people_and_no_round(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        accepted(partnership)
        made.with_plan(partnership)
        page = text_of(visitor_as("youth_worker").open("/"))
        assert "My young people" in page
        assert "Jamie Stone" in page
        assert "Next: review the plan" in page
        for word in ("MARAC,", "Rounds", "Research", "Whitehouse", "Cases"):
            assert word not in page, word

    def test_of_who_works_for_a_marac_has_no_word_of_them(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        made.with_plan(partnership)
        for key in ("coordinator", "police", "referrer"):
            page = text_of(visitor_as(key).open("/"))
            assert "Jamie" not in page, key
            assert "oung people" not in page, key


class TestAnEnquiry:
    def test_is_opened_with_initials_and_shown_with_what_comes_next(self, visitor_as: VisitorAs) -> None:
        worker = visitor_as("youth_worker")
        worker.open("/young-people/new")
        refused = worker.send("/young-people/new", {"known_as": "", "concern": "x", "source": "self", "level": "2"})
        assert refused.status_code == 422
        assert "Give initials or a token" in text_of(refused)
        sent = worker.send(
            "/young-people/new", {"known_as": "J.S.", "concern": "Out at night.", "source": "school", "level": "2"}
        )
        assert sent.status_code == 303
        page = text_of(worker.open(sent.headers["Location"]))
        assert "J.S." in page
        assert "Ask for agreement" in page
        assert "A concern was raised" in page


class TestAFile:
    def test_shows_team_plan_assessment_and_history_in_words(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        ids = a_young_person(partnership)
        page = text_of(visitor_as("youth_worker").open(the_file(ids["youth_case_id"])))
        for words in (
            "Plan under way",
            "Review the plan",
            "A place at the lunch club.",
            "Tom Beech",
            "Lead professional",
            "Early Help Assessment",
            "I get bored, that’s all.",
            "Friends involved in risk",
            "The plan began",
            "between the practitioners",
        ):
            assert words in page, words

    def test_shows_one_of_the_team_their_part(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        ids = a_young_person(partnership)
        school = visitor_as("school_worker")
        page = text_of(school.open(the_file(ids["youth_case_id"])))
        assert "A place at the lunch club." in page
        assert "Step up to social care" in page
        for words in ("I get bored", "Out late most nights", "What has happened", "Interventions and letters"):
            assert words not in page, words
        for address in ("review", "assessment", "interventions"):
            assert school.client.get(the_file(ids["youth_case_id"], address)).status_code == 404

    def test_answers_everybody_else_byte_for_byte_as_if_it_were_not_there(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        ids = a_young_person(partnership)
        leanne = accepted(partnership)
        for key in ("housing_worker", "safeguarding_lead_elsewhere"):
            if key not in partnership.people:
                continue
            visitor = visitor_as(key)
            missing = without_token(visitor.client.get(the_file(uuid.uuid4())))
            assert missing[0] == 404
            assert without_token(visitor.client.get(the_file(ids["youth_case_id"]))) == missing
            assert without_token(visitor.client.get(the_file(leanne))) == missing
        for key in ("coordinator", "chair", "police"):
            visitor = visitor_as(key)
            assert visitor.client.get(the_file(ids["youth_case_id"])).status_code == 404
            gone = without_token(visitor.client.get(f"/cases/{uuid.uuid4()}"))
            assert without_token(visitor.client.get(f"/cases/{ids['youth_case_id']}")) == gone
            assert "Jamie" not in text_of(visitor.open("/cases"))
            assert "Jamie" not in text_of(visitor.open("/duties"))

    def test_is_not_told_by_a_marac_s_trail_or_access_page(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        ids = a_young_person(partnership)
        for page in ("trail", "access", "shared"):
            answer = visitor_as("coordinator").client.get(f"/cases/{ids['youth_case_id']}/{page}")
            assert answer.status_code == 404, page


class TestWhoKnowsWhat:
    def test_shows_each_agency_with_what_it_may_still_use(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({"school_nursing": ["basic", "education"], "housing": ["basic"]})
        jamie.shares("school_nursing")
        jamie.shares("housing", BASIC)
        jamie.shares("police", BASIC, declared=HARM)
        page = text_of(visitor_as("youth_worker").open(the_file(jamie.case_id, "who-knows")))
        assert "Vale school nursing: may use basic details and education." in page
        assert "Agreed, and still so" in page
        assert "On another basis than agreement" in text_in_table(page)
        assert "app-ring__slice--empty" not in page
        assert "style=" not in page

    def test_empties_the_picture_when_the_agreement_ends(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        jamie = YoungPerson.of(partnership)
        jamie.agrees({"school_nursing": ["basic", "education"]})
        jamie.shares("school_nursing")
        jamie.withdraws()
        page = text_of(visitor_as("youth_worker").open(the_file(jamie.case_id, "who-knows")))
        assert "The agreement has ended" in text_in_table(page)
        assert "Agreed, and still so" not in text_in_table(page)
        assert "app-ring__slice--empty" in page
        assert "was told 2 kinds of information for which the agreement has ended" in page

    def test_shows_one_of_the_team_their_own_part_and_a_stranger_nothing(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.with_plan(partnership)
        jamie = YoungPerson(partnership, case_id, made.file_of(partnership, case_id).person.id)
        jamie.shares("school_nursing")
        jamie.shares("housing", BASIC)
        page = text_of(visitor_as("school_worker").open(the_file(case_id, "who-knows")))
        assert "Vale school nursing" in page
        assert "Vale housing" not in page
        assert visitor_as("housing_worker").client.get(the_file(case_id, "who-knows")).status_code == 404


def text_in_table(page: str) -> str:
    """Return the part of a page from its table on."""
    return page[page.index("The same in words") :]


STEPS = {
    Stage.ENQUIRY: (
        "who",
        "pre-assessment",
        "ask",
        "risk",
        "level",
        "step-up",
        "disagree",
        "transfer",
        "begin-closing",
    ),
    Stage.ASSESSING: ("assessment",),
    Stage.PLAN_ACTIVE: ("assessment", "invite", "lead", "action", "review"),
}


class TestAStep:
    @pytest.mark.parametrize("stage", sorted(STEPS))
    def test_is_offered_where_it_can_happen_and_has_its_page(
        self, stage: Stage, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        make = {Stage.ENQUIRY: made.opened, Stage.ASSESSING: made.agreed, Stage.PLAN_ACTIVE: made.with_plan}[stage]
        case_id = make(partnership)
        worker = visitor_as("youth_worker")
        page = text_of(worker.open(the_file(case_id)))
        for step in STEPS[stage]:
            assert the_file(case_id, step) + '"' in page, step
            assert worker.open(the_file(case_id, step)).status_code == 200, step
        assert worker.client.get(the_file(case_id, "no-such-step")).status_code == 404

    def test_keeps_an_assessment_with_its_adults(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        case_id = made.agreed(partnership)
        worker = visitor_as("youth_worker")
        worker.open(the_file(case_id, "assessment"))
        form = {
            "reason": "School rang.",
            "strengths": "Fixes bikes.",
            "needs": "A place to go.",
            "risk_factors": ["friends_at_risk"],
            "adults-count": "1",
            "adults-0-name": "Dee Stone",
            "adults-0-relation": "mother",
            "adults-0-parental_responsibility": "yes",
            "young_person_said": "",
            "is_complete": "yes",
        }
        refused = worker.send(the_file(case_id, "assessment"), form)
        assert refused.status_code == 422
        assert "Write what the young person said about it" in text_of(refused)
        kept = worker.send(the_file(case_id, "assessment"), {**form, "young_person_said": "Bored."})
        assert kept.status_code == 303
        page = text_of(worker.open(the_file(case_id)))
        assert "Dee Stone, mother: parental responsibility yes" in page
        assert "Build the team and begin the plan" in page

    def test_says_where_an_agency_is_outside_the_agreement(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.with_team(partnership, {"youth_service": made.EVERYTHING, "school_nursing": ("basic",)})
        worker = visitor_as("youth_worker")
        worker.open(the_file(case_id, "invite"))
        answer = worker.send(
            the_file(case_id, "invite"),
            {"agency": str(partnership.agencies["housing"]), "account": "", "reaches_abuser": "no"},
        )
        assert answer.status_code == 422
        assert "The agreement does not let this agency be told that" in text_of(answer)

    def test_holds_a_review_and_closes(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        case_id = made.with_plan(partnership)
        [action] = made.file_of(partnership, case_id).actions
        worker = visitor_as("youth_worker")
        worker.open(the_file(case_id, "review"))
        form = {
            f"outcome-{action.id}": "met",
            "young_persons_view": "Alright.",
            "present": "Jamie, Jo",
            "is_agreed": "yes",
            "decision": "close",
        }
        assert worker.send(the_file(case_id, "review"), form).status_code == 303
        worker.open(the_file(case_id, "close"))
        closing = {"reason": "needs_met", "achieved-education": "yes", "words": "He is in school."}
        assert worker.send(the_file(case_id, "close"), closing).status_code == 303
        assert "Closed" in text_of(worker.open(the_file(case_id)))

    def test_steps_up_from_the_team(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        case_id = made.with_plan(partnership)
        school = visitor_as("school_worker")
        school.open(the_file(case_id, "step-up"))
        sent = school.send(the_file(case_id, "step-up"), {"grounds": "safeguarding", "words": "He told the nurse."})
        assert sent.status_code == 303
        assert "With social care" in text_of(visitor_as("youth_worker").open(the_file(case_id)))


class TestAnActionOfThePlan:
    def test_is_reported_on_by_its_owner(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        ids = a_young_person(partnership)
        school = visitor_as("school_worker")
        address = f"/young-people/actions/{ids['plan_action_id']}"
        owed = text_of(school.open("/duties"))
        assert 'Say what became of an action of the plan <span class="app-duties__about">Jamie Stone</span></a>' in owed
        school.open(address)
        assert school.send(address, {"outcome": "met", "words": ""}).status_code == 422
        assert school.send(address, {"outcome": "met", "words": "Every day."}).status_code == 303
        assert "Every day." in text_of(visitor_as("youth_worker").open(the_file(ids["youth_case_id"])))

    def test_is_put_before_the_lead_professional_when_the_agreement_has_ended(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.with_plan(partnership)
        partnership.now += timedelta(days=1)
        made.answered(partnership, case_id, status="refused")
        worker = visitor_as("youth_worker")
        page = text_of(worker.open(the_file(case_id)))
        assert "No agreement stands." in page
        assert "In question" in page
        [action] = made.file_of(partnership, case_id).actions
        address = f"/young-people/actions/{action.id}"
        assert "Nothing may be shared for it" in text_of(worker.open(address))
        assert worker.send(address, {"goes_on": "no", **SAID}).status_code == 303
        assert "Not needed any more" in text_of(worker.open(the_file(case_id)))


class TestTheTeam:
    def test_loses_a_place(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        ids = a_young_person(partnership)
        worker = visitor_as("youth_worker")
        address = the_file(ids["youth_case_id"], f"team/{ids['member_id']}")
        worker.open(address)
        assert worker.send(address, {"words": "A new school."}).status_code == 303
        assert visitor_as("school_worker").client.get(the_file(ids["youth_case_id"])).status_code == 404


class TestADisagreement:
    def test_goes_higher_and_is_settled(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        ids = a_young_person(partnership)
        school = visitor_as("school_worker")
        address = the_file(ids["youth_case_id"], f"disagreements/{ids['disagreement_id']}")
        assert "Between the practitioners" in text_of(school.open(address))
        assert school.send(address, {"what": "raise", "words": "No."}).status_code == 303
        assert "Their line managers" in text_of(school.open(address))
        assert school.send(address, {"what": "settle", "words": "Agreed."}).status_code == 303
        assert "Settled on" in text_of(school.open(address))


class TestTheAnswerAboutAgreement:
    def test_names_each_agency_and_lets_the_file_follow_at_once(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        worker = visitor_as("youth_worker")
        assert "Record the answer about agreement" in text_of(worker.open(the_file(case_id)))
        worker.open(the_file(case_id, "answer"))
        form = {
            "helped": "yes",
            "status": "given",
            "relation": "self",
            "competent": "yes",
            "test": "gillick",
            "factors": "Said back who would know what.",
            "purposes": ["support_plan", "assessment"],
            "permits-count": "1",
            "permits-0-agency": "school_nursing",
            "permits-0-categories": ["basic"],
            "denied": ["housing"],
            "wording": "2026-1",
            "how": "in_person",
            "form": "signed",
        }
        refused = worker.send(the_file(case_id, "answer"), form)
        assert refused.status_code == 422
        assert "Explain first when a no cannot be kept" in text_of(refused)
        assert worker.send(the_file(case_id, "answer"), {**form, "exceptions_explained": ["yes"]}).status_code == 303
        page = text_of(worker.open(the_file(case_id)))
        assert "Assessing" in page
        assert "Agreement was given" in page

    def test_that_is_a_no_ends_there(self, partnership: APartnership, visitor_as: VisitorAs) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        worker = visitor_as("youth_worker")
        worker.open(the_file(case_id, "answer"))
        form = {
            "helped": "no",
            "status": "refused",
            "relation": "self",
            "wording": "2026-1",
            "how": "phone",
            "form": "spoken",
        }
        assert worker.send(the_file(case_id, "answer"), form).status_code == 303
        assert "Agreement refused" in text_of(worker.open(the_file(case_id)))
        assert "Look at the risk again" in text_of(worker.open("/duties"))

    def test_of_a_parent_who_may_have_hurt_the_young_person_is_not_taken(
        self, partnership: APartnership, visitor_as: VisitorAs
    ) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        worker = visitor_as("youth_worker")
        worker.open(the_file(case_id, "answer"))
        form = {
            "helped": "no",
            "status": "refused",
            "relation": "parental_responsibility",
            "giver_name": "Dean Stone",
            "giver_is_abuser": "yes",
            "wording": "2026-1",
            "how": "phone",
            "form": "spoken",
        }
        answer = worker.send(the_file(case_id, "answer"), form)
        assert answer.status_code == 422
        assert "Contact is not permitted; speak to your safeguarding lead." in text_of(answer)
