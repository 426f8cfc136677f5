"""manage.py listen_mllp: laboratories send HL7 v2 results over MLLP and get an answer to each."""

from __future__ import annotations

import signal
import socket
import socketserver
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from tracking import clock
from tracking.domain.actor import Actor
from tracking.services import messages

log = structlog.get_logger(__name__)

_BY = Actor.system("mllp")
_BEGIN, _END = b"\x0b", b"\x1c\r"
_PIECE = 65_536
_LOOK_UP = 0.2  # seconds


class Listener(socketserver.ThreadingTCPServer):
    """One thread a connection, and never more than ``most`` of them: whoever comes then waits until one ends.

    A connection's next message is read only when the one before is answered: no sender is ever faster than the database.
    """

    allow_reuse_address = True
    # A message under way when it stops is not answered, and not stored either: its sender sends it again.
    daemon_threads = True

    def __init__(self, address: tuple[str, int], *, most: int, largest: int, idle_seconds: float) -> None:
        self.largest, self.idle_seconds = largest, idle_seconds
        self._free = threading.BoundedSemaphore(most)
        self._stopping = threading.Event()
        super().__init__(address, Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """As the base, once there is room; nobody new is taken while it stops."""
        while not self._free.acquire(timeout=_LOOK_UP):
            if self._stopping.is_set():
                self.shutdown_request(request)
                return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._free.release()
            raise

    def shutdown(self) -> None:
        """As the base; whoever waits for room is let go."""
        self._stopping.set()
        super().shutdown()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """As the base; then there is room for another."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()


class Connection(socketserver.BaseRequestHandler):
    """One sender: a frame in, its answer out, and so on until it goes, is silent too long, or sends what is no frame."""

    server: Listener
    request: socket.socket

    def handle(self) -> None:
        """Answer frame after frame."""
        self.request.settimeout(self.server.idle_seconds)
        held = b""
        try:
            while (found := self._frame(held)) is not None:
                message, held = found
                self.request.sendall(_BEGIN + self._taken(message) + _END)
        except (TimeoutError, ConnectionError):
            return
        finally:
            connections.close_all()

    def _frame(self, held: bytes) -> tuple[bytes, bytes] | None:
        """The next message and what was read behind it; None where there is none any more."""
        while True:
            begun = held.find(_BEGIN)
            # Between two frames nothing stands but line ends; whoever sends anything else speaks another protocol.
            if (held if begun < 0 else held[:begun]).strip():
                log.warning("no frame", peer=self.client_address[0])
                return None
            ended = held.find(_END, begun + 1) if begun >= 0 else -1
            if ended >= 0:
                return held[begun + 1 : ended], held[ended + len(_END) :]
            if len(held) > self.server.largest:
                log.warning("frame too large", peer=self.client_address[0], most=self.server.largest)
                return None
            piece = self.request.recv(_PIECE)
            if not piece:
                return None
            held += piece

    def _taken(self, message: bytes) -> bytes:
        try:
            return messages.take(message, by=_BY, now=clock.now())
        except Exception:
            # The sender keeps a message that is not answered with AA, and sends it again.
            log.exception("message not taken")
            connections.close_all()
            return messages.unavailable(message, now=clock.now())


class Command(BaseCommand):
    help = (
        "Listen for HL7 v2 results over MLLP. PID-3 names a man's uid. It speaks in the clear and asks for no password: put it "
        "behind a tunnel, or on a network where only laboratories are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2575)
        parser.add_argument("--connections", type=int, default=8, help="at once; more wait")
        parser.add_argument("--largest", type=int, default=5_000_000, help="bytes of a message")
        parser.add_argument("--idle", type=float, default=300, help="seconds of silence after which a connection is closed")

    def handle(self, *_args: Any, **options: Any) -> None:
        address = (options["host"], options["port"])
        with Listener(
            address, most=options["connections"], largest=options["largest"], idle_seconds=options["idle"]
        ) as listener:
            signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=listener.shutdown).start())
            self.stdout.write(f"Listening on {options['host']}:{listener.server_address[1]}")
            listener.serve_forever()
