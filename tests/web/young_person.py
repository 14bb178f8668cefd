"""Jamie's file for page tests: a plan under way with the school on the team, its disagreement, and a letter that was written."""

from __future__ import annotations

from typing import Any

from casework.clock import london_date
from casework.interventions import operations as interventions
from casework.interventions.operations import Letter, NewIntervention
from casework.interventions.rules import Proposal
from casework.youth import operations as youth
from tests.factories import youth as made
from tests.factories.partnership import APartnership


def a_young_person(partnership: APartnership) -> dict[str, Any]:
    """Make the file and return everything of it that an address can name."""
    case_id = made.with_plan(partnership)
    record = made.file_of(partnership, case_id)
    with made.acting(partnership, "school_worker") as work:
        disagreement_id = youth.open_disagreement(work, case_id=case_id, words="He needs more than this.")
    today = london_date(partnership.now)
    with made.acting(partnership) as work:
        advice = NewIntervention(code="advice", proposal=Proposal(starts_on=today))
        intervention_id = interventions.record(work, case_id=case_id, new=advice)
    with made.acting(partnership) as work:
        letter = Letter(
            template="advisory_letter",
            addressee="parent",
            name="Ms Stone",
            address="4 Mill Lane, Penkridge",
            words="We would like to talk.",
        )
        interventions.write_letter(work, intervention_id=intervention_id, letter=letter)
    return {
        "youth_case_id": case_id,
        "plan_action_id": record.actions[0].id,
        "member_id": made.place_of(partnership, case_id, "school_worker"),
        "disagreement_id": disagreement_id,
        "intervention_id": intervention_id,
        "code": "advice",
        "on": today.isoformat(),
        "template": "advisory_letter",
        "what": "review",
    }
