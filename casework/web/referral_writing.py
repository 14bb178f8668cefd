"""A referral under the pen: its steps as kept, the document that they make, what is wrong with it, what it lacks, and sending it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from casework.access.permissions import Permission
from casework.accounts import queries as accounts
from casework.clock import london_date
from casework.errors import FieldError, Invalid
from casework.partnerships import queries as partnerships
from casework.programmes.marac import rules as marac
from casework.programmes.marac.rules import Policy, RoutesIn, Under16
from casework.referral_format import FORMAT, ReferralDocument, content_fingerprint, parse
from casework.referrals import operations, queries
from casework.referrals.operations import Submission
from casework.referrals.queries import Draft
from casework.referrals.rules import Missing, ReferralState, quality
from casework.risk.rules import Answer
from casework.web.forms.checklist import pack
from casework.web.forms.fields import Given, Mistake
from casework.web.forms.form import Answers, Form
from casework.web.forms.referral_document import document_of, judged, question_for, referrer_of, values_of
from casework.web.forms.referring import STEPS
from casework.work import UnitOfWork

_STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that keeps a referral from being sent: in words, and where it is put right."""

    message: str
    step: str
    box: str


@dataclass
class Problems:
    """What keeps a referral from being sent, as base.html lists the mistakes of a form."""

    wrong: list[Wrong] = field(default_factory=list)
    referral_id: UUID | None = None

    @property
    def errors(self) -> list[dict[str, str]]:
        """The mistakes with the addresses of the boxes where they are put right."""
        return [{"text": one.message, "href": f"/refer/{self.referral_id}/{one.step}#{one.box}"} for one in self.wrong]

    def __bool__(self) -> bool:
        return bool(self.wrong)


