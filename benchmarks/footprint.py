"""What it takes to be there at all: the time of ``manage.py check`` and the memory of a web worker, beside a bare project.

The bare one has Django's own apps, the admin, Django REST Framework and one view; both run by gunicorn with one worker.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from backend.devstack.processes import descendants
from backend.devstack.stack import Stack
from benchmarks.servers import CHECKOUT, house, served

__all__ = ["Footprint", "measure", "report"]

TARGET, ROUNDS, REQUESTS = 1.3, 5, 20
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


@dataclass(frozen=True, slots=True)
class Footprint:
    """``seconds`` of each ``manage.py check``; ``megabytes`` of a web worker, own and shared, after some requests."""

    seconds: tuple[float, ...]
    megabytes: float


def report() -> Iterator[str]:
    """The figures as lines of a table."""
    with house() as stack:
        ours, bare = measure(stack)
    yield f"To be there at all, beside a bare project of Django and DRF; median of {ROUNDS}, in turns"
    yield _line("manage.py check", statistics.median(ours.seconds), statistics.median(bare.seconds), "s")
    yield _line("a web worker", ours.megabytes, bare.megabytes, "MB")


def _line(name: str, ours: float, bare: float, unit: str) -> str:
    outcome = "met" if ours / bare <= TARGET else "fallen short"
    return f"  {name:<16} {ours:8.2f} {unit}, bare {bare:.2f} {unit}: {ours / bare:.2f} times; target {TARGET}: {outcome}"


def measure(stack: Stack, *, rounds: int = ROUNDS) -> tuple[Footprint, Footprint]:
    """Ours, and the bare project's."""
    stack.start_services()
    stack.run_manage("migrate", "--database", "owner", "--no-input")
    folder = stack.home / "bare-project"
    (folder / "bare").mkdir(parents=True)
    for name, text in (("__init__", ""), ("settings", _SETTINGS), ("urls", _URLS), ("wsgi", _WSGI)):
        (folder / "bare" / f"{name}.py").write_text(text, encoding="utf-8")
    bare_environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bare.settings", "PYTHONPATH": str(folder)}
    checks = {
        "ours": ([sys.executable, "manage.py", "check"], CHECKOUT, {**os.environ, **stack.environment()}),
        "bare": ([sys.executable, "-m", "django", "check"], folder, bare_environment),
    }
    seconds: dict[str, list[float]] = {name: [] for name in checks}
    for _ in range(rounds):
        for name, (command, where, environment) in checks.items():
            began = time.perf_counter()
            subprocess.run(command, cwd=where, env=environment, check=True, capture_output=True)  # noqa: S603  our own command
            seconds[name].append(time.perf_counter() - began)
    pid = stack.start_process("web")
    ours = _megabytes_after_requests(pid, f"{stack.web_url}/health/ready")
    gunicorn = ("gunicorn", "--reuse-port", "--threads", "4", "bare.wsgi:application")
    with served(*gunicorn, environment=bare_environment, folder=folder) as (bare_pid, url):
        bare = _megabytes_after_requests(bare_pid, f"{url}/hello")
    return Footprint(tuple(seconds["ours"]), ours), Footprint(tuple(seconds["bare"]), bare)


def _megabytes_after_requests(pid: int, url: str) -> float:
    with httpx.Client() as client:
        for _ in range(REQUESTS):
            client.get(url).raise_for_status()
    return max(_resident(child) for child in descendants(pid))


def _resident(pid: int) -> float:
    lines: Sequence[str] = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
