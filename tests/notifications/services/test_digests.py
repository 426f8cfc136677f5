"""A prescriber is told once a day what waits for him and whom we did not reach, in the order of the queue, without a name."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from notifications import services
from notifications.models import Delivery, StaffDigest
from tests.conftest import NOW, PASSWORD
from tests.notifications.conftest import Obedient
from tests.notifications.domain.test_words import REVEALING
from tracking.domain.history import Origin
from tracking.models import Clinic, Prescriber, User
from tracking.services import clinics, consent, labs, regimens
from tracking.services.access import Actor, acting_as

MORNING = datetime(2026, 11, 3, 6, tzinfo=UTC)  # seven in Berlin


@pytest.fixture
def in_berlin(in_care: Any) -> Any:
    return clinics.set_up(name="Invented Clinic", zone="Europe/Berlin")


def low(man: Any, value: str = "12", *, calcium: str = "") -> None:
    """Below the floor on an AI (P1); with calcium out of bounds P0."""
    by = Actor.user(man.user_id)
    regimens.start(
        patient=man, by=by, now=NOW, origin=Origin.SELF, drug="anastrozole", dose_mg="0.5",
        schedule={"kind": "every", "days": "3.5"}, starts_on=date(2026, 7, 1), reason="breast tenderness",
    )  # fmt: skip
    sent = {"patient": man, "by": by, "now": NOW, "collected_at": "2026-10-30T08:00:00+01:00"}
    labs.record(**sent, analyte="estradiol", value=value, unit="pg/mL")
    if calcium:
        labs.record(**sent, analyte="calcium", value=calcium, unit="mg/dL")


def text_of(envelope: Any) -> str:
    return message_from_bytes(envelope.content, policy=policy.default).get_body(("plain",)).get_content()


def test_his_work_comes_in_the_order_of_the_queue_and_names_nobody(
    adam: Any, carl: Any, dr_bell: Any, in_berlin: Any, mail_server: Obedient, settings: Any, rows: Any
) -> None:
    settings.PUBLIC_URL = "https://trabecula.example"
    consent.grant(patient=carl, clinic_uid=in_berlin.uid, by=Actor.user(carl.user_id), now=NOW)
    low(adam)
    low(carl, calcium="12.5")
    days_late = MORNING + timedelta(days=2)
    done = services.write_digests(now=days_late)
    assert (done.begun, done.sent, done.failed) == (1, 1, 0)
    (envelope,) = mail_server.accepted
    assert envelope.rcpt_tos == ["bell@example.org"]
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert mail["Subject"] == "Trabecula: your work queue today"
    assert mail["List-Unsubscribe"] is None
    lines = [line for line in text_of(envelope).splitlines() if line]
    assert lines[0].startswith("People waiting for an answer: 2. Answers overdue: 1.")
    assert lines[1].startswith("1. P0, answer overdue since ")
    assert lines[1].endswith(f"https://trabecula.example/admin/tracking/patient/{carl.uid}/")
    assert lines[2].startswith("2. P1, ")
    assert str(adam.uid) in lines[2]
    assert lines[-1] == "The whole work queue: https://trabecula.example/admin/"
    shown = envelope.content.decode().replace(str(adam.uid), "").replace(str(carl.uid), "")
    for word in ("Adam", "Carl", "Stranger", "Bell", "strogen", "nastrozole", "12.5"):
        assert word not in shown
    assert not REVEALING.search(mail["Subject"])
    assert rows(StaffDigest, "state", "day") == [("sent", date(2026, 11, 5))]


def test_4_5_6_8_it_comes_once_a_day_of_his_clinic_however_often_and_late_it_is_asked(
    adam: Any, in_care: Any, mail_server: Obedient, rows: Any
) -> None:
    """PEERS 4 (the same again and again), 5 (a missed tick), 8 (his date, not the server's): a clinic on Kiritimati."""
    clinics.set_up(name="Invented Clinic", zone="Pacific/Kiritimati")
    low(adam)
    seven_there = datetime(2026, 11, 3, 17, tzinfo=UTC)
    for minutes in (-1, 0, 0, 1, 10, 60, 300, 1019):
        services.write_digests(now=seven_there + timedelta(minutes=minutes))
    assert rows(StaffDigest, "day", "state") == [(date(2026, 11, 4), "sent")]
    # Down for three days and a half: one message, of the day on which somebody looked again.
    services.write_digests(now=seven_there + timedelta(days=3, hours=12))
    assert rows(StaffDigest, "day") == [date(2026, 11, 4), date(2026, 11, 7)]
    assert len(mail_server.accepted) == 2


def test_a_message_that_did_not_reach_a_man_is_told_and_one_that_came_another_way_is_not(
    adam: Any, dr_bell: Any, in_berlin: Any, make_due: Any, mail_server: Obedient, rows: Any
) -> None:
    make_due(adam)
    services.plan(now=NOW)
    services.claim(now=MORNING + timedelta(hours=2))
    mail_server["RCPT"] = "550 no such mailbox"
    services.deliver(now=MORNING + timedelta(hours=2))
    assert rows(Delivery, "state")[0] == "refused"
    mail_server["RCPT"] = "250 OK"
    services.write_digests(now=MORNING + timedelta(hours=3))
    text = text_of(mail_server.accepted[-1])
    assert "People whom a message did not reach: 1." in text
    assert f"A message did not arrive: http://127.0.0.1:8000/admin/tracking/patient/{adam.uid}/" in text
    heard = mail_server.heard
    services.write_digests(now=MORNING + timedelta(days=1, hours=3))
    assert mail_server.heard == heard, "it was told yesterday"


def test_where_there_is_nothing_to_tell_nobody_is_written_to(in_berlin: Any, mail_server: Obedient, rows: Any) -> None:
    done = services.write_digests(now=MORNING)
    assert (done.empty, mail_server.heard) == (1, 0)
    assert rows(StaffDigest, "state", "last_reason") == [("dead", "nothing to tell")]
    assert services.measure(now=MORNING).digests_failed == 0


def test_nobody_is_told_of_himself_of_men_who_left_or_of_another_clinics_men(
    adam: Any, carl: Any, dr_bell: Any, in_berlin: Any, in_care: Any, mail_server: Obedient
) -> None:
    other = clinics.set_up(name="Another Clinic", zone="Europe/Berlin")
    Prescriber.objects.create(user=adam.user, clinic=in_berlin)  # Adam works at the clinic that looks after him
    consent.grant(patient=carl, clinic_uid=other.uid, by=Actor.user(carl.user_id), now=NOW)
    low(adam)
    low(carl)
    services.write_digests(now=MORNING)
    assert [envelope.rcpt_tos for envelope in mail_server.accepted] == [["bell@example.org"]]
    assert str(carl.uid) not in text_of(mail_server.accepted[0])
    consent.revoke(patient=adam, uid=in_care.uid, by=Actor.user(adam.user_id), now=NOW)
    services.write_digests(now=MORNING + timedelta(days=1))
    assert len(mail_server.accepted) == 1


def test_who_left_is_not_written_to_and_who_works_at_two_clinics_is_once(
    adam: Any, dr_bell: Any, in_berlin: Any, mail_server: Obedient
) -> None:
    low(adam)
    Prescriber.objects.create(user=dr_bell, clinic=Clinic.objects.create(name="Second", zone="Asia/Tokyo"))
    gone = User.objects.create_user("gone@example.org", PASSWORD)
    Prescriber.objects.create(user=gone, clinic=in_berlin, is_active=False)
    services.write_digests(now=MORNING)
    services.write_digests(now=MORNING + timedelta(hours=1))
    assert [envelope.rcpt_tos for envelope in mail_server.accepted] == [["bell@example.org"]]


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        (("RCPT", "450 later"), ["queued", "sent"]),
        (("RCPT", "550 no"), ["refused", "refused"]),
        (("TEXT", "disconnect"), ["unknown", "unknown"]),
    ],
)
def test_only_a_definite_refusal_is_tried_again_and_not_beyond_its_day(
    adam: Any, in_berlin: Any, mail_server: Obedient, rows: Any, answer: tuple[str, str], states: list[str]
) -> None:
    low(adam)
    before, mail_server[answer[0]] = mail_server.script[answer[0]], answer[1]
    services.write_digests(now=MORNING)
    seen = rows(StaffDigest, "state")
    mail_server[answer[0]] = before
    services.write_digests(now=MORNING + timedelta(hours=1))
    assert [*seen, *rows(StaffDigest, "state")] == states
    told = services.measure(now=MORNING + timedelta(hours=2))
    assert (told.digests_sent, told.digests_failed) == (int(states[-1] == "sent"), int(states[-1] != "sent"))