@dataclass
class Writing:
    """A draft, or a returned referral that is being corrected. `answers` holds every step as it was left."""

    draft: Draft
    today: date
    forms: Mapping[str, Form]
    answers: dict[str, Answers]
    agencies: Mapping[str, UUID]
    own_agency: str
    for_others: bool
    policy: Policy

    @classmethod
    def open(cls, work: UnitOfWork, referral_id: UUID) -> Writing:
        """Open one's own. Raises NotFound, and Conflict when it has been sent."""
        draft = queries.draft(work, referral_id=referral_id)
        today = london_date(work.now)
        members = partnerships.member_agencies(work, on=today)
        forms = {code: form for code, (_, form) in STEPS.items()}
        forms["who"] = forms["who"].with_options(agency=[(one.slug, one.name) for one in members])
        kept = draft.kept.get(_STEPS) or {}
        before = values_of(draft.document) if draft.document else {}
        answers = {}
        for code, form in forms.items():
            typed = kept.get(code) or form.blank(before.get(code)).typed()
            answers[code] = judged(form, typed)
        _agree(answers["children"])
        return cls(
            draft=draft,
            today=today,
            forms=forms,
            answers=answers,
            agencies={one.slug: one.agency_id for one in members},
            own_agency=next((one.slug for one in members if one.agency_id == work.actor.agency_id), ""),
            for_others=work.actor.has(Permission.REFERRAL_IMPORT),
            policy=partnerships.policy_in_force(work, on=today).policy,
        )

    @property
    def document(self) -> dict[str, Any]:
        """The referral as far as it is written."""
        return document_of({code: answers.values for code, answers in self.answers.items()})

    @property
    def is_correction(self) -> bool:
        """Whether this was sent before and came back."""
        return self.draft.state == ReferralState.RETURNED

    def take(self, step: str, given: Given) -> None:
        """Read one step as it was posted."""
        self.answers[step] = self.forms[step].read(given)
        if step == "children":
            _agree(self.answers[step])

    def version_of(self, step: str) -> str:
        """Return what tells one state of a step from another, so that a form knows whether it was changed in another tab."""
        settled = judged(self.forms[step], self.answers[step].typed()).typed()
        return sha256(json.dumps(settled, sort_keys=True).encode()).hexdigest()[:16]

    def is_behind(self, step: str, given: Given) -> bool:
        """Say whether a form was filled in on top of another state of its step than the one that is kept, and says other things."""
        seen = given.get("version", "")
        if not seen or seen == self.version_of(step):
            return False
        return self.forms[step].read(given).typed() != self.answers[step].typed()

    def keep(self, work: UnitOfWork) -> None:
        """Keep every step as typed, with what can be read of it for the writer's list."""
        steps = {code: answers.typed() for code, answers in self.answers.items()}
        # "Add another" reads nothing, so the values of a step that was rearranged are read from what it looks like now.
        for code, answers in self.answers.items():
            if answers.rearranged:
                self.answers[code].values = judged(self.forms[code], answers.typed()).values
        operations.save_draft(
            work,
            document={**self.document, _STEPS: steps},
            referrer_agency_id=self.draft.referrer_agency_id,
            draft_id=self.draft.id,
        )

    def state_of(self, step: str) -> str:
        """Say how a step stands: wrong, empty, or begun."""
        answers = self.answers[step]
        if answers.errors:
            return "wrong"
        return "begun" if any(text for texts in _said(answers).values() for text in texts) else "empty"

    def mistakes(self, work: UnitOfWork) -> Problems:
        """Return what keeps the referral from being sent: what was typed wrong, then what the format misses."""
        found = [
            Wrong(error["text"], code, error.get("href", "#").lstrip("#"))
            for code, answers in self.answers.items()
            for error in answers.errors
        ]
        try:
            self.whole(work)
        except Invalid as invalid:
            places = {(one.step, one.box) for one in found}
            for error in invalid.errors:
                step, box = question_for(error.field)
                if (step, box) not in places:
                    found.append(Wrong(_in_words(error), step, box))
        order = list(STEPS)
        return Problems(_gathered(sorted(found, key=lambda one: order.index(one.step))), self.draft.id)

    def needs(self, wrong: Problems) -> list[tuple[Missing, str, str]]:
        """Return what the conference will need and does not have yet, with the step and box where it belongs.

        What keeps the referral from being sent is said elsewhere and not repeated.
        """
        told = {(one.step, one.box) for one in wrong.wrong}
        found = [(one, *question_for(one.field)) for one in quality(self.document)]
        return [(one, step, box) for one, step, box in found if (step, box) not in told]

    def routes(self) -> RoutesIn:
        """Return the routes that follow from what is written so far; the repeat rule answers only after sending."""
        document = self.document
        return marac.routes_in(
            self.score,
            document.get("reasons"),
            document.get("police_incidents_12_months"),
            False,
            set(document["routes"]) - {"repeat"},
            self.policy,
        )

    @property
    def score(self) -> int:
        """How many items are answered yes."""
        answers = self.document["dash"].get("answers") or {}
        return sum(answer == Answer.YES for answer in answers.values())

    def too_young(self) -> Under16 | None:
        """Return the answer of the age limit when the victim is under 16 today."""
        born = self.document["victim"].get("date_of_birth")
        day = date.fromisoformat(born) if born else None
        if day is None or day > self.today:
            return None
        answer = marac.under_16(day, self.today)
        return answer if answer.redirected else None

    def whole(self, work: UnitOfWork) -> ReferralDocument:
        """Return the referral as it would be sent. Raises Invalid naming every field that is wrong or missing."""
        before = self.draft.document
        document = {
            **self.document,
            "format": FORMAT,
            "reference": before.get("reference") or f"page-{self.draft.id.hex[:16]}",
            "received_on": before.get("received_on") or self.today.isoformat(),
            "referrer": self._referrer(work),
        }
        return parse(document, received_today=self.today, known_agencies=self.agencies)

    def _referrer(self, work: UnitOfWork) -> dict[str, Any]:
        """Return who refers: whoever is signed in, unless somebody writes for another agency."""
        given = referrer_of(self.answers["who"].values)
        before = self.draft.document.get("referrer")
        if before:
            return {**before, **{key: value for key, value in given.items() if self.for_others or key == "phone"}}
        mine = [work.actor.account_id] if work.actor.account_id else []
        own = {"agency": self.own_agency}
        for me in accounts.addresses_for(work, account_ids=mine).values():
            own |= {"name": me.name, "email": me.email}
        if self.for_others:
            return own | given
        return own | ({"phone": given["phone"]} if given.get("phone") else {})


