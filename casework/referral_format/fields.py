"""The kinds of field that a referral is made of: text, code, date, postcode, phone, e-mail, number, yes or no, and lists of them.

Each takes one JSON type and nothing that merely looks like it, and says in its message what would be right, never what was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final

import phonenumbers
from marshmallow import ValidationError, fields, missing
from marshmallow.types import UnknownOption

ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
POSTCODE: Final = re.compile(r"(?:GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2})")
PHONE: Final = re.compile(r"\+?[0-9() .\-]{5,24}")
EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
LONGEST_EMAIL: Final = 254

# Marks that turn the direction of writing or hide in a name, and line ends that are not line feeds: they make a page or a
# printed page show something other than what was typed. Joiners that Persian and Indian scripts need stay allowed.
HIDDEN: Final = frozenset(
    "\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\ufffe\uffff"
)


def is_clean(text: str, *, lines: bool) -> bool:
    """Whether the text has only characters that can be read: no control characters (line feeds where `lines` allows), no halves of
    characters, no hidden marks."""
    return not any(
        character in HIDDEN or (unicodedata.category(character) in ("Cc", "Cs") and not (lines and character in "\n\t"))
        for character in text
    )


class Field(fields.Field[Any]):
    """A field with its own words: `what` completes "Give …" (or the field's own verb)."""

    verb = "Give"

    def __init__(self, what: str, *, required: bool = True, allow_none: bool = False, absent: Any = None) -> None:
        """`required` fields must be there; with `allow_none` they may say null. Others are `absent` when not there, and may
        say null where that is what `absent` is."""
        self.what = what
        give = f"{self.verb} {what}."
        super().__init__(
            required=required,
            allow_none=allow_none or (not required and absent is None),
            error_messages={"required": give, "null": give, "validator_failed": give},
            load_default=missing if required else absent,
        )

    def refuse(self, message: str) -> ValidationError:
        """The refusal to raise."""
        return ValidationError(message)


class Text(Field):
    """Words of at most `most` characters, trimmed, in Unicode's composed form; `lines` allows more than one line."""

    def __init__(
        self, what: str, *, most: int, lines: bool = False, required: bool = True, allow_none: bool = False
    ) -> None:
        super().__init__(what, required=required, allow_none=allow_none)
        self.most = most
        self.lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str | None:
        if not isinstance(value, str):
            raise self.refuse(f"Give {self.what} as text.")
        if len(value) > 4 * self.most:
            raise self.refuse(f"Keep {self.what} to {self.most:,} characters.")
        text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
        if not is_clean(text, lines=self.lines):
            raise self.refuse(f"Give {self.what} without control characters or hidden marks.")
        if len(text) > self.most:
            raise self.refuse(f"Keep {self.what} to {self.most:,} characters.")
        if not text:
            if self.allow_none:
                return None
            raise self.refuse(f"Give {self.what}.")
        return text


class Shaped(Text):
    """A short text of a fixed shape, such as a reference number."""

    def __init__(self, what: str, *, shape: re.Pattern[str], right: str, most: int, required: bool = True) -> None:
        super().__init__(what, most=most, required=required)
        self.shape = shape
        self.right = right

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str | None:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text is not None and not self.shape.fullmatch(text):
            raise self.refuse(self.right)
        return text


class Code(Field):
    """One word out of a fixed list."""

    def __init__(self, what: str, *, codes: Iterable[str], required: bool = True, allow_none: bool = False) -> None:
        super().__init__(what, required=required, allow_none=allow_none)
        self.codes = [str(code) for code in codes]

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.codes:
            raise self.refuse(f"Give {self.what} as {one_of(self.codes)}.")
        return value


class Day(Field):
    """A date of the calendar, written 1984-03-27."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        right = f"Give {self.what} as a real date, year first, such as 1984-03-27."
        if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
            raise self.refuse(right)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.refuse(right) from None


class YesNo(Field):
    """True or false."""

    verb = "Say"

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.refuse(f"Say {self.what} as true or false.")
        return value


class WholeNumber(Field):
    """A whole number from nought to `most`."""

    def __init__(self, what: str, *, most: int) -> None:
        super().__init__(what)
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= self.most:
            raise self.refuse(f"Give {self.what} as a whole number from 0 to {self.most:,}.")
        return value


class Postcode(Field):
    """A postcode of United Kingdom shape, kept as WV9 9UZ. Whether the Royal Mail delivers there is not checked."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        given = "".join(value.upper().split()) if isinstance(value, str) and len(value) <= 20 else ""
        if not POSTCODE.fullmatch(given):
            raise self.refuse(f"Give {self.what} as a UK postcode, such as WV9 9UZ.")
        return f"{given[:-3]} {given[-3:]}"


class PhoneNumber(Field):
    """A possible phone number, kept in the national form for UK numbers and the international one for others.

    Possible, not valid: the numbers that Ofcom keeps for drama and training belong to nobody and must still pass.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        right = f"Give {self.what} as a phone number, such as 07700 900123 or +44 7700 900123."
        if not isinstance(value, str) or not PHONE.fullmatch(value.strip()):
            raise self.refuse(right)
        try:
            number = phonenumbers.parse(value, "GB")
        except phonenumbers.NumberParseException:
            raise self.refuse(right) from None
        # Numbers that ring only within their own exchange are of no use to a caller from an agency.
        if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
            raise self.refuse(right)
        national = number.country_code == 44
        form = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(number, form)


class Email(Field):
    """An e-mail address in plain letters, its domain in lower case."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        given = value.strip() if isinstance(value, str) else ""
        if len(given) > LONGEST_EMAIL or not EMAIL.fullmatch(given):
            raise self.refuse(f"Give {self.what} as an e-mail address, such as name@agency.gov.uk.")
        local, _, domain = given.rpartition("@")
        return f"{local}@{domain.lower()}"


class ByItem(Field):
    """Something for each item of a checklist, by its number written as text: {"1": …, "24": …}."""

    def __init__(self, what: str, *, items: Collection[int], each: Field, whole: bool) -> None:
        """`whole` says that every item must be there; otherwise none need be."""
        super().__init__(what, required=whole, absent={})
        self.items = [str(item) for item in items]
        self.each = each
        self.whole = whole

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, Any]:
        last = len(self.items)
        if not isinstance(value, Mapping):
            raise self.refuse(f'Give {self.what} by item number, such as {{"1": …, "{last}": …}}.')
        found: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for key in [*self.items, *(key for key in value if key not in self.items)]:
            if key not in self.items:
                errors[speakable(key)] = [f"There is no such item: use the numbers 1 to {last}."]
            elif key in value or self.whole:
                try:
                    found[key] = self.each.deserialize(value.get(key))
                except ValidationError as refused:
                    errors[key] = refused.messages
        if errors:
            raise ValidationError(errors)
        return found


