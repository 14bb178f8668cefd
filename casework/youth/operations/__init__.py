"""Writes of youth cases, by verb: opening, assessing, the team, the plan, reviews and closing, moving up, down and away."""

from casework.youth.operations.opening import Enquiry, Opened, learn, open_enquiry, pre_assessment_done

__all__ = [
    "Enquiry",
    "Opened",
    "learn",
    "open_enquiry",
    "pre_assessment_done",
]
