"""Writes of groups: founding and meeting, writing entries, minutes, and named cases where a partnership has switched them on."""

from casework.groups.operations.founding import (
    NewGroup,
    add_member,
    call_meeting,
    found_group,
    leave,
    plan_ahead,
    plan_meetings,
    set_mode,
)
from casework.groups.operations.minutes import issue_minutes, record_attendance, set_agenda
from casework.groups.operations.named_cases import bring_case, hear_case
from casework.groups.operations.writing import NewEntry, action_done, withdraw_entry, write_entry

__all__ = [
    "NewEntry",
    "NewGroup",
    "action_done",
    "add_member",
    "bring_case",
    "call_meeting",
    "found_group",
    "hear_case",
    "issue_minutes",
    "leave",
    "plan_ahead",
    "plan_meetings",
    "record_attendance",
    "set_agenda",
    "set_mode",
    "withdraw_entry",
    "write_entry",
]
