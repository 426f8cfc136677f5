"""A provider of push messages that accepts everything: as much of FCM HTTP v1 as our channel speaks, for `make chaos`.

It runs in threads of whoever plays, and counts what it accepted by the reference of the message.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from backend.devstack.ports import LOOPBACK

PROJECT = "invented-project"


class Provider(ThreadingHTTPServer):
    """``accepted``: how often each reference was taken. ``settings``: what leads our processes to it."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.accepted: Counter[str] = Counter()
        self.lock = Lock()
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        url = f"http://{LOOPBACK}:{self.server_address[1]}"
        account = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "1",
            "private_key": key.decode(),
            "client_email": "sender@invented.example",
            "token_uri": f"{url}/token",
        }
        self.settings = {"FCM_URL": url, "FCM_SERVICE_ACCOUNT": json.dumps(account)}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that was killed in the middle is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/token":
            self._say({"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer"})
            return
        reference = json.loads(body)["message"]["data"]["reference"]
        with self.server.lock:
            self.server.accepted[reference] += 1
        self._say({"name": f"projects/{PROJECT}/messages/{reference}"})

    def _say(self, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing: what was accepted is counted."""


@contextmanager
def provider() -> Iterator[Provider]:
    """The provider on a free port of the loopback interface, for as long as the block lasts."""
    with Provider() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
