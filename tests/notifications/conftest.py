"""A mail server that does as it is told, and due items made by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from django.db.models import F

from notifications import services
from tests.conftest import NOW
from tests.notifications.fcm import Fcm, serving
from tracking.models import DueItem
from tracking.services.access import Actor, acting_as

OPENS, DUE, OVERDUE = date(2026, 11, 3), date(2026, 11, 17), date(2026, 12, 1)


class Obedient:
    """Answers each step as scripted, and keeps what it accepted.

    An answer is a reply line, ``hang`` (until the test ends) or ``disconnect``. ``connections``: how many were opened, and
    ``goodbyes``: how many of them were ended by QUIT.
    """

    def __init__(self) -> None:
        self.script = {"RSET": "250 OK", "MAIL": "250 OK", "RCPT": "250 OK", "DATA": "", "TEXT": "250 kept as 4711", "QUIT": ""}
        self.accepted: list[Any] = []
        self.heard = self.connections = self.goodbyes = 0
        self._once: dict[str, str] = {}
        self._end: asyncio.Event | None = None

    def __setitem__(self, step: str, answer: str) -> None:
        self.script[step] = answer

    def once(self, step: str, answer: str) -> None:
        """The next answer to this step; after it, as scripted."""
        self._once[step] = answer

    def answer_to(self, step: str) -> str:
        return self._once.pop(step, self.script[step])

    async def act(self, server: SMTP, step: str) -> str:
        answer = self.answer_to(step)
        if answer == "hang":
            self._end = self._end or asyncio.Event()
            await self._end.wait()
        if answer in ("hang", "disconnect"):
            server.transport.abort()
            return "421 gone"
        return answer

    def release(self) -> None:
        if self._end is not None:
            self._end.set()

    async def handle_RSET(self, server: SMTP, session: Any, envelope: Any) -> str:
        return await self.act(server, "RSET")

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return await self.act(server, "MAIL")

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = await self.act(server, "RCPT")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self.heard += 1
        answer = await self.act(server, "TEXT")
        if answer.startswith("2"):
            self.accepted.append(envelope)
        return answer


class Scripted(SMTP):
    """aiosmtpd, with an answer to the DATA command itself, and counted."""

    def connection_made(self, transport: Any) -> None:
        self.event_handler.connections += 1
        super().connection_made(transport)

    async def smtp_QUIT(self, arg: str) -> None:
        self.event_handler.goodbyes += 1
        await self.event_handler.act(self, "QUIT")
        await super().smtp_QUIT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        answer = self.event_handler.answer_to("DATA")
        if answer:
            await self.push(answer)
        else:
            await super().smtp_DATA(arg)


@pytest.fixture
def mail_server(settings: Any) -> Iterator[Obedient]:
    """A real SMTP server on the loopback interface, which Django's settings point to."""
    handler = Obedient()
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    serve = loop.create_server(lambda: Scripted(handler, hostname="localhost", loop=loop), "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(serve, loop).result(10)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = server.sockets[0].getsockname()[1]
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "Trabecula <no-reply@trabecula.example>"
    yield handler
    asyncio.run_coroutine_threadsafe(_close(server, handler), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _close(server: asyncio.Server, handler: Obedient) -> None:
    handler.release()
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=5)


@pytest.fixture
def make_due() -> Callable[..., Any]:
    """An open due item of a man, opening on 3 November, due on the 17th, overdue on 1 December 2026."""

    def make(patient: Any, *, shifted: int = 0, **fields: Any) -> Any:
        by = timedelta(days=shifted)
        with acting_as(Actor.system("test")):
            return DueItem.objects.create(
                **{
                    "patient": patient,
                    "kind": "lab_e2_t",
                    "anchor": "regimen:1",
                    "rule": "stable",
                    "reason": "three months after the last one",
                    "opens_on": OPENS + by,
                    "due_on": DUE + by,
                    "overdue_on": OVERDUE + by,
                    "zone": patient.zone,
                    "resend_after_days": 7,
                }
                | fields
            )

    return make


@pytest.fixture
def change_due() -> Callable[..., None]:
    """What tracking does to a due item: a change, and a version that rises with it."""

    def change(item: Any, **fields: Any) -> None:
        with acting_as(Actor.system("test")):
            DueItem.objects.filter(pk=item.pk).update(version=F("version") + 1, **fields)

    return change


@pytest.fixture
def shift_due(change_due: Callable[..., None]) -> Callable[..., None]:
    def shift(item: Any, days: int) -> None:
        by = timedelta(days=days)
        change_due(item, opens_on=OPENS + by, due_on=DUE + by, overdue_on=OVERDUE + by)

    return shift


@pytest.fixture
def rows() -> Callable[..., list[Any]]:
    """Rows of a model as the system sees them."""

    def read(model: Any, *values: str, **filters: Any) -> list[Any]:
        with acting_as(Actor.system("test")):
            found = model.objects.filter(**filters).order_by("id")
            return list(found.values_list(*values, flat=len(values) == 1) if values else found)

    return read


@pytest.fixture
def fcm(settings: Any) -> Iterator[Fcm]:
    """A real HTTP server that speaks FCM, which the settings point to."""
    with serving() as server:
        settings.FCM_URL = server.url
        settings.FCM_SERVICE_ACCOUNT = server.service_account()
        settings.FCM_TIMEOUT = 5.0
        yield server


@pytest.fixture
def phone() -> Callable[..., Any]:
    """Register a phone of this man."""

    def register(patient: Any, value: str = "adams-token", *, now: datetime = NOW, **stated: Any) -> Any:
        stated = {"kind": "token", "platform": "android"} | stated
        return services.register(patient_id=patient.pk, value=value, by=Actor.user(patient.user_id), now=now, **stated)

    return register


@pytest.fixture
def state() -> Callable[..., Any]:
    """State this man's preferences."""

    def say(patient: Any, *, now: datetime = NOW, **changed: Any) -> Any:
        stated = {"preferred_hour": 9, "quiet_from": time(21), "quiet_until": time(8), "by_email": True} | changed
        return services.set_preference(patient_id=patient.pk, by=Actor.user(patient.user_id), now=now, **stated)

    return say
