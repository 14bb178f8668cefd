"""Reads of youth cases: one's young people, one file, and what the agreement lets the team do."""

from casework.youth.queries.agreement import Standing, standing_of
from casework.youth.queries.knowing import LIVE, AgencyKnows, Known, Now, WhoKnows, who_knows
from casework.youth.queries.lists import YouthLine, count_young_people, late_of_others, lines_of, my_young_people
from casework.youth.queries.records import (
    ActionRecord,
    AssessmentRecord,
    DisagreementRecord,
    MemberRecord,
    ReviewRecord,
    StepRecord,
    YouthRecord,
    action_record,
    youth_record,
)

__all__ = [
    "LIVE",
    "ActionRecord",
    "AgencyKnows",
    "AssessmentRecord",
    "DisagreementRecord",
    "Known",
    "MemberRecord",
    "Now",
    "ReviewRecord",
    "Standing",
    "StepRecord",
    "WhoKnows",
    "YouthLine",
    "YouthRecord",
    "action_record",
    "count_young_people",
    "late_of_others",
    "lines_of",
    "my_young_people",
    "standing_of",
    "who_knows",
    "youth_record",
]
