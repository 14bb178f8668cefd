"""Research answers: nothing known, shared, or kept back with a reason. Facts stand apart from opinions; private notes never leave.

The form is internal to the agency; what is relevant and proportionate is shared (SafeLives research form).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from casework.errors import FieldError


class ResearchState(StrEnum):
    """Where one agency's research on one case stands: asked, or answered in one of three ways."""

    ASKED = "asked"
    NOTHING_KNOWN = "nothing_known"
    SHARED = "shared"
    KEPT_BACK = "kept_back"


class QuestionState(StrEnum):
    """Where the question to one colleague stands: asked, replied in one of two ways, or taken back."""

    ASKED = "asked"
    NOTHING_KNOWN = "nothing_known"
    TOLD = "told"
    TAKEN_BACK = "taken_back"


ANSWERS = frozenset({ResearchState.NOTHING_KNOWN, ResearchState.SHARED, ResearchState.KEPT_BACK})
"""The three answers. An answer may be changed until research closes; the last one stands."""


class KeptBackReason(StrEnum):
    """Why an agency keeps something back from the conference."""

    NOT_RELEVANT = "not_relevant"
    NOT_PROPORTIONATE = "not_proportionate"
    CONFIDENCE_OWED = "confidence_owed"
    THIRD_PARTY = "third_party"
    LAW_FORBIDS = "law_forbids"
    WOULD_ADD_RISK = "would_add_risk"
    LIVE_INVESTIGATION = "live_investigation"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the agency knows, with its London day when it has one."""

    words: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class KeptBack:
    """One thing that is kept back, the code of the reason, and the reason in words. Both stay with the agency."""

    what: str
    reason: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One agency's whole answer. Facts and opinions go to the conference; what is kept back and the notes do not."""

    kind: ResearchState | str
    facts: Sequence[Fact] = field(default_factory=tuple)
    opinions: Sequence[str] = field(default_factory=tuple)
    kept_back: Sequence[KeptBack] = field(default_factory=tuple)
    private_notes: str | None = None

    @property
    def keeps_something_back(self) -> bool:
        """Whether the table should know to ask: it learns that something is kept back, never what."""
        return bool(self.kept_back)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a colleague tells those who speak for their agency: facts and opinions, or nothing. It goes no further by itself."""

    facts: Sequence[Fact] = field(default_factory=tuple)
    opinions: Sequence[str] = field(default_factory=tuple)

    @property
    def state(self) -> QuestionState:
        """Where the question stands with this reply."""
        return QuestionState.TOLD if self.facts or self.opinions else QuestionState.NOTHING_KNOWN


def what_is_wrong_in(reply: Reply, on: date) -> list[FieldError]:
    """List what keeps a colleague's reply from being taken, given on the London day `on`. An empty one says that nothing is known."""
    return _wrong_to_share(reply, on)


def what_is_wrong(answer: Answer, on: date) -> list[FieldError]:
    """List what keeps an answer from being taken, given on the London day `on`.

    Shared needs a fact or an opinion; kept back needs what and why and shares nothing; nothing known shares and keeps back
    nothing. A shared answer may keep part back, with its reason. Facts are not dated in the future.
    """
    if answer.kind not in ANSWERS:
        return [FieldError("kind", "Choose nothing known, shared, or kept back.")]
    return [*_wrong_kind(answer), *_wrong_to_share(answer, on), *_wrong_to_keep(answer)]


def _wrong_to_share(answer: Answer | Reply, on: date) -> list[FieldError]:
    errors: list[FieldError] = []
    for place, fact in enumerate(answer.facts):
        if not fact.words.strip():
            errors.append(FieldError(f"facts.{place}.words", "Write the fact, or take the line out."))
        if fact.on is not None and fact.on > on:
            errors.append(FieldError(f"facts.{place}.on", "Give a day that is not in the future."))
    for place, opinion in enumerate(answer.opinions):
        if not opinion.strip():
            errors.append(FieldError(f"opinions.{place}", "Write what you think, or take the line out."))
    return errors


def _wrong_to_keep(answer: Answer) -> list[FieldError]:
    errors: list[FieldError] = []
    for place, kept in enumerate(answer.kept_back):
        if not kept.what.strip():
            errors.append(FieldError(f"kept_back.{place}.what", "Write what is kept back. It stays with your agency."))
        if kept.reason not in tuple(KeptBackReason):
            errors.append(FieldError(f"kept_back.{place}.reason", f"Give one of: {', '.join(KeptBackReason)}."))
        if not kept.why.strip():
            errors.append(FieldError(f"kept_back.{place}.why", "Write why it is kept back."))
    return errors


def _wrong_kind(answer: Answer) -> list[FieldError]:
    shares = bool(answer.facts or answer.opinions)
    if answer.kind == ResearchState.SHARED and not shares:
        return [FieldError("facts", "Write at least one fact or opinion, or choose another answer.")]
    if answer.kind == ResearchState.KEPT_BACK:
        if shares:
            return [FieldError("kind", "Choose shared: you give facts or opinions and keep only a part back.")]
        if not answer.kept_back:
            return [FieldError("kept_back", "Write what you keep back, and why.")]
    if answer.kind == ResearchState.NOTHING_KNOWN and (shares or answer.kept_back):
        return [FieldError("kind", "Choose shared or kept back: you have written that something is known.")]
    return []


def what_leaves(answer: Answer) -> dict[str, Any]:
    """Return what goes to the conference: facts and opinions apart, and only that something is kept back.

    Built from the parts that may leave, never by striking out of the whole, so that a new private field stays private.
    """
    return {
        "kind": str(answer.kind),
        **_told(answer),
        "keeps_something_back": answer.keeps_something_back,
    }


def what_is_told(reply: Reply) -> dict[str, Any]:
    """Return a colleague's reply as it is kept: facts and opinions apart."""
    return _told(reply)


def _told(given: Answer | Reply) -> dict[str, Any]:
    return {
        "facts": [
            {"on": fact.on.isoformat() if fact.on else None, "words": fact.words.strip()} for fact in given.facts
        ],
        "opinions": [opinion.strip() for opinion in given.opinions],
    }


def what_stays(answer: Answer) -> dict[str, Any]:
    """Return what never leaves the agency: what is kept back with its reasons, and the private notes."""
    return {
        "kept_back": [{"what": k.what.strip(), "reason": k.reason, "why": k.why.strip()} for k in answer.kept_back],
        "private_notes": (answer.private_notes or "").strip(),
    }
