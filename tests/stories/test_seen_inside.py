"""What an operator sees of real processes: figures of all of them as one, and logs that hold nothing of anybody."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from backend.devstack.ports import LOOPBACK, free_port
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


def test_figures_of_all_processes_are_told_as_one_and_no_log_holds_anything_of_a_man(running: Running) -> None:
    ports = {kind: free_port() for kind in ("web", "worker", "beat")}
    env = {"SWEEP_SECONDS": "1", "SIGN_IN_LIMITS": "off", "REQUESTS_A_MINUTE": str(AT_MOST)}
    pids = {
        kind: running.stack.start_process(
            kind, concurrency=2, extra_env=env | {"METRICS_ADDRESS": f"{LOOPBACK}:{port}"}, wait=kind != "worker"
        )
        for kind, port in ports.items()
    }
    running.stack.wait_until_ready("worker")
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
    # A program that has gone astray is held up by each of the two processes, and nobody else is.
    asks = {"headers": {"Authorization": f"Bearer {token}"}, "timeout": 30}
    said = [httpx.get(f"{running.stack.web_url}/api/v1/labs", **asks) for _ in range(2 * AT_MOST + 1)]
    refused = [answer for answer in said if answer.status_code == httpx.codes.TOO_MANY_REQUESTS]
    assert refused
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)
    assert refused[0].json()["type"] == "/problems/too-many-requests"
    assert running.sign_in("carl@example.org", is_new=True)

    assert {"9.31415", "Adam Invented", "adam@example.org", token} <= running._secrets
