"""A server that speaks as much of FCM HTTP v1, and of the token endpoint before it, as the push channel hears; as scripted."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

PROJECT = "invented-project"


class Fcm:
    """What it heard and accepted. ``script``: answers to come, by device value or for any; then 200 again.

    An answer is a status, (status, body, headers), ``hang`` (until the test ends) or ``reset``. A hung or reset request was
    taken all the same: whether FCM acted on it, nobody can tell from outside.
    """

    def __init__(self) -> None:
        self.script: list[Any] = []
        self.for_device: dict[str, list[Any]] = {}
        self.token_script: list[Any] = []
        self.accepted: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        self.issued = 0
        # As at Google, a token holds until it is taken back, also after another was given: two threads may each ask for one.
        self.valid_tokens: set[str] = set()
        self.url = ""
        self.end = Event()
        self.lock = Lock()

    def next_answer(self, value: str) -> Any:
        with self.lock:
            script = self.for_device.get(value) or self.script
            return script.pop(0) if script else 200

    def service_account(self, **changed: str) -> str:
        return json.dumps(
            {
                "type": "service_account",
                "project_id": PROJECT,
                "private_key_id": "1",
                "private_key": private_key(),
                "client_email": f"sender-{self.url.rpartition(':')[2]}@invented.example",
                "token_uri": f"{self.url}/token",
            }
            | changed
        )


@cache
def private_key() -> str:
    """Invented once for the session."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def error(status: int, code: str, **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    """An error as FCM words it."""
    details = [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}]
    body = {"error": {"code": status, "message": "said at length", "status": "OTHER", "details": details}}
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


UNREGISTERED = error(404, "UNREGISTERED")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fcm = self.server.fcm
        if self.path == "/token":
            self.token(fcm, body)
        elif self.path != f"/v1/projects/{PROJECT}/messages:send":
            self.say(404, {"error": {"status": "NOT_FOUND"}})
        elif self.headers["Authorization"].removeprefix("Bearer ") not in fcm.valid_tokens:
            self.say(401, {"error": {"status": "UNAUTHENTICATED"}})
        else:
            self.message(fcm, json.loads(body)["message"])

    def token(self, fcm: Fcm, body: bytes) -> None:
        assert parse_qs(body.decode())["assertion"][0].count(".") == 2
        answer = fcm.token_script.pop(0) if fcm.token_script else 200
        if answer != 200:
            self.say(*(answer if isinstance(answer, tuple) else (answer, {"error": "invalid_grant"})))
            return
        with fcm.lock:
            fcm.issued += 1
            token = f"token-{fcm.issued}"
            fcm.valid_tokens.add(token)
        self.say(200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer"})

    def message(self, fcm: Fcm, message: dict[str, Any]) -> None:
        value = message.get("token") or message.get("fid") or ""
        with fcm.lock:
            fcm.heard.append(message)
        answer = fcm.next_answer(value)
        if answer == "hang":
            fcm.end.wait(30)
        if answer in ("hang", "reset"):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        if answer == 401:
            fcm.valid_tokens = {"another"}
        status, body, headers = answer if isinstance(answer, tuple) else (answer, {"error": {"status": "SAID"}}, {})
        if status == 200:
            with fcm.lock:
                fcm.accepted.append(message)
            body = {"name": f"projects/{PROJECT}/messages/{len(fcm.accepted)}"}
        self.say(status, body, headers)

    def say(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing: the tests look at what was heard."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, fcm: Fcm, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.fcm = fcm

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle is part of the play."""


@contextmanager
def serving() -> Iterator[Fcm]:
    """The server on a port of the loopback interface, for as long as the block lasts."""
    fcm = Fcm()
    with Server(fcm) as server:
        fcm.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield fcm
        finally:
            fcm.end.set()
            server.shutdown()
            thread.join()
