"""Between the steps of a referral and its document: what was typed becomes a document in the one format, and a document fills the steps.

A document from unfinished steps holds what there is; casework.referral_format.parse then says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from casework.web.forms.checklist import TOOL, VERSION, pack
from casework.web.forms.fields import Question
from casework.web.forms.form import Answers, Form, Rows
from casework.web.forms.referring import STEPS

Values = Mapping[str, Any]
Document = dict[str, Any]


def judged(form: Form, typed: Mapping[str, Iterable[str]]) -> Answers:
    """Read a step as it was kept, with its values and mistakes."""
    given: MultiDict[str, str] = MultiDict((key, text) for key, texts in typed.items() for text in texts)
    return form.read(given)


def document_of(steps: Mapping[str, Values]) -> Document:
    """Return the referral that the steps' values make, as far as they go. What only the sending knows is added by the page."""
    who, safe, routes = steps.get("who", {}), steps.get("safe-contact", {}), steps.get("routes", {})
    return {
        "victim": _victim(who, safe),
        "perpetrators": [_perpetrator(row) for row in who.get("perpetrators", ()) if any(row.values())],
        **_children(steps.get("children", {})),
        "dash": _dash(steps.get("checklist", {})),
        **_routes(routes),
        **_awareness(safe),
    }


def referrer_of(who: Values) -> Document:
    """Return what the first step says of the referrer; for one's own referral the page puts in who is signed in."""
    return _some(
        agency=who.get("agency"),
        name=who.get("referrer_name"),
        email=who.get("referrer_email"),
        phone=who.get("referrer_phone"),
    )


