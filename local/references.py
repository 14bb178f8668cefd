"""Writes the references that are made from the code: `python -m local.references`. A test fails while one of them is out of date."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import casework
from casework.access.permissions import GRANTS, Permission, Purpose, Role
from casework.db import Base

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


REFERENCES: dict[str, Callable[[], str]] = {"permissions.md": permissions, "data-catalogue.md": data_catalogue}


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
