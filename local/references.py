"""Writes the references that are made from the code: `python -m local.references`. A test fails while one of them is out of date."""

from __future__ import annotations

import dataclasses
import importlib
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import casework
from casework.access.permissions import GRANTS, Permission, Purpose, Role
from casework.db import Base
from casework.events.domain_event import REGISTER
from workers import handling
from workers.schedule import SCHEDULE
from workers.subscriptions import SUBSCRIPTIONS

DOCS = Path(__file__).parents[1] / "docs"
_MADE = "<!-- Made by `python -m local.references` from {source}. Change that, not this. -->\n"


def permissions() -> str:
    """Return docs/permissions.md: which role grants what."""
    roles = list(Role)
    lines = [
        "# Who may do what at all\n",
        _MADE.format(source="casework/access/permissions.py"),
        "A permission opens no case by itself. After it, in this order, come the case's own conditions: no conflict block, protocol",
        "signed and confidentiality accepted, standing in this case, the programme's sharing model, a stated purpose, the time window",
        "([decision 4](adr/0004-access-order.md)). A block beats every role. The operator sees no case.\n",
        f"| Permission | {' | '.join(role.value for role in roles)} |",
        f"|---|{'---|' * len(roles)}",
    ]
    for permission in Permission:
        held = ["yes" if permission in GRANTS[role] else "" for role in roles]
        lines.append(f"| `{permission.value}` | {' | '.join(held)} |")
    lines += [
        "\nScheduled work runs as the system, which has every permission and is named as such in the trail.\n",
        "## Purposes\n",
        "Whoever opens personal data says why, in one of these words; it is written to the trail with the view.\n",
        *(f"- {purpose.value}" for purpose in Purpose),
    ]
    return "\n".join(lines) + "\n"


def data_catalogue() -> str:
    """Return docs/data-catalogue.md: every column of the main database, how it is kept, and why."""
    for models in sorted(Path(casework.__path__[0]).glob("*/models.py")):
        importlib.import_module(f"casework.{models.parent.name}.models")
    tables = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
    counts = Counter(str(column.comment).partition(":")[0] for table in tables for column in table.columns)
    lines = [
        "# Every column, how it is kept, and why\n",
        _MADE.format(source="the comments of the columns in casework/*/models.py"),
        "- **clear**: stored as it is. Ids, codes, times, and what row-level security, sorting and the scheduler need.",
        "- **sealed**: encrypted under the data key of its person, case or account, and bound to its place ([sealing](sealing.md)).",
        "- **index**: a keyed fingerprint that finds an equal value and says nothing else.\n",
        f"{len(tables)} tables: {counts['clear']} columns clear, {counts['sealed']} sealed, {counts['index']} index.",
        "The key store, a database of its own, is described in [sealing](sealing.md).",
    ]
    for table in tables:
        about = " ".join((_model_of(table.name).__doc__ or "").split())
        lines += [f"\n## {table.name}\n", f"{about}\n", "| Column | Kept | Why |", "|---|---|---|"]
        for column in table.columns:
            kept, _, why = str(column.comment).partition(": ")
            lines.append(f"| {column.name} | {kept} | {why.replace('|', '/')} |")
    return "\n".join(lines) + "\n"


def _model_of(table: str) -> type:
    return next(mapper.class_ for mapper in Base.registry.mappers if mapper.local_table.name == table)  # type: ignore[attr-defined]


def events() -> str:
    """Return docs/events.md: every event, what it carries, what follows from it, and what the clocks do."""
    for declared in sorted(Path(casework.__path__[0]).glob("*/events.py")):
        importlib.import_module(f"casework.{declared.parent.name}.events")
    facts = {event: fact for event, fact in sorted(REGISTER.items()) if fact.__module__.startswith("casework.")}
    lines = [
        "# Every event, what follows from it, and what the clocks do\n",
        _MADE.format(source="casework/*/events.py, workers/subscriptions.py and workers/schedule.py"),
        "An event is a fact that has happened, stored with the change that made it and carried to the workers as a random id",
        "([decision 3](adr/0003-outbox.md)). It holds ids, codes and dates, and `partnership_id` besides what is listed. What follows",
        "happens once, in an order of its own, as of the moment of the event. An event that nothing follows is kept for a month all the",
        "same: it says what happened, and a new handler needs no change to the concept.\n",
        f"{len(facts)} events; something follows from {len(SUBSCRIPTIONS)}.",
    ]
    for event, fact in facts.items():
        fields = [each for each in dataclasses.fields(fact) if each.name != "partnership_id"]
        carried = ", ".join(f"`{each.name}` ({_kind(each.type)})" for each in fields)
        lines += [f"\n## {event}\n", f"{' '.join((fact.__doc__ or '').split())}\n"]
        lines.append(
            f"- Version {fact.version}, of `{fact.__module__.replace('.', '/')}.py`; carries {carried or 'nothing'}."
        )
        lines += [f"- Then `{handling.name_of(each)}`: {_first(each)}" for each in SUBSCRIPTIONS.get(event, ())]
    lines += [
        "\n# What the clocks do\n",
        "Each slot is claimed once in each partnership, however many clocks run; times of day are London's.\n",
        "| Work | When | Why |",
        "|---|---|---|",
    ]
    for job in SCHEDULE:
        minutes = job.every.total_seconds() / 60 if job.every else 0
        when = f"every {minutes:g} min" if job.every else f"daily at {job.daily_at:%H:%M}"
        lines.append(f"| {job.name} | {when} | {job.why} |")
    return "\n".join(lines) + "\n"


def _kind(declared: object) -> str:
    kind, *others = str(declared).split(" | ")
    known = {"uuid.UUID": "id", "str": "code", "bool": "yes or no", "int": "number"}
    return known.get(kind, kind) + (", if any" if "None" in others else "")


def _first(handler: Callable[..., object]) -> str:
    return " ".join((handler.__doc__ or "").split())


REFERENCES: dict[str, Callable[[], str]] = {
    "permissions.md": permissions,
    "data-catalogue.md": data_catalogue,
    "events.md": events,
}


def main() -> int:
    """Write every reference that has changed."""
    for name, make in REFERENCES.items():
        path = DOCS / name
        text = make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