def send(work: UnitOfWork, writing: Writing) -> None:
    """Send the referral, or send it again corrected. Raises Invalid, NotAllowed, NotFound, Conflict."""
    whole = writing.whole(work)
    if writing.is_correction:
        operations.resubmit(
            work,
            referral_id=writing.draft.id,
            document=whole.to_document(),
            fingerprint=content_fingerprint(whole),
        )
        return
    operations.submit(
        work,
        submission=Submission(
            document=whole.to_document(),
            fingerprint=content_fingerprint(whole),
            referrer_agency_id=writing.agencies[whole.referrer.agency],
            reference=whole.reference,
            received_on=whole.received_on,
        ),
        draft_id=writing.draft.id,
    )


def _said(answers: Answers) -> dict[str, list[str]]:
    return {name: texts for name, texts in answers.typed().items() if not name.endswith("-count")}


def _gathered(found: list[Wrong]) -> list[Wrong]:
    """Say unanswered items of the checklist in one line instead of twenty-four."""
    items = [one for one in found if one.step == "checklist" and one.message == _UNANSWERED]
    if len(items) < 2:
        return found
    numbers = ", ".join(one.box.removeprefix("a") for one in items)
    open_ones = f"Answer every question of the checklist: {numbers} are open."
    untouched = "Answer the 24 questions of the checklist. “Don’t know” is an answer."
    first = Wrong(untouched if len(items) == len(pack().items) else open_ones, "checklist", items[0].box)
    at = found.index(items[0])
    return [*found[:at], first, *[one for one in found[at:] if one not in items]]


_UNANSWERED = "Answer this question of the checklist."
# What somebody who sees the page is told; the format's own words speak of nulls and objects.
_WORDS = {
    "victim.given_names": "Enter the victim’s given names.",
    "victim.family_name": "Enter the victim’s family name.",
    "victim.gender": "Choose the victim’s gender, or “not known”.",
    "victim.address": "Enter where the victim lives or stays, with the postcode.",
    "victim.address.lines": "Enter the address where the victim lives or stays.",
    "victim.address.postcode": "Enter the postcode where the victim lives or stays.",
    "perpetrators": "Name at least one perpetrator.",
    "perpetrators.gender": "Choose the perpetrator’s gender, or “not known”.",
    "perpetrators.relationship_to_victim": "Choose what the perpetrator is to the victim.",
    "dash.completed_on": "Enter the day on which the checklist was filled in.",
    "reasons": "Write what makes the risk high, in your words.",
    "police_incidents_12_months": "Enter how many incidents police know of in 12 months; 0 if you know of none.",
    "most_recent_incident": "Describe the most recent incident, with its day.",
    "children": "Say whether there are children.",
    "victim.safe_contact.channel": "Choose how the victim may safely be reached.",
    "victim.safe_contact.windows": "Enter when contact is safe.",
    "victim.safe_contact.words": "Enter what to say if somebody else answers.",
}


def _agree(children: Answers) -> None:
    """Note where the answer whether there are children and the children who are named do not go together."""
    named = any(any(row.values()) for row in children.values.get("children") or ())
    if children.rearranged or "any" in children.mistakes:
        return
    if children.values.get("any") == "yes" and not named:
        children.mistakes["any"] = Mistake(
            "Tell of each child what you know. A name or a date that you do not know can stay empty"
        )
    elif children.values.get("any") == "no" and named:
        children.mistakes["any"] = Mistake("You have told of a child. Choose Yes, or remove the child")


def _in_words(error: FieldError) -> str:
    if error.field.startswith("dash.answers."):
        return _UNANSWERED
    if error.field == "consent" and "cannot" not in error.message:
        return "Say whether the victim agrees to the referral."
    words = _WORDS.get(re.sub(r"\[\d+\]", "", error.field))
    return words or error.message.replace(", or null when it is not known", "")
