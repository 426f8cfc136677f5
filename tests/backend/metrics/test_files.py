"""The alert rules and the dashboard speak of figures that exist, and Prometheus' own tool accepts them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import fields

import pytest
import yaml
from prometheus_client import REGISTRY

from backend.devstack.launcher import CHECKOUT
from backend.metrics import web, worker
from notifications.services import Measured

FOLDER = CHECKOUT / "docs" / "monitoring"
RULES = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
PROMTOOL = shutil.which("promtool")
# Of ``metrics.state``, which makes them anew at each look; tests/backend/metrics/test_state.py reads them.
STATE = {
    "database_up",
    "broker_up",
    "queue_messages",
    "evaluations_overdue",
    "evaluations_lag_seconds",
    "evaluations_by_other_rules",
}
STATE |= {"episodes_open", "episodes_overdue", *(f"reminders_{field.name}" for field in fields(Measured))}


def names_in(text: str) -> set[str]:
    return {re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"\btrabecula_\w+", text)}


def test_every_figure_that_is_asked_for_exists() -> None:
    assert web.note
    assert worker.watch
    counted = {
        metric.name + ("_total" if metric.type == "counter" else "")
        for metric in REGISTRY.collect()
        if metric.name.startswith("trabecula_")
    }
    known = counted | {f"trabecula_{name}" for name in STATE}
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    asked = names_in(" ".join(rule["expr"] for rule in RULES))
    shown = names_in(" ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"]))
    assert asked - known == shown - known == set()
    assert len(shown) > 15


def test_every_alert_has_a_page_that_says_what_to_do() -> None:
    pages = set(re.findall(r"^### Incident: ([\w-]+)$", (CHECKOUT / "docs" / "operations.md").read_text(), re.MULTILINE))
    assert {rule["labels"]["incident"] for rule in RULES} <= pages


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not here: on Debian and Ubuntu, apt-get install prometheus")
@pytest.mark.parametrize(
    "what", [("check", "rules", "alerts.yml"), ("check", "config", "prometheus.yml"), ("test", "rules", "alerts.test.yml")]
)
def test_prometheus_accepts_them(what: tuple[str, str, str]) -> None:
    *verb, name = what
    done = subprocess.run([str(PROMTOOL), *verb, name], cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
