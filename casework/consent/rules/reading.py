"""Facts as a JSON document and back. Read strictly: every mistake is told by its path, nothing is guessed, unknown fields are refused.

What was stored with a decision is read by the same code, so that the decision can be made again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from casework.agencies.rules import AgencyKind
from casework.clock import london_date
from casework.consent.rules.facts import (
    Agency,
    Article6,
    Category,
    CourtOrder,
    Duty,
    Facts,
    Jurisdiction,
    PoliceRequest,
    ProgrammeCode,
    Purpose,
    Recipient,
    Review,
    ReviewAnswer,
    Risk,
    Setting,
    Subject,
)
from casework.errors import FieldError, Invalid
from casework.programmes.youth_support.rules import Agreement, Giver, Relation, Status
from casework.programmes.youth_support.sharing import ANY

_C = TypeVar("_C", bound=StrEnum)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})")
_SHORT_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_SHORT_NAME_LIMIT = 60
_TEXT_LIMIT = 200
_NOWHERE = (Setting.GROUP, Setting.JOINT_OPERATIONS)


def facts_from(document: object) -> Facts:
    """Read facts from a JSON document (docs/how-casework-decides.md has its fields).

    Raises Invalid with one error a mistake, each with the path of its field and what would be right.
    """
    errors: list[FieldError] = []
    top = _Part(document, "", errors)
    now = top.value("now", _instant, "Give a time with its zone, such as 2026-11-23T10:00:00Z.", required=True)
    found = _facts(top, now)
    top.close()
    if errors:
        raise Invalid(errors)
    return Facts(**found)


def _facts(top: _Part, now: datetime | None) -> dict[str, Any]:
    setting = top.code("setting", Setting)
    switches = top.part("switches")
    switched_on = switches.flag("s16LA")
    switches.close()
    return {
        "now": now,
        "jurisdiction": top.code("jurisdiction", Jurisdiction) or Jurisdiction.ENGLAND,
        "s16la_switched_on": switched_on is True,
        "programme": top.code("programme", ProgrammeCode, required=True),
        "setting": setting,
        "sender": _agency(top.part("sender", required=True)),
        # In a group there is no single recipient to name.
        "recipient": _recipient(top.part("recipient", required=setting not in _NOWHERE)),
        "subject": _subject(top.part("subject"), now),
        "purpose": top.code("purpose", Purpose),
        "categories": _categories(top),
        "risk": _risk(top.part("risk")),
        "agreements": tuple(_agreement(part) for part in top.parts("agreements")),
        "third_party_categories": _about_others(top),
        "barred_categories": frozenset(top.codes("barred_categories", Category)),
        "court_order": _court_order(top),
        "duty": Duty(**_flags(top.part("duty"), Duty)),
        "public_interest_signed_by": top.value(
            "public_interest_signed_by", _text, "Say in which role somebody signed."
        ),
        "police_request": PoliceRequest(**_flags(top.part("police_request"), PoliceRequest)),
        "chosen_basis": top.code("chosen_basis", Article6),
        "review": _review(top.part("review")),
        "counts": tuple(top.values("counts", _count, "Give whole numbers from 0.")),
    }


class _Part:
    """One object of the document: takes its fields one by one, notes mistakes by path, and refuses what is left over."""

    def __init__(self, given: object, path: str, errors: list[FieldError]) -> None:
        self.errors, self.path = errors, path
        self.left: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {}
        self.present = isinstance(given, Mapping)
        if not self.present and given is not None:
            self.wrong("", "Give an object with named fields.")

    def wrong(self, name: str, message: str) -> None:
        """Note a mistake in a field of this part, or in the part itself."""
        field = ".".join(step for step in (self.path, name) if step)
        self.errors.append(FieldError(field or "facts", message))

    def close(self) -> None:
        """Refuse the fields that nobody took."""
        for name in self.left:
            self.wrong(str(name)[:_SHORT_NAME_LIMIT], "There is no such field.")

    def value(self, name: str, read: Callable[[Any], Any], right: str, *, required: bool = False) -> Any:
        """Take one value; None when it is absent, null or wrong."""
        given = self.left.pop(name, None)
        if given is None:
            if required:
                self.wrong(name, f"This is needed. {right}")
            return None
        try:
            return read(given)
        except (ValueError, TypeError, OverflowError):
            self.wrong(name, right)
            return None

    def values(self, name: str, read: Callable[[Any], Any], right: str, *, required: bool = False) -> list[Any]:
        """Take a list of different or repeated values; empty when it is absent."""
        given = self.left.pop(name, None)
        if given is None and not required:
            return []
        if not isinstance(given, list):
            self.wrong(name, f"Give a list. {right}")
            return []
        numbered = {f"{name}[{number}]": value for number, value in enumerate(given)}
        items = _Part(numbered, self.path, self.errors)
        return [items.value(item, read, right, required=True) for item in numbered]

    def flag(self, name: str) -> bool | None:
        """Take a yes or no; None is not known."""
        return self.value(name, _flag, "Give true or false, or leave it out when it is not known.")  # type: ignore[no-any-return]

    def code(self, name: str, codes: type[_C], *, required: bool = False) -> _C | None:
        """Take a code of a vocabulary."""
        return self.value(name, _code_of(codes), _one_of(codes), required=required)  # type: ignore[no-any-return]

    def codes(self, name: str, codes: type[_C], *, required: bool = False) -> list[_C]:
        """Take a list of different codes."""
        found = self.values(name, _code_of(codes), _one_of(codes), required=required)
        known = [code for code in found if code is not None]
        if len(set(known)) < len(known):
            self.wrong(name, "Name each once.")
        return known

    def name(self, name: str, *, required: bool = False) -> str | None:
        """Take the short name of an agency."""
        right = f"Give a short name of a-z, 0-9, hyphens and underlines, up to {_SHORT_NAME_LIMIT} characters."
        return self.value(name, _short_name, right, required=required)  # type: ignore[no-any-return]

    def day(self, name: str) -> date | None:
        """Take a day."""
        return self.value(name, _day, "Give a day, such as 2026-09-01.")  # type: ignore[no-any-return]

    def part(self, name: str, *, required: bool = False) -> _Part:
        """Take an object; an empty one when it is absent."""
        given = self.left.pop(name, None)
        if given is None and required:
            self.wrong(name, "This is needed. Give an object with named fields.")
        return _Part(given, self._inside(name), self.errors)

    def parts(self, name: str) -> list[_Part]:
        """Take a list of objects."""
        given = self.left.pop(name, None)
        if given is not None and not isinstance(given, list):
            self.wrong(name, "Give a list of objects.")
            return []
        found = [
            _Part(value, f"{self._inside(name)}[{number}]", self.errors) for number, value in enumerate(given or [])
        ]
        for part, value in zip(found, given or [], strict=True):
            if value is None:
                part.wrong("", "Give an object with named fields.")
        return found

    def _inside(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def _agency(part: _Part) -> Agency | None:
    found = _agency_fields(part)
    part.close()
    return Agency(**found) if part.present and found["agency"] else None


def _recipient(part: _Part) -> Recipient | None:
    found = _agency_fields(part)
    for name in ("is_alleged_abuser", "route_reaches_abuser", "conflict_blocked", "need_to_know"):
        found[name] = part.flag(name)
    part.close()
    return Recipient(**found) if part.present and found["agency"] else None


def _agency_fields(part: _Part) -> dict[str, Any]:
    return {
        "agency": part.name("agency", required=part.present),
        "body": part.name("body"),
        "kind": part.code("kind", AgencyKind),
        "listed_body": part.flag("listed_body"),
        "protocol_signed": part.flag("protocol_signed"),
        "active": part.flag("active"),
    }


def _subject(part: _Part, now: datetime | None) -> Subject:
    born = part.day("date_of_birth")
    if born is not None and now is not None and born > london_date(now):
        part.wrong("date_of_birth", "Give a day that is not after `now`.")
    subject = Subject(date_of_birth=born, care_and_support_needs=part.flag("care_and_support_needs"))
    part.close()
    return subject


def _categories(top: _Part) -> tuple[Category, ...]:
    given = top.left.get("categories")
    found = top.codes("categories", Category, required=True)
    if given == []:
        top.wrong("categories", "Name at least one.")
    return tuple(found)


def _about_others(top: _Part) -> frozenset[Category] | None:
    """Take the categories that are about other people too. An empty list says none; no list says that nobody has looked."""
    is_given = top.left.get("third_party_categories") is not None
    found = frozenset(top.codes("third_party_categories", Category))
    return found if is_given else None


def _risk(part: _Part) -> Risk:
    routes = tuple(part.values("marac_routes", _short_name, "Give codes of MARAC's routes, such as visible_high_risk."))
    found = {field.name: part.flag(field.name) for field in fields(Risk) if field.name != "marac_routes"}
    part.close()
    return Risk(**found, marac_routes=routes)


def _flags(part: _Part, owner: type) -> dict[str, bool | None]:
    found = {field.name: part.flag(field.name) for field in fields(owner)}
    part.close()
    return found


def _court_order(top: _Part) -> CourtOrder | None:
    part = top.part("court_order")
    order = CourtOrder(categories=frozenset(part.codes("categories", Category)), recipient=part.name("recipient"))
    part.close()
    return order if part.present else None


def _review(part: _Part) -> Review:
    review = Review(
        manager=part.code("manager", ReviewAnswer), safeguarding_lead=part.code("safeguarding_lead", ReviewAnswer)
    )
    part.close()
    return review


def _agreement(part: _Part) -> Agreement:
    giver = part.part("giver")
    # A wrong status is noted and never reaches a decision.
    status = part.code("status", Status, required=True) or Status.REFUSED
    agreement = Agreement(
        status=status,
        on=part.day("on"),
        review_due=part.day("review_due"),
        expires_on=part.day("expires_on"),
        giver=Giver(
            relation=giver.code("relation", Relation),
            competent=giver.flag("competent"),
            recorded_as_abuser=giver.flag("recorded_as_abuser"),
        ),
        purposes=frozenset(purpose.value for purpose in part.codes("purposes", Purpose)),
        permit=_scope(part.part("permit"), any_allowed=status is not Status.GIVEN),
        deny=_scope(part.part("deny"), any_allowed=True),
    )
    giver.close()
    part.close()
    return agreement


def _scope(part: _Part, *, any_allowed: bool) -> dict[str, frozenset[str]]:
    """Read agencies with their categories. "*" (any) stands only in a no: a yes names each agency and each category."""
    right = _one_of(Category) + (
        f' Or "{ANY}" for all.' if any_allowed else " Name each: a yes to everything is not accepted."
    )
    category = _code_of(Category)
    found = {}
    for name in list(part.left):
        try:
            known = (any_allowed and name == ANY) or bool(_short_name(name))
        except ValueError:
            known = False
        if not known:
            part.left.pop(name)
            part.wrong("", "Name each agency by its short name: any agency is not accepted in a yes.")
            continue
        codes = part.values(name, lambda value: value if any_allowed and value == ANY else category(value), right)
        found[name] = frozenset(str(code) for code in codes if code is not None)
    return found


def _code_of(codes: type[_C]) -> Callable[[Any], _C]:
    def read(given: Any) -> _C:
        if not isinstance(given, str):
            raise TypeError
        return codes(given)

    return read


def _one_of(codes: Iterable[StrEnum]) -> str:
    return f"Use one of: {', '.join(code.value for code in codes)}."


def _flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def _count(given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise ValueError
    return given


def _text(given: Any) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > _TEXT_LIMIT:
        raise ValueError
    return given


def _short_name(given: Any) -> str:
    if not isinstance(given, str) or len(given) > _SHORT_NAME_LIMIT or not _SHORT_NAME.fullmatch(given):
        raise ValueError
    return given


def _day(given: Any) -> date:
    if not isinstance(given, str) or not _DAY.fullmatch(given):
        raise ValueError
    return date.fromisoformat(given)


def _instant(given: Any) -> datetime:
    if not isinstance(given, str) or not _INSTANT.fullmatch(given):
        raise ValueError
    return datetime.fromisoformat(given).astimezone(UTC)


def as_document(facts: Facts) -> dict[str, Any]:
    """Return facts as a JSON document that `facts_from` reads back to equal facts. What is not known is left out."""
    document: dict[str, Any] = _spelt(facts)
    document["switches"] = {"s16LA": document.pop("s16la_switched_on")}
    document["now"] = facts.now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return document


def _spelt(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _spelt(held) for name, held in value.items()}
    if isinstance(value, frozenset):
        return sorted(_spelt(held) for held in value)
    if isinstance(value, tuple):
        return [_spelt(held) for held in value]
    if hasattr(value, "__dataclass_fields__"):
        found = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: _spelt(held) for name, held in found.items() if held is not None}
    return value
