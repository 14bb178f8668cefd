"""The referral's schema, written by hand field by field, and `parse`, which checks a referral whole and reports every mistake."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError

from casework.errors import FieldError, Invalid
from casework.programmes.marac.crimes import ReportingWish
from casework.programmes.marac.rules import IncidentKind, Route
from casework.referral_format.coherence import contradictions
from casework.referral_format.document import ReferralDocument, as_json
from casework.referral_format.fields import (
    ByItem,
    Code,
    Day,
    Email,
    Part,
    PhoneNumber,
    Postcode,
    Several,
    Shaped,
    Text,
    WholeNumber,
    YesNo,
    speakable,
)
from casework.referral_format.vocabulary import NoRecourse, Tenure
from casework.referrals.rules import (
    ChildRelationship,
    ConsentAnswer,
    Disability,
    Ethnicity,
    Gender,
    LivesWith,
    Relationship,
    SafeContactChannel,
    SexualOrientation,
)
from casework.risk.rules import Answer

FORMAT: Final = "casework-referral/1"
TOOL: Final = "dash"
VERSION: Final = "safelives-24"
ITEMS: Final = range(1, 25)

# Limits in characters: room for what practitioners write, small enough that a slip of the clipboard is noticed.
NAME: Final = 100
SHORT: Final = 200
WORDS: Final = 2_000
LONG: Final = 10_000
REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]*")
REFERENCE_RIGHT: Final = "Give your own reference: letters, digits, full stop, slash, hyphen or underline, at most 60."
REFERENCE_MOST: Final = 60


class ObjectSchema(Schema):
    """An object that has its known fields and no other."""

    class Meta:
        """Unknown fields are mistakes: a misspelt optional field would otherwise be lost in silence."""

        unknown = RAISE

    error_messages = {  # noqa: RUF012  # marshmallow's own declaration
        "unknown": "There is no such field in this format. Check its spelling, or leave it out.",
        "type": "Give an object with its own fields.",
    }


class NameSchema(ObjectSchema):
    """Another name or spelling."""

    given_names = Text("the given names", most=NAME)
    family_name = Text("the family name", most=NAME)


class AddressSchema(ObjectSchema):
    """An address; the postcode may be unknown."""

    lines = Several(Text("a line of the address", most=NAME), "the lines of the address", least=1, most=6)
    postcode = Postcode("the postcode, or null when it is not known", allow_none=True)


class VictimAddressSchema(AddressSchema):
    """The victim's address: its postcode decides which MARAC hears the case (SafeLives referral form)."""

    postcode = Postcode("the postcode where the victim lives or stays")


class PhoneSchema(ObjectSchema):
    """A phone number and what is safe about it."""

    number = PhoneNumber("the number")
    safe = YesNo("whether the number is safe to call")
    leave_message = YesNo("whether a message may be left")


class SafeContactSchema(ObjectSchema):
    """The safe way to reach the victim."""

    channel = Code("the safe channel", codes=SafeContactChannel)
    windows = Text("the times at which contact is safe", most=SHORT)
    words = Text("what to say when somebody else answers", most=500)
    leave_message = YesNo("whether a message may be left", required=False)
    expires_on = Day("the day after which this must be asked again", required=False)


class SecondContactSchema(ObjectSchema):
    """A person whom the victim trusts."""

    name = Text("the name of the person whom the victim trusts", most=SHORT)
    relationship = Text("who that person is to the victim", most=NAME, required=False)
    phone = PhoneNumber("that person's number", required=False)
    words = Text("what that person knows and may be told", most=500, required=False)


class PoliceContactSchema(ObjectSchema):
    """The victim's wish about the police."""

    wish = Code("the victim's wish about telling the police", codes=ReportingWish)
    words = Text("the victim's words about it", most=WORDS, required=False)


class ReferrerSchema(ObjectSchema):
    """Who refers."""

    agency = Text("the agency that refers, by its short name such as police", most=NAME)
    name = Text("the referrer's name", most=NAME)
    email = Email("the referrer's work address")
    phone = PhoneNumber("the referrer's number", required=False)
    job_title = Text("the referrer's job title", most=NAME, required=False)


