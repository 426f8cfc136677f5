"""How the house is, on one page for its operator: what monitoring asks too (docs/operations.md), in words. No man is on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backend import broker, heartbeat
from backend.desk.deliveries import ENDED, WAYS
from notifications import services as reminders
from notifications.management.commands.reminders_status import LATE, sentences
from tracking import clock
from tracking.admin.site import view_at
from tracking.evidence import load_rulebook
from tracking.evidence.readable import overdue, verified_and_not
from tracking.models import User
from tracking.services import audit, measuring, seals

__all__ = ["health"]

# Beat sends the tick each minute; backups are taken daily; a day is sealed in the night after it.
TICK_LATE = timedelta(minutes=5)
BACKUP_LATE = timedelta(hours=26)
MOST_BEHIND = 1
# Whose outcome changes by time is looked at within the hour.
EVALUATION_LATE = timedelta(minutes=90)


@dataclass(frozen=True, slots=True)
class Part:
    """``is_fine`` None: to be known, and no fault. ``then``: what to do where something is wrong."""

    name: str
    is_fine: bool | None
    said: str
    then: str = ""


@view_at("health/", "health", by_itself=True)
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """For superusers. Each part is asked for by itself, as the meter, not as the account."""
    if not cast("User", request.user).is_superuser:
        raise PermissionDenied
    now = clock.now()
    parts = [
        _database(),
        _broker(),
        _beat(now),
        _reminders(now),
        _evaluations(now),
        _failed(now),
        _backup(now),
        _seal(now),
        _rules(now),
    ]
    wrong = [part for part in parts if part.is_fine is False]
    context = admin.site.each_context(request) | {"title": "Health", "parts": parts, "wrong": wrong, "at": now}
    return TemplateResponse(request, "admin/desk/health.html", context)


def _database() -> Part:
    executor = MigrationExecutor(connection)
    left = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if left:
        said = f"It answers, and {left} migrations are not applied."
        return Part("Database", is_fine=False, said=said, then="Run manage.py migrate --database owner.")
    return Part("Database", is_fine=True, said="It answers, and all migrations are applied.")


def _broker() -> Part:
    waiting = broker.waiting()
    if waiting is None:
        then = "Start it, or mend BROKER_URL. Meanwhile every write is taken, and reminders wait."
        return Part("Broker", is_fine=False, said="It does not answer.", then=then)
    return Part("Broker", is_fine=True, said=f"It answers; {waiting} messages wait for a worker.")


def _beat(now: datetime) -> Part:
    name, last = "Beat and worker", heartbeat.last()
    then = "See that one beat and at least one worker run, and that both reach the broker."
    if last is None:
        return Part(name, is_fine=False, said="They were never seen together, or the cache does not answer.", then=then)
    said = f"A worker did what beat sent {_ago(now - last)}."
    return Part(name, is_fine=now - last <= TICK_LATE, said=said, then=then)


def _reminders(now: datetime) -> Part:
    found = reminders.measure(now=now)
    is_late = max(found.claim_lag, found.send_lag) > LATE
    verdict, *rest = sentences(found)
    return Part("Reminders", is_fine=not is_late, said=" ".join((verdict, *rest)), then="See docs/reminders.md.")


def _evaluations(now: datetime) -> Part:
    found = measuring.measure(now=now)
    lag = timedelta(seconds=found.lag)
    said = f"{found.overdue} men wait to be looked at again because time passed, the longest for {_span(lag)}."
    said += f" {found.by_other_rules} were last looked at by other rules." if found.by_other_rules else ""
    then = "See that beat and a worker run; manage.py reevaluate does it by hand."
    return Part("Evaluations", is_fine=lag <= EVALUATION_LATE, said=said, then=then)


def _failed(now: datetime) -> Part:
    found = reminders.count_failures(now=now)
    counted = "; ".join(f"{WAYS.get(one.way, one.way)} {ENDED[one.state]}: {one.count}" for one in found) or "none"
    said = f"In the last {reminders.KEPT.days} days: {counted}. Prescribers see to whom, and what is left to do."
    return Part("Failed messages", is_fine=None, said=said)


def _backup(now: datetime) -> Part:
    name, last = "Backup", audit.last_backup()
    then = "Run manage.py backup, and see why it did not run by itself (docs/operations.md)."
    if last is None:
        return Part(name, is_fine=False, said="None was ever noted.", then=then)
    tried = "put back for a trial" if last.how == "tried" else "NOT put back for a trial"
    return Part(
        name, is_fine=now - last.at <= BACKUP_LATE, said=f"The last was taken {_ago(now - last.at)}, {tried}.", then=then
    )


def _seal(now: datetime) -> Part:
    name, last = "Audit", seals.last_sealed()
    then = "See that beat and a worker run. manage.py verify_audit holds what is kept against the seals."
    if last is None:
        return Part(name, is_fine=None, said="No day is sealed yet: the first is, in the night after it.", then=then)
    behind = seals.behind(now=now)
    said = f"The last sealed day is {last.day}, over {last.rows} rows; {behind} closed days are not sealed."
    return Part(name, is_fine=behind <= MOST_BEHIND, said=said, then=then)


def _rules(now: datetime) -> Part:
    book = load_rulebook()
    verified, unverified = verified_and_not(book)
    late = len(overdue(book, now.date()))
    said = f"{book.version}: {verified + unverified} rules, {unverified} not read in a source, {late} overdue for review."
    return Part("Rules", is_fine=late == 0, said=said, then="Have the rules reviewed; the rulebook page names them.")


def _ago(span: timedelta) -> str:
    return f"{_span(span)} ago"


def _span(span: timedelta) -> str:
    return str(timedelta(seconds=max(0, round(span.total_seconds()))))
