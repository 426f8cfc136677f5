"""What could not be looked up is never called fine: by the real npm with an index on loopback, and by what pip-audit prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from backend.devstack import audit

# As pip-audit 2.10 prints them: asked of an index that does not know a package it says so, and still ends with 0.
KNOWN = {"name": "amqp", "version": "5.4.2", "vulns": []}
UNKNOWN = {"name": "attrs", "skip_reason": "Dependency not found on PyPI and could not be audited: attrs (26.1.0)"}
HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["5.4.3"], "aliases": ["CVE-2026-1"], "description": "invented"}
ADVISORY = {
    "id": 1, "url": "https://example.org/1", "title": "invented", "severity": "high", "vulnerable_versions": "<2.0.0",
    "cwe": ["CWE-1"], "cvss": {"score": 0, "vectorString": None},
}  # fmt: skip


@pytest.fixture
def pip_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A program of this name that prints what it is told to."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    def says(answer: str, *, code: int = 0, complaint: str = "") -> None:
        script = f"import sys; sys.stdout.write({answer!r}); sys.stderr.write({complaint!r}); sys.exit({code})"
        (tmp_path / "pip-audit").write_text(f"#!{sys.executable}\n{script}\n")
        (tmp_path / "pip-audit").chmod(0o755)

    return says


def answer(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_package_that_could_not_be_looked_up_is_not_run_although_pip_audit_ends_well(pip_audit: Any) -> None:
    pip_audit(answer(KNOWN))
    assert audit.of_python() == audit.Looked(audit.LOCK_FILE, packages=1)
    pip_audit(answer(KNOWN, UNKNOWN))
    assert audit.of_python().not_run == "1 of 2 packages could not be looked up: attrs."
    pip_audit(answer({**KNOWN, "vulns": [HOLE]}, UNKNOWN), code=1)
    found = audit.of_python()
    assert found.vulnerable == ["amqp 5.4.2: PYSEC-2026-1, fixed in 5.4.3"]
    assert found.not_run


@pytest.mark.parametrize("said", ["", "{}", "[]", '{"dependencies": []}', "half a sen"])
def test_no_answer_is_not_run(pip_audit: Any, said: str) -> None:
    pip_audit(said, code=1, complaint="ERROR: connection refused")
    assert audit.of_python().not_run == "ERROR: connection refused"


def test_without_the_program_it_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert audit.of_python().not_run.startswith("pip-audit is not installed.")


class Index(BaseHTTPRequestHandler):
    """As much of a registry as npm audit asks."""

    server: Any

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        status, advisories = self.server.advisories
        self.say(status, advisories)

    def do_GET(self) -> None:
        version = {"name": "left", "version": "1.0.0", "dist": {"tarball": "x", "shasum": "x"}}
        self.say(200, {"name": "left", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}})

    def say(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing: the test looks at what was asked."""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    root = {"name": "invented", "version": "1.0.0", "dependencies": {"left": "1.0.0"}}
    locked = {"version": "1.0.0", "resolved": "", "integrity": "sha512-" + "A" * 86 + "=="}
    (tmp_path / "package.json").write_text(json.dumps(root))
    packages = {"": root, "node_modules/left": locked}
    (tmp_path / "package-lock.json").write_text(json.dumps({"name": "invented", "lockfileVersion": 3, "packages": packages}))
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        server.daemon_threads = True
        server.asked, server.advisories = [], (200, {})  # type: ignore[attr-defined]  # its handlers read them there
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{server.server_address[1]}/")
        monkeypatch.setenv("npm_config_fetch_retries", "0")
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        yield server
        server.shutdown()
        thread.join()


def test_npm_is_fine_vulnerable_or_not_run_and_an_index_that_says_no_is_not_fine(index: Any, tmp_path: Path) -> None:
    assert audit.of_npm(tmp_path) == audit.Looked(f"{tmp_path.name}/package-lock.json", packages=1)
    assert index.asked == ["/-/npm/v1/security/advisories/bulk"]
    index.advisories = (200, {"left": [ADVISORY]})
    found = audit.of_npm(tmp_path)
    # The index says no version without the hole, so that npm counts all of them.
    assert (found.vulnerable, found.not_run) == (["left *: high"], "")
    index.advisories = (404, {"error": "there are no advisories here"})
    refused = audit.of_npm(tmp_path)
    assert refused.vulnerable == []
    assert refused.not_run


@pytest.mark.parametrize(
    ("python", "node", "code", "said"),
    [
        (
            audit.Looked("a", packages=1),
            audit.Looked("b", packages=1),
            audit.FINE,
            "a: no known vulnerability in its 1 packages.",
        ),
        (
            audit.Looked("a", packages=1),
            audit.Looked("b", not_run="Why."),
            audit.NOT_RUN,
            "b: the audit has NOT been run. Why.",
        ),
        (
            audit.Looked("a", not_run="Why."),
            audit.Looked("b", packages=1),
            audit.NOT_RUN,
            "a: the audit has NOT been run. Why.",
        ),
        (audit.Looked("a", vulnerable=["x"]), audit.Looked("b", not_run="Why."), audit.VULNERABLE, "a: x"),
    ],
)
def test_the_code_says_the_worst(
    python: audit.Looked, node: audit.Looked, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(audit, "looked_up", lambda: iter([python, node]))
    assert audit.main() == code
    told = capsys.readouterr()
    assert said in told.out + told.err
