"""Signing in over HTTP, with several web processes, a real mail server and a real counter."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import httpx
import pytest

from backend.devstack.cohort import code_in
from tests.stories.conftest import PASSWORD, Running

pytestmark = pytest.mark.processes

API_PAGE = Path(__file__).parents[2] / "docs" / "api.md"
# So many that each of two processes answers some of them, all but surely.
MANY = 30


def ask(running: Running, method: str, path: str, body: object = None, token: str = "") -> httpx.Response:
    """One request on a connection of its own, for whichever process takes it."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.request(method, f"{running.stack.web_url}/api/v1{path}", json=body, headers=headers, timeout=30)


def test_what_one_process_counts_and_ends_holds_in_the_other(running: Running) -> None:
    running.start_web(processes=2)
    token = running.sign_in("adam@example.org", is_new=True)
    assert Counter(ask(running, "GET", "/auth/session", token=token).status_code for _ in range(MANY)) == {200: MANY}
    running.call("DELETE", "/auth/session", token=token)
    assert Counter(ask(running, "GET", "/auth/session", token=token).status_code for _ in range(MANY)) == {401: MANY}

    wrong = {"email": "adam@example.org", "password": "not his password"}
    tries = [ask(running, "POST", "/auth/login", wrong) for _ in range(9)]
    assert [answer.status_code for answer in tries] == [422] * 5 + [429] * 4
    assert all(1 <= int(answer.headers["Retry-After"]) <= 300 for answer in tries[5:])


def test_the_walk_in_the_documentation_works_as_it_stands(running: Running, tmp_path: Path) -> None:
    running.start_web(processes=1)
    (lines,) = re.findall(r"^```sh\n(.*?)^```$", API_PAGE.read_text(), re.DOTALL | re.MULTILINE)
    script = lines.replace("https://trabecula.example.org", running.stack.web_url)
    assert running.stack.web_url in script
    shell = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]},
        cwd=tmp_path,
    )
    try:
        (sent,) = running.wait_for(
            lambda: running.mails() or (shell.poll() is not None and pytest.fail(shell.communicate()[1]))
        )
        told, said = shell.communicate(code_in(sent.get_body(("plain",)).get_content()) + "\n", timeout=60)
    finally:
        shell.kill()
    assert shell.returncode == 0, said
    assert sent["To"] == "adam@example.org"
    assert PASSWORD in script
    assert '"value": "24.0"' in told
    assert "\n304\n" in told, "the home screen has not changed"
    assert "\n24.0\n{}\n" in told, "the first sync pulls the lab, and nothing that it pushes is rejected"
    assert told.rstrip().endswith("\n1"), "the list of labs has the one"
