"""A mail server that takes every message and keeps none, in a process of its own: `python -m benchmarks.mail_sink PORT`."""

from __future__ import annotations

import asyncio
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Says yes to every message."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a message."""
        return "250 taken"


async def serve(port: int) -> None:
    """Take mail until ended."""
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(Sink(), hostname="localhost"), host="127.0.0.1", port=port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
