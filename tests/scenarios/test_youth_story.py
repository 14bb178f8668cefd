"""A young person's file from the first concern to the question six months later: agreement first, then assessment, team, plan, reviews."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from casework.access.permissions import Purpose, Role
from casework.cases import operations as cases
from casework.cases.models import Case
from casework.cases.rules import StandingKind
from casework.disclosures import queries as disclosures
from casework.duties import queries as duties
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.notifications import operations as notifications
from casework.notifications.models import Notice
from casework.youth import operations as youth
from casework.youth.models import TeamMember
from casework.youth.operations import Outcome, Review
from casework.youth.queries import Now, my_young_people, who_knows
from casework.youth.rules import Stage
from tests.factories import youth as made
from tests.factories.partnership import APartnership
from tests.factories.youth import acting, file_of


def owed(partnership: APartnership, key: str = "youth_worker") -> list[str]:
    with acting(partnership, key) as work:
        return [one.kind for one in duties.my_duties(work)]


def reviewed(partnership: APartnership, case_id: uuid.UUID, **changes: object) -> None:
    action_ids = [one.id for one in file_of(partnership, case_id).actions if one.state == "agreed"]
    heard = Review(
        young_persons_view="It’s alright now.",
        present="Jamie, Mum, Jo, Tom",
        outcomes={one: Outcome("met", "Went every day.") for one in action_ids},
        is_agreed=True,
        decision="go_on",
        next_on=partnership.now.date() + timedelta(weeks=6),
    )
    with acting(partnership) as work:
        if file_of(partnership, case_id).line.stage == Stage.PLAN_ACTIVE:
            youth.begin_review(work, case_id=case_id)
        youth.hold_review(work, case_id=case_id, review=replace(heard, **changes))  # type: ignore[arg-type]


class TestAFile:
    def test_goes_from_a_concern_to_the_question_six_months_later(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        assert file_of(partnership, case_id).line.stage == "plan_active"
        partnership.now += timedelta(weeks=8)
        reviewed(partnership, case_id)
        partnership.now += timedelta(weeks=6)
        reviewed(partnership, case_id, decision="close", next_on=None)
        assert file_of(partnership, case_id).line.stage == "closing"
        with acting(partnership) as work:
            youth.close(
                work, case_id=case_id, reason="needs_met", achieved={"education": "yes"}, words="He is in school."
            )
        with partnership.acting(None) as work:
            assert work.session.get_one(Case, case_id).state == "closed"
        closed = file_of(partnership, case_id)
        assert (closed.line.stage, closed.follow_up_on) == ("closed", date(2027, 9, 1))
        assert owed(partnership) == []
        partnership.now += timedelta(days=180)
        with partnership.acting(None) as work:
            assert youth.ask_follow_ups(work) == 0
        partnership.now += timedelta(days=5)
        for _ in range(2):
            with partnership.acting(None) as work:
                youth.ask_follow_ups(work)
        assert owed(partnership) == ["youth_follow_up"]
        with acting(partnership) as work:
            youth.follow_up(work, case_id=case_id, sustained="yes", words="Rang him: still in school.", incidents=0)
        assert owed(partnership) == []
        followed = file_of(partnership, case_id)
        assert followed.sustained == "yes"
        assert [one.event for one in followed.steps][:2] == ["followed_up", "outcome_recorded"]

    def test_is_listed_by_its_next_date_and_leaves_the_list_when_closed(self, partnership: APartnership) -> None:
        later, first = made.with_plan(partnership), made.opened(partnership)
        with acting(partnership) as work:
            assert [one.case_id for one in my_young_people(work)] == [first, later]
            youth.begin_closing(work, case_id=first, words="Moved to his aunt.")
        with acting(partnership) as work:
            youth.close(work, case_id=first, reason="no_contact", achieved={}, words="Three visits, nobody there.")
        with acting(partnership) as work:
            assert [one.case_id for one in my_young_people(work)] == [later]
            assert {one.case_id for one in my_young_people(work, with_closed=True)} == {first, later}


class TestWithoutAgreement:
    def test_nothing_is_assessed(self, partnership: APartnership) -> None:
        case_id = made.opened(partnership)
        for _ in range(2):
            with acting(partnership) as work, pytest.raises(Conflict):
                youth.write_assessment(work, case_id=case_id, assessment=made.ASSESSED, is_complete=False)
            if file_of(partnership, case_id).line.stage == "enquiry":
                made.asked(partnership, case_id)

    def test_that_is_refused_the_risk_is_looked_at_again_and_it_may_be_asked_again(
        self, partnership: APartnership
    ) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        made.answered(partnership, case_id, status="refused")
        assert file_of(partnership, case_id).line.stage == "agreement_refused"
        assert owed(partnership) == ["youth_risk_check"]
        with acting(partnership) as work, pytest.raises(Conflict):
            youth.write_assessment(work, case_id=case_id, assessment=made.ASSESSED, is_complete=True)
        with acting(partnership) as work:
            youth.check_risk(work, case_id=case_id, answer="same", words="Spoke with his head of year.")
        assert owed(partnership) == []
        partnership.now += timedelta(days=7)
        made.asked(partnership, case_id)
        made.answered(partnership, case_id)
        assert file_of(partnership, case_id).line.stage == "assessing"

    def test_whose_scope_is_empty_nothing_begins(self, partnership: APartnership) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        with pytest.raises(Invalid):
            made.answered(partnership, case_id, permit={})
        assert file_of(partnership, case_id).line.stage == "agreement_pending"

    def test_for_another_purpose_than_help_nothing_begins(self, partnership: APartnership) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        made.answered(partnership, case_id, purposes=("evaluation",))
        assert file_of(partnership, case_id).line.stage == "agreement_pending"


class TestAnAssessment:
    def test_is_kept_version_by_version(self, partnership: APartnership) -> None:
        case_id = made.agreed(partnership)
        first = replace(made.ASSESSED, sections={"reason": "First words."}, young_person_said="")
        with acting(partnership) as work:
            assert youth.write_assessment(work, case_id=case_id, assessment=first, is_complete=False) == 1
        made.assessed(partnership, case_id)
        latest, before = file_of(partnership, case_id).assessments
        assert (latest.version, latest.is_complete, before.version, before.is_complete) == (2, True, 1, False)
        assert before.content["sections"] == {"reason": "First words."}
        assert latest.content["young_person_said"] == "I get bored, that’s all."
        assert file_of(partnership, case_id).line.stage == "team_forming"

    def test_is_complete_with_reason_strengths_needs_and_the_young_person_s_words(
        self, partnership: APartnership
    ) -> None:
        case_id = made.agreed(partnership)
        bare = youth.Assessment(sections={})
        with acting(partnership) as work, pytest.raises(Invalid) as refused:
            youth.write_assessment(work, case_id=case_id, assessment=bare, is_complete=True)
        assert [one.field for one in refused.value.errors] == ["reason", "strengths", "needs", "young_person_said"]

    def test_says_of_each_adult_whether_they_have_parental_responsibility(self, partnership: APartnership) -> None:
        case_id = made.agreed(partnership)
        unsure = youth.Adult(name="Dean Stone", relation="stepfather", parental_responsibility="unknown")
        asked = replace(made.ASSESSED, adults=(unsure, replace(unsure, parental_responsibility="perhaps")))
        with acting(partnership) as work, pytest.raises(Invalid) as refused:
            youth.write_assessment(work, case_id=case_id, assessment=asked, is_complete=True)
        assert [one.field for one in refused.value.errors] == ["adults.1.parental_responsibility"]
        with acting(partnership) as work:
            youth.write_assessment(
                work, case_id=case_id, assessment=replace(made.ASSESSED, adults=(unsure,)), is_complete=True
            )
        assert file_of(partnership, case_id).assessments[0].content["adults"][0]["parental_responsibility"] == "unknown"

    def test_takes_no_risk_factor_that_is_not_on_the_list(self, partnership: APartnership) -> None:
        case_id = made.agreed(partnership)
        with acting(partnership) as work, pytest.raises(Invalid):
            youth.write_assessment(
                work, case_id=case_id, assessment=replace(made.ASSESSED, risk_factors=("luck",)), is_complete=False
            )


class TestATeam:
    def test_takes_on_only_agencies_that_the_agreement_reaches(self, partnership: APartnership) -> None:
        case_id = made.with_team(partnership, {"youth_service": made.EVERYTHING, "school_nursing": ("basic",)})
        with pytest.raises(Invalid) as refused:
            made.invited(partnership, case_id, "housing_worker")
        assert [one.field for one in refused.value.errors] == ["agency"]
        made.answered(partnership, case_id, {"housing": ("basic",)})
        assert made.invited(partnership, case_id, "housing_worker")

    def test_is_there_for_its_members_and_each_sees_their_part(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        made.action(partnership, case_id, "youth_worker")
        whole, part = file_of(partnership, case_id), file_of(partnership, case_id, "school_worker")
        assert (whole.is_whole, len(whole.actions), len(whole.assessments)) == (True, 2, 1)
        assert (part.is_whole, part.assessments, part.steps, part.concern, part.person) == (False, (), (), "", None)
        assert [one.owner_account_id for one in part.actions] == [partnership.account("school_worker")]
        assert {one.account_id for one in part.team} == {one.account_id for one in whole.team}
        for key in ("housing_worker", "information_lead", "group_chair", "coordinator", "police"):
            with pytest.raises(NotFound):
                file_of(partnership, case_id, key)

    def test_s_member_does_not_do_the_lead_professional_s_work(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        with acting(partnership, "school_worker") as work, pytest.raises(NotAllowed):
            youth.begin_review(work, case_id=case_id)
        with acting(partnership, "school_worker") as work, pytest.raises(NotAllowed):
            youth.learn(work, case_id=case_id, young_person={"given_names": "Jim"})

    def test_that_a_member_leaves_is_not_there_for_them_any_more(self, partnership: APartnership) -> None:
        case_id = made.with_team(partnership)
        place = made.place_of(partnership, case_id, "school_worker")
        with acting(partnership) as work:
            youth.leave_team(work, member_id=place, words="A new school.")
        with pytest.raises(NotFound):
            file_of(partnership, case_id, "school_worker")

    def test_has_no_place_for_whom_a_conflict_of_interest_shuts_out(self, partnership: APartnership) -> None:
        case_id = made.with_team(partnership)
        with partnership.acting(None) as work:
            cases.block(work, case_id=case_id, reason="x", account_id=partnership.account("housing_worker"))
        with pytest.raises(Invalid):
            made.invited(partnership, case_id, "housing_worker")


class TestTheLeadProfessional:
    def test_is_one_at_a_time_also_for_the_database(self, partnership: APartnership) -> None:
        case_id = made.with_team(partnership)
        with pytest.raises(IntegrityError), partnership.acting(None) as work:
            work.session.execute(
                insert(TeamMember).values(
                    id=uuid.uuid4(),
                    partnership_id=work.partnership_id,
                    case_id=case_id,
                    agency_id=partnership.agencies["housing"],
                    part="lead",
                    from_at=work.now,
                )
            )

    def test_of_another_agency_needs_an_agreement_that_tells_them_everything(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        school = partnership.account("school_worker")
        with acting(partnership) as work, pytest.raises(Invalid):
            youth.appoint_lead(work, case_id=case_id, account_id=school, wishes="Jamie trusts Tom.")
        made.answered(partnership, case_id, {"school_nursing": made.EVERYTHING, "youth_service": made.EVERYTHING})
        with acting(partnership) as work:
            youth.appoint_lead(
                work, case_id=case_id, account_id=school, wishes="Jamie trusts Tom.", reaches_abuser=False
            )
        record = file_of(partnership, case_id, "school_worker")
        leads = [one for one in record.team if one.part == "lead" and one.until_at is None]
        assert record.is_whole
        assert [one.account_id for one in leads] == [school]
        assert "plan_review" in owed(partnership, "school_worker")
        # Who led before is on the team still, and sees their part.
        assert not file_of(partnership, case_id, "youth_worker").is_whole
        # Those who answer for the agency's files see the whole of what it keeps.
        assert file_of(partnership, case_id, "youth_manager").is_whole

    def test_is_somebody_of_the_agency_who_works_in_youth_support(self, partnership: APartnership) -> None:
        case_id = made.with_team(partnership)
        for key in ("police", "coordinator"):
            with acting(partnership) as work, pytest.raises(Invalid):
                youth.appoint_lead(work, case_id=case_id, account_id=partnership.account(key), wishes="x")


class TestJoiningTheTeam:
    def test_is_kept_as_an_act_of_sharing_that_can_be_decided_again(self, partnership: APartnership) -> None:
        case_id = made.with_team(partnership)
        with acting(partnership) as work:
            [line] = disclosures.disclosure_log(work, case_id=case_id).lines
            whole = disclosures.disclosure(work, disclosure_id=line.record.id)
            known = {one.name: one.known for one in who_knows(work, case_id=case_id).agencies}
        assert (line.record.kind, line.record.was_shared, line.record.purpose) == ("team", True, "support_plan")
        assert whole.words.allowed == ("basic",)
        assert (whole.words.need_to_know, whole.article_6, whole.told) != ("", None, None)
        assert [(one.category, one.now) for one in known["Vale school nursing"]] == [("basic", Now.AGREED)]
        with partnership.acting("information_lead", Purpose.OVERSIGHT) as work:
            assert disclosures.replay(work, decision_id=whole.decision_id).same

    @pytest.mark.parametrize("reaches_abuser", [None, True])
    def test_is_refused_while_it_could_reach_somebody_who_hurt_them(
        self, reaches_abuser: bool | None, partnership: APartnership
    ) -> None:
        case_id = made.with_team(partnership)
        with acting(partnership) as work, pytest.raises(Invalid) as refused:
            youth.invite(
                work,
                case_id=case_id,
                agency_id=partnership.agencies["housing"],
                account_id=partnership.account("housing_worker"),
                reaches_abuser=reaches_abuser,
            )
        assert [one.field for one in refused.value.errors] == ["reaches_abuser"]
        assert len(file_of(partnership, case_id).team) == 2

    def test_tells_nobody_while_no_practitioner_is_named(self, partnership: APartnership) -> None:
        case_id = made.with_team(partnership)
        with acting(partnership) as work:
            youth.invite(work, case_id=case_id, agency_id=partnership.agencies["housing"])
            assert disclosures.disclosure_log(work, case_id=case_id).total == 1


class TestWhatIsLate:
    def test_goes_on_to_the_manager_of_the_agency_that_keeps_the_file(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        # An agency that works on the file has a manager too, whose worker is late with nothing here.
        housing = partnership.agencies["housing"]
        partnership.people["other_manager"] = partnership.person("Lena Fox", Role.YOUTH_MANAGER, agency=housing)
        with acting(partnership) as work:
            cases.give_standing(
                work, case_ids=[case_id], source_ids=[case_id], kind=StandingKind.TEAM_MEMBER, agency_ids=[housing]
            )
        partnership.now += timedelta(weeks=9)
        with partnership.acting(None) as work:
            notifications.gather_reminders(work)
            work.session.flush()
            told = set(work.session.scalars(select(Notice.recipient_account_id)))
        assert partnership.account("youth_manager") in told
        assert partnership.account("other_manager") not in told
        assert partnership.account("coordinator") not in told


class TestAPlan:
    def test_begins_with_a_lead_an_action_and_a_review_date(self, partnership: APartnership) -> None:
        case_id = made.agreed(partnership)
        made.assessed(partnership, case_id)
        with acting(partnership) as work, pytest.raises(Invalid) as refused:
            youth.agree_plan(work, case_id=case_id, review_on=None)
        assert [one.field for one in refused.value.errors] == ["lead", "actions", "review_on"]

    def test_is_reported_on_by_whoever_owns_the_action(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        [theirs] = file_of(partnership, case_id).actions
        assert owed(partnership, "school_worker") == ["plan_action_report"]
        mine = made.action(partnership, case_id, None)
        with acting(partnership, "school_worker") as work, pytest.raises(NotFound):
            youth.report_action(work, action_id=mine, outcome="met", words="Yes.")
        with acting(partnership, "school_worker") as work:
            youth.report_action(work, action_id=theirs.id, outcome="partly", words="Two days a week.")
        assert owed(partnership, "school_worker") == []
        assert "plan_action_report" in owed(partnership)

    def test_is_reviewed_with_an_outcome_for_what_was_due_and_the_young_person_s_view(
        self, partnership: APartnership
    ) -> None:
        case_id = made.with_plan(partnership)
        partnership.now += timedelta(weeks=8)
        with pytest.raises(Invalid) as refused:
            reviewed(partnership, case_id, outcomes={}, young_persons_view=" ")
        fields = [one.field for one in refused.value.errors]
        assert fields[0] == "young_persons_view"
        assert fields[1].startswith("outcome-")
        assert owed(partnership) == ["plan_review"]
        reviewed(partnership, case_id)
        [heard] = file_of(partnership, case_id).reviews
        assert heard.young_persons_view == "It’s alright now."
        assert file_of(partnership, case_id, "school_worker").reviews[0].young_persons_view == ""

    def test_goes_on_with_agreement_only(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        with pytest.raises(Invalid) as refused:
            reviewed(partnership, case_id, is_agreed=False)
        assert [one.field for one in refused.value.errors] == ["is_agreed"]
        reviewed(partnership, case_id, is_agreed=False, decision="close", next_on=None)
        assert file_of(partnership, case_id).line.stage == "closing"

    def test_closes_when_every_action_has_its_outcome(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        with acting(partnership) as work:
            youth.begin_closing(work, case_id=case_id, words="He is eighteen.")
        with acting(partnership) as work, pytest.raises(Invalid) as refused:
            youth.close(work, case_id=case_id, reason="aged_out", achieved={}, words="Done.")
        assert [one.field for one in refused.value.errors] == ["actions"]


class TestAnAgreementThatEnds:
    def test_puts_the_case_on_hold_and_what_stood_on_it_before_the_lead_professional(
        self, partnership: APartnership
    ) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        agreement_id = made.answered(partnership, case_id)
        made.assessed(partnership, case_id)
        with acting(partnership) as work:
            youth.appoint_lead(work, case_id=case_id, account_id=partnership.account("youth_worker"), wishes="Jo.")
        made.invited(partnership, case_id, "school_worker")
        action_id = made.action(partnership, case_id)
        with acting(partnership) as work:
            youth.agree_plan(work, case_id=case_id, review_on=date(2027, 1, 11))
        made.withdrawn(partnership, case_id, agreement_id)
        held = file_of(partnership, case_id)
        assert (held.line.stage, held.line.review_on) == ("on_hold", None)
        assert sorted(owed(partnership)) == ["plan_action_affected", "youth_risk_check"]
        assert [one.is_affected for one in held.actions] == [True]
        with pytest.raises(NotFound):
            file_of(partnership, case_id, "school_worker")
        with acting(partnership) as work:
            youth.settle_affected(work, action_id=action_id, goes_on=False, words="The school does not know.")
        assert owed(partnership) == ["youth_risk_check"]
        # Told a second time, nothing more follows.
        made.follows(partnership, case_id)
        assert owed(partnership) == ["youth_risk_check"]

    def test_in_part_ends_the_place_of_the_agency_it_no_longer_reaches(self, partnership: APartnership) -> None:
        case_id = made.opened(partnership)
        made.asked(partnership, case_id)
        agreement_id = made.answered(partnership, case_id)
        made.assessed(partnership, case_id)
        with acting(partnership) as work:
            youth.appoint_lead(work, case_id=case_id, account_id=partnership.account("youth_worker"), wishes="Jo.")
        made.invited(partnership, case_id, "school_worker")
        made.action(partnership, case_id)
        made.narrowed(partnership, case_id, agreement_id, "school_nursing")
        record = file_of(partnership, case_id)
        assert record.line.stage == "team_forming"
        assert [one.is_affected for one in record.actions] == [True]
        with pytest.raises(NotFound):
            file_of(partnership, case_id, "school_worker")


class TestAStepUp:
    def test_never_waits_for_an_agreement_and_any_of_the_team_may(self, partnership: APartnership) -> None:
        enquiry, planned = made.opened(partnership), made.with_plan(partnership)
        with acting(partnership) as work:
            youth.step_up(work, case_id=enquiry, grounds="safeguarding", words="A bruise, and he would not say.")
        with acting(partnership, "school_worker") as work:
            youth.step_up(work, case_id=planned, grounds="safeguarding", words="He told the nurse.")
        for case_id in (enquiry, planned):
            stepped = file_of(partnership, case_id)
            assert (stepped.line.stage, stepped.line.level) == ("stepped_up", 4)
        assert owed(partnership).count("step_up_answer") == 2

    def test_that_is_returned_goes_back_to_where_it_stood(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        with acting(partnership) as work:
            youth.step_up(work, case_id=case_id, grounds="rising_need", words="Three nights out.")
        with acting(partnership) as work, pytest.raises(Invalid):
            youth.answer_step_up(work, case_id=case_id, is_accepted=False, level=4, words="Not yet.")
        with acting(partnership) as work:
            youth.answer_step_up(work, case_id=case_id, is_accepted=False, level=3, words="Below the threshold.")
        assert file_of(partnership, case_id).line.stage == "plan_active"
        assert "step_up_answer" not in owed(partnership)

    def test_comes_down_to_an_agreement_taken_afresh(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        with acting(partnership) as work:
            youth.step_up(work, case_id=case_id, grounds="safeguarding", words="Hurt at home.")
        with acting(partnership) as work:
            youth.answer_step_up(work, case_id=case_id, is_accepted=True, level=0, words="Taken on under s47.")
        partnership.now += timedelta(days=90)
        with acting(partnership) as work:
            youth.step_down(
                work,
                case_id=case_id,
                level=3,
                lead_account_id=partnership.account("youth_worker"),
                words="Handover on Monday.",
            )
        # What was agreed to before stands, and does not carry over.
        made.follows(partnership, case_id)
        assert file_of(partnership, case_id).line.stage == "agreement_pending"
        made.answered(partnership, case_id)
        assert file_of(partnership, case_id).line.stage == "assessing"

    def test_keeps_what_was_done_in_the_history(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        with acting(partnership) as work:
            youth.step_up(work, case_id=case_id, grounds="crime", words="A knife.")
        steps = file_of(partnership, case_id).steps
        assert (steps[0].event, steps[0].from_stage, steps[0].words) == ("stepped_up", "plan_active", "A knife.")
        assert len(file_of(partnership, case_id).actions) == 1


class TestADisagreement:
    def test_goes_up_by_its_clock_until_it_is_settled(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        with acting(partnership, "school_worker") as work:
            opened = youth.open_disagreement(work, case_id=case_id, words="We think he needs more.")
        with acting(partnership, "school_worker") as work, pytest.raises(Conflict):
            youth.open_disagreement(work, case_id=case_id, words="Again.")
        [first] = file_of(partnership, case_id).disagreements
        assert (first.level, first.due_at.date()) == (1, date(2026, 11, 25))
        assert owed(partnership).count("escalation_answer") == 1
        for level, day in ((2, date(2026, 11, 26)), (3, date(2026, 11, 30)), (4, date(2026, 12, 7))):
            with acting(partnership, "school_worker") as work:
                youth.raise_disagreement(work, disagreement_id=opened, words="Not settled.")
            [higher] = file_of(partnership, case_id).disagreements
            assert (higher.level, higher.due_at.date()) == (level, day)
        with acting(partnership, "school_worker") as work, pytest.raises(Conflict):
            youth.raise_disagreement(work, disagreement_id=opened, words="Higher still.")
        with acting(partnership) as work:
            youth.settle_disagreement(work, disagreement_id=opened, words="Level 3, with a family worker.")
        assert "escalation_answer" not in owed(partnership)


class TestAnotherArea:
    def test_takes_a_young_person_on_and_the_work_here_ends(self, partnership: APartnership) -> None:
        case_id = made.with_plan(partnership)
        with acting(partnership) as work:
            youth.transfer(work, case_id=case_id, words="Telford took it on, by phone with their duty worker.")
        moved = file_of(partnership, case_id)
        assert (moved.line.stage, moved.closing_reason, moved.follow_up_on) == ("transferred_out", "moved", None)
        assert owed(partnership) == []
        with pytest.raises(NotFound):
            file_of(partnership, case_id, "school_worker")
