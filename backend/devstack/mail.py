"""An embedded mail server that delivers to a folder: every message becomes one .eml file.

    python -m backend.devstack.mail FOLDER

It listens on a free port of the loopback interface and prints that port; where READY_FILE is set it writes it there too.
"""

import argparse
import asyncio
import os
import secrets
import signal
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from backend.devstack.files import write_whole
from backend.devstack.ports import LOOPBACK

STORED = "250 Message stored"


class FolderOfMessages:
    """The handler that aiosmtpd calls: a message is accepted only once its file stands whole in the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Store one message, under a name that sorts by arrival. The envelope's recipients go into X-Envelope-To."""
        content = envelope.content
        # aiosmtpd decodes only where it is told to, and here it is not.
        assert isinstance(content, bytes)
        recipients = f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        write_whole(self._folder / f"{time.time_ns()}-{secrets.token_hex(4)}.eml", recipients + content)
        return STORED


def messages(folder: Path) -> list[EmailMessage]:
    """What was delivered to the folder, in the order of arrival."""
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(folder.glob("*.eml"))]


async def serve(handler: FolderOfMessages, ready_file: Path | None) -> None:
    """Serve until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, done.set)
    server = await loop.create_server(lambda: SMTP(handler, hostname="localhost", loop=loop), LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    if ready_file is not None:
        write_whole(ready_file, str(port).encode())
    async with server:
        await done.wait()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    ready_file = os.environ.get("READY_FILE")
    asyncio.run(serve(FolderOfMessages(parser.parse_args().folder), Path(ready_file) if ready_file else None))


if __name__ == "__main__":
    main()
