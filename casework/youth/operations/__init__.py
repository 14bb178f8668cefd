"""Writes of youth cases, by verb: opening, assessing, the team, the plan, reviews and closing, moving up, down and away."""

from casework.youth.operations.agreement import (
    after_agreement,
    check_risk,
    end_help,
    look_at_agreements,
    seek_agreement,
    settle_affected,
)
from casework.youth.operations.assessing import MOST_ADULTS, Adult, Assessment, write_assessment
from casework.youth.operations.moving import (
    answer_step_up,
    change_level,
    open_disagreement,
    raise_disagreement,
    settle_disagreement,
    step_down,
    step_up,
    transfer,
)
from casework.youth.operations.opening import INITIALS_LIMIT, Enquiry, Opened, learn, open_enquiry, pre_assessment_done
from casework.youth.operations.plan import FAMILY, agree_action, agree_plan, report_action
from casework.youth.operations.reviews import (
    Outcome,
    Review,
    after_intervention,
    ask_follow_ups,
    begin_closing,
    begin_review,
    close,
    follow_up,
    hold_review,
    resume,
)
from casework.youth.operations.steps import LONGEST
from casework.youth.operations.team import PRACTITIONERS, WITH_A_TEAM, appoint_lead, invite, leave_team

__all__ = [
    "FAMILY",
    "INITIALS_LIMIT",
    "LONGEST",
    "MOST_ADULTS",
    "PRACTITIONERS",
    "WITH_A_TEAM",
    "Adult",
    "Assessment",
    "Enquiry",
    "Opened",
    "Outcome",
    "Review",
    "after_agreement",
    "after_intervention",
    "agree_action",
    "agree_plan",
    "answer_step_up",
    "appoint_lead",
    "ask_follow_ups",
    "begin_closing",
    "begin_review",
    "change_level",
    "check_risk",
    "close",
    "end_help",
    "follow_up",
    "hold_review",
    "invite",
    "learn",
    "leave_team",
    "look_at_agreements",
    "open_disagreement",
    "open_enquiry",
    "pre_assessment_done",
    "raise_disagreement",
    "report_action",
    "resume",
    "seek_agreement",
    "settle_affected",
    "settle_disagreement",
    "step_down",
    "step_up",
    "transfer",
    "write_assessment",
]
