"""Reads of minutes: the whole record for its sender, each agency's own copy, what was changed, and who has read what."""

from casework.minutes.queries.copies import (
    HowFar,
    OwnCopies,
    UnreadCopy,
    WithdrawnCopy,
    has_own_copy,
    how_far,
    own_copies,
    people_with_copy,
    people_without_successor,
    withdrawn_copies,
)
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
    "OwnCopies",
    "UnreadCopy",
    "WithdrawnCopy",
    "copy_record",
    "edits",
    "has_own_copy",
    "how_far",
    "own_copies",
    "own_copy",
    "people_with_copy",
    "people_without_successor",
    "whole_record",
    "withdrawn_copies",
]