def test_a_crash_after_handing_over_is_unknown_and_not_sent_again(
    adam: Any, in_berlin: Any, mail_server: Obedient, rows: Any
) -> None:
    low(adam)
    services.write_digests(now=MORNING - timedelta(hours=1))
    with acting_as(Actor.system("test")):
        (member,) = Prescriber.objects.all()
        StaffDigest.objects.create(
            recipient_id=member.user_id, day=MORNING.date(), worth_until=MORNING + timedelta(hours=17), state="sending",
            attempts=1, sending_since=MORNING, next_attempt_at=MORNING,
        )  # fmt: skip
    assert services.write_digests(now=MORNING + timedelta(minutes=1)).lost == 0
    assert services.write_digests(now=MORNING + timedelta(hours=1)).lost == 1
    assert (rows(StaffDigest, "state"), mail_server.heard) == (["unknown"], 0)


def test_the_database_lets_one_a_day_in(dr_bell: Any) -> None:
    whole = {"recipient_id": dr_bell.pk, "day": MORNING.date(), "worth_until": MORNING, "next_attempt_at": MORNING}
    with acting_as(Actor.system("test")):
        StaffDigest.objects.create(**whole)
        with pytest.raises(IntegrityError, match="staffdigest_once_a_day"), transaction.atomic():
            StaffDigest.objects.create(**whole)


def test_two_workers_at_once_send_it_once(committed: Any, mail_server: Obedient) -> None:
    from tests import accounts

    man = accounts.make_man(now=NOW, name="Adam Invented")
    clinic = clinics.set_up(name="Invented Clinic", zone="Europe/Berlin")
    clinics.add_prescriber(clinic=clinic, email="bell@example.org", name="Dr. Bell", password=PASSWORD)
    consent.grant(patient=man, clinic_uid=clinic.uid, by=Actor.user(man.user_id), now=NOW)
    low(man)
    barrier = threading.Barrier(2)
    failed: list[Exception] = []

    def run() -> None:
        try:
            barrier.wait(10)
            services.write_digests(now=MORNING)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert (failed, len(mail_server.accepted)) == ([], 1)
