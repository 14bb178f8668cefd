"""Reads of minutes: the whole record for its sender, each agency's own copy, what was changed, and who has read what."""

from casework.minutes.queries.copies import HowFar, UnreadCopy, has_own_copy, how_far, people_with_copy, unread_copies
from casework.minutes.queries.edits import EditRecord, edits
from casework.minutes.queries.records import (
    Audience,
    CopyRecord,
    Correction,
    EarlierVersion,
    LeftOut,
    MinutesRecord,
    copy_record,
    own_copy,
    whole_record,
)

__all__ = [
    "Audience",
    "CopyRecord",
    "Correction",
    "EarlierVersion",
    "EditRecord",
    "HowFar",
    "LeftOut",
    "MinutesRecord",
    "UnreadCopy",
    "copy_record",
    "edits",
    "has_own_copy",
    "how_far",
    "own_copy",
    "people_with_copy",
    "unread_copies",
    "whole_record",
]
