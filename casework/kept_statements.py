"""Statements that are kept: made, and worked out for the driver, once for each sort of actor, and then run again and again.

Running one costs what the driver costs. It goes over the unit of work's own connection: its transaction, its row-level security
and values bound by the server hold for it as for every other statement (docs/adr/0002-unit-of-work.md).
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import psycopg
from sqlalchemy import Executable, Insert, Select, Uuid, bindparam, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Bundle

from casework.access.actors import Actor, ActorKind
from casework.access.permissions import Role

Process = Callable[[Any], Any]
Key = TypeVar("Key")
_VALUE = re.compile(r"%(?:\((\w+)\)s|%)")  # a value, or a per cent sign, as SQLAlchemy writes them for the driver


@dataclass(frozen=True, slots=True)
class Sort:
    """What a policy may decide by when it makes a condition for an actor: everything but who it is."""

    kind: ActorKind
    roles: frozenset[Role]
    protocol_signed: bool
    has_account: bool
    has_agency: bool

    @classmethod
    def of(cls, actor: Actor) -> Self:
        """Return the sort that an actor is of at this moment."""
        return cls(
            actor.kind,
            actor.roles,
            actor.protocol_signed,
            actor.account_id is not None,
            actor.agency_id is not None,
        )

    def anybody(self) -> Actor:
        """Return an actor of this sort whose ids are bound parameters."""
        account: Any = bindparam("actor_account_id", type_=Uuid()) if self.has_account else None
        agency: Any = bindparam("actor_agency_id", type_=Uuid()) if self.has_agency else None
        return Actor(self.kind, account, agency, self.roles, self.protocol_signed)


class KeptStatement:
    """One statement, as the driver gets it. Its rows are named tuples; of columns with one name the first has it.

    A whole object, or a Bundle of some of its columns, comes as a named tuple of its own, to be read only: None where an outer
    join found none. Raises TypeError for a statement whose text depends on its values: say `any_(array)` instead of `in_(list)`.
    """

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        if not isinstance(statement, Select | Insert):
            raise TypeError("a query or an insert can be kept, and nothing else")
        compiled: Any = statement.compile(dialect=dialect)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._wanted = tuple(name for name, bind in binds.items() if bind.required)
        if any(binds[name].expanding for name in self._wanted):
            raise TypeError("a kept statement binds its values as they stand: say any_(array) instead of in_(list)")
        written = compiled.construct_expanded_state(
            dict.fromkeys(self._wanted)
        )  # lists that never change are written out
        processes: Mapping[str, Any] = written.processors
        self._sql, self._order = _numbered(written.statement)
        self._sent = _needed((name, processes.get(name)) for name in self._wanted)
        self._fixed = {
            name: processes.get(name, _as_it_is)(value)
            for name, value in written.parameters.items()
            if name not in self._wanted
        }
        self._row = _reader(statement, dialect) if isinstance(statement, Select) else None

    def run(self, server: psycopg.Connection[Any], values: Mapping[str, object]) -> Sequence[Any]:
        """Return the rows, given a value for each bound parameter. Raises KeyError for a missing one, psycopg.Error from the server."""
        sent = {**self._fixed, **{name: values[name] for name in self._wanted}}
        for name, process in self._sent:
            sent[name] = process(sent[name])
        cursor = psycopg.RawCursor(server)
        cursor.execute(self._sql, [sent[name] for name in self._order], prepare=True, binary=True)
        return [] if self._row is None else list(map(self._row, cursor.fetchall()))


def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a statement with its values by number, as the server takes them, and their names in that order.

    The driver would otherwise go through a long statement's text each time that it is run.
    """
    places: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = found[1]
        return "%" if name is None else f"${places.setdefault(name, len(places) + 1)}"

    return _VALUE.sub(number, statement).encode(), tuple(places)


def _reader(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> Process:
    """Return what makes a row of ours of a row of the driver's."""
    columns: list[Any] = list(statement.selected_columns)
    processes = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    names: list[str] = []
    parts: list[tuple[int, int, Process | None]] = []
    place = 0
    for described in statement.column_descriptions:
        inner = _inner_names(described["expr"])
        end = place + (1 if inner is None else len(inner))
        names.append(str(described["name"] or ""))
        parts.append((place, end, None if inner is None else _row_of(inner)))
        place = end
    if place != len(columns):
        raise TypeError("a kept statement names the columns it wants: load_only and joined objects are not understood")
    row = _row_of(names)
    read = _needed(enumerate(processes))
    is_flat = all(made is None for _, _, made in parts)
    if is_flat and not read:
        return row

    def made_of(found: Sequence[Any]) -> Any:
        values = list(found)
        for at, process in read:
            values[at] = process(values[at])
        return row(values if is_flat else [_part(values, *part) for part in parts])

    return made_of


def _part(values: Sequence[Any], start: int, end: int, made: Process | None) -> Any:
    if made is None:
        return values[start]
    inner = values[start:end]
    return None if all(value is None for value in inner) else made(inner)


def _inner_names(expression: Any) -> list[str] | None:
    """Return the names of what an object or a Bundle consists of, or None for a single column."""
    if isinstance(expression, Bundle):
        exprs: Any = expression.exprs
        return [str(column.key) for column in exprs]
    if isinstance(expression, type):
        mapper: Any = inspect(expression)
        return [str(attribute.key) for attribute in mapper.column_attrs]
    return None


def as_sqlalchemy(error: psycopg.Error, dialect: Dialect, *, is_dead: bool) -> DBAPIError:
    """Return the driver's error as every other statement of ours raises it, without the values that were sent."""
    made = DBAPIError.instance(
        None,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=is_dead,
        dialect=dialect,
    )
    return made if isinstance(made, DBAPIError) else DBAPIError(None, None, error, hide_parameters=True)


def _as_it_is(value: Any) -> Any:
    return value


def _needed(processes: Iterable[tuple[Key, Process | None]]) -> tuple[tuple[Key, Process], ...]:
    return tuple((key, process) for key, process in processes if process is not None)


def _row_of(names: Sequence[str]) -> Process:
    free: list[str] = []
    for place, name in enumerate(names):
        free.append(name if name.isidentifier() and name not in free and name[0] != "_" else f"column_{place}")
    row: Any = namedtuple("Row", free)  # type: ignore[misc]  # the names are the statement's
    made: Process = row._make
    return made
