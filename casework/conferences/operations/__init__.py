"""Writes of rounds: the calendar, the list, the sitting. One verb each; see the modules for the rules they follow."""

from casework.conferences.operations.calendar import (
    NewMarac,
    add_marac,
    appoint_chair,
    plan_conferences,
    set_capacity,
)
from casework.conferences.operations.clockwork import (
    claim_invitations,
    close_due_inputs,
    plan_ahead,
    publish_due_lists,
)
from casework.conferences.operations.listing import (
    ListedReferral,
    list_case,
    list_late,
    move_over_capacity,
    publish_list,
    withdraw_listing,
)
from casework.conferences.operations.recounting import remove_holiday
from casework.conferences.operations.sitting import (
    Hearing,
    accept_confidentiality,
    close_inputs,
    count_action,
    defer_case,
    end_sitting,
    finish_case,
    move_state,
    owe_confidentiality,
    record_attendance,
    record_hearing,
    start_case,
    start_sitting,
    take_up_again,
)

__all__ = [
    "Hearing",
    "ListedReferral",
    "NewMarac",
    "accept_confidentiality",
    "add_marac",
    "appoint_chair",
    "claim_invitations",
    "close_due_inputs",
    "close_inputs",
    "count_action",
    "defer_case",
    "end_sitting",
    "finish_case",
    "list_case",
    "list_late",
    "move_over_capacity",
    "move_state",
    "owe_confidentiality",
    "plan_ahead",
    "plan_conferences",
    "publish_due_lists",
    "publish_list",
    "record_attendance",
    "record_hearing",
    "remove_holiday",
    "set_capacity",
    "start_case",
    "start_sitting",
    "take_up_again",
    "withdraw_listing",
]
