"""The minutes of a sitting as one reader may see them, and their rendering as a tagged PDF (PDF/UA-1).

Whoever builds `MinutesDocument` decides what the reader may see; what is left out here is not in the file. Text travels as data,
never as markup, so whatever somebody typed stays text.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

from casework.clock import clock_words, london_date, wednesday_9_december

TEMPLATE: Final = Path(__file__).with_name("minutes.typ")

MOST_NAMED: Final = 5
"""So many agencies are named in a sentence; more are counted."""

LATIN: Final = 0xFF
"""The last character that every font has."""

HANDLING: Final = (
    "Restricted when complete. Do not copy, forward or put on a shared drive. The perpetrator must not learn of this."
)
"""Printed at the foot of each page unless a partnership has words of its own."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody at the sitting: for whom they stood in, and whether they accepted the confidentiality statement."""

    name: str
    agency: str
    accepted: bool
    deputises_for: str | None = None


@dataclass(frozen=True, slots=True)
class Apologies:
    """Somebody who could not come, and when their agency's information was sent instead (None: it was not)."""

    name: str
    agency: str
    information_sent_on: date | None = None


@dataclass(frozen=True, slots=True)
class UnfinishedAction:
    """An action of an earlier sitting that is not done, with what its agency said happened."""

    case_number: str
    owner: str
    what: str
    due_on: date
    what_happened: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing an agency knows, with its London day when it has one."""

    words: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Information:
    """What one agency told the conference about a case. `withheld` says that something was kept back from this reader or
    from the table, never what it is."""

    agency: str
    facts: tuple[Fact, ...] = ()
    opinions: tuple[str, ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Risk:
    """What the danger is, and to whom ("the victim")."""

    to: str
    words: str


@dataclass(frozen=True, slots=True)
class AgreedAction:
    """What one agency does by when."""

    owner: str
    what: str
    due_on: date


@dataclass(frozen=True, slots=True)
class CrimeDisclosed:
    """A crime disclosed at the hearing, and what the victim wishes about reporting it. Minuted under its own heading, so that the
    rules of crime recording can be met."""

    what: str
    wish: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutedCase:
    """One case as heard, or put off with the reason. `who` names the people; parts that the reader may not see are absent.

    `information` is what agencies said; those that know nothing, and those that never answered, are only named.
    """

    number: str
    who: str
    is_repeat: bool = False
    put_off_because: str | None = None
    information: tuple[Information, ...] = ()
    nothing_known: tuple[str, ...] = ()
    no_answer: tuple[str, ...] = ()
    victims_voice: str | None = None
    risks: tuple[Risk, ...] = ()
    actions: tuple[AgreedAction, ...] = ()
    no_action_because: str | None = None
    crimes: tuple[CrimeDisclosed, ...] = ()
    teller: str | None = None
    tell_how: str | None = None
    nobody_tells_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesDocument:
    """The minutes of one sitting for one reader (SafeLives' template for minutes).

    `copy_for` is the agency whose copy it is, None for the whole record; `taken_by` who took it out of Casework and when, printed on
    each page; `about_version` what this version replaces, or that it is being corrected. `sits_at` and `approved_at` are instants.
    Unfinished actions stand in two lists, overtaken by events apart from simply not done. `lapsed` are numbers of cases.
    """

    marac: str
    sits_at: datetime
    venue: str
    chair: str
    version: int
    confidentiality_statement: str
    about_version: str | None = None
    copy_for: str | None = None
    taken_by: str | None = None
    approved_at: datetime | None = None
    present: tuple[Present, ...] = ()
    observers: tuple[Present, ...] = ()
    apologies: tuple[Apologies, ...] = ()
    overtaken: tuple[UnfinishedAction, ...] = ()
    not_done: tuple[UnfinishedAction, ...] = ()
    cases: tuple[MinutedCase, ...] = ()
    lapsed: tuple[str, ...] = ()
    other_business: str | None = None
    handling: str = HANDLING

    @property
    def title(self) -> str:
        """Of which sitting they are."""
        return f"Minutes of {self.marac}, {_day(self.sits_at)}"

    @property
    def whose(self) -> str:
        """Whose copy it is, in one line for the head of each page: a page that is found tells where it came from."""
        copy = f"Copy for {self.copy_for}" if self.copy_for else "The whole record"
        return f"{copy}. Taken by {self.taken_by}" if self.taken_by else copy

    @property
    def in_short(self) -> tuple[str, ...]:
        """What happened, in a few sentences that count only what is in this document. None when no case is."""
        return tuple(_in_short(self)) if self.cases else ()


def and_list(names: Iterable[str]) -> str:
    """Say several names in one phrase: "Housing", "Housing and Police", "Housing, IDVA and Police"."""
    *first, last = list(names)
    return f"{', '.join(first)} and {last}" if first else last


def _in_short(minutes: MinutesDocument) -> Iterator[str]:
    heard = [one for one in minutes.cases if one.put_off_because is None]
    repeats, put_off = sum(one.is_repeat for one in heard), len(minutes.cases) - len(heard)
    words = f"{_count(len(heard), 'case')} {_was(len(heard))} heard" if heard else "No case was heard"
    if repeats and len(heard) == 1:
        words += ", a repeat"
    elif repeats:
        words += f", {repeats} of them {'a repeat' if repeats == 1 else 'repeats'}"
    yield words + (f"; {put_off} {_was(put_off)} put off to a later sitting." if put_off else ".")
    actions = [action for one in heard for action in one.actions]
    if actions:
        owners = sorted({action.owner for action in actions})
        for_whom = and_list(owners) if len(owners) <= MOST_NAMED else _count(len(owners), "agency", "agencies")
        yield f"{_count(len(actions), 'action')} {_was(len(actions))} agreed, for {for_whom}."
    elif heard:
        yield "No action was agreed."
    if left := len(minutes.not_done):
        yield f"{_count(left, 'action')} of earlier sittings {'is' if left == 1 else 'are'} not done."


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _day(moment: datetime) -> str:
    return wednesday_9_december(london_date(moment), with_year=True)


def render_minutes(minutes: MinutesDocument, *, made_at: datetime, fonts: Path | None) -> bytes:
    """The minutes as a PDF: tagged, PDF/UA-1, British English, its title shown in the window.

    `made_at` is the instant written into the file. `fonts` is a folder of TrueType fonts with Atkinson Hyperlegible; without the
    folder or the font, the renderer's own fonts serve. Raises ValueError when an instant carries no zone.
    """
    if made_at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    folder = str(fonts) if fonts is not None and fonts.is_dir() else None
    data = said(minutes)
    characters = characters_of(data)
    never = frozenset(character for character in characters if never_printed(character))
    try:
        return _compiled(data, never, made_at, folder)
    except typst.TypstError:
        # The standard forbids a character that no font has: its number is printed instead, and the first page says so.
        rare = frozenset(character for character in characters - never if ord(character) > LATIN)
        lost = frozenset(character for character in rare if not _is_printable(character, folder))
    try:
        return _compiled(data, never | lost, made_at, folder)
    except typst.TypstError:
        # Signs that can be printed alone but not joined.
        return _compiled(data, never | rare, made_at, folder)


def _compiled(data: dict[str, Any], lost: frozenset[str], made_at: datetime, folder: str | None) -> bytes:
    readable = (spelt_out(data, lost) if lost else data) | {"unprintable": bool(lost)}
    pdf = typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=_fonts(folder),
        sys_inputs={"minutes": json.dumps(readable, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is one file")
    return pdf


@lru_cache(maxsize=4096)
def _is_printable(character: str, folder: str | None) -> bool:
    """Whether some font has the character: tried on a page of its own."""
    probe = b'#set document(title: "one character")\n#sys.inputs.character'
    try:
        typst.compile(
            probe, font_paths=_fonts(folder), sys_inputs={"character": character}, pdf_standards=["ua-1"], timestamp=0
        )
    except typst.TypstError:
        return False
    return True


def never_printed(character: str) -> bool:
    """Whether a character is no text at all: a control sign or half of a pair."""
    return character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs")


def characters_of(value: Any) -> frozenset[str]:
    """Return every character of the data's texts."""
    if isinstance(value, dict | list):
        below = value.values() if isinstance(value, dict) else value
        return frozenset().union(*(characters_of(item) for item in below))
    return frozenset(value) if isinstance(value, str) else frozenset()


def spelt_out(value: Any, lost: frozenset[str]) -> Any:
    """Return the same data with each lost character as its number, such as [U+674E]."""
    if isinstance(value, dict):
        return {name: spelt_out(item, lost) for name, item in value.items()}
    if isinstance(value, list):
        return [spelt_out(item, lost) for item in value]
    if isinstance(value, str):
        return "".join(f"[U+{ord(character):04X}]" if character in lost else character for character in value)
    return value


@lru_cache(maxsize=4)
def _fonts(folder: str | None) -> typst.Fonts:
    """The fonts, searched once: what the machine happens to have installed is left out, so that every machine prints the same."""
    return typst.Fonts(include_system_fonts=False, font_paths=[folder] if folder else [])


def said(minutes: MinutesDocument) -> dict[str, Any]:
    """Return the document as plain values with its days and its own sentences in words: what a template needs to set it."""
    plain: dict[str, Any] = _plain(minutes)
    return plain | {
        "title": minutes.title,
        "whose": minutes.whose,
        "in_short": list(minutes.in_short),
        "when": f"{_day(minutes.sits_at)}, {clock_words(minutes.sits_at)}",
        "approved": minutes.approved_at and _day(minutes.approved_at),
        "cases": [
            _plain(one) | {"nothing_known": _names(one.nothing_known), "no_answer": _names(one.no_answer)}
            for one in minutes.cases
        ],
    }


def _names(names: tuple[str, ...]) -> str | None:
    return and_list(names) if names else None


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return wednesday_9_december(value, with_year=True)
    return value
