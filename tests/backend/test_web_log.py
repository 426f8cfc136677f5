"""The secret of an address stands in no log: asked of the real gunicorn, as production starts it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from backend.devstack.ports import ReservedPort
from backend.logs import json_formatter

ROOT = Path(__file__).parents[2]
SECRET = "0a1b2c3d4e5f:Zm9vYmFy-_9"
APPLICATION = """
def application(environ, start_response):
    if environ["PATH_INFO"].startswith("/u/"):
        raise ValueError("broken")
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
"""


@pytest.mark.processes
def test_gunicorn_writes_no_secret_of_an_address(tmp_path: Path) -> None:
    (tmp_path / "an_application.py").write_text(APPLICATION)
    log = tmp_path / "log"
    port = ReservedPort()
    with log.open("wb") as written:
        web = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:backend.server", "an_application:application",
             "--bind", f"127.0.0.1:{port.number}",
             "--reuse-port", "--no-control-socket", "--access-logfile", "-", "--pythonpath", str(tmp_path)],
            cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            transport = httpx.HTTPTransport(retries=8)  # until it listens
            with httpx.Client(base_url=f"http://127.0.0.1:{port.number}", transport=transport, timeout=20) as client:
                for path in ("r", "calendar", "u"):
                    client.get(f"/{path}/{SECRET}", headers={"Referer": f"https://x.example/r/{SECRET}"})
                client.get("/health/live?all=yes")
        finally:
            web.terminate()
            web.wait(20)
            port.release()
    text = log.read_text()
    assert SECRET not in text
    assert "Error handling request" in text, text
    assert "/calendar/" not in text  # addresses are not logged at all


def test_our_own_log_leaves_it_out_too() -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "f", 1, "Not Found: %s", (f"/calendar/{SECRET}.ics",), None)
    line = json_formatter().format(record)
    assert json.loads(line)["event"] == "Not Found: /calendar/..."
