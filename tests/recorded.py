"""Real requests and answers of the API's tests, kept as the examples of the OpenAPI document.

    python -m tests.recorded

runs the tests that talk to the API (minutes), keeps for each shape of the document what was really sent or answered, and writes
``backend/examples.json``. Which of many is kept: the one that shows the most without being long, where ``WANTED`` does not say.
A test holds each example against its shape, so that a changed shape asks for a new recording.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backend.examples import FILE, shape_of

FOLDER = "RECORD_EXAMPLES"
SUITES = (
    "tests/tracking/api",
    "tests/backend/accounts",
    "tests/backend/api",
    "tests/backend/test_account.py",
    "tests/notifications/api",
    "tests/backend/test_translations.py",
)
LONGEST = 6_000  # characters of an example, where there is a shorter one
LONGEST_TEXT = 160
MOST_ROWS, SHORT_LIST = 2, 600  # rows, of a list that is longer than so many characters
# What makes the better example of a shape: a part of its JSON.
WANTED = {
    "AccountConflict": "This step is not open now",
    "Conflict": '"client-id-taken"',
    "FullEvaluation": '"state": "current"',
    "Invalid": '"value-comma"',
    "InboxPage": '"Blood',
    "Lab": '"24.0"',
    "LabPage": '"24.0"',
    "LabRequest": '"24.0"',
    "MeasureRequest": '"90"',
    "NextStep": '"verify_email"',
    "NotFound": "There is no such record.",
    "PasswordRequest": '"correct horse battery"',
    "PatchedProfileRequest": '"pmol/L"',
    "PatientPage": "Adam Invented",
    "QueuePage": "Adam Invented",
    "SignInRequest": '"adam@example.org", "password": "correct horse battery"',
    "SignUpRequest": '"adam@example.org", "password": "correct horse battery"',
    "TooLarge": "2.5 MB",
    "TooManyRequests": "too-many-tries",
    "Unreadable": "The body is not JSON",
}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_STRANGE = re.compile(r"(.)\1{12}|\\u0000|[^\x00-\x7f–’“”…·≥≤µ°²→×αβ]")
_SECONDS = 1793610000.0  # of a Monday in November 2026, the clock of the tests
_SECRETS = frozenset(("access_token", "refresh_token", "session_token"))
# What is made anew each time would make every recording another one: stand-ins of the same form.
_ANYTHING = "abcdefghijklmnopqrstuvwxyz0123456789_-ABCDE"
_MADE_ANEW = (
    (re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b"), "0123-4567-89AB"),
    (re.compile(r"(?<=trabecula_read_)[\w-]+|(?<=/calendar/)[\w-]{20,}"), _ANYTHING),
    (re.compile(r"^[\w-]{43}$"), _ANYTHING),
    (re.compile(r"^[A-Z]{4}-[A-Z]{4}$"), "ABCD-EFGH"),
    (re.compile(r"^[A-Z2-7]{32}$|(?<=\?secret=)[A-Z2-7]{32}"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
)
_BY_NAME = {
    **dict.fromkeys(("rawId", "clientDataJSON", "authenticatorData", "signature", "attestationObject", "challenge"), _ANYTHING),
    "session_token": _ANYTHING,
    "sha256": "0123456789abcdef" * 4,
    "userHandle": "YTE",
}
_NUMBERED = frozenset(("id", "sessions", "authenticators"))


def keep(operation: dict[str, Any], sent: Any, response: Any) -> None:
    """Note one request and its answer, by the names of their shapes. Does nothing where no recording is asked for."""
    folder = os.environ.get(FOLDER)
    if folder is None or response.headers.get("Content-Language", "en") != "en":
        return
    found = []
    is_fine = response.status_code < 300
    answer = operation["responses"].get(str(response.status_code), {})
    if is_fine and isinstance(sent, str) and sent:
        found.append((_shape(operation.get("requestBody")), json.loads(sent)))
    if response.content and "json" in response.headers["Content-Type"]:
        # Refusals are shared by operations: each has a name of its own.
        name = (
            _shape(answer, response.headers["Content-Type"].partition(";")[0])
            if is_fine
            else answer.get("$ref", "").rpartition("/")[2]
        )
        found.append((name, json.loads(response.content)))
    with (Path(folder) / f"{os.getpid()}.jsonl").open("a") as lines:
        for name, value in found:
            if name:
                lines.write(json.dumps([name, value]) + "\n")


def _shape(content: Any, kind: str = "application/json") -> str:
    return shape_of((content or {}).get("content", {}).get(kind, {}))


def main() -> int:
    """Record, choose, write."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", *SUITES]
        done = subprocess.run(command, env={**os.environ, FOLDER: folder}, check=False)
        if done.returncode != 0:
            return done.returncode
        found: dict[str, list[Any]] = {}
        for file in sorted(Path(folder).glob("*.jsonl")):
            for line in file.read_text().splitlines():
                name, value = json.loads(line)
                found.setdefault(name, []).append(value)
    chosen = {name: best(name, values) for name, values in sorted(found.items())}
    FILE.write_text(json.dumps(chosen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def best(name: str, values: list[Any]) -> Any:
    """The one of many that shows the most; of equal ones the first by its text, so that a recording can be repeated."""
    told = sorted({json.dumps(tidy(value), ensure_ascii=False) for value in values})
    wanted = WANTED.get(name)
    if wanted is not None:
        told = [one for one in told if wanted in one] or told
    plain = [one for one in told if not _STRANGE.search(one)] or told
    short = [one for one in plain if len(one) <= LONGEST] or sorted(plain, key=len)[:1]
    return json.loads(max(short, key=lambda one: sum(1 for _ in _said(json.loads(one)))))


def tidy(value: Any) -> Any:
    """With the first rows of a list alone, ids by their order, and no secret in full."""
    ids: dict[str, str] = {}
    return _tidy(value, "", ids)


def _tidy(value: Any, name: str, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        # The account as a passkey knows it: its id is what the key hands over later.
        named = {"id": "userHandle"} if "displayName" in value else {}
        return {_text(key, ids): _tidy(inner, named.get(key, key), ids) for key, inner in value.items()}
    if isinstance(value, list) and name == "unused_codes":
        return [f"{number:08}" for number in range(1, len(value) + 1)]
    if isinstance(value, list):
        is_short = len(json.dumps(value)) <= SHORT_LIST
        return [_tidy(inner, name, ids) for inner in (value if is_short else value[:MOST_ROWS])]
    if isinstance(value, float) and value > 1e9:
        return _SECONDS
    if isinstance(value, int) and not isinstance(value, bool) and name in (*_NUMBERED, "size"):
        return value // 1000 * 1000 if name == "size" else int(ids.setdefault(f"number {value}", str(len(ids) + 1)))
    return _tidy_text(value, name, ids) if isinstance(value, str) else value


def _tidy_text(value: str, name: str, ids: dict[str, str]) -> str:
    value = _BY_NAME.get(name, value) if value else value
    for pattern, stand_in in _MADE_ANEW:
        value = pattern.sub(stand_in, value)
    if name == "code" and value.isdecimal():
        value = "123456"
    text = _text(value.replace("http://testserver", "https://trabecula.example.org"), ids)
    most = 24 if name in _SECRETS else LONGEST_TEXT
    return f"{text[:most]}…" if len(text) > most and (" " not in text or text.startswith("<svg")) else text


def _text(text: str, ids: dict[str, str]) -> str:
    return _UUID.sub(lambda found: ids.setdefault(found[0], f"019a4320-0000-7000-8000-{len(ids) + 1:012d}"), text)


def _said(value: Any) -> Iterator[Any]:
    """Whatever is there and not empty."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _said(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner)
    elif value not in (None, "", False):
        yield value


if __name__ == "__main__":
    sys.exit(main())
