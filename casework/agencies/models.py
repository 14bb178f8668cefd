"""The table of agencies. An agency may belong to several partnerships."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base, clear


class Agency(Base):
    """A body that takes part: police, an IDVA service, a hospital."""

    __tablename__ = "agency"

    slug: Mapped[str] = mapped_column(String(60), unique=True, comment=clear("known name in files, e.g. police"))
    name: Mapped[str] = mapped_column(String(120), comment=clear("public name of an organisation"))
    kind: Mapped[str] = mapped_column(
        String(24), default="public_authority", comment=clear("code: public_authority, charity, landlord, private")
    )
    body: Mapped[str | None] = mapped_column(
        String(24), comment=clear("code of what it is in law: police, council, school; empty where nobody has said")
    )
    listed_body: Mapped[bool | None] = mapped_column(
        comment=clear("named by Children Act 2004 s11 or s16LA; empty where nobody has said")
    )