class PersonSchema(NameSchema):
    """What every person of the referral has."""

    date_of_birth = Day("the date of birth, or null when it is not known", allow_none=True)


class VictimSchema(PersonSchema):
    """The person at risk."""

    aliases = Several(Part(NameSchema, "another name"), "the other names", most=10)
    address = Part(VictimAddressSchema, "the address where the victim lives or stays")
    gender = Code("the gender", codes=Gender)
    phones = Several(Part(PhoneSchema, "a phone"), "the phones", most=10)
    safe_contact = Part(SafeContactSchema, "the safe contact, or null when there is none", allow_none=True)
    ethnicity = Code("the ethnic group", codes=Ethnicity)
    disability = Code("the answer about disability", codes=Disability)
    sexual_orientation = Code("the sexual orientation", codes=SexualOrientation)
    not_safe_to_talk_to = Several(
        Text("who is not safe to talk to", most=SHORT), "those who are not safe to talk to", most=20
    )
    interpreter = Text("the interpreter's language, or null when none is needed", most=NAME, allow_none=True)
    safe_to_talk_to = Several(
        Text("who is safe to talk to", most=SHORT), "those who are safe to talk to", most=20, required=False
    )
    second_safe_contact = Part(SecondContactSchema, "the second safe contact", required=False)
    language = Text("the language", most=NAME, required=False)
    communication_needs = Text("the needs in communication", most=500, required=False)
    tenure = Code("the tenure of the home", codes=Tenure, required=False)
    landlord = Text("the landlord", most=SHORT, required=False)
    gp_surgery = Text("the GP surgery", most=SHORT, required=False)
    no_recourse_to_public_funds = Code("the answer about public funds", codes=NoRecourse, required=False)
    wishes = Text("what the victim most wants", most=WORDS, lines=True, required=False)
    police_contact = Part(PoliceContactSchema, "the wish about the police", required=False)


class PerpetratorSchema(PersonSchema):
    """A person said to harm the victim."""

    aliases = Several(Part(NameSchema, "another name"), "the other names", most=10)
    address = Part(AddressSchema, "the address, or null when it is not known", allow_none=True)
    gender = Code("the gender", codes=Gender)
    relationship_to_victim = Code("the relationship to the victim", codes=Relationship)
    occupation = Text("the occupation", most=SHORT, required=False)


class ChildSchema(PersonSchema):
    """A child of the household or the family."""

    relationship_to_victim = Code("the relationship to the victim", codes=ChildRelationship)
    relationship_to_perpetrator = Code("the relationship to the perpetrator", codes=ChildRelationship)
    lives_with = Code("whom the child lives with", codes=LivesWith)
    school = Text("the school or nursery", most=SHORT, required=False)


class DashSchema(ObjectSchema):
    """The checklist. There is no score here: it is derived from the answers."""

    tool = Code("the tool", codes=[TOOL])
    version = Code("the version of the tool", codes=[VERSION])
    completed_on = Day("the day on which the checklist was filled in")
    answers = ByItem("an answer", items=ITEMS, each=Code("the answer", codes=Answer), whole=True)
    sources = ByItem("who answered", items=ITEMS, each=Text("who answered", most=NAME), whole=False)
    details = ByItem("the detail", items=ITEMS, each=Text("the detail", most=WORDS, lines=True), whole=False)


class IncidentSchema(ObjectSchema):
    """The most recent incident."""

    on = Day("the day of the incident")
    summary = Text("what happened", most=LONG, lines=True)
    kind = Code("what kind of incident it was", codes=IncidentKind, required=False)
    crime_reference = Text("the police's crime reference", most=NAME, required=False)


class WithoutConsentSchema(ObjectSchema):
    """Why information is shared without consent."""

    purpose = Text("the purpose of sharing without consent", most=WORDS, lines=True)
    lawful_basis = Text("the lawful basis of sharing without consent", most=WORDS, lines=True)
    why_proportionate = Text("why sharing without consent is proportionate", most=WORDS, lines=True)


class EarlierMaracSchema(ObjectSchema):
    """An earlier referral, here or elsewhere."""

    area = Text("the MARAC that heard it", most=SHORT)
    on = Day("the day of that MARAC", required=False)
    reference = Text("its case number", most=NAME, required=False)


