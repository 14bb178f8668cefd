"""The one format of a referral: the page, the API and the file import all read it here, with the same limits and the same words.

`parse` takes a mapping, `parse_line` a line of a JSON Lines file; both give a `ReferralDocument` or raise `Invalid` naming each field.
"""

from casework.referral_format.document import ReferralDocument, content_fingerprint
from casework.referral_format.lines import LONGEST_LINE, parse_line, read_line, stated_reference
from casework.referral_format.schema import FORMAT, parse

__all__ = [
    "FORMAT",
    "LONGEST_LINE",
    "ReferralDocument",
    "content_fingerprint",
    "parse",
    "parse_line",
    "read_line",
    "stated_reference",
]
