"""Reads of sharing: may we share, one share, lists of shares, and what past recipients were told when an agreement ended."""

from casework.sharing.queries.duty import DutyToShare, duty_to_share
from casework.sharing.queries.facts import Declared, Why
from casework.sharing.queries.lists import (
    Oversight,
    ShareLine,
    SharePage,
    Unanswered,
    count_reviews_waiting,
    inbox,
    overrides,
    oversight,
    questions,
    reviews_waiting,
    sent,
    unanswered,
)
from casework.sharing.queries.preview import Preview, what_if, what_if_passed_on
from casework.sharing.queries.records import (
    About,
    ItemRecord,
    ReviewRecord,
    ShareRecord,
    SourceRecord,
    about,
    share_record,
    source_record,
)
from casework.sharing.queries.withdrawals import (
    Endable,
    NoticeRecord,
    agreements_to_withdraw,
    notice_record,
    notices_of,
    notices_to_answer,
)

__all__ = [
    "About",
    "Declared",
    "DutyToShare",
    "Endable",
    "ItemRecord",
    "NoticeRecord",
    "Oversight",
    "Preview",
    "ReviewRecord",
    "ShareLine",
    "SharePage",
    "ShareRecord",
    "SourceRecord",
    "Unanswered",
    "Why",
    "about",
    "agreements_to_withdraw",
    "count_reviews_waiting",
    "duty_to_share",
    "inbox",
    "notice_record",
    "notices_of",
    "notices_to_answer",
    "overrides",
    "oversight",
    "questions",
    "reviews_waiting",
    "sent",
    "share_record",
    "source_record",
    "unanswered",
    "what_if",
    "what_if_passed_on",
]
