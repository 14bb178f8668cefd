"""What an answer says: one plain sentence a step, every contradiction named, the no of a person never lost, nothing personal."""

from __future__ import annotations

import pytest
from questions import (
    A_NO,
    A_PARENTS_YES,
    AT_MARAC,
    COUNTS,
    DUTY,
    ENFORCEMENT,
    HARM,
    LEFT_OUT,
    NEVER_ASKED,
    POLICE_ASK,
    REFUSED,
    TO_SOCIAL_CARE,
    answer_to,
)

from casework.consent.rules import Category


class TestReasons:
    def test_tell_a_plain_yes_step_by_step(self) -> None:
        assert answer_to().reasons == (
            "Step 0. The agencies are active and have signed the protocol.",
            "Step 1. This is about a person, not counts only.",
            "Step 2. The receiving agency is not the alleged abuser, leads nobody to them and is not blocked.",
            "Step 3. Nothing asked for is barred.",
            "Step 4. No court order is recorded.",
            "Step 5. Nobody is said to be in immediate danger.",
            "Step 6. A yes of the young person of Tuesday 1 September 2026 is live and covers this purpose.",
            "Step 7. Agreed for this agency and this purpose: basic and education.",
            "Row 11. Support, and the agreement covers all of it. Share what was agreed with this agency for this purpose.",
            "Step 10. The lawful basis is public task.",
        )

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            (
                {"court_order": {"categories": ["basic"], "recipient": "school"}},
                "Step 4. The court order is for another recipient, so it does not count here.",
            ),
            (
                {"court_order": {"categories": ["health"], "recipient": "housing"}},
                "Step 4. The court order is about other information, so it does not count here.",
            ),
            (
                {"court_order": {"categories": ["basic"], "recipient": "housing"}, "barred_categories": ["basic"]},
                "Step 4. A court ordered: basic. It overrides the bar.",
            ),
            (
                {"court_order": {"categories": ["basic"], "recipient": "housing"}},
                "Step 4. A court ordered: basic.",
            ),
            (
                {"court_order": {"categories": ["basic"], "recipient": "housing"}, "recipient.is_alleged_abuser": True},
                "A court order names this recipient. Casework does not carry it out: the information officer takes it to "
                "the court.",
            ),
            (
                {"switches.s16LA": True, "now": "2026-09-29T10:00:00Z"},
                "Step 4. The duty to share is switched on, but it is not law on this day, so it does not count.",
            ),
            ({"barred_categories": ["basic"]}, "Step 3. Barred by law or a court: basic."),
            (
                {"risk.immediate_danger": True},
                "Step 5. Immediate danger is declared, but this recipient is no emergency service: tell police, social care "
                "or ambulance now.",
            ),
            ({"risk.immediate_danger": True} | TO_SOCIAL_CARE, "Step 5. Immediate danger is declared."),
            (
                AT_MARAC | {"risk.marac_high_risk": False},
                "A route into MARAC is named, but high risk is not stated: these contradict each other, so it does not count.",
            ),
            (
                AT_MARAC | {"risk.marac_routes": []},
                "High risk is stated, but no route into MARAC is named: the record must name one.",
            ),
            (
                {
                    "agreements": [
                        A_PARENTS_YES
                        | {"status": "refused", "giver": A_PARENTS_YES["giver"] | {"recorded_as_abuser": True}}
                    ]
                },
                "Step 6. A no of a person recorded as the alleged abuser counts for nothing.",
            ),
            ({"purpose": "assessment"}, "Step 6. A yes for other purposes does not cover this one."),
            (
                {"agreements.0.review_due": "2026-11-23"},
                "Step 6. The review of a live yes is overdue: look at it with the young person.",
            ),
            (
                {"agreements.0.giver.recorded_as_abuser": True},
                "Step 6. A yes of the young person of Tuesday 1 September 2026 was given by a person recorded as the alleged "
                "abuser, and does not count; do not ask that person again.",
            ),
            (
                {"agreements.0.on": LEFT_OUT, "agreements.0.giver": LEFT_OUT},
                "Step 6. A yes of somebody whose right to answer is not known has no date.",
            ),
            (NEVER_ASKED, "Step 6. Nobody has been asked."),
            (REFUSED, "Step 7. Refused, withdrawn or denied: basic and education. A no beats a yes."),
            (
                REFUSED | HARM | TO_SOCIAL_CARE,
                "Step 7. Refused, withdrawn or denied: basic and education. That does not bind in this row; whoever decides "
                "must weigh it.",
            ),
            (
                {"agreements": [A_NO, A_PARENTS_YES], "subject.date_of_birth": "2011-05-01"},
                "Step 7. Two people who may answer disagree. A manager is told; nothing goes on the disputed yes.",
            ),
            (
                {"third_party_categories": ["basic"]},
                "Step 8. About other people too (stated): basic.",
            ),
            (
                {"third_party_categories": LEFT_OUT, "categories": ["basic", "family"]},
                "Step 8. About other people too (assumed, because nobody has said): family.",
            ),
            (
                {"public_interest_signed_by": "youth_worker"},
                "The signature for public interest does not count: not of somebody who may sign, or not for this purpose.",
            ),
            (
                {"categories": ["basic", "counts_only"]},
                "Counts and a person's details were asked for together: ask for the counts by themselves.",
            ),
            ({"setting": LEFT_OUT}, "It is not said whether this is with one agency, in a group or at a conference."),
            (
                {"recipient.need_to_know": LEFT_OUT},
                "Step 10. It is not recorded that the receiving agency needs to know, so nothing goes.",
            ),
            (
                {"sender.kind": LEFT_OUT},
                "Step 10. These rules offer this kind of sending body no lawful basis, or its kind is not known. Ask the "
                "information lead.",
            ),
            (
                {"sender.kind": "charity", "chosen_basis": "public_task"},
                "Step 10. Public task is not a basis for this body here. Choose recognised legitimate interest.",
            ),
            (
                TO_SOCIAL_CARE | {"risk.immediate_danger": True, "chosen_basis": "consent"},
                "Consent was chosen and is not open to this body; in an emergency that stops nothing.",
            ),
            ({"sender.active": False}, "The sending agency is not active."),
            (
                {"recipient.protocol_signed": LEFT_OUT},
                "The receiving agency is not known to be under a signed protocol.",
            ),
            ({"recipient.is_alleged_abuser": True}, "Step 2. The recipient is the alleged abuser."),
            (
                {"recipient.route_reaches_abuser": LEFT_OUT},
                "Step 2. It is not known whether the recipient would lead to the alleged abuser; what is not known does not help.",
            ),
            (COUNTS, "Figures below 5 are shown as <5."),
        ],
    )
    def test_name_what_spoke_for_or_against(self, facts: dict[str, object], said: str) -> None:
        assert said in answer_to(facts).reasons

    def test_of_a_group_say_nothing_of_the_person(self) -> None:
        reasons = answer_to(REFUSED, {"setting": "group", "risk.immediate_danger": True}).reasons
        assert len(reasons) == 1
        assert reasons[0].startswith("Row 19.")
        assert "tell social care or police directly" in reasons[0]

    def test_of_a_shut_out_recipient_say_only_that(self) -> None:
        reasons = answer_to({"recipient.conflict_blocked": True, "recipient.is_alleged_abuser": LEFT_OUT}).reasons
        assert reasons[1:2] == ("Step 2. The recipient is blocked by a conflict of interest.",)
        assert len(reasons) == 3

    def test_of_an_agency_that_may_not_take_part_name_that_agency_only(self) -> None:
        reasons = answer_to({"sender.protocol_signed": False}).reasons
        assert reasons[0] == "The sending agency is not under a signed protocol."
        assert reasons[1].startswith("Step 0. ")
        assert len(reasons) == 2

    def test_say_nothing_of_the_duty_while_it_is_off_or_in_force(self) -> None:
        assert not any("switched on" in reason for reason in answer_to(DUTY).reasons)
        assert not any("switched on" in reason for reason in answer_to().reasons)

    def test_do_not_speak_of_marac_in_youth_support(self) -> None:
        facts = {"risk.marac_high_risk": True, "risk.marac_routes": []}
        assert not any("MARAC" in reason for reason in answer_to(facts).reasons)


