"""The stock WatermelonDB client, as two phones of one man."""

from __future__ import annotations

from pathlib import Path

from tests.clients.conftest import Running
from tests.clients.npm import node

HERE = Path(__file__).parent / "watermelondb"
ADAM = {"name": "Adam Invented", "birth_date": "1980-05-04", "zone": "Europe/Berlin"}


def test_two_phones_with_the_stock_client_against_the_live_server(running: Running) -> None:
    node("npm", "ci", cwd=HERE)
    running.start(only=["web"])
    token = running.sign_in("adam@example.org", is_new=True)
    running.call("POST", "/profile", ADAM, token=token)
    server = {"TRABECULA_URL": running.stack.web_url, "TRABECULA_TOKEN": token}
    # The client's adapter keeps a timer of its own for as long as the process lives.
    node("node", "--test", "--test-force-exit", "two-phones.test.cjs", cwd=HERE, **server)
