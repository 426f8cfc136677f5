"""When nobody acts, the lead hears of it, then the clinic, then its administrator; each once, and no name leaves the house."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group

from notifications import services
from notifications.models import Delivery, Escalation
from tests.conftest import NOW, PASSWORD
from tests.notifications.conftest import Obedient
from tracking.domain.history import Origin
from tracking.models import CareRelationship, Prescriber, User
from tracking.services import consent, episodes, evaluations, labs, regimens, shown
from tracking.services.access import ADMINISTRATORS, Actor, acting_as

OVERDUE = date(2026, 12, 1)


def on(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture
def clinic_of_three(clinic: Any, dr_bell: Any, in_care: Any) -> dict[str, int]:
    """Dr. Bell leads; Dr. Dunn is a colleague; Ms. Field is the administrator."""
    members = {"bell": dr_bell}
    for name in ("dunn", "field"):
        user = User.objects.create_user(f"{name}@example.org", PASSWORD, name=name)
        Prescriber.objects.create(user=user, clinic=clinic)
        members[name] = user
    members["field"].groups.add(Group.objects.create(name=ADMINISTRATORS))
    with acting_as(Actor.system("test")):
        CareRelationship.objects.update(lead=Prescriber.objects.get(user=dr_bell))
    return {name: user.pk for name, user in members.items()}


def told(rows: Any) -> list[tuple[str, str]]:
    return rows(Escalation, "about", "level")


def addressed(rows: Any) -> list[int]:
    return sorted(rows(Delivery, "recipient_id", escalation__isnull=False))


@pytest.fixture
def denosumab(adam: Any, make_due: Any) -> Any:
    return make_due(adam, kind="denosumab", anchor="dose:1", time_critical=True)


def test_denosumab_climbs_from_lead_to_clinic_to_administrator(
    clinic_of_three: dict[str, int], denosumab: Any, rows: Any
) -> None:
    seen = []
    for days in range(-1, 40):
        services.escalate(now=on(OVERDUE + timedelta(days=days)))
        if len(told(rows)) > len(seen):
            seen.append((days, told(rows)[-1][1]))
    assert seen == [(0, "lead"), (14, "clinic"), (28, "clinic_administrator")]
    assert addressed(rows) == sorted([clinic_of_three["bell"], *clinic_of_three.values(), clinic_of_three["field"]])


def test_after_an_outage_only_the_level_reached_by_then_is_told(
    clinic_of_three: dict[str, int], denosumab: Any, rows: Any
) -> None:
    services.escalate(now=on(OVERDUE + timedelta(days=30)))
    assert told(rows) == [("overdue", "clinic_administrator")]


def test_what_was_answered_is_told_to_nobody(in_care: Any, denosumab: Any, change_due: Any, rows: Any) -> None:
    change_due(denosumab, state="answered")
    services.escalate(now=on(OVERDUE))
    assert told(rows) == []


def test_an_injection_between_the_telling_and_the_mail_silences_it(
    in_care: Any, denosumab: Any, change_due: Any, rows: Any, mail_server: Obedient
) -> None:
    services.escalate(now=on(OVERDUE))
    change_due(denosumab, state="answered")
    services.deliver(now=on(OVERDUE))
    assert mail_server.heard == 0
    assert rows(Delivery, "state", "last_reason") == [("dead", "no longer due")]


def test_the_mail_names_no_man_and_no_drug(in_care: Any, denosumab: Any, mail_server: Obedient) -> None:
    services.escalate(now=on(OVERDUE))
    services.deliver(now=on(OVERDUE))
    (envelope,) = mail_server.accepted
    assert envelope.rcpt_tos == ["bell@example.org"]
    assert b"something is overdue" in envelope.content
    for word in (b"Adam", b"adam", b"enosumab"):
        assert word not in envelope.content


def test_a_mail_that_could_not_go_out_for_three_days_is_given_up(
    in_care: Any, denosumab: Any, rows: Any, mail_server: Obedient
) -> None:
    services.escalate(now=on(OVERDUE))
    services.deliver(now=on(OVERDUE + timedelta(days=3)))
    assert (mail_server.heard, rows(Delivery, "state", "last_reason")) == (0, [("dead", "its time is over")])


def test_a_date_that_moved_is_another_silence(in_care: Any, denosumab: Any, shift_due: Any, rows: Any) -> None:
    services.escalate(now=on(OVERDUE))
    shift_due(denosumab, 10)
    services.escalate(now=on(OVERDUE + timedelta(days=5)))
    assert len(told(rows)) == 1
    services.escalate(now=on(OVERDUE + timedelta(days=10)))
    assert len(told(rows)) == 2


def test_a_kind_without_steps_is_told_to_nobody(adam: Any, in_care: Any, make_due: Any, rows: Any) -> None:
    make_due(adam, kind="lipids")
    services.escalate(now=on(OVERDUE + timedelta(days=30)))
    assert told(rows) == []


@pytest.mark.parametrize(
    ("kind", "audience", "days"),
    [
        ("lab_e2_t", "man", [14, 28, 42]),
        ("dexa", "man", [14, 28, 42]),
        ("zoledronate", "man", [14, 28, 42]),
        ("pre_denosumab", "clinic", [0, 14, 28]),
        ("ai_review", "clinic", [0, 14, 28]),
    ],
)
def test_each_kind_climbs_by_a_target_a_level_and_not_for_ever(
    adam: Any, clinic_of_three: dict[str, int], make_due: Any, rows: Any, kind: str, audience: str, days: list[int]
) -> None:
    """CLINICAL 9.7: P2, ten working days. A man's own messages come first; the clinic's work is told on its first day."""
    make_due(adam, kind=kind, audience=audience)
    seen: dict[str, int] = {}
    for day in sorted({-1, 59, *days, *(step - 1 for step in days)}):
        services.escalate(now=on(OVERDUE + timedelta(days=day)))
        for _, level in told(rows):
            seen.setdefault(level, day)
    assert seen == dict(zip(["lead", "clinic", "clinic_administrator"], days, strict=True))
    make_due(adam, kind=kind, audience=audience, anchor="long ago", shifted=-90)
    services.escalate(now=on(OVERDUE))
    assert len(told(rows)) == 3


def test_a_man_in_nobodys_care_is_counted_as_unheard(denosumab: Any, rows: Any) -> None:
    done = services.escalate(now=on(OVERDUE))
    assert (done.told, done.unheard, told(rows)) == (0, 1, [])


def test_after_he_revoked_nobody_is_told(adam: Any, in_care: Any, make_due: Any, rows: Any) -> None:
    consent.revoke(patient=adam, uid=in_care.uid, by=Actor.user(adam.user_id), now=NOW)
    make_due(adam, kind="denosumab", anchor="dose:1", time_critical=True)
    assert services.escalate(now=on(OVERDUE)).unheard == 1
    assert told(rows) == []


def test_a_prescriber_is_not_told_about_himself(make_man: Any, clinic: Any, make_due: Any, rows: Any) -> None:
    himself = make_man("Bell Himself")
    Prescriber.objects.create(user=himself.user, clinic=clinic)
    consent.grant(patient=himself, clinic_uid=clinic.uid, by=Actor.user(himself.user_id), now=NOW)
    make_due(himself, kind="denosumab", anchor="dose:1", time_critical=True)
    services.escalate(now=on(OVERDUE))
    assert told(rows) == []


def test_a_response_that_is_overdue_climbs_by_the_targets_of_the_work_queue(
    adam: Any, clinic_of_three: dict[str, int], rows: Any, mail_server: Obedient
) -> None:
    """CLINICAL 9.7: below the floor on an AI is P1, to be answered in three working days."""
    by = Actor.user(adam.user_id)
    regimens.start(
        patient=adam, by=by, now=NOW, origin=Origin.SELF, drug="anastrozole", dose_mg="0.5",
        schedule={"kind": "every", "days": "3.5"}, starts_on=date(2026, 7, 1), reason="breast tenderness",
    )  # fmt: skip
    labs.record(
        patient=adam, by=by, now=NOW, analyte="estradiol", value="12", unit="pg/mL", collected_at="2026-10-30T08:00:00+01:00"
    )
    with acting_as(Actor.system("test")):
        assert {late.priority for late in episodes.unanswered(NOW + timedelta(days=5), limit=10)} <= {1, 2}
    reached: dict[int, list[str]] = {}
    for days in range(30):
        services.escalate(now=NOW + timedelta(days=days))
        for subject, level in rows(Escalation, "subject_id", "level", about="response"):
            levels = reached.setdefault(subject, [])
            levels += [level] if level not in levels else []
    assert reached
    assert ["lead", "clinic", "clinic_administrator"] in reached.values()
    services.deliver(now=NOW + timedelta(days=30))
    assert b"a response is overdue" in mail_server.accepted[-1].content


def test_an_answer_between_the_telling_and_the_mail_silences_it(
    adam: Any, dr_bell: Any, in_care: Any, rows: Any, mail_server: Obedient
) -> None:
    by = Actor.user(adam.user_id)
    labs.record(
        patient=adam, by=by, now=NOW, analyte="calcium", value="12.5", unit="mg/dL", collected_at="2026-10-30T08:00:00+01:00"
    )
    late = NOW + timedelta(days=3)
    services.escalate(now=late)
    subjects = rows(Escalation, "subject_id", about="response")
    assert subjects
    with acting_as(Actor.system("test")):
        found = list(episodes.Episode.objects.filter(pk__in=subjects))
    for episode in found:
        episodes.acknowledge(
            patient=adam, uid=episode.uid, by=Actor.user(dr_bell.pk), now=late, revision=episode.revision, outcome="contacted"
        )
    services.deliver(now=late)
    assert mail_server.heard == 0


def test_the_man_reads_that_his_clinic_was_told_only_once_the_mail_is_out_and_while_it_is_his(
    adam: Any, in_care: Any, mail_server: Obedient
) -> None:
    """CLINICAL 9.8: with the date, and from when to call; never where nobody was told, or where the door is closed since."""
    by = Actor.user(adam.user_id)
    lab = {"analyte": "estradiol", "value": "9.0", "unit": "pg/mL", "collected_at": "2026-10-30T08:00:00+01:00"}
    regimens.start(
        patient=adam, by=by, now=NOW, origin=Origin.SELF, drug="anastrozole", dose_mg="0.5",
        schedule={"kind": "every", "days": "3.5"}, starts_on=date(2026, 7, 1), reason="breast tenderness",
    )  # fmt: skip
    labs.record(patient=adam, by=by, now=NOW, **lab)
    late = NOW + timedelta(days=2)
    assert not says_that_it_was_told(adam, late)
    services.escalate(now=late)
    assert not says_that_it_was_told(adam, late), "a message that waits has told nobody"
    services.deliver(now=late)
    assert mail_server.accepted
    line = says_that_it_was_told(adam, late)
    assert line.startswith("Your clinic was notified on 4 Nov; please don't change a dose on your own;")
    assert line.endswith("by 9 Nov, call them.")
    consent.revoke(patient=adam, uid=in_care.uid, by=by, now=late)
    assert not says_that_it_was_told(adam, late)
    consent.grant(patient=adam, clinic_uid=in_care.clinic.uid, by=by, now=late + timedelta(days=1))
    assert not says_that_it_was_told(adam, late), "whom he lets in now was not told then"


def says_that_it_was_told(adam: Any, now: datetime) -> str:
    with acting_as(Actor.system("test")):
        evaluation = evaluations.of(adam)
        assert evaluation is not None
        row = shown.with_his_words(evaluation)
        words = shown.his_words(row, adam, shown.comparison_for(row, adam, now))
    return next((line for line in words if "was notified" in line), "")