class Several(fields.List[Any]):
    """Between `least` and `most` of one kind of thing, kept as a tuple."""

    def __init__(
        self,
        each: Field | fields.Nested,
        what: str,
        *,
        least: int = 0,
        most: int,
        required: bool = True,
        distinct: bool = False,
    ) -> None:
        give = f"Give {what} as a list."
        super().__init__(
            each,
            required=required,
            error_messages={"required": give, "null": give, "invalid": give},
            load_default=missing if required else (),
        )
        self.what = what
        self.least = least
        self.most = most
        self.distinct = distinct

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if not self.least <= len(value) <= self.most:
            raise ValidationError(f"Give {self.what}: at least {self.least} and at most {self.most}.")
        read = tuple(super()._deserialize(value, attr, data, **kwargs))
        if self.distinct and len(set(read)) != len(read):
            raise ValidationError(f"Give {self.what}: each one once.")
        return read


class Part(fields.Nested):
    """A part of the referral that is an object of its own; `null` where the part may be absent."""

    def __init__(self, schema: Any, what: str, *, required: bool = True, allow_none: bool = False) -> None:
        give = f"Give {what} as an object with its own fields."
        unknown: UnknownOption = "raise"
        super().__init__(
            schema,
            unknown=unknown,
            required=required,
            allow_none=allow_none or not required,
            error_messages={"required": give, "null": give, "type": give},
            load_default=missing if required else None,
        )


def one_of(codes: Iterable[str]) -> str:
    """The choices in words: "yes, no or dont_know"."""
    *others, last = codes
    return f"{', '.join(others)} or {last}" if others else last


def speakable(key: object) -> str:
    """A field name as an error may repeat it: short plain names only, because a key that a file made up may hold anything."""
    text = str(key)
    return text if re.fullmatch(r"[a-z0-9_]{1,40}", text) else "(unknown)"