def values_of(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what each step would hold for a document: for correcting a referral that was returned."""
    return {
        "who": _who_values(document),
        "checklist": _checklist_values(document.get("dash") or {}),
        "routes": _routes_values(document),
        "children": _children_values(document.get("children")),
        "safe-contact": _safe_values(document),
    }


def question_for(path: str) -> tuple[str, str]:
    """Return the step and the question (its first box) that a path of the document belongs to.

    `perpetrators[0].address.postcode` leads to the first perpetrator's postcode; an unknown path to the first step.
    """
    wanted = re.sub(r"\[(\d+)\]", r".\1", path)
    found = (0, 0, "who", "")
    for step, (_, form) in STEPS.items():
        for known, box in _paths(form):
            if wanted == known:
                return step, box
            if wanted.startswith(f"{known}."):
                found = max(found, (2, len(known), step, box))
            elif known.startswith(f"{wanted}."):
                found = found if found[0] else (1, 0, step, box)
    return found[2], found[3]


def _paths(form: Form) -> Iterable[tuple[str, str]]:
    for part in form.questions:
        if isinstance(part, Rows):
            yield part.path, part.name
            for number in range(part.most):
                for plain, question in zip(part.questions, part.row(number), strict=True):
                    yield f"{part.path}.{number}.{plain.path}", question.first_id
        elif isinstance(part, Question) and part.path:
            yield part.path, part.first_id


def _some(**parts: Any) -> Document:
    """Return the parts that there are: an empty answer is left out, no and 0 are answers."""
    return {name: value for name, value in parts.items() if value not in (None, "", (), [])}


def _yes(code: object) -> bool | None:
    return {"yes": True, "no": False}.get(str(code))


def _day(value: object) -> str | None:
    return value.isoformat() if isinstance(value, date) else None


def _lines(text: object) -> list[str]:
    return [line.strip() for line in str(text or "").splitlines() if line.strip()]


def _names(text: object, given_names: str) -> list[Document]:
    """Read other names, one a line: "Leanne Smith", "van Dijk, Anna", or a family name alone."""
    found = []
    for line in _lines(text):
        family, comma, given = line.partition(",")
        if not comma:
            given, _, family = line.rpartition(" ")
        found.append({"given_names": given.strip() or given_names, "family_name": family.strip()})
    return found


def _names_words(names: Iterable[Mapping[str, Any]]) -> str:
    lines = []
    for name in names:
        given, family = name.get("given_names") or "", name.get("family_name") or ""
        lines.append(f"{family}, {given}" if " " in family else f"{given} {family}".strip())
    return "\n".join(lines)


def _address(row: Values) -> Document | None:
    lines, postcode = _lines(row.get("address")), row.get("postcode") or None
    return {"lines": lines, "postcode": postcode} if lines or postcode else None


def _person(row: Values) -> Document:
    given = row.get("given_names") or ""
    return _some(given_names=given, family_name=row.get("family_name"), gender=row.get("gender")) | {
        "aliases": _names(row.get("other_names"), given),
        "date_of_birth": _day(row.get("born")),
    }


def _victim(who: Values, safe: Values) -> Document:
    phones = [
        {
            "number": row["number"],
            "safe": _yes(row.get("safe")) or False,
            "leave_message": _yes(row.get("leave")) or False,
        }
        for row in who.get("phones", ())
        if row.get("number")
    ]
    contact = _some(channel=safe.get("channel"), windows=safe.get("windows"), words=safe.get("words"))
    if contact:
        contact |= _some(leave_message=_yes(safe.get("message")), expires_on=_day(safe.get("until")))
    second = _some(
        name=safe.get("second_name"),
        relationship=safe.get("second_is"),
        phone=safe.get("second_phone"),
        words=safe.get("second_words"),
    )
    return {
        **_person(who),
        **_some(address=_address(who)),
        "phones": phones,
        "safe_contact": contact or None,
        "ethnicity": who.get("ethnicity") or "not_asked",
        "disability": who.get("disability") or "not_asked",
        "sexual_orientation": who.get("orientation") or "not_asked",
        "not_safe_to_talk_to": _lines(safe.get("not_safe")),
        "interpreter": who.get("interpreter") or None,
        **_some(
            safe_to_talk_to=_lines(safe.get("safe_people")),
            second_safe_contact=second or None,
            language=who.get("language"),
            communication_needs=who.get("needs"),
            tenure=who.get("tenure"),
            landlord=who.get("landlord"),
            gp_surgery=who.get("gp"),
            no_recourse_to_public_funds=who.get("no_recourse"),
            wishes=safe.get("wishes"),
            police_contact=_some(wish=safe.get("police"), words=safe.get("police_words")) or None,
        ),
    }


def _perpetrator(row: Values) -> Document:
    return {
        **_person(row),
        "address": _address(row),
        **_some(relationship_to_victim=row.get("relationship"), occupation=row.get("occupation")),
    }


def _children(step: Values) -> Document:
    rows = step.get("children") or ()
    if not rows:
        return {"children": []} if step.get("any") == "no" else {}
    return {
        "children": [
            {
                **_some(
                    given_names=row.get("given_names"), family_name=row.get("family_name"), school=row.get("school")
                ),
                "date_of_birth": _day(row.get("born")),
                "relationship_to_victim": row.get("to_victim") or "not_known",
                "relationship_to_perpetrator": row.get("to_perpetrator") or "not_known",
                "lives_with": row.get("lives_with") or "not_known",
            }
            for row in rows
        ]
    }


def _dash(step: Values) -> Document:
    def by_item(letter: str) -> Document:
        given = {str(item.number): step.get(f"{letter}{item.number}") for item in pack().items}
        return {number: value for number, value in given.items() if value}

    parts = {"answers": by_item("a"), "sources": by_item("s"), "details": by_item("d")}
    return {"tool": TOOL, "version": VERSION, **_some(completed_on=_day(step.get("completed_on"))), **parts}


def _routes(step: Values) -> Document:
    incident = _some(
        on=_day(step.get("incident_on")),
        summary=step.get("incident"),
        kind=step.get("incident_kind"),
        crime_reference=step.get("crime_reference"),
    )
    earlier = [
        _some(area=row.get("area"), on=_day(row.get("on")), reference=row.get("reference"))
        for row in step.get("earlier", ())
    ]
    return {
        "routes": list(step.get("routes") or ()),
        **_some(
            reasons=step.get("reasons"),
            police_incidents_12_months=step.get("police_incidents"),
            most_recent_incident=incident or None,
            earlier_maracs=earlier,
        ),
    }


def _awareness(safe: Values) -> Document:
    without = _some(
        purpose=safe.get("purpose"), lawful_basis=safe.get("basis"), why_proportionate=safe.get("proportionate")
    )
    return {
        **_some(victim_aware=_yes(safe.get("aware")), consent=safe.get("consent"), without_consent=without or None),
        "not_aware_reason": safe.get("not_aware_reason") or None,
        "afraid_of": _lines(safe.get("afraid_of")),
    }


def _who_values(document: Mapping[str, Any]) -> dict[str, Any]:
    victim, referrer = document.get("victim") or {}, document.get("referrer") or {}
    return {
        **_person_values(victim),
        "agency": referrer.get("agency"),
        "referrer_name": referrer.get("name"),
        "referrer_email": referrer.get("email"),
        "referrer_phone": referrer.get("phone"),
        "phones": [
            {"number": one["number"], "safe": _code(one["safe"]), "leave": _code(one["leave_message"])}
            for one in victim.get("phones") or ()
        ],
        "language": victim.get("language"),
        "interpreter": victim.get("interpreter"),
        "needs": victim.get("communication_needs"),
        "disability": victim.get("disability"),
        "ethnicity": victim.get("ethnicity"),
        "orientation": victim.get("sexual_orientation"),
        "tenure": victim.get("tenure"),
        "landlord": victim.get("landlord"),
        "gp": victim.get("gp_surgery"),
        "no_recourse": victim.get("no_recourse_to_public_funds"),
        "perpetrators": [
            _person_values(one)
            | {"relationship": one.get("relationship_to_victim"), "occupation": one.get("occupation")}
            for one in document.get("perpetrators") or ()
        ],
    }


def _person_values(person: Mapping[str, Any]) -> dict[str, Any]:
    address = person.get("address") or {}
    return {
        "given_names": person.get("given_names"),
        "family_name": person.get("family_name"),
        "other_names": _names_words(person.get("aliases") or ()),
        "born": _date(person.get("date_of_birth")),
        "gender": person.get("gender"),
        "address": "\n".join(address.get("lines") or ()),
        "postcode": address.get("postcode"),
    }


def _checklist_values(dash: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"completed_on": _date(dash.get("completed_on"))}
    for letter, part in (("a", "answers"), ("s", "sources"), ("d", "details")):
        found |= {f"{letter}{number}": value for number, value in (dash.get(part) or {}).items()}
    return found


def _routes_values(document: Mapping[str, Any]) -> dict[str, Any]:
    incident = document.get("most_recent_incident") or {}
    return {
        "routes": document.get("routes"),
        "reasons": document.get("reasons"),
        "police_incidents": document.get("police_incidents_12_months"),
        "incident_on": _date(incident.get("on")),
        "incident_kind": incident.get("kind"),
        "incident": incident.get("summary"),
        "crime_reference": incident.get("crime_reference"),
        "earlier": [
            {"area": one.get("area"), "on": _date(one.get("on")), "reference": one.get("reference")}
            for one in document.get("earlier_maracs") or ()
        ],
    }


def _children_values(children: Iterable[Mapping[str, Any]] | None) -> dict[str, Any]:
    if children is None:
        return {}
    rows = [
        {
            "given_names": one.get("given_names"),
            "family_name": one.get("family_name"),
            "born": _date(one.get("date_of_birth")),
            "to_victim": one.get("relationship_to_victim"),
            "to_perpetrator": one.get("relationship_to_perpetrator"),
            "lives_with": one.get("lives_with"),
            "school": one.get("school"),
        }
        for one in children
    ]
    return {"any": "yes" if rows else "no", "children": rows}


def _safe_values(document: Mapping[str, Any]) -> dict[str, Any]:
    victim = document.get("victim") or {}
    contact, second = victim.get("safe_contact") or {}, victim.get("second_safe_contact") or {}
    without, police = document.get("without_consent") or {}, victim.get("police_contact") or {}
    return {
        "channel": contact.get("channel"),
        "windows": contact.get("windows"),
        "words": contact.get("words"),
        "message": _code(contact.get("leave_message")),
        "until": _date(contact.get("expires_on")),
        "not_safe": "\n".join(victim.get("not_safe_to_talk_to") or ()),
        "safe_people": "\n".join(victim.get("safe_to_talk_to") or ()),
        "afraid_of": "\n".join(document.get("afraid_of") or ()),
        "second_name": second.get("name"),
        "second_is": second.get("relationship"),
        "second_phone": second.get("phone"),
        "second_words": second.get("words"),
        "aware": _code(document.get("victim_aware")),
        "not_aware_reason": document.get("not_aware_reason"),
        "consent": document.get("consent"),
        "purpose": without.get("purpose"),
        "basis": without.get("lawful_basis"),
        "proportionate": without.get("why_proportionate"),
        "wishes": victim.get("wishes"),
        "police": police.get("wish"),
        "police_words": police.get("words"),
    }


def _code(value: object) -> str | None:
    return {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else None


def _date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None
