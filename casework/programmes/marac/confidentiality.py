"""The confidentiality statement that everybody accepts before a case of a round opens for them: our own words."""

from __future__ import annotations

VERSION = "2026.1"

STATEMENT = (
    "What is said here is shared to protect people at high risk of serious harm or death, and for nothing else. I will use it only "
    "for that, keep it no longer than I need it, and pass it on to nobody outside this conference without the word of the agency "
    "that gave it. I will say now if I know anybody spoken of, or if anything else stands between me and a fair hearing. Nobody is "
    "treated less well because of age, disability, sex, gender reassignment, race, religion or belief, sexual orientation, marriage "
    "or civil partnership, or pregnancy and maternity. The person who causes the harm must not learn of this conference from me."
)
