"""The one place where codes become words and a colour on pages. A code without words is a mistake that a test finds.

Colour only supports the words. Red is for what somebody must act on, never for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Status:
    """How one state is said and coloured. `tone` is grey, blue, green, amber, red or purple."""

    words: str
    tone: str = "grey"


STATUSES: dict[str, dict[str, Status]] = {
    "referral": {
        "draft": Status("Draft"),
        "submitted": Status("Waiting for triage", "amber"),
        "returned": Status("Returned to referrer", "purple"),
        "accepted": Status("Accepted", "green"),
        "redirected": Status("Redirected", "blue"),
        "withdrawn": Status("Withdrawn"),
    },
    "referral_import": {
        "checked": Status("Checked", "amber"),
        "under_way": Status("Under way", "blue"),
        "done": Status("Taken in", "green"),
        "discarded": Status("Deleted"),
    },
    "case": {
        "open": Status("Open", "blue"),
        "actions_live": Status("Actions under way", "amber"),
        "actions_done": Status("Actions done", "green"),
        "flagged": Status("Flagged", "purple"),
        "lapsed": Status("Flag lapsed"),
        "closed": Status("Closed"),
        "retained": Status("Kept"),
        "destroyed": Status("Destroyed"),
    },
    "round": {
        "planned": Status("Planned"),
        "list_out": Status("List out", "blue"),
        "inputs_closed": Status("Research closed", "blue"),
        "sitting": Status("Sitting now", "amber"),
        "minutes_draft": Status("Minutes in draft", "purple"),
        "approved": Status("Minutes approved", "green"),
        "issued": Status("Minutes issued", "green"),
        "frozen": Status("Closed"),
    },
    "listing": {
        "listed": Status("Listed", "blue"),
        "heard": Status("Heard", "green"),
        "deferred": Status("Deferred", "purple"),
        "moved": Status("Moved to another sitting", "purple"),
        "withdrawn": Status("Withdrawn"),
    },
    "research": {
        "asked": Status("Waiting", "amber"),
        "nothing_known": Status("Nothing known"),
        "shared": Status("Shared", "green"),
        "kept_back": Status("Kept back", "purple"),
    },
    "action": {
        "agreed": Status("Agreed", "blue"),
        "done": Status("Done", "green"),
        "overtaken": Status("Overtaken by events"),
        "not_done": Status("Not done", "red"),
        "withdrawn": Status("Withdrawn"),
    },
    "duty": {
        "open": Status("Due", "blue"),
        "late": Status("Late", "red"),
        "met": Status("Done", "green"),
        "waived": Status("Waived"),
        "lapsed": Status("Lapsed"),
    },
    "attendance": {
        "expected": Status("Expected"),
        "present": Status("In the room", "green"),
        "apologies": Status("Apologies"),
        "absent": Status("Not there", "amber"),
        "observer": Status("Observer", "blue"),
    },
    "band": {
        "standard": Status("Standard risk"),
        "medium": Status("Medium risk", "amber"),
        "high": Status("High risk", "red"),
    },
    "minutes": {
        "draft": Status("Draft", "purple"),
        "approved": Status("Approved", "blue"),
        "issued": Status("Issued", "green"),
        "opened": Status("Opened", "green"),
        "unopened": Status("Not opened yet", "amber"),
        "recalled": Status("Recalled"),
    },
    "notice": {
        "waiting": Status("Waiting to be sent", "amber"),
        "sent": Status("Sent", "green"),
        "withdrawn": Status("No longer needed"),
        "dead": Status("Could not be sent", "red"),
    },
    "account": {
        "invited": Status("Invited", "amber"),
        "active": Status("Active", "green"),
        "suspended": Status("Suspended", "red"),
    },
    "youth": {
        "enquiry": Status("Enquiry", "blue"),
        "pre_assessment": Status("First look", "blue"),
        "agreement_pending": Status("Agreement asked for", "amber"),
        "agreement_refused": Status("Agreement refused", "purple"),
        "assessing": Status("Assessing", "blue"),
        "team_forming": Status("Team forming", "blue"),
        "plan_active": Status("Plan under way", "green"),
        "reviewing": Status("In review", "blue"),
        "on_hold": Status("On hold", "red"),
        "stepped_up": Status("With social care", "purple"),
        "transferred_out": Status("With another area"),
        "closing": Status("Closing", "amber"),
        "closed": Status("Closed"),
    },
    "plan_action": {
        "agreed": Status("Agreed", "blue"),
        "met": Status("Met", "green"),
        "partly": Status("Partly met", "amber"),
        "not_met": Status("Not met", "purple"),
        "not_needed": Status("Not needed any more"),
    },
    "intervention": {
        "proposed": Status("Waits for a signature", "amber"),
        "live": Status("Live", "blue"),
        "ended": Status("Ended"),
        "declined": Status("Declined"),
    },
    "answer": {
        "yes": Status("Yes", "blue"),
        "no": Status("No"),
        "dont_know": Status("Don’t know", "amber"),
    },
}


def status(subject: str, code: str) -> Status:
    """Give the words and colour of a code, such as ("referral", "returned"). Raises KeyError for a code that has none."""
    return STATUSES[subject][str(code)]


_TAG = Markup('<strong class="govuk-tag app-tag app-tag--{}">{}</strong>')


def tag(words: str, tone: str = "grey") -> Markup:
    """Return words that stand out like a status where there is no code: `tag("Repeat", "purple")`."""
    return _TAG.format(tone, words)


@cache
def status_tag(subject: str, code: str) -> Markup:
    """Return a code as a tag, such as `status_tag("referral", "returned")`. Raises KeyError for a code that has no words."""
    found = status(subject, code)
    return tag(found.words, found.tone)
