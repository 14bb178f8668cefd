"""The calendar entry of a sitting: when and where, and nothing of what it is about (iCalendar, RFC 5545 and 5546)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

from icalendar import Calendar, Event, vCalAddress, vText

from casework.clock import LONDON

PRODUCT: Final = "-//Casework//Casework 1//EN"


class Method(StrEnum):
    """What the calendar is to do: note the entry or its newer version, or take it off."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """When and where people meet. `id` is the conference's random id and `sequence` counts its changes, so that a calendar
    replaces the entry it has. Instants are aware; the venue is a public place."""

    id: uuid.UUID
    sequence: int
    starts_at: datetime
    ends_at: datetime
    venue: str


def build_invitation(
    sitting: Sitting,
    *,
    method: Method,
    service_name: str,
    base_url: str,
    organiser: str,
    attendee: str,
    made_at: datetime,
) -> bytes:
    """One entry for one person, in London time with the zone's rules written out.

    `organiser` and `attendee` are mail addresses: each person gets an entry of their own, so nobody sees who else comes. No answer is
    asked for. Raises ValueError when an instant carries no zone, or the sitting ends before it starts.
    """
    if None in (sitting.starts_at.tzinfo, sitting.ends_at.tzinfo, made_at.tzinfo):
        raise ValueError("an instant needs a time zone")
    if sitting.ends_at <= sitting.starts_at:
        raise ValueError("a sitting ends after it starts")
    event = Event()
    event.add("uid", _uid(sitting.id, base_url))
    event.add("sequence", sitting.sequence)
    event.add("dtstamp", made_at.astimezone(UTC))
    event.add("dtstart", sitting.starts_at.astimezone(LONDON))
    event.add("dtend", sitting.ends_at.astimezone(LONDON))
    event.add("summary", _summary(service_name))
    event.add("description", _description(service_name, base_url))
    event.add("location", sitting.venue)
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if method is Method.CANCEL else "OPAQUE")
    event.add("organizer", vCalAddress(f"mailto:{organiser}"))
    person = vCalAddress(f"mailto:{attendee}")
    person.params["RSVP"] = vText("FALSE")
    event.add("attendee", person)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", str(method))
    calendar.add_component(event)
    # Only the zone's changes around the sitting: all of them since 1970 would be most of the mail.
    year = sitting.starts_at.year
    calendar.add_missing_timezones(first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
    written: bytes = calendar.to_ical()
    return written


def is_content_free(written: bytes, *, method: Method, service_name: str, base_url: str) -> bool:
    """Whether a calendar entry is one of ours word for word: built again from its time, place and addresses, it is the same."""
    try:
        calendar: Any = Calendar.from_ical(written)
        (event,) = calendar.walk("VEVENT")
        again = build_invitation(
            Sitting(
                id=uuid.UUID(hex=str(event["UID"]).split("@", 1)[0]),
                sequence=int(event["SEQUENCE"]),
                starts_at=event["DTSTART"].dt,
                ends_at=event["DTEND"].dt,
                venue=str(event["LOCATION"]),
            ),
            method=method,
            service_name=service_name,
            base_url=base_url,
            organiser=str(event["ORGANIZER"]).removeprefix("mailto:"),
            attendee=str(event["ATTENDEE"]).removeprefix("mailto:"),
            made_at=event["DTSTAMP"].dt,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return False  # not an entry, or one without what every entry of ours has
    return again.replace(b"\r\n", b"\n") == written.replace(b"\r\n", b"\n")


def _uid(conference_id: uuid.UUID, base_url: str) -> str:
    return f"{conference_id.hex}@{_host(base_url)}"


def _host(base_url: str) -> str:
    return base_url.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0].lower()


def _summary(service_name: str) -> str:
    return f"Meeting ({service_name})"


def _description(service_name: str, base_url: str) -> str:
    return f"Sign in to {service_name} to see more: {base_url.rstrip('/')}/"
