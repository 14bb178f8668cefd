"""A referral as one page: its document in words, section by section, with what the conference still lacks beside each section.

Used by the page before sending, the referrer's own page and triage, so that all three read the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from casework.clock import age_on
from casework.referrals.queries import Step
from casework.referrals.rules import BY_ANOTHER, LATER, Missing
from casework.risk.rules import Answer, assess
from casework.web.components import Entry, Fact, SafeContact
from casework.web.forms import referral_words as words
from casework.web.forms.checklist import pack
from casework.web.forms.referral_document import question_for
from casework.web.forms.referral_words import said
from casework.web.wording import date_words, plural

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One person or thing of a section: its heading ("" when the section has only one) and its facts."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a referral, the step that it is written in, and what is missing from it."""

    title: str
    step: str
    parts: tuple[Part, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """One item of the checklist as answered."""

    number: int
    topic: str
    question: str
    answer: str
    source: str
    detail: str


def sections(document: Document, missing: Iterable[Missing], *, on: date) -> tuple[Section, ...]:
    """Return the referral in words, in the order of its steps. `on` is the London day for ages."""
    lacking: dict[str, list[Missing]] = {}
    for one in missing:
        lacking.setdefault(question_for(one.field)[0], []).append(one)

    def section(title: str, step: str, parts: Sequence[Part]) -> Section:
        return Section(title, step, tuple(parts), tuple(lacking.get(step, ())))

    victim = document.get("victim") or {}
    people = [Part("Victim", victim_facts(victim, on=on))]
    several = len(document.get("perpetrators") or ()) > 1
    for number, one in enumerate(document.get("perpetrators") or (), start=1):
        people.append(Part(f"Perpetrator {number}" if several else "Perpetrator", perpetrator_facts(one, on=on)))
    children = [
        Part(name_of(one) or f"Child {number}", child_facts(one, on=on))
        for number, one in enumerate(document.get("children") or (), start=1)
    ]
    if not children:
        told = "None" if isinstance(document.get("children"), list) else ""
        children = [Part("", (Fact(label="Children", words=told),))]
    return (
        section("Why the risk is high", "routes", [Part("", _reasons(document))]),
        section("Who", "who", people),
        section("Safe contact and what the victim says", "safe-contact", [Part("", _safe(document, victim))]),
        section("Children", "children", children),
    )


# What the table needs of the part on contact: the safe way stands beside it, and the basis in law was triage's to look at.
_AT_THE_TABLE = ("Afraid of", "Not safe to talk to", "Knows of the referral", "Why not told", "Agreement", "Most wants")


def why_heard(document: Document) -> tuple[Fact, ...]:
    """Return what a referral says of the risk and of the victim's wishes, for the table; nothing is said of what is not known."""
    of_the_victim = {fact.label: fact for fact in _safe(document, document.get("victim") or {})}
    found = [
        *_reasons(document),
        *(of_the_victim[label] for label in (*_AT_THE_TABLE, "About the police") if label in of_the_victim),
    ]
    return tuple(fact for fact in found if (fact.words or fact.lines) and fact.label != "Routes named")


def checklist(document: Document) -> tuple[AnsweredItem, ...]:
    """Return the answered items of the checklist in its order."""
    dash = document.get("dash") or {}
    answers, sources, details = (dash.get(part) or {} for part in ("answers", "sources", "details"))
    return tuple(
        AnsweredItem(
            number=item.number,
            topic=item.topic,
            question=item.question,
            answer=answers[str(item.number)],
            source=str(sources.get(str(item.number)) or ""),
            detail=str(details.get(str(item.number)) or ""),
        )
        for item in pack().items
        if answers.get(str(item.number))
    )


def answers_by_code(document: Document) -> dict[str, Answer]:
    """Return the answers of a whole checklist by item code, to compare with another. Raises Invalid when it is not whole."""
    dash = document["dash"]
    return dict(assess(pack(), dash["answers"], dash.get("sources"), dash.get("details")).answers)


def entries(steps: Iterable[Step], names: Mapping[UUID, str] | None = None) -> tuple[Entry, ...]:
    """Return a referral's way as a time line, the latest first. `names` says who did each step, where that may be told."""
    return tuple(
        Entry(
            at=one.decided_at,
            what=_step_words(one),
            more=(f"“{one.words}”",) if one.words else (),
            who=(names or {}).get(one.decided_by_account_id, "") if one.decided_by_account_id else "",
        )
        for one in reversed(list(steps))
    )


def _step_words(step: Step) -> str:
    if step.step == "returned":
        return f"Returned: {said(words.RETURN_REASON, step.code).lower()}"
    if step.step == "redirected":
        return (
            "Redirected: the victim is under 16"
            if step.code == "under_16"
            else f"Redirected: {said(words.DESTINATION, step.code).lower()}"
        )
    if step.step == "accepted":
        return {"repeat": "Accepted as a repeat", "new": "Accepted as a new case"}.get(step.code or "", "Accepted")
    if step.step == LATER:
        return "Left for later"
    if step.step == BY_ANOTHER:
        return "First contact: somebody else than the IDVA service tries"
    if step.step == "contact":
        return f"First contact: {_CONTACT.get(step.code or '', 'tried')}"
    return {"submitted": "Sent", "withdrawn": "Taken back"}.get(step.step, step.step.capitalize())


_CONTACT = {"reached": "reached", "not_reached": "not reached", "not_safe": "not safe to try"}


def safe_contact_of(victim: Document, *, on: date) -> SafeContact | None:
    """Return how the victim may safely be reached, for the component; None when nothing is known. `on` is today in London."""
    contact = victim.get("safe_contact")
    if not contact or not contact.get("channel"):
        return None
    until = _day(contact.get("expires_on"))
    number = next((str(phone["number"]) for phone in victim.get("phones") or () if phone.get("safe")), "")
    by_phone = contact["channel"] in ("phone", "text", "voicemail")
    return SafeContact(
        channel=said(words.CHANNEL, contact["channel"]).lower(),
        windows=contact.get("windows") or "",
        words=contact.get("words") or "",
        number=number if by_phone else "",
        until=until,
        expired=until is not None and until < on,
        not_to=tuple(victim.get("not_safe_to_talk_to") or ()),
    )


def name_of(person: Document) -> str:
    """Return a person's name as written."""
    return f"{person.get('given_names') or ''} {person.get('family_name') or ''}".strip()


def birth_words(born: object, on: date) -> str:
    """Say a date of birth with the age: "27 March 1992 (34)"; "" when it is not known."""
    day = _day(born)
    if day is None:
        return ""
    age = f" ({age_on(day, on)})" if day <= on else ""
    return f"{date_words(day, weekday=False, year=True)}{age}"


def address_lines(address: Document | None) -> tuple[str, ...]:
    """Return an address line by line, the postcode last."""
    return (*(address.get("lines") or ()), *filter(None, [address.get("postcode")])) if address else ()


def _person(person: Document, on: date) -> tuple[Fact, ...]:
    aliases = tuple(name_of(other) for other in person.get("aliases") or ())
    return (
        Fact(label="Name", words=name_of(person)),
        *([Fact(label="Also known as", lines=aliases)] if aliases else []),
        Fact(label="Born", words=birth_words(person.get("date_of_birth"), on)),
    )


def victim_facts(victim: Document, *, on: date, equality: bool = True) -> tuple[Fact, ...]:
    """Return what is known of a victim; the answers about equality only where they are needed."""
    phones = tuple(
        f"{phone['number']}: {'safe to call' if phone.get('safe') else 'NOT safe to call'}, "
        f"{'a message may be left' if phone.get('leave_message') else 'leave no message'}"
        for phone in victim.get("phones") or ()
    )
    return (
        *_person(victim, on),
        Fact(label="Lives at", lines=address_lines(victim.get("address"))),
        Fact(label="Phones", lines=phones),
        Fact(label="Gender", words=said(words.GENDER, victim.get("gender"))),
        *_told(
            ("Language", victim.get("language")),
            ("Interpreter", victim.get("interpreter")),
            ("Needs in communication", victim.get("communication_needs")),
            ("Home", said(words.TENURE, victim.get("tenure"))),
            ("Landlord", victim.get("landlord")),
            ("GP surgery", victim.get("gp_surgery")),
            ("No recourse to public funds", said(words.NO_RECOURSE, victim.get("no_recourse_to_public_funds"))),
        ),
        *(_equality(victim) if equality else ()),
    )


def _equality(victim: Document) -> tuple[Fact, ...]:
    return (
        Fact(label="Disabled", words=said(words.DISABILITY, victim.get("disability"))),
        Fact(label="Ethnic group", words=said(words.ETHNICITY, victim.get("ethnicity"))),
        Fact(label="Sexual orientation", words=said(words.ORIENTATION, victim.get("sexual_orientation"))),
    )


def perpetrator_facts(person: Document, *, on: date) -> tuple[Fact, ...]:
    """Return what is known of a perpetrator."""
    return (
        *_person(person, on),
        Fact(label="To the victim", words=said(words.RELATIONSHIP, person.get("relationship_to_victim"))),
        Fact(label="Lives at", lines=address_lines(person.get("address"))),
        Fact(label="Gender", words=said(words.GENDER, person.get("gender"))),
        *_told(("Work", person.get("occupation"))),
    )


def child_facts(child: Document, *, on: date) -> tuple[Fact, ...]:
    """Return what is known of a child."""
    return (
        Fact(label="Born", words=birth_words(child.get("date_of_birth"), on)),
        Fact(label="To the victim", words=said(words.CHILD_RELATIONSHIP, child.get("relationship_to_victim"))),
        Fact(
            label="To the perpetrator", words=said(words.CHILD_RELATIONSHIP, child.get("relationship_to_perpetrator"))
        ),
        Fact(label="Lives with", words=said(words.LIVES_WITH, child.get("lives_with"))),
        *_told(("School or nursery", child.get("school"))),
    )


def _reasons(document: Document) -> tuple[Fact, ...]:
    incident = document.get("most_recent_incident") or {}
    happened = _day(incident.get("on"))
    kind = said(words.INCIDENT, incident.get("kind"))
    when = date_words(happened, year=True) if happened else ""
    count = document.get("police_incidents_12_months")
    earlier = tuple(
        ", ".join(filter(None, [one.get("area"), one.get("on"), one.get("reference")]))
        for one in document.get("earlier_maracs") or ()
    )
    return (
        Fact(label="Reasons", lines=tuple(str(document.get("reasons") or "").splitlines())),
        Fact(label="Routes named", words=", ".join(said(words.ROUTE, code) for code in document.get("routes") or ())),
        Fact(
            label="Most recent incident",
            lines=tuple(
                filter(
                    None,
                    [", ".join(filter(None, [when, kind.lower()])), *str(incident.get("summary") or "").splitlines()],
                )
            ),
        ),
        *_told(("Crime reference", incident.get("crime_reference"))),
        Fact(label="Known to police in 12 months", words="" if count is None else plural(count, "incident")),
        *([Fact(label="Earlier MARACs", lines=earlier)] if earlier else []),
    )


def _safe(document: Document, victim: Document) -> tuple[Fact, ...]:
    aware, second = document.get("victim_aware"), victim.get("second_safe_contact") or {}
    police, without = victim.get("police_contact") or {}, document.get("without_consent") or {}
    contact = victim.get("safe_contact") or {}
    until = _day(contact.get("expires_on"))
    left = (
        {True: "A message may be left", False: "Leave no message"}.get(contact["leave_message"], "")
        if contact.get("leave_message") is not None
        else ""
    )
    ways = (said(words.CHANNEL, contact.get("channel")), contact.get("windows"), contact.get("words"), left)
    return (
        Fact(
            label="Safe contact",
            lines=tuple(
                str(way)
                for way in (*ways, f"Until {date_words(until, weekday=False, year=True)}" if until else "")
                if way
            ),
        ),
        Fact(label="Afraid of", lines=tuple(document.get("afraid_of") or ())),
        Fact(label="Not safe to talk to", lines=tuple(victim.get("not_safe_to_talk_to") or ())),
        Fact(label="Safe to talk to", lines=tuple(victim.get("safe_to_talk_to") or ())),
        *_told(
            (
                "Trusted person",
                ", ".join(filter(None, (second.get(key) for key in ("name", "relationship", "phone", "words")))),
            )
        ),
        Fact(
            label="Knows of the referral", words={True: "Yes", False: "No"}.get(aware, "") if aware is not None else ""
        ),
        *_told(("Why not told", document.get("not_aware_reason"))),
        Fact(label="Agreement", words=said(words.CONSENT, document.get("consent"))),
        *_told(
            ("Shared without agreement to", without.get("purpose")),
            ("Lawful basis", without.get("lawful_basis")),
            ("Why proportionate", without.get("why_proportionate")),
            ("Most wants", victim.get("wishes")),
            (
                "About the police",
                ": ".join(filter(None, [said(words.POLICE_WISH, police.get("wish")), police.get("words")])),
            ),
        ),
    )


def _told(*facts: tuple[str, object]) -> list[Fact]:
    """Return the facts that were told: what is optional is left out when it is empty, instead of saying "not known"."""
    return [Fact(label=label, lines=tuple(str(text).splitlines())) for label, text in facts if text]


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None
