"""The acceptance scenarios of youth support and sharing, as far as they are sharing decisions, in practitioners' words.

Scenarios 14 (interventions by age), 17 (planner), 18 and 19 (reports) are not questions of sharing; their tests stand with
those parts. Of 1, 2, 8 and 20 the sharing half is here.
"""

from __future__ import annotations

from questions import A_NO, A_PARENTS_YES, A_YES, AT_MARAC, COUNTS, DUTY, NEVER_ASKED, POLICE_ASK, REFUSED, answer_to

from casework.consent.rules import Article6


class TestTheGroup:
    def test_1_takes_counts_with_small_ones_hidden_and_never_a_person(self) -> None:
        counted = answer_to(COUNTS, {"setting": "group"})
        assert counted.result == "allow_counts"
        assert counted.counts == ("7", "<5")
        named = answer_to({"setting": "group"})
        assert (named.row, named.result, named.allowed) == ("19", "refuse", ())

    def test_2_gives_its_members_no_right_to_a_case(self) -> None:
        answer = answer_to(NEVER_ASKED, {"recipient.agency": "fire_service"})
        assert answer.result == "ask"
        assert not answer.allowed


class TestAgreements:
    def test_3_a_school_named_for_education_only_hears_of_attendance_and_not_of_mental_health(self) -> None:
        school = {
            "recipient.agency": "school",
            "agreements": [A_YES | {"permit": {"school": ["education"]}}],
            "categories": ["education", "mental_health"],
        }
        answer = answer_to(school)
        assert (answer.row, answer.result, answer.allowed) == ("12", "allow_part", ("education",))
        assert [one.category for one in answer.withheld] == ["mental_health"]
        assert answer_to(school, {"categories": ["education"]}).result == "allow"

    def test_4_a_denied_agency_that_joins_the_plan_is_still_denied(self) -> None:
        answer = answer_to(
            {"agreements.0.permit": {"services_on_my_plan": ["basic"], "housing": ["basic"]}},
            {"agreements.0.deny": {"housing": ["*"]}},
        )
        assert not answer.allowed
        assert answer.result == "refuse"

    def test_5_a_mothers_yes_does_not_replace_the_no_of_a_competent_fifteen_year_old(self) -> None:
        fifteen = {"subject.date_of_birth": "2011-05-01"}
        mother_agrees = A_PARENTS_YES | {"on": "2026-10-01"}
        answer = answer_to(fifteen, {"agreements": [A_NO, mother_agrees]})
        assert answer.result == "review"
        assert not answer.allowed
        assert any("disagree" in reason for reason in answer.reasons)
        assert answer_to(fifteen, {"agreements": [mother_agrees]}).result == "allow"

    def test_6_a_parent_later_recorded_as_the_alleged_abuser_has_agreed_to_nothing(self) -> None:
        twelve = {"subject.date_of_birth": "2014-05-01", "agreements": [A_PARENTS_YES]}
        assert answer_to(twelve).result == "allow"
        answer = answer_to(twelve, {"agreements.0.giver.recorded_as_abuser": True})
        assert answer.result == "ask"
        assert any("alleged abuser" in reason and "do not ask that person again" in reason for reason in answer.reasons)

    def test_7_a_parents_yes_ends_28_days_after_the_sixteenth_birthday(self) -> None:
        turned_16 = {"subject.date_of_birth": "2010-10-26", "agreements": [A_PARENTS_YES]}
        assert answer_to(turned_16, {"now": "2026-11-22T23:59:59Z"}).result == "allow"
        assert answer_to(turned_16, {"now": "2026-11-23T00:00:00Z"}).result == "ask"
        confirmed = {"agreements": [A_PARENTS_YES, A_YES | {"on": "2026-11-20"}]}
        assert answer_to(turned_16, confirmed).result == "allow"

    def test_8_after_a_withdrawal_new_attempts_fail(self) -> None:
        withdrawn = A_YES | {"status": "withdrawn", "on": "2026-11-20"}
        assert answer_to({"agreements": [A_YES, withdrawn]}).result == "refuse"
        assert answer_to({"agreements": [withdrawn, A_YES | {"on": "2026-11-21"}]}).result == "allow"


