"""What is asked when an agency answers: facts, what it thinks, what it keeps back and why, and its own notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from casework.research.rules import Answer, Fact, KeptBack, KeptBackReason, ResearchState
from casework.web.forms.choices import Select
from casework.web.forms.fields import Day, LongText, Text
from casework.web.forms.form import Form, Rows

REASONS = (
    (KeptBackReason.NOT_RELEVANT.value, "It is not relevant to the risk"),
    (KeptBackReason.NOT_PROPORTIONATE.value, "It would be more than is needed"),
    (KeptBackReason.CONFIDENCE_OWED.value, "It was given in confidence"),
    (KeptBackReason.THIRD_PARTY.value, "It is about somebody else"),
    (KeptBackReason.LAW_FORBIDS.value, "The law forbids it"),
    (KeptBackReason.WOULD_ADD_RISK.value, "Sharing it would add to the risk"),
    (KeptBackReason.LIVE_INVESTIGATION.value, "There is a live investigation"),
    (KeptBackReason.OTHER.value, "Another reason"),
)

ANSWER = Form(
    Rows(
        name="facts",
        one="Fact",
        add="Add another fact",
        path="facts",
        questions=(
            Text(name="words", label="What you know", path="words", limit=2000),
            Day(name="on", label="On (if it has a day)", path="on"),
        ),
    ),
    LongText(
        name="opinions", label="What you think", hint="Opinion is marked as such and kept apart from facts.", rows=3
    ),
    Rows(
        name="kept",
        one="Thing kept back",
        add="Keep another thing back",
        path="kept_back",
        questions=(
            Text(name="what", label="What you keep back", path="what", limit=2000),
            Select(name="reason", label="Why", path="reason", options=REASONS),
            Text(name="why", label="Why, in words", path="why", limit=2000),
        ),
    ),
    LongText(name="notes", label="Your agency's own notes", hint="These never leave your agency.", rows=3),
)


def answer_from(values: Mapping[str, Any]) -> Answer:
    """Return the domain's answer: shared when anything is shared, kept back when all is kept, nothing known otherwise."""
    facts = tuple(Fact(words=row["words"], on=row["on"]) for row in values["facts"] if row.get("words"))
    opinions = (values["opinions"],) if values.get("opinions") else ()
    kept = tuple(
        KeptBack(what=row.get("what") or "", reason=row.get("reason") or "", why=row.get("why") or "")
        for row in values["kept"]
        if row.get("what") or row.get("why")
    )
    if facts or opinions:
        kind = ResearchState.SHARED
    elif kept:
        kind = ResearchState.KEPT_BACK
    else:
        kind = ResearchState.NOTHING_KNOWN
    return Answer(kind=kind, facts=facts, opinions=opinions, kept_back=kept, private_notes=values.get("notes") or None)


def values_of(answer: Mapping[str, Any] | None, private: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what the form shows of an answer given before."""
    given, own = answer or {}, private or {}
    return {
        # An empty line to begin with, so that nobody has to ask for the first.
        "facts": list(_facts(given)) or [{"words": "", "on": None}],
        "opinions": "\n".join(given.get("opinions") or ()),
        "kept": [
            {"what": one["what"], "reason": one["reason"], "why": one["why"]} for one in own.get("kept_back") or ()
        ],
        "notes": own.get("private_notes") or "",
    }


def _facts(given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for fact in given.get("facts") or ():
        yield {"words": fact["words"], "on": date.fromisoformat(fact["on"]) if fact.get("on") else None}
