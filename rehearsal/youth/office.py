"""What everybody of a rehearsed month works with: stores, the partnership, the seed's draws, and the counts of the timeline."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from casework.access.permissions import Purpose
from casework.work import Stores, UnitOfWork
from rehearsal.partnership import World
from rehearsal.youth.people import YoungPerson


@dataclass(frozen=True, slots=True)
class Office:
    """The practitioners' common ground. `counts` are what they believe that they did, for the timeline."""

    stores: Stores
    world: World
    rng: random.Random
    people: list[YoungPerson]
    counts: Counter[str] = field(default_factory=Counter)

    def as_(self, key: str | None, moment: datetime, purpose: Purpose = Purpose.SUPPORT) -> UnitOfWork:
        """Open a unit of work as somebody (None: the system) at a moment (UTC)."""
        return self.world.work(self.stores, key, moment, Purpose.SCHEDULED if key is None else purpose)

    def note(self, what: str) -> None:
        """Count something for the timeline."""
        self.counts[what] += 1