class ReferralSchema(ObjectSchema):
    """The whole referral."""

    format = Code("the format", codes=[FORMAT])
    reference = Shaped("your own reference", shape=REFERENCE, right=REFERENCE_RIGHT, most=REFERENCE_MOST)
    received_on = Day("the day on which the referral was received")
    referrer = Part(ReferrerSchema, "the referrer")
    victim = Part(VictimSchema, "the victim")
    perpetrators = Several(Part(PerpetratorSchema, "a perpetrator"), "the perpetrators", least=1, most=10)
    children = Several(Part(ChildSchema, "a child"), "the children", most=20)
    dash = Part(DashSchema, "the checklist")
    routes = Several(Code("the route", codes=Route), "the routes", most=len(Route), distinct=True)
    reasons = Text("the reasons why the risk is high, in your own words", most=LONG, lines=True)
    police_incidents_12_months = WholeNumber("the number of incidents known to police in 12 months", most=999)
    most_recent_incident = Part(IncidentSchema, "the most recent incident")
    victim_aware = YesNo("whether the victim knows of this referral")
    not_aware_reason = Text(
        "why the victim has not been told, or null when the victim knows", most=WORDS, lines=True, allow_none=True
    )
    consent = Code("the answer about consent", codes=ConsentAnswer)
    without_consent = Part(WithoutConsentSchema, "the record of sharing without consent", required=False)
    afraid_of = Several(Text("whom the victim is afraid of", most=SHORT), "those whom the victim is afraid of", most=20)
    earlier_maracs = Several(
        Part(EarlierMaracSchema, "an earlier MARAC"), "the earlier MARACs", most=20, required=False
    )


_SCHEMA: Final = ReferralSchema()


def parse(mapping: object, *, received_today: date | None, known_agencies: Collection[str]) -> ReferralDocument:
    """Check one referral, from a page, a request or a file, and return it whole.

    `mapping` is what JSON gives: texts, numbers, true and false, null, lists and objects. `received_today` is the London day
    on which it is read: a referral received later than that is refused (None: the day is not compared, for files whose
    time is simulated). `known_agencies` are the slugs of the partnership's agencies.

    Raises Invalid with one FieldError for each mistake, in the format's order; no message repeats what was given.
    """
    if not isinstance(mapping, Mapping):
        raise Invalid.field("referral", "Give the referral as an object with its own fields.")
    errors: list[FieldError] = []
    try:
        data: Any = _SCHEMA.load(mapping)
    except ValidationError as refused:
        errors = list(_flat(refused.messages))
        data = refused.valid_data if isinstance(refused.valid_data, Mapping) else {}
    wrong = {error.field for error in errors}
    for contradiction in contradictions(
        data, received_today=received_today, known_agencies=known_agencies, unread=_roots(wrong)
    ):
        if contradiction.field not in wrong:
            errors.append(contradiction)
            wrong.add(contradiction.field)
    if errors:
        raise Invalid(sorted(errors, key=_place), "This referral needs to be corrected.")
    return ReferralDocument.from_document(as_json(data))


def _roots(paths: Collection[str]) -> frozenset[str]:
    """The top-level names under which something could not be read."""
    return frozenset(re.split(r"[.\[]", path)[0] for path in paths)


def _flat(messages: object, path: str = "") -> Iterator[FieldError]:
    """Marshmallow's nested messages as field paths: victim.date_of_birth, perpetrators[0].given_names, dash.answers.14."""
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            if key == "_schema":
                yield from _flat(below, path)
            elif isinstance(key, int):
                yield from _flat(below, f"{path}[{key}]")
            else:
                name = speakable(key)
                yield from _flat(below, f"{path}.{name}" if path else name)
    elif isinstance(messages, list):
        for message in messages:
            yield from _flat(message, path)
    else:
        yield FieldError(path or "referral", str(messages))


def _place(error: FieldError) -> int:
    root = re.split(r"[.\[]", error.field)[0]
    order = list(_SCHEMA.fields)
    return order.index(root) if root in order else len(order)
