"""A referral as checked: plain frozen values, and the JSON document that is sealed in the database.

Reading a sealed document back checks nothing again: what was accepted under an earlier limit stays readable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Name:
    """Another name or spelling that a person is known by."""

    given_names: str
    family_name: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives. The victim's postcode says which MARAC hears the case."""

    lines: tuple[str, ...]
    postcode: str | None


@dataclass(frozen=True, slots=True)
class Phone:
    """A number, whether it is safe to call, and whether a message may be left on it."""

    number: str
    safe: bool
    leave_message: bool


@dataclass(frozen=True, slots=True)
class SafeContact:
    """How the victim may be reached safely, when, what to say, and until when this holds (None: until told otherwise)."""

    channel: str
    windows: str
    words: str
    leave_message: bool | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class SecondContact:
    """A person the victim trusts, who may be reached when the victim cannot be."""

    name: str
    relationship: str | None
    phone: str | None
    words: str | None


@dataclass(frozen=True, slots=True)
class Referrer:
    """Who refers, for which agency (its slug)."""

    agency: str
    name: str
    email: str
    phone: str | None
    job_title: str | None


@dataclass(frozen=True, slots=True)
class PoliceContactWish:
    """What the victim said about hearing from the police, in a code and in their words."""

    wish: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Victim:
    """The person at risk. `safe_contact` may be absent; every page then says so."""

    given_names: str
    family_name: str
    aliases: tuple[Name, ...]
    date_of_birth: date | None
    address: Address
    gender: str
    phones: tuple[Phone, ...]
    safe_contact: SafeContact | None
    ethnicity: str
    disability: str
    sexual_orientation: str
    not_safe_to_talk_to: tuple[str, ...]
    interpreter: str | None
    safe_to_talk_to: tuple[str, ...]
    second_safe_contact: SecondContact | None
    language: str | None
    communication_needs: str | None
    tenure: str | None
    landlord: str | None
    gp_surgery: str | None
    no_recourse_to_public_funds: str | None
    wishes: str | None
    police_contact: PoliceContactWish | None


@dataclass(frozen=True, slots=True)
class Perpetrator:
    """A person said to harm the victim."""

    given_names: str
    family_name: str
    aliases: tuple[Name, ...]
    date_of_birth: date | None
    address: Address | None
    gender: str
    relationship_to_victim: str
    occupation: str | None


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the household or the family."""

    given_names: str
    family_name: str
    date_of_birth: date | None
    relationship_to_victim: str
    relationship_to_perpetrator: str
    lives_with: str
    school: str | None


@dataclass(frozen=True, slots=True)
class Dash:
    """The risk checklist as filled in, by the item numbers of the tool's version written as text ("1" to "24").

    `answers` has every item; `sources` those that somebody other than the victim answered, `details` those with words beside.
    """

    tool: str
    version: str
    completed_on: date
    answers: Mapping[str, str]
    sources: Mapping[str, str]
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Incident:
    """The most recent incident: the day, what happened in words and as a code (the older repeat rules need it), and the police's
    crime reference when there is one."""

    on: date
    summary: str
    kind: str | None
    crime_reference: str | None


@dataclass(frozen=True, slots=True)
class WithoutConsent:
    """Why the victim's information is shared although consent was not given."""

    purpose: str
    lawful_basis: str
    why_proportionate: str


@dataclass(frozen=True, slots=True)
class EarlierMarac:
    """An earlier referral to this or another MARAC, as far as the referrer knows it."""

    area: str
    on: date | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class ReferralDocument:
    """One referral, whole and checked."""

    format: str
    reference: str
    received_on: date
    referrer: Referrer
    victim: Victim
    perpetrators: tuple[Perpetrator, ...]
    children: tuple[Child, ...]
    dash: Dash
    routes: tuple[str, ...]
    reasons: str
    police_incidents_12_months: int
    most_recent_incident: Incident
    victim_aware: bool
    not_aware_reason: str | None
    consent: str
    without_consent: WithoutConsent | None
    afraid_of: tuple[str, ...]
    earlier_maracs: tuple[EarlierMarac, ...]

    def to_document(self) -> dict[str, Any]:
        """The referral as JSON values, in the format's own field names: what is sealed, and what `from_document` reads."""
        document: dict[str, Any] = as_json(self)
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> ReferralDocument:
        """The referral that `to_document` wrote down. A field that the document is too old to have is None or empty.

        Raises KeyError or ValueError when the document is not one that was accepted.
        """
        return cls(
            format=document["format"],
            reference=document["reference"],
            received_on=date.fromisoformat(document["received_on"]),
            referrer=_plain(Referrer, document["referrer"]),
            victim=_victim(document["victim"]),
            perpetrators=_each(_perpetrator, document["perpetrators"]),
            children=_each(_child, document["children"]),
            dash=_dash(document["dash"]),
            routes=tuple(document["routes"]),
            reasons=document["reasons"],
            police_incidents_12_months=document["police_incidents_12_months"],
            most_recent_incident=_plain(Incident, document["most_recent_incident"], dates=("on",)),
            victim_aware=document["victim_aware"],
            not_aware_reason=document["not_aware_reason"],
            consent=document["consent"],
            without_consent=_perhaps(_without_consent, document.get("without_consent")),
            afraid_of=tuple(document["afraid_of"]),
            earlier_maracs=_each(_earlier_marac, document.get("earlier_maracs", ())),
        )


