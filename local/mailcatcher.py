"""A mail server for one machine: takes every message by SMTP, sends none on, and keeps each as a file.

The files are named by time and chance, never by what is in them; the newest name sorts last. Who a message was for stands in its
first lines (X-Envelope-To), as SMTP named them.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST = 5 * 1024 * 1024


class Keeper:
    """Keeps what arrives in a folder. A message is acknowledged only once its file is whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep one message and acknowledge it."""
        content = envelope.content or b""
        lines = [f"X-Envelope-From: {envelope.mail_from}", *(f"X-Envelope-To: {to}" for to in envelope.rcpt_tos)]
        head = "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        unfinished = self._folder / f".{name}"
        unfinished.write_bytes(head + (content if isinstance(content, bytes) else content.encode()))
        unfinished.rename(self._folder / f"{name}.eml")
        return "250 Kept"


async def serve(folder: Path, host: str, port: int) -> None:
    """Take mail on one address until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    keeper = Keeper(folder)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=_LARGEST, enable_SMTPUTF8=True, hostname="localhost", ident="Casework"),
        host=host,
        port=port,
    )
    await stopped.wait()
    server.close()


def main() -> None:
    """Run the mail catcher: `python -m local.mailcatcher --folder DIR --port PORT [--host HOST]`."""
    parser = argparse.ArgumentParser(prog="python -m local.mailcatcher", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where each message is kept, as a file NAME.eml")
    parser.add_argument(
        "--host", default="127.0.0.1", help="where to listen: this machine alone, unless told otherwise"
    )
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(arguments.folder, arguments.host, arguments.port))


if __name__ == "__main__":
    main()
