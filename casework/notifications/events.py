"""Facts about notices."""

from __future__ import annotations

from dataclasses import dataclass

from casework.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class NoticesRecorded(DomainEvent):
    """Notices were put into the post; they can be sent now."""

    wire = "notices.recorded"