class TestWithheld:
    @pytest.mark.parametrize(
        ("facts", "category", "why"),
        [
            (
                {"categories": ["basic", "health"]},
                "health",
                "Nobody has agreed to it for this agency and purpose.",
            ),
            (
                {"agreements.0.deny": {"housing": ["basic"]}},
                "basic",
                "Refused, withdrawn or denied for this agency.",
            ),
            (
                {"agreements.0.expires_on": "2026-10-01"},
                "basic",
                "No live agreement covers it: an earlier one no longer counts.",
            ),
            ({"barred_categories": ["basic"]}, "basic", "Barred by law or restricted by a court."),
            (
                {"third_party_categories": ["basic"]},
                "basic",
                "About other people too: keep back, black out, or get their agreement.",
            ),
            ({"categories": ["basic", "counts_only"]}, "counts_only", "Ask for counts by themselves."),
            (
                {"court_order": {"categories": ["basic"], "recipient": "housing"}},
                "education",
                "Not part of the court order.",
            ),
            (
                {"court_order": {"categories": ["basic"], "recipient": "housing"}, "barred_categories": ["education"]},
                "education",
                "Not part of the court order.",
            ),
            (ENFORCEMENT, "health", "Not a narrow fact about incidents; not for enforcement."),
            (
                ENFORCEMENT | {"third_party_categories": ["basic"]},
                "basic",
                "About other people too: keep back, black out, or get their agreement.",
            ),
            (
                POLICE_ASK | {"categories": ["basic", "counselling"]},
                "counselling",
                "Counselling notes are presumed unnecessary: their substantial value is not stated.",
            ),
            (
                {
                    "purpose": "safeguarding",
                    "categories": ["basic", "health"],
                    "public_interest_signed_by": "caldicott_guardian",
                },
                "basic",
                "The signature for public interest covers confidential health information only.",
            ),
            (
                {"recipient.need_to_know": False},
                "basic",
                "It is not recorded that the receiving agency needs to know, so nothing goes.",
            ),
            (
                {"chosen_basis": "consent"},
                "basic",
                "The lawful basis that was chosen does not fit this body.",
            ),
            ({"purpose": "legal"}, "basic", "Anything else."),
            ({"setting": "group"}, "basic", "A named young person in a whole group."),
            ({"recipient.agency": "carer"}, "basic", "A parent or carer asks about a child's case."),
            ({"setting": LEFT_OUT}, "basic", "Anything else."),
            (
                {"recipient.active": False},
                "basic",
                "An agency is not known to be active under a signed protocol.",
            ),
        ],
    )
    def test_gives_the_nearest_reason(self, facts: dict[str, object], category: str, why: str) -> None:
        reasons = {one.category: one.reason for one in answer_to(facts).withheld}
        assert reasons[Category(category)] == why


