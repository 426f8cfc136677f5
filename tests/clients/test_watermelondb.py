"""The stock WatermelonDB client, as two phones of one man."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.clients.conftest import Running

HERE = Path(__file__).parent / "watermelondb"
BIN = Path(sys.executable).parent
ADAM = {"name": "Adam Invented", "birth_date": "1980-05-04", "zone": "Europe/Berlin"}


def node(*command: str, **env: str) -> None:
    """Run a program of the locked Node in the client's folder; its output is shown where it fails."""
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=HERE,
        env={**os.environ, "PATH": path, **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_two_phones_with_the_stock_client_against_the_live_server(running: Running) -> None:
    node("npm", "ci")
    running.start(only=["web"])
    token = running.sign_in("adam@example.org", is_new=True)
    running.call("POST", "/profile", ADAM, token=token)
    # The client's adapter keeps a timer of its own for as long as the process lives.
    node(
        "node", "--test", "--test-force-exit", "two-phones.test.cjs", TRABECULA_URL=running.stack.web_url, TRABECULA_TOKEN=token
    )
