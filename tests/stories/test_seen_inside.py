"""What an operator sees of real processes: figures of all of them as one, and logs that hold nothing of anybody."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from backend.devstack.ports import LOOPBACK, free_port
from tests import collectors
from tests.collectors import Collector
from tests.stories.conftest import Running

pytestmark = pytest.mark.processes

MANY = 30
AT_MOST = 60


def reader(port: int) -> Callable[[], dict[str, float]]:
    def figures() -> dict[str, float]:
        lines = httpx.get(f"http://{LOOPBACK}:{port}/metrics", timeout=30).text.splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}

    return figures


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def outside() -> Iterator[tuple[Collector, Collector]]:
    """The operator's services: one for errors, one for spans."""
    with collectors.listening() as errors, collectors.listening() as spans:
        yield errors, spans


def ask_for_what_fails(running: Running, low: dict[str, str], token: str) -> None:
    """One request that the database refuses, and a task for a worker which it refuses as well."""
    with psycopg.connect(running.stack.services.migration_database_url, autocommit=True) as owner:
        owner.execute("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'Adam Invented has %', NEW
                USING ERRCODE = 'check_violation', CONSTRAINT = 'planted', DETAIL = NEW::text;
            END $$""")
        owner.execute("CREATE TRIGGER refuse BEFORE INSERT ON tracking_labresult FOR EACH ROW EXECUTE FUNCTION refuse()")
        owner.execute("CREATE TRIGGER refuse BEFORE UPDATE ON tracking_accountexport FOR EACH ROW EXECUTE FUNCTION refuse()")
    running.call("POST", "/labs", low, token=token, expect=500)
    running.call("POST", "/exports", token=token)


def ask_too_often(running: Running, token: str) -> None:
    """A program that has gone astray is held up by each of the two processes, and nobody else is."""
    asks = {"headers": {"Authorization": f"Bearer {token}"}, "timeout": 30}
    said = [httpx.get(f"{running.stack.web_url}/api/v1/labs", **asks) for _ in range(2 * AT_MOST + 1)]
    refused = [answer for answer in said if answer.status_code == httpx.codes.TOO_MANY_REQUESTS]
    assert refused
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)
    assert refused[0].json()["type"] == "/problems/too-many-requests"
    assert running.sign_in("carl@example.org", is_new=True)


def look_at_what_arrived(running: Running, errors: Collector, spans: Collector) -> None:
    """An error of each of web, worker and beat, and the spans of request and task, joined by their ids."""

    def by(said: str) -> list[dict[str, Any]]:
        return [event for event in errors.events if event["logentry"]["formatted"] == said]

    running.wait_for(lambda: by("request_failed") and by("task_failed") and by("logged by celery.beat"))
    (request,), (task, *_) = by("request_failed"), by("task_failed")
    assert (request["transaction"], task["transaction"]) == ("POST /api/v1/labs", "backend.tasks.build_export")
    for event in (request, task):
        earliest, latest, *_ = event["exception"]["values"]
        assert (earliest["type"], earliest["value"], latest["type"]) == ("CheckViolation", "23514 planted", "IntegrityError")
        assert [frame for frame in latest["stacktrace"]["frames"] if frame["filename"].startswith("tracking/services/")]

    # What waits is handed over at the end of a process, a child of a worker too.
    running.stack.stop_process("worker")
    running.stack.stop_process("web")
    (stored,) = [span for span in spans.spans if span["name"] == "POST /api/v1/exports"]
    (built,) = [span for span in spans.spans if span["name"] == "backend.tasks.build_export"]
    assert (built["parent"], built["trace"]) == (stored["id"], stored["trace"])
    assert built["trabecula.request_id"] == stored["trabecula.request_id"] == task["tags"]["request_id"]
    assert (built["trabecula.outcome"], built["failed"]) == ("failure", True)
    assert task["contexts"]["trace"] == {"trace_id": built["trace"], "span_id": built["id"]}
    assert task["tags"]["task_id"] == built["trabecula.task_id"]
    assert built["trabecula.db.statements"] > 0


def test_figures_of_all_processes_are_told_as_one_and_no_log_holds_anything_of_a_man(
    running: Running, outside: tuple[Collector, Collector]
) -> None:
    errors, spans = outside
    ports = {kind: free_port() for kind in ("web", "worker", "beat")}
    env = {
        "SWEEP_SECONDS": "1",
        "SIGN_IN_LIMITS": "off",
        "REQUESTS_A_MINUTE": str(AT_MOST),
        "SENTRY_DSN": errors.dsn,
        "OTEL_EXPORTER_OTLP_ENDPOINT": spans.url,
    }
    pids = {
        kind: running.stack.start_process(
            kind, concurrency=2, extra_env=env | {"METRICS_ADDRESS": f"{LOOPBACK}:{port}"}, wait=kind != "worker"
        )
        for kind, port in ports.items()
    }
    running.stack.wait_until_ready("worker")
    # Another beat, which does not find its broker.
    astray = {"BROKER_URL": f"redis://:hidden-password@{LOOPBACK}:{free_port()}/0"}
    running.stack.start_process("beat", name="astray", extra_env=env | astray, wait=False)
    web, worker, beat = (reader(port) for port in ports.values())

    token = running.sign_in("adam@example.org", is_new=True)
    about = {"name": "Adam Invented", "birth_date": "1980-05-04", "zone": "Europe/Berlin"}
    running.call("POST", "/profile", about, token=token)
    low = {"analyte": "estradiol", "value": "9.31415", "unit": "pg/mL", "collected_at": "2026-10-01", "zone": "Europe/Berlin"}
    running.call("POST", "/labs", low, token=token)
    for _ in range(MANY):
        running.call("GET", "/labs", token=token)

    asked = 'trabecula_http_requests_total{method="GET",route="/api/v1/labs",status="200"}'
    told = web()
    assert told[asked] == MANY
    assert told['trabecula_http_request_seconds_count{method="GET",route="/api/v1/labs"}'] == MANY
    assert told["trabecula_http_threads"] == 8
    assert not [name for name in told if "adam" in name.lower()]

    # One of the two dies: what it counted stays, what it had at work is gone, and the other goes on with a new one.
    os.kill(children_of(pids["web"])[0], signal.SIGKILL)
    running.wait_for(lambda: web()["trabecula_http_threads"] == 8 and len(children_of(pids["web"])) == 2)
    running.call("GET", "/labs", token=token)
    assert web()[asked] == MANY + 1

    went_well = 'trabecula_task_last_success_timestamp_seconds{task="notifications.tasks.plan_reminders"}'
    running.wait_for(lambda: went_well in worker())
    assert worker()['trabecula_tasks_total{outcome="success",task="notifications.tasks.plan_reminders"}'] >= 1
    state = beat()
    assert (state["trabecula_database_up"], state["trabecula_broker_up"]) == (1, 1)
    assert state["trabecula_reminders_claim_lag"] < 60

    lines = [json.loads(line) for line in (running.stack.logs / "worker.log").read_text().splitlines() if line[:1] == "{"]
    assert {line["event"] for line in lines if "task_id" in line} >= {"task_started", "task_succeeded"}
    requests = [json.loads(line) for line in (running.stack.logs / "web.log").read_text().splitlines()]
    assert all(line["request_id"] for line in requests if line["event"] == "request_finished")

    ask_for_what_fails(running, low | {"value": "9.27182"}, token)
    ask_too_often(running, token)
    look_at_what_arrived(running, errors, spans)
    planted = running._secrets | {"hidden-password", "INSERT", "SELECT", str(running.stack.home)}
    assert {"9.31415", "9.27182", "Adam Invented", "adam@example.org", token} <= planted
    assert [word for word in planted for arrived in outside if word in arrived.every_byte] == []
