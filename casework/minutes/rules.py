"""What of a draft can be changed, how long its words may be, and how a case and its people are named in minutes."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 8000
"""Characters of one part."""

LONGEST_REASON = 500
"""Characters of why minutes that are out are corrected."""

OF_A_CASE = frozenset({"voice", "no_action_because", "tell_how", "nobody_tells_because", "notes"})
"""Parts of a case that can be changed in the draft. Risks, actions, crimes and research stay as they were recorded at the table."""

OTHER_BUSINESS = "other_business"
"""The part that is of the whole sitting and of no case."""


def who_it_is_about(victim: str | None, perpetrators: Sequence[str], children: int) -> str:
    """Say who a case is about in one phrase: the victim, whoever is said to harm them, and how many children.

    `victim` is None when the case names nobody. "Leanne Whitehouse, and Piotr Patel, 2 children".
    """
    phrase = f"{victim or 'the victim'}, and {' and '.join(perpetrators) or 'nobody named'}"
    return phrase + (f", {children} {'child' if children == 1 else 'children'}" if children else "")
