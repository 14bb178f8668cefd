"""Risk checklists: question packs as data, complete answers with a source for each, the score, its band, and what has changed.

The score is derived and never the whole decision. An item is known by its code, because numbers differ between tools.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from casework.errors import FieldError, Invalid
from casework.programmes.marac.rules import Policy

PACKS = Path(__file__).parent / "packs"
"""The folder of the packs that come with Casework. A partnership with a licence puts its own folder in its place."""


class Answer(StrEnum):
    """An answer. There is no "not applicable", and only a yes counts."""

    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont_know"


class Band(StrEnum):
    """The band of a score."""

    STANDARD = "standard"
    MEDIUM = "medium"
    HIGH = "high"


VICTIM = "victim"
"""The source of an answer unless another is named."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be ticked beside a yes."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question: its lasting code, its number in this tool, the topic in short, the question, the detail wanted, and help."""

    code: str
    number: int
    topic: str
    question: str
    detail: str | None
    help: str | None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """A tool at one version: its items in order, whose wording it is, and what to say first."""

    tool: str
    version: str
    name: str
    wording: str
    introduction: str
    items: tuple[Item, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The items' codes, in order."""
        return tuple(item.code for item in self.items)

    def item(self, code: str) -> Item:
        """Return one item. Raises KeyError for a code that this pack does not have."""
        return {item.code: item for item in self.items}[code]


@lru_cache(maxsize=8)
def load_packs(folder: Path = PACKS) -> Mapping[tuple[str, str], Pack]:
    """Read every pack (*.json) of a folder, by tool and version. Read once: a changed folder needs a restart.

    Raises ValueError naming the file and what is wrong with it: doubled codes or numbers, or two packs of one version.
    """
    packs: dict[tuple[str, str], Pack] = {}
    for path in sorted(folder.glob("*.json")):
        pack = _read(path)
        if (pack.tool, pack.version) in packs:
            raise ValueError(f"{path.name}: there is another pack of {pack.tool} {pack.version}")
        packs[pack.tool, pack.version] = pack
    if not packs:
        raise ValueError(f"{folder.name}: there is no question pack in this folder")
    return packs


def find_pack(tool: str, version: str, folder: Path = PACKS) -> Pack:
    """Return the pack of a tool and version. Raises Invalid naming the field when there is none."""
    packs = load_packs(folder)
    if (tool, version) in packs:
        return packs[tool, version]
    known = ", ".join(f"{t} {v}" for t, v in packs)
    raise Invalid.field("dash.version" if any(t == tool for t, _ in packs) else "dash.tool", f"Use one of: {known}.")


def _read(path: Path) -> Pack:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        items = tuple(
            Item(**{**item, "choices": tuple(Choice(**choice) for choice in item.get("choices", ()))})
            for item in raw.pop("items")
        )
        pack = Pack(**raw, items=items)
    except (ValueError, TypeError, KeyError, AttributeError) as wrong:
        raise ValueError(f"{path.name}: not a question pack ({wrong})") from wrong
    for what, values in (("code", [i.code for i in items]), ("number", [i.number for i in items])):
        if len(set(values)) != len(values):
            raise ValueError(f"{path.name}: an item's {what} is used twice")
    if not items:
        raise ValueError(f"{path.name}: a pack needs items")
    return pack


@dataclass(frozen=True, slots=True)
class Assessment:
    """A complete checklist by item code: the answers, who said so (always named), and the detail written beside them."""

    answers: Mapping[str, Answer]
    sources: Mapping[str, str]
    details: Mapping[str, str]


def assess(
    pack: Pack,
    answers: Mapping[str, Any],
    sources: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Assessment:
    """Check a checklist whole and return it by item code. Keys may be codes or the numbers printed on the form ("14").

    The source of an answer is the victim unless another is named. Raises Invalid with a path for each mistake
    ("dash.answers.14"): an item without an answer, an unknown item, one answered twice, an answer that is none.
    """
    errors: list[FieldError] = []
    given = dict(_by_code(pack, answers, "dash.answers", errors))
    wrong = ({code for code, value in given.items() if value not in tuple(Answer)}) | (set(pack.codes) - set(given))
    for item in pack.items:
        if item.code in wrong:
            errors.append(FieldError(f"dash.answers.{item.number}", "Answer yes, no or dont_know."))
    texts: dict[str, dict[str, str]] = {}
    for name, values in (("sources", sources or {}), ("details", details or {})):
        path = f"dash.{name}"
        texts[name] = {}
        for code, value in _by_code(pack, values, path, errors):
            if isinstance(value, str) and value.strip():
                texts[name][code] = value.strip()
            else:
                errors.append(FieldError(f"{path}.{pack.item(code).number}", "Write it in words, or leave it out."))
    if errors:
        raise Invalid(errors)
    return Assessment(
        answers={code: Answer(given[code]) for code in pack.codes},
        sources={code: texts["sources"].get(code, VICTIM) for code in pack.codes},
        details=texts["details"],
    )


def _by_code(pack: Pack, values: Mapping[str, Any], path: str, errors: list[FieldError]) -> Iterator[tuple[str, Any]]:
    """Yield the values by item code; note every key that is no item, or the same item a second time."""
    codes = {name: item.code for item in pack.items for name in (item.code, str(item.number))}
    seen: set[str] = set()
    for key, value in values.items():
        code = codes.get(key)
        if code is None:
            # A key is somebody's typing and may be anything: only a number is repeated.
            where = f"{path}.{key}" if key.isdecimal() and len(key) <= 3 else path
            errors.append(FieldError(where, f"Use only the item numbers 1 to {len(pack.items)}, or their codes."))
        elif code in seen:
            errors.append(FieldError(f"{path}.{pack.item(code).number}", "This item is given twice."))
        else:
            seen.add(code)
            yield code, value


def score(answers: Mapping[str, Answer]) -> int:
    """Count the yes answers (SafeLives: only a yes counts; "don't know" does not)."""
    return sum(answer == Answer.YES for answer in answers.values())


def band(score: int, policy: Policy) -> Band:
    """Return the band of a score under the partnership's policy; by default 0 to 9, 10 to 13, 14 and more."""
    if score >= policy.threshold:
        return Band.HIGH
    return Band.MEDIUM if score >= policy.medium_from else Band.STANDARD


@dataclass(frozen=True, slots=True)
class Change:
    """One item whose answer differs between two checklists; None where one of them does not have the item."""

    code: str
    before: Answer | None
    after: Answer | None

    @property
    def raises_risk(self) -> bool:
        """Whether it is a yes now and was none before."""
        return self.after == Answer.YES and self.before != Answer.YES


def difference(old: Mapping[str, Answer], new: Mapping[str, Answer]) -> list[Change]:
    """List the items whose answer changed, by code, in the newer checklist's order, then those that only the older has."""
    codes = dict.fromkeys((*new, *old))
    return [Change(code, old.get(code), new.get(code)) for code in codes if old.get(code) != new.get(code)]
