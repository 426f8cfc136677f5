"""What it takes to be there at all: the time of ``manage.py check`` and the memory of web, beside a bare project.

The bare one has Django's own apps, the admin, Django REST Framework and one view. Both are compiled before they are timed, as
in the image, and both are served by gunicorn with two processes that are forked from one that has loaded the application.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from backend.devstack.processes import descendants
from backend.devstack.stack import Stack
from benchmarks.servers import CHECKOUT, house, served
from benchmarks.targets import Held, Line

__all__ = ["Footprint", "Memory", "measure", "report"]

TARGET, ROUNDS, REQUESTS = 1.3, 7, 40
_PROCESSES = 2
_SETTINGS = """
import os
SECRET_KEY = "bare"
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
ROOT_URLCONF = "bare.urls"
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "bare"}}
STATIC_URL = "/static/"
"""
_URLS = """
from django.contrib import admin
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

class Hello(APIView):
    authentication_classes = []
    permission_classes = []

    def get(self, request):
        return Response({"hello": "world"})

urlpatterns = [path("admin/", admin.site.urls), path("hello", Hello.as_view())]
"""
_WSGI = """
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
"""
# Served as ours is (``backend.server``): loaded once, set apart from the collector of garbage, forked.
_SERVER = """
import gc

preload_app = True

def when_ready(server):
    import bare.urls
    gc.collect()
    gc.freeze()
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of web. ``resident``: what one process sees, shared or not. ``proportional``: what is shared counts to each
    who shares it in part. ``own``: what it alone has, and another process would cost. ``whole``: all processes together.
    """

    resident: float
    proportional: float
    own: float
    whole: float


@dataclass(frozen=True, slots=True)
class Footprint:
    """``seconds`` of processor time of each ``manage.py check``, and the ``memory`` of web after some requests."""

    seconds: tuple[float, ...]
    memory: Memory


def report() -> Iterator[Line]:
    """The figures as lines of a table."""
    with house() as stack:
        ours, bare = measure(stack)
    yield f"To be there at all, beside a bare project of Django and DRF; processor time, median of {ROUNDS}, in turns"
    yield from _held("manage.py check", statistics.median(ours.seconds), statistics.median(bare.seconds), "s")
    yield f"Memory of web, {_PROCESSES} processes forked from one that has loaded all"
    for path, kind in (
        ("a web process, its own", "own"),
        ("a web process, its share", "proportional"),
        ("a web process, resident", "resident"),
        ("all of web together", "whole"),
    ):
        yield from _held(path, getattr(ours.memory, kind), getattr(bare.memory, kind), "MB")


def _held(path: str, ours: float, bare: float, unit: str) -> Iterator[Line]:
    yield f"  {path:<24} {ours:8.2f} {unit}, bare {bare:.2f} {unit}"
    yield Held(path, ours / bare, "times a bare project", TARGET, lower=True)


def measure(stack: Stack, *, rounds: int = ROUNDS) -> tuple[Footprint, Footprint]:
    """Ours, and the bare project's."""
    stack.start_services()
    stack.run_manage("migrate", "--database", "owner", "--no-input")
    folder = stack.home / "bare-project"
    (folder / "bare").mkdir(parents=True)
    texts = {"__init__": "", "settings": _SETTINGS, "urls": _URLS, "wsgi": _WSGI, "server": _SERVER}
    for name, text in texts.items():
        (folder / "bare" / f"{name}.py").write_text(text, encoding="utf-8")
    compiled = {"PYTHONDONTWRITEBYTECODE": ""}  # the first round writes down what it compiled, and the others read it
    bare_environment = {**os.environ, **compiled, "DJANGO_SETTINGS_MODULE": "bare.settings", "PYTHONPATH": str(folder)}
    checks: dict[str, tuple[Sequence[str], Path, Mapping[str, str]]] = {
        "ours": ((sys.executable, "manage.py", "check"), CHECKOUT, {**os.environ, **stack.environment(), **compiled}),
        "bare": ((sys.executable, "-m", "django", "check"), folder, bare_environment),
    }
    seconds: dict[str, list[float]] = {name: [] for name in checks}
    for number in range(rounds + 1):
        for name, (command, where, environment) in checks.items():
            took = _seconds_of(command, where, environment)
            if number:
                seconds[name].append(took)
    ours = _memory_after_requests(stack.start_process("web", concurrency=_PROCESSES), stack.web_url, "/health/ready")
    gunicorn = ("gunicorn", "--config", "python:bare.server", "--reuse-port", "--workers", str(_PROCESSES), "--threads", "4")
    with served(*gunicorn, "bare.wsgi:application", environment=bare_environment, folder=folder) as (bare_pid, url):
        bare = _memory_after_requests(bare_pid, url, "/hello")
    return Footprint(tuple(seconds["ours"]), ours), Footprint(tuple(seconds["bare"]), bare)


def _seconds_of(command: Sequence[str], where: Path, environment: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=where, env=environment, check=True, capture_output=True)  # noqa: S603  our own command
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def _memory_after_requests(pid: int, url: str, page: str) -> Memory:
    """Each request comes by a connection of its own, so that every process has some."""
    for _ in range(REQUESTS):
        httpx.get(f"{url}{page}").raise_for_status()
        httpx.get(f"{url}/admin/login/").raise_for_status()
    children = [_megabytes(child) for child in descendants(pid)]
    fullest = max(children, key=lambda told: told["Rss"])
    own = fullest["Private_Clean"] + fullest["Private_Dirty"]
    whole = sum(told["Pss"] for told in [*children, _megabytes(pid)])
    return Memory(resident=fullest["Rss"], proportional=fullest["Pss"], own=own, whole=whole)


def _megabytes(pid: int) -> Mapping[str, float]:
    """What the kernel tells of a process, by its names for it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    return {name.rstrip(":"): int(kilobytes) / 1024 for name, kilobytes, _ in map(str.split, lines)}