class TestAsDocument:
    def test_has_the_fields_that_others_rely_on(self) -> None:
        document = answer_to({"categories": ["basic", "health"]}).as_document()
        assert document == {
            "result": "allow_part",
            "row": "12",
            "allowed": ["basic"],
            "withheld": [{"category": "health", "reason": "Nobody has agreed to it for this agency and purpose."}],
            "basis": {"article_6": "public_task", "article_9_10": None, "gateways": ["Children Act 2004 s10"]},
            "tell_subject": "when_safe",
            "who_decides": "practitioner",
            "record_within": None,
            "rule_set": "england-2026.3",
            "reasons": list(answer_to({"categories": ["basic", "health"]}).reasons),
        }

    def test_has_the_counts_as_they_may_be_shown(self) -> None:
        assert answer_to(COUNTS | {"counts": [5, 4, 0, 12]}).as_document()["counts"] == ["5", "<5", "<5", "12"]
        assert "counts" not in answer_to(COUNTS | {"counts": []}).as_document()
        assert not any("shown as" in reason for reason in answer_to(COUNTS | {"counts": [5]}).reasons)

    @pytest.mark.parametrize(
        ("facts", "tell", "who"),
        [
            ({}, "already_told", "practitioner"),
            ({"recipient.need_to_know": False}, "no", "practitioner"),
            (REFUSED, "no", "practitioner"),
            (REFUSED | HARM | TO_SOCIAL_CARE, "when_safe", "any practitioner; safeguarding lead informed"),
            (TO_SOCIAL_CARE | {"risk.immediate_danger": True}, "after", "any practitioner"),
            (
                {"court_order": {"categories": ["basic"], "recipient": "housing"}},
                "unless_barred",
                "information officer",
            ),
            (AT_MARAC, "never_the_abuser", "referrer's MARAC lead"),
        ],
    )
    def test_says_whom_to_tell_and_who_decides(self, facts: dict[str, object], tell: str, who: str) -> None:
        answer = answer_to(facts)
        assert (answer.tell_subject, answer.who_decides) == (tell, who)

    def test_names_no_basis_where_nothing_goes(self) -> None:
        no_need: dict[str, object] = {"recipient.need_to_know": False}
        for facts in (REFUSED, NEVER_ASKED, {"setting": "group"}, {"jurisdiction": "wales"}, no_need):
            assert answer_to(facts).basis.article_6 is None

    def test_never_sets_a_clock_for_a_refusal(self) -> None:
        assert answer_to({"risk.immediate_danger": True}).record_within is None
