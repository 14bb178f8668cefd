"""What is asked when an agency answers: facts with their day, what it thinks, what it keeps back and why, and its own notes.

And what is asked of one colleague: whom and what about; then the facts and opinions that the colleague tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from casework.research.queries import OwnRequest
from casework.research.rules import Answer, Fact, KeptBack, KeptBackReason, Reply, ResearchState
from casework.web.forms.choices import Select
from casework.web.forms.fields import LongText, Text
from casework.web.forms.form import Answers, Form, Rows
from casework.web.forms.quick_day import HOW_PAST, past_day_from
from casework.web.wording import date_words

REASONS: Final = (
    (KeptBackReason.NOT_RELEVANT.value, "It is not relevant to the risk"),
    (KeptBackReason.NOT_PROPORTIONATE.value, "It would be more than is needed"),
    (KeptBackReason.CONFIDENCE_OWED.value, "It was given in confidence"),
    (KeptBackReason.THIRD_PARTY.value, "It is about somebody else"),
    (KeptBackReason.LAW_FORBIDS.value, "The law forbids it"),
    (KeptBackReason.WOULD_ADD_RISK.value, "Sharing it would add to the risk"),
    (KeptBackReason.LIVE_INVESTIGATION.value, "There is a live investigation"),
    (KeptBackReason.OTHER.value, "Another reason"),
)
FACT_ROWS: Final = 2
KEPT_ROWS: Final = 1

_FACTS: Final = Rows(
    name="facts",
    one="Fact",
    add="Add another fact",
    path="facts",
    least=FACT_ROWS,
    most=40,
    questions=(
        Text(name="on", label="When", path="on", limit=40),
        Text(name="words", label="What you know", path="words", limit=2000),
    ),
)
_OPINIONS: Final = LongText(name="opinions", label="What you think", path="opinions.0", rows=2, limit=8000)

ANSWER = Form(
    _FACTS,
    _OPINIONS,
    Rows(
        name="kept",
        one="Thing kept back",
        add="Keep another thing back",
        path="kept_back",
        least=KEPT_ROWS,
        most=20,
        questions=(
            Text(name="what", label="What you keep back", path="what", limit=2000),
            Select(name="reason", label="Reason", path="reason", options=REASONS),
            Text(name="why", label="Why, in words", path="why", limit=2000),
        ),
    ),
    LongText(name="notes", label="Your agency’s own notes", path="private_notes", rows=2, limit=8000),
)

REPLY = Form(_FACTS, _OPINIONS)
ASK = Form(
    Select(name="colleague", label="Whom do you ask?", path="account_id", options=(), required="Choose a colleague"),
    LongText(
        name="words",
        label="What would you like to know?",
        hint="Leave it empty to ask for all that is known.",
        path="words",
        rows=3,
        limit=1_000,
    ),
)


def reply_from(answers: Answers, today: date) -> Reply | None:
    """Return what a colleague tells; None when nothing is written or a day cannot be told: the mistake then stands at its box."""
    facts = _facts(answers, today)
    opinions = (answers.values["opinions"],) if answers.values["opinions"] else ()
    if not (facts or opinions):
        answers.say("facts-0-words", "Write a fact or an opinion, or press “I know nothing”")
    return Reply(facts=facts, opinions=opinions) if answers.ok else None


def reply_form(reply: Mapping[str, Any]) -> Answers:
    """Return a colleague's form as it was left: what was typed and not yet given, else the reply that stands."""
    return REPLY.again(reply["draft"]) if reply.get("draft") else REPLY.blank(_values(reply, {}))


def with_reply(answers: Answers, reply: Mapping[str, Any]) -> Answers:
    """Return the agency's form as it was typed, right or wrong, with what a colleague told added below."""
    told = _values(reply, {})
    return ANSWER.blank(
        {
            "facts": [*_typed_rows(answers, "facts"), *told["facts"]],
            "opinions": "\n".join(filter(None, (answers.raw["opinions"], told["opinions"]))),
            "kept": _typed_rows(answers, "kept"),
            "notes": answers.raw["notes"],
        }
    )


def _typed_rows(answers: Answers, name: str) -> list[dict[str, str]]:
    plain = [question.name for question in ANSWER.rows_named(name).questions]
    rows = [{one: answers.raw[f"{name}-{number}-{one}"] for one in plain} for number in range(answers.counts[name])]
    return [row for row in rows if any(text.strip() for text in row.values())]


def answer_from(answers: Answers, today: date) -> Answer | None:
    """Return the domain's answer: shared when anything is shared, kept back when all is kept, nothing known otherwise.

    None when a day cannot be told; the mistake then stands at its box. `today` is the London day.
    """
    facts = _facts(answers, today)
    nothing = not (facts or any(answers.values[name] for name in ("opinions", "notes")) or _kept(answers))
    if nothing:
        answers.say("facts-0-words", "Write a fact or an opinion, or press “Nothing known” in the list")
    if not answers.ok:
        return None
    opinions = (answers.values["opinions"],) if answers.values["opinions"] else ()
    kept = _kept(answers)
    kind = (
        ResearchState.SHARED if facts or opinions else ResearchState.KEPT_BACK if kept else ResearchState.NOTHING_KNOWN
    )
    notes = answers.values["notes"] or None
    return Answer(kind=kind, facts=facts, opinions=opinions, kept_back=kept, private_notes=notes)


def _facts(answers: Answers, today: date) -> tuple[Fact, ...]:
    facts = []
    for number, row in enumerate(answers.values["facts"]):
        on = past_day_from(row["on"], today) if row["on"] else None
        if row["on"] and on is None:
            answers.say(f"facts-{number}-on", f"Give the day or leave it empty. {HOW_PAST}")
        if row["words"] or row["on"]:
            facts.append(Fact(words=row["words"], on=on))
    return tuple(facts)


def _kept(answers: Answers) -> tuple[KeptBack, ...]:
    return tuple(
        KeptBack(what=row["what"], reason=row["reason"], why=row["why"])
        for row in answers.values["kept"]
        if row["what"] or row["reason"] or row["why"]
    )


def form_of(request: OwnRequest) -> Answers:
    """Return the form as it was left: what was typed and not yet given, else the answer that stands or was taken back."""
    private = request.private or {}
    if draft := private.get("draft"):
        return ANSWER.again(draft)
    return ANSWER.blank(_values(request.answer or private.get("taken_back") or {}, private))


def _values(given: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "facts": [
            *(
                {
                    "words": fact["words"],
                    "on": date_words(date.fromisoformat(fact["on"]), weekday=False, year=True)
                    if fact.get("on")
                    else "",
                }
                for fact in given.get("facts") or ()
            ),
            {},
        ],
        "opinions": "\n".join(given.get("opinions") or ()),
        "kept": [dict(one) for one in own.get("kept_back") or ()],
        "notes": own.get("private_notes") or "",
    }


def said(request: OwnRequest) -> tuple[tuple[str, str], ...]:
    """Return the answer that stands, as (heading, words), for its own agency."""
    values = _values(request.answer or {}, request.private or {})
    found = [("Fact", ", ".join(filter(None, (one.get("on"), one.get("words"))))) for one in values["facts"]]
    found.append(("Opinion", values["opinions"]))
    found += [("Kept back", one["what"]) for one in values["kept"]]
    found.append(("Your notes", values["notes"]))
    return tuple((heading, words) for heading, words in found if words)
