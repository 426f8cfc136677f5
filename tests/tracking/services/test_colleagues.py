"""A colleague comes to work in a clinic by a letter: who may send it, what it opens, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, transaction

from tests.conftest import NOW, PASSWORD
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import AuditEvent, Clinic, ColleagueInvitation, Prescriber, User
from tracking.services import clinics, colleagues

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def bell(dr_bell):
    clinics.let_administer(dr_bell)
    return Actor.user(dr_bell.pk)


@pytest.fixture
def invite(clinic, bell):
    def to(email="cole@example.org", now=NOW, by=bell):
        return colleagues.invite(clinic_uid=clinic.uid, email=email, by=by, now=now)

    return to


def code_of(call):
    with pytest.raises(Problem) as found:
        call()
    return found.value.kind, found.value.issues[0].pointer, found.value.issues[0].code


def join(secret, *, now=LATER, **said):
    return colleagues.join(secret=secret, now=now, **({"name": "Dr. Cole", "password": PASSWORD} | said))


def test_whoever_holds_the_mailbox_joins_once_and_both_steps_are_kept(invite, clinic, bell):
    row, secret = invite(" Cole@Example.org ")
    assert (row.email, row.expires_at, secret in row.digest) == ("cole@example.org", NOW + timedelta(days=7), False)
    assert colleagues.find(secret, now=LATER).account is None
    member = join(secret)
    assert (member.user.email, member.user.name, member.clinic, member.is_active) == (
        "cole@example.org", "Dr. Cole", clinic, True,
    )  # fmt: skip
    assert member.user.is_staff
    assert not member.user.is_superuser
    assert not clinics.administers(member.user)
    assert member.user.check_password(PASSWORD)
    row.refresh_from_db()
    assert (row.used_at, row.member) == (LATER, member)
    assert code_of(lambda: join(secret)) == ("not-found", "", "not-found")
    told = AuditEvent.objects.order_by("pk").values_list("what", "account", "by")
    assert list(told) == [("member-invited", None, str(bell)), ("member-joined", member.user_id, f"user:{member.user_id}")]


def test_an_account_that_is_there_keeps_its_password_and_one_that_is_off_stays_out(invite):
    other = Clinic.objects.create(name="Another Clinic")
    cole = clinics.add_prescriber(clinic=other, email="cole@example.org", name="Dr. Cole", password="another one entirely").user
    _, secret = invite()
    assert colleagues.find(secret, now=LATER).account == cole
    User.objects.filter(pk=cole.pk).update(is_active=False)
    assert code_of(lambda: join(secret, password=None)) == ("forbidden", "", "account-off")
    User.objects.filter(pk=cole.pk).update(is_active=True)
    assert join(secret, password=None).user == cole
    cole.refresh_from_db()
    assert cole.check_password("another one entirely")


def test_who_left_comes_back_by_a_letter(invite, clinic, bell):
    cole = clinics.add_prescriber(clinic=clinic, email="cole@example.org", name="Dr. Cole", password=PASSWORD)
    assert code_of(invite) == ("invalid", "/email", "member-already")
    clinics.end_membership(clinic_uid=clinic.uid, uid=cole.uid, by=bell, now=NOW)
    _, secret = invite()
    assert join(secret, password=None) == cole


@pytest.mark.parametrize(
    "email", ["", "cole", "cole@", "cole@example", "a b@example.org", "x@example.org\nBcc: y@example.org", "é" * 300]
)
def test_what_is_no_address_is_refused_by_name(invite, email):
    assert code_of(lambda: invite(email)) == ("invalid", "/email", "email-unreadable")
    assert not ColleagueInvitation.objects.exists()


def test_a_new_letter_takes_the_place_of_the_old_and_not_at_once(invite):
    first, secret = invite()
    assert code_of(invite) == ("invalid", "/email", "invited-just-now")
    _, newer = invite(now=NOW + timedelta(minutes=11))
    first.refresh_from_db()
    assert first.withdrawn_at == NOW + timedelta(minutes=11)
    assert colleagues.find(secret, now=LATER) is None
    assert colleagues.find(newer, now=LATER) is not None


def test_so_many_letters_wait_at_a_time(invite, monkeypatch):
    monkeypatch.setattr(colleagues, "MOST_OPEN", 2)
    for name in ("a", "b"):
        invite(f"{name}@example.org")
    assert code_of(lambda: invite("c@example.org")) == ("invalid", "", "too-many-invitations")
    invite("c@example.org", now=NOW + colleagues.HOLDS)


def test_only_an_administrator_of_that_clinic_invites_and_takes_back(invite, clinic, bell, adam):
    cole = clinics.add_prescriber(clinic=clinic, email="member@example.org", name="Dr. Cole", password=PASSWORD)
    far = clinics.add_prescriber(
        clinic=Clinic.objects.create(name="Another Clinic"), email="far@example.org", name="Dr. Far", password=PASSWORD,
        administers=True,
    )  # fmt: skip
    row, secret = invite()
    for by, kind in ((cole.user, "forbidden"), (far.user, "not-found"), (adam.user, "not-found")):
        who = Actor.user(by.pk)
        assert code_of(lambda who=who: invite("other@example.org", by=who))[0] == kind
        take_back = {"clinic_uid": clinic.uid, "uid": row.uid, "by": who, "now": LATER}
        assert code_of(lambda sent=take_back: colleagues.withdraw(**sent))[0] == kind
    take_back = {"clinic_uid": clinic.uid, "by": bell, "now": LATER}
    assert code_of(lambda: colleagues.withdraw(uid=clinic.uid, **take_back))[0] == "not-found"
    colleagues.withdraw(uid=row.uid, **take_back)
    assert colleagues.find(secret, now=LATER) is None


def test_a_link_opens_nothing_after_its_time_nor_once_its_author_has_left(invite, dr_bell):
    _, secret = invite()
    assert colleagues.find(secret, now=NOW + colleagues.HOLDS - timedelta(seconds=1)) is not None
    assert colleagues.find(secret, now=NOW + colleagues.HOLDS) is None
    for nonsense in ("", secret[:-1], secret + "x", "\x00"):
        assert colleagues.find(nonsense, now=LATER) is None
    clinics.let_administer(dr_bell, may=False)
    assert colleagues.find(secret, now=LATER) is None
    clinics.let_administer(dr_bell)
    Prescriber.objects.filter(user=dr_bell).update(is_active=False)
    assert colleagues.find(secret, now=LATER) is None
    assert code_of(lambda: join(secret)) == ("not-found", "", "not-found")
    assert not User.objects.filter(email="cole@example.org").exists()


def test_what_is_missing_is_said_and_nobody_joins(invite):
    row, secret = invite()
    assert code_of(lambda: join(secret, password=None)) == ("invalid", "/password", "password-missing")
    assert code_of(lambda: join(secret, name=" ")) == ("invalid", "/name", "name-missing")
    row.refresh_from_db()
    assert row.used_at is None
    assert not User.objects.filter(email=row.email).exists()


def test_what_ended_a_month_ago_goes_with_its_address(invite):
    invite()
    over = NOW + colleagues.HOLDS + timedelta(days=30)
    assert colleagues.clear(now=over) == 0
    assert colleagues.clear(now=over + timedelta(seconds=1)) == 1
    assert not ColleagueInvitation.objects.exists()


def test_the_database_refuses_a_letter_that_was_rewritten_or_used_twice_over(invite, clinic, dr_bell):
    row, _ = invite()
    member = Prescriber.objects.get(user=dr_bell)
    for wrong in (
        {"email": "other@example.org"}, {"expires_at": LATER}, {"used_at": LATER}, {"member": member},
        {"used_at": row.expires_at, "member": member}, {"used_at": LATER, "member": member, "withdrawn_at": LATER},
    ):  # fmt: skip
        with pytest.raises(Error), transaction.atomic():
            ColleagueInvitation.objects.filter(pk=row.pk).update(**wrong)
    twin = {"clinic": clinic, "made_by": member, "made_at": NOW, "expires_at": LATER}
    for wrong in (
        {"email": row.email, "digest": "0" * 64},
        {"email": "Up@example.org", "digest": "1" * 64},
        {"email": "a@b.org"},
    ):
        with pytest.raises(Error), transaction.atomic():
            ColleagueInvitation.objects.create(**twin, **wrong)
