"""Types made from the document of the running server, compiled, and a phone that uses them."""

from __future__ import annotations

from pathlib import Path

from tests.clients.conftest import Running
from tests.clients.npm import node
from tests.stories.conftest import PASSWORD

HERE = Path(__file__).parent / "typescript"


def test_an_app_in_typescript_is_compiled_against_the_document_and_runs_against_the_server(running: Running) -> None:
    node("npm", "ci", cwd=HERE)
    running.start(only=["web"])
    running.sign_in("adam@example.org", is_new=True)
    bin_ = HERE / "node_modules" / ".bin"
    node("node", f"{bin_}/openapi-typescript", f"{running.stack.web_url}/api/v1/schema", "--output", "api.d.ts", cwd=HERE)
    node("node", f"{bin_}/tsc", "--strict", cwd=HERE)
    server = {"TRABECULA_URL": running.stack.web_url, "TRABECULA_EMAIL": "adam@example.org", "TRABECULA_PASSWORD": PASSWORD}
    node("node", "--test", "made/phone.test.js", cwd=HERE, **server)