def content_fingerprint(document: ReferralDocument | Mapping[str, Any]) -> str:
    """SHA-256 in hex over the canonical JSON of a referral's content: equal exactly when nothing that matters differs.

    Absent and empty optional fields count alike, so that a new optional field in a later release does not turn an unchanged
    referral into a changed one. The digest is not keyed: keep it inside the sealed document, never in a clear column.
    """
    content = document.to_document() if isinstance(document, ReferralDocument) else document
    canonical = json.dumps(_without_absent(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def as_json(value: Any) -> Any:
    """Plain values and frozen ones as JSON values: dates as 2026-11-09, tuples as lists."""
    if is_dataclass(value):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def _without_absent(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_absent(item) for key, item in value.items() if item is not None and item not in ([], {})}
    if isinstance(value, list):
        return [_without_absent(item) for item in value]
    return value


def _plain(kind: Callable[..., T], values: Mapping[str, Any], *, dates: Sequence[str] = ()) -> T:
    """A flat value: known fields as they stand, named ones as dates, ones that the document does not have as None."""
    given = {field.name: values.get(field.name) for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**given | {name: _perhaps(date.fromisoformat, given[name]) for name in dates})


def _perhaps(read: Callable[[Any], T], value: Any) -> T | None:
    return None if value is None else read(value)


def _each(read: Callable[[Any], T], values: Sequence[Any]) -> tuple[T, ...]:
    return tuple(read(value) for value in values)


def _name(values: Mapping[str, Any]) -> Name:
    return _plain(Name, values)


def _address(values: Mapping[str, Any]) -> Address:
    return Address(lines=tuple(values["lines"]), postcode=values["postcode"])


def _phone(values: Mapping[str, Any]) -> Phone:
    return _plain(Phone, values)


def _safe_contact(values: Mapping[str, Any]) -> SafeContact:
    return _plain(SafeContact, values, dates=("expires_on",))


def _second_contact(values: Mapping[str, Any]) -> SecondContact:
    return _plain(SecondContact, values)


def _police_contact(values: Mapping[str, Any]) -> PoliceContactWish:
    return _plain(PoliceContactWish, values)


def _without_consent(values: Mapping[str, Any]) -> WithoutConsent:
    return _plain(WithoutConsent, values)


def _earlier_marac(values: Mapping[str, Any]) -> EarlierMarac:
    return _plain(EarlierMarac, values, dates=("on",))


def _victim(values: Mapping[str, Any]) -> Victim:
    read: dict[str, Any] = {field.name: values.get(field.name) for field in fields(Victim)}
    read["aliases"] = _each(_name, values["aliases"])
    read["date_of_birth"] = _perhaps(date.fromisoformat, values["date_of_birth"])
    read["address"] = _address(values["address"])
    read["phones"] = _each(_phone, values["phones"])
    read["safe_contact"] = _perhaps(_safe_contact, values["safe_contact"])
    read["not_safe_to_talk_to"] = tuple(values["not_safe_to_talk_to"])
    read["safe_to_talk_to"] = tuple(values.get("safe_to_talk_to", ()))
    read["second_safe_contact"] = _perhaps(_second_contact, values.get("second_safe_contact"))
    read["police_contact"] = _perhaps(_police_contact, values.get("police_contact"))
    return Victim(**read)


def _perpetrator(values: Mapping[str, Any]) -> Perpetrator:
    read: dict[str, Any] = {field.name: values.get(field.name) for field in fields(Perpetrator)}
    read["aliases"] = _each(_name, values["aliases"])
    read["date_of_birth"] = _perhaps(date.fromisoformat, values["date_of_birth"])
    read["address"] = _perhaps(_address, values["address"])
    return Perpetrator(**read)


def _child(values: Mapping[str, Any]) -> Child:
    return _plain(Child, values, dates=("date_of_birth",))


def _dash(values: Mapping[str, Any]) -> Dash:
    return Dash(
        tool=values["tool"],
        version=values["version"],
        completed_on=date.fromisoformat(values["completed_on"]),
        answers=dict(values["answers"]),
        sources=dict(values["sources"]),
        details=dict(values.get("details", {})),
    )