class TestRisk:
    def test_9_after_a_disclosure_of_injury_social_care_and_police_hear_and_no_other_agency(self) -> None:
        injured = REFUSED | {"risk.child_significant_harm": True, "purpose": "safeguarding"}
        for agency in ("social_care", "police"):
            answer = answer_to(injured, {"recipient.agency": agency})
            assert (answer.row, answer.result) == ("4", "allow")
            assert any("Refused" in reason and "must weigh it" in reason for reason in answer.reasons)
        assert not answer_to(injured, {"recipient.agency": "school"}).allowed

    def test_10_the_duty_to_share_asks_its_questions_from_its_day_when_switched_on(self) -> None:
        facts = REFUSED | DUTY | {"duty.helps_recipient": None, "duty.more_harmful": None}
        assert answer_to(facts, {"now": "2026-09-29T10:00:00Z"}).row == "14"
        assert answer_to(facts, {"now": "2026-10-01T10:00:00Z", "switches.s16LA": False}).row == "14"
        asks = answer_to(facts, {"now": "2026-10-01T10:00:00Z"})
        assert (asks.row, asks.result, asks.allowed) == ("5", "ask", ())
        assert any("might it help" in reason for reason in asks.reasons)
        assert answer_to(REFUSED, DUTY).result == "must"

    def test_11_a_marac_hears_of_a_victim_at_high_risk_who_says_no_and_the_perpetrator_never(self) -> None:
        answer = answer_to(AT_MARAC, {"agreements": [A_NO]})
        assert (answer.row, answer.result) == ("6", "allow")
        assert answer.tell_subject == "never_the_abuser"
        assert any("proportionate" in reason for reason in answer.reasons)
        assert not answer_to(AT_MARAC, {"recipient.is_alleged_abuser": True}).allowed

    def test_12_listed_bodies_and_a_refusal_before_the_duty_end_in_row_14_or_15(self) -> None:
        facts = REFUSED | {"duty.relevant_to_welfare": True, "duty.helps_recipient": True}
        assert answer_to(facts).row == "14"
        assert answer_to(facts, {"risk.welfare_concern": True}).row == "15"

    def test_15_a_victim_of_15_goes_to_child_safeguarding_and_one_of_16_is_heard_with_social_care(self) -> None:
        young = answer_to(AT_MARAC, {"subject.date_of_birth": "2010-12-01"})
        assert (young.row, young.result) == ("8", "refuse")
        assert any("child safeguarding" in reason for reason in young.reasons)
        older = answer_to(AT_MARAC, {"subject.date_of_birth": "2010-11-01"})
        assert (older.row, older.result) == ("6", "allow")
        assert any("children's social care" in reason for reason in older.reasons)


class TestBasis:
    def test_13_a_charity_that_picks_public_task_is_stopped_and_offered_its_own_basis(self) -> None:
        answer = answer_to({"sender.kind": "charity", "chosen_basis": "public_task"})
        assert (answer.result, answer.allowed) == ("refuse", ())
        assert answer.basis.article_6 is Article6.RECOGNISED_LEGITIMATE_INTEREST
        assert answer_to({"sender.kind": "charity", "chosen_basis": "recognised_legitimate_interest"}).result == "allow"

    def test_13_a_council_that_picks_recognised_legitimate_interest_is_stopped(self) -> None:
        answer = answer_to({"chosen_basis": "recognised_legitimate_interest"})
        assert (answer.result, answer.allowed) == ("refuse", ())
        assert answer.basis.article_6 is Article6.PUBLIC_TASK
        assert answer_to({"chosen_basis": "public_task"}).result == "allow"


class TestRequests:
    def test_16_a_police_request_for_counselling_notes_without_stated_value_is_returned(self) -> None:
        answer = answer_to(POLICE_ASK, {"categories": ["counselling"]})
        assert (answer.row, answer.result) == ("18", "refuse")
        assert any("Return the request" in reason for reason in answer.reasons)

    def test_20_a_parent_who_asks_for_the_file_is_no_agency(self) -> None:
        answer = answer_to({"recipient.agency": "parent", "agreements.0.permit": {"parent": ["basic", "education"]}})
        assert (answer.row, answer.result, answer.allowed) == ("21", "refuse", ())
        assert any("subject access" in reason for reason in answer.reasons)
