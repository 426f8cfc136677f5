"""The start stops with a sentence where something is missing or dangerous."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "SECRET_KEY": "x" * 50,
    "JWT_SIGNING_KEY": "y" * 32,
    "SEALING_KEYS": "z" * 43 + "=",
    "DATABASE_URL": "postgresql://app:secret@127.0.0.1/trabecula",
    "BROKER_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp://127.0.0.1:25",
}


# What the settings import is imported once, and each start is a fork of that with an environment of its own.
FORKING = """
import ast, json, os, sys, traceback
from pathlib import Path

tree = ast.parse(Path("backend/settings.py").read_text())
exec(compile(ast.Module([one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)], []), "imports", "exec"))
load_rulebook()
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        for number in (1, 2):
            os.dup2(os.open(asked["told"][number - 1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        os.environ.clear()
        os.environ.update(asked["environment"])
        code = 0
        try:
            exec(asked["code"])
        except SystemExit as stopped:
            code = 1
            print(stopped.code, file=sys.stderr)
        except BaseException:
            code = 1
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
CODE = (
    "from django.conf import settings; print(settings.DEBUG, settings.SESSION_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT,"
    " settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)"
)


@dataclass(frozen=True)
class Told:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Start with production's settings, but for what is ``changed`` (None: left out)."""
    told = [tmp_path_factory.mktemp("start") / name for name in ("stdout", "stderr")]
    with subprocess.Popen(
        [sys.executable, "-c", FORKING],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as forking:

        def started(**changed: str | None) -> Told:
            wanted = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "backend.settings"} | PRODUCTION | changed
            environment = {name: value for name, value in wanted.items() if value is not None}
            asked = {"environment": environment, "code": CODE, "told": [str(path) for path in told]}
            print(json.dumps(asked), file=forking.stdin, flush=True)
            return Told(int(forking.stdout.readline()), *(path.read_text() for path in told))

        yield started
        forking.stdin.close()


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_a_missing_setting_stops_the_start_and_says_what_it_is(start, name):
    stopped = start(**{name: None})
    assert stopped.returncode == 1
    assert stopped.stderr.startswith(f"Trabecula cannot start: {name} is not set. It is ")
    assert "Traceback" not in stopped.stderr


def test_a_provider_takes_the_place_of_the_mail_server_and_is_looked_at(start):
    postmark = {"EMAIL_URL": None, "EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend"}
    assert start(**postmark, ANYMAIL='{"POSTMARK_SERVER_TOKEN": "secret"}').returncode == 0
    assert "ANYMAIL is no JSON object. Send one such as" in start(**postmark, ANYMAIL="secret").stderr
    refused = start(EMAIL_URL=None, EMAIL_BACKEND="anymail.backends.pigeon.EmailBackend")
    assert "EMAIL_BACKEND is 'anymail.backends.pigeon.EmailBackend', which is none." in refused.stderr


def test_a_shifted_clock_is_refused_in_production(start):
    assert "CLOCK_OFFSET shifts the clock" in start(CLOCK_OFFSET="60").stderr


def test_a_least_version_of_apps_that_is_none_is_refused(start):
    assert "LEAST_CLIENT_VERSION is 'two'. Accepted: a version like 2.10.1." in start(LEAST_CLIENT_VERSION="two").stderr


def test_keys_of_sign_in_that_cannot_be_used_are_refused(start):
    assert "JWT_SIGNING_KEY is too short. Accepted: at least 32" in start(JWT_SIGNING_KEY="y" * 31).stderr
    assert "SEALING_KEYS cannot be used. Key 2 is none." in start(SEALING_KEYS="z" * 43 + "=,short").stderr


@pytest.mark.parametrize("limits", ["off", "sometimes"])
def test_the_limits_of_sign_in_stand_in_production(start, limits):
    stopped = start(SIGN_IN_LIMITS=limits)
    assert stopped.returncode == 1
    assert "Accepted: on; off in demo and tests alone." in stopped.stderr


@pytest.mark.parametrize("most", ["0", "59", "-1"])
def test_the_limit_on_requests_stands_in_production_and_lets_a_phone_through(start, most):
    stopped = start(REQUESTS_A_MINUTE=most)
    assert stopped.returncode == 1
    assert f"REQUESTS_A_MINUTE is {most}. Accepted: 60 or more" in stopped.stderr


def test_a_mistyped_policy_is_refused(start):
    assert "Accepted: immediate or reviewed" in start(FINDINGS_RELEASE="later").stderr


@pytest.mark.parametrize("days", ["0", "31"])
def test_the_time_to_think_before_an_erasure_is_within_a_month(start, days):
    assert "Accepted: 1 to 30." in start(ERASURE_GRACE_DAYS=days).stderr


@pytest.mark.parametrize("floor", ["9.9", "30.1", "<20", "twenty"])
def test_a_floor_of_the_deployment_that_cannot_be_used_is_refused(start, floor):
    stopped = start(ESTRADIOL_FLOOR=floor)
    assert stopped.returncode == 1
    assert stopped.stderr.startswith("Trabecula cannot start: ESTRADIOL_FLOOR cannot be used. ")
    assert "Traceback" not in stopped.stderr


@pytest.mark.parametrize("floor", ["", "10", "30", " 18.5 "])
def test_a_floor_of_the_deployment_may_be_left_out_or_lie_within_the_bounds(start, floor):
    assert start(ESTRADIOL_FLOOR=floor).returncode == 0


def test_production_is_the_default_and_its_doors_are_closed(start):
    assert start().stdout.split() == ["False", "True", "True", "True", "__Host-sessionid", "__Host-csrftoken"]


# What no setting asks for is not imported either: it would cost every process its memory.
TELLING = "print([name for name in sys.modules if name.startswith(('backend.seeing.', 'opentelemetry.proto', 'google.pro'))])"


def _in_production(code: str) -> subprocess.CompletedProcess[str]:
    """What a process of its own says, with the settings of production."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | PRODUCTION | {"SEALING_KEYS": "eg" * 21 + "o="},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_web_hands_its_tasks_to_the_broker_of_the_settings():
    told = _in_production(
        "import sys, backend.wsgi; from tracking.tasks import commit_import;"
        " print(commit_import.app.conf.broker_url);" + TELLING
    )
    assert told.stdout.split("\n") == [PRODUCTION["BROKER_URL"], "['backend.seeing.addresses']", ""], told.stderr


def test_what_no_setting_asks_for_is_not_imported_by_worker_and_beat_either():
    told = _in_production(
        "import sys; from backend.celery import app; from celery.signals import worker_process_init;"
        " app.loader.import_default_modules(); worker_process_init.send(None);" + TELLING
    )
    assert told.stdout == "['backend.seeing.addresses']\n", told.stderr


def test_an_address_for_figures_that_is_none_is_refused(start):
    assert "METRICS_ADDRESS is '9100'. Accepted: host:port" in start(METRICS_ADDRESS="9100").stderr


def test_a_secret_can_come_from_a_file(start, tmp_path):
    secret = tmp_path / "key"
    secret.write_text("k" * 31 + "\n")
    assert "JWT_SIGNING_KEY is too short" in start(JWT_SIGNING_KEY=None, JWT_SIGNING_KEY_FILE=str(secret)).stderr
    assert "JWT_SIGNING_KEY and JWT_SIGNING_KEY_FILE are both set." in start(JWT_SIGNING_KEY_FILE=str(secret)).stderr
    missing = start(JWT_SIGNING_KEY=None, JWT_SIGNING_KEY_FILE=str(tmp_path / "none")).stderr
    assert missing.startswith("Trabecula cannot start: JWT_SIGNING_KEY_FILE cannot be read: No such file or directory")


def test_nothing_is_sent_in_the_clear_not_even_to_this_machine(start):
    address = "http://127.0.0.1:9"
    assert "FCM_URL cannot be used. Accepted: an address such as https://" in start(FCM_URL=address).stderr
    postmark = {"EMAIL_URL": None, "EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend"}
    stopped = start(**postmark, ANYMAIL=json.dumps({"POSTMARK_SERVER_TOKEN": "secret", "POSTMARK_API_URL": address}))
    assert "ANYMAIL POSTMARK_API_URL cannot be used." in stopped.stderr
    assert address not in stopped.stderr
    assert "secret" not in stopped.stderr


DSN = "https://c0ffee@sentry.example.org/42"


@pytest.mark.parametrize(
    ("name", "given", "accepted"),
    [
        ("SENTRY_DSN", "https://sentry.example.org/secret", "Accepted: what Sentry shows as the DSN of a project"),
        ("SENTRY_DSN", "http://secret@sentry.example.org/42", "https://key@host/number"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://secret.example.org:4318", "Accepted: an address such as https://"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "secret", "Accepted: name=value"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.5", "Accepted: from 0 (none) to 1 (all)."),
        ("RELEASE", "secret of Adam", "Accepted: up to 64 letters"),
    ],
)
def test_a_service_that_is_told_of_errors_or_requests_is_refused_where_it_cannot_be_used(start, name, given, accepted):
    stopped = start(**{name: given})
    assert stopped.returncode == 1
    assert stopped.stderr.startswith(f"Trabecula cannot start: {name} cannot be used. ")
    assert accepted in stopped.stderr
    assert "secret" not in stopped.stderr
    assert "Traceback" not in stopped.stderr


def test_a_service_that_can_be_used_is_taken_also_from_a_file(start, tmp_path):
    secret = tmp_path / "dsn"
    secret.write_text(DSN + "\n")
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20x"}
    assert start(SENTRY_DSN_FILE=str(secret), RELEASE="2026.11-1", OTEL_TRACES_SAMPLER_ARG="0.1", **told).returncode == 0
    secret.write_text("none")
    assert "SENTRY_DSN cannot be used." in start(SENTRY_DSN_FILE=str(secret)).stderr
