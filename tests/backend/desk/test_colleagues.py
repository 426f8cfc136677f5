"""An administrator invites a colleague at the desk; a letter goes out, and its link opens a page that acts by POST alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail  # noqa: TID251  the mailbox of tests
from django.test import Client
from django.urls import reverse

from notifications.channels.base import Refused
from tests.conftest import NOW, PASSWORD
from tests.desks import at_desk
from tracking.models import ColleagueInvitation, Prescriber, User
from tracking.services import clinics

pytestmark = pytest.mark.django_db
CHOSEN = {"name": "Dr. Cole", "new_password1": "a long invented password", "new_password2": "a long invented password"}


@pytest.fixture
def desk(dr_bell, now):
    clinics.let_administer(dr_bell)
    return at_desk(dr_bell)


@pytest.fixture
def page(clinic):
    return reverse("admin:clinic_invite", args=[clinic.uid])


@pytest.fixture
def link(desk, page):
    """The address in the letter that Dr. Bell has sent to this mailbox."""

    def sent(email="cole@example.org"):
        answer = desk.post(page, {"email": email}, follow=True)
        assert f"A letter went to {email.lower()}. Its link holds until 9 Nov 2026 09:00." in answer.text
        (address,) = re.findall(rf"{settings.PUBLIC_URL}(/join/\S+)", mail.outbox[-1].body)
        return address

    return sent


def test_the_letter_says_who_and_where_and_nothing_of_men_or_hormones(link, clinic, desk):
    link("Cole@Example.org")
    (letter,) = mail.outbox
    assert letter.to == ["cole@example.org"]
    assert "Dr. Bell invites you to work in Invented Clinic" in letter.body
    assert not re.search(r"testosteron|estradiol|hormon|patient", f"{letter.subject} {letter.body}", re.IGNORECASE)
    listed = desk.get(reverse("admin:clinic_page", args=[clinic.uid])).text
    assert "cole@example.org" in listed
    assert "Invite a colleague" in listed


def test_a_newcomer_says_his_name_chooses_a_password_and_sets_up_codes_at_the_first_sign_in(link, clinic):
    address, browser = link(), Client(enforce_csrf_checks=True)
    shown = browser.get(address)
    assert "<bdi>Dr. Bell</bdi> invites <bdi>cole@example.org</bdi> to work in <bdi>Invented Clinic</bdi>" in shown.text
    assert not Prescriber.objects.filter(user__email="cole@example.org").exists(), "a look acts nothing: scanners follow links"
    assert browser.post(address, CHOSEN).status_code == 403, "nor does a page of somebody else's"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.text)[1]
    answer = browser.post(address, CHOSEN | {"csrfmiddlewaretoken": token}, follow=True)
    assert answer.redirect_chain == [("/admin/login/", 302)]
    assert "You work in Invented Clinic now. Sign in with cole@example.org." in answer.text
    member = Prescriber.objects.get(user__email="cole@example.org")
    assert (member.clinic, member.user.name, member.user.is_staff) == (clinic, "Dr. Cole", True)
    signing_in = Client()
    sent = {"username": "cole@example.org", "password": CHOSEN["new_password1"], "next": "/admin/"}
    assert signing_in.post("/admin/login/", sent, follow=True).redirect_chain[-1][0] == "/admin/login/set-up/"
    assert Client().get(address).status_code == Client().post(address, CHOSEN).status_code == 404


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (CHOSEN | {"new_password2": "another one"}, "The two password fields didn’t match."),
        (CHOSEN | {"new_password1": "short", "new_password2": "short"}, "This password is too short."),
        (CHOSEN | {"name": " "}, "This field is required."),
        ({}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nobody_joins(link, sent, said):
    address = link()
    answer = Client().post(address, sent)
    assert (answer.status_code, said in answer.text) == (200, True)
    assert "<title>Error: " in answer.text
    assert not User.objects.filter(email="cole@example.org").exists()


def test_an_account_that_is_its_owners_keeps_its_password(link, adam):
    EmailAddress.objects.create(user=adam.user, email=adam.user.email, verified=True, primary=True)
    before, address = adam.user.password, link(adam.user.email)
    text = Client().get(address).text
    assert "You have an account here already" in text
    assert "new_password1" not in text
    assert Client().post(address).status_code == 302
    adam.user.refresh_from_db()
    assert (adam.user.password, adam.user.is_staff) == (before, True)


def test_an_account_that_somebody_made_with_the_address_of_another_is_taken_from_him(link):
    """He never showed that the mailbox is his, so the password he chose opens nothing once its owner has joined."""
    squatter = User.objects.create_user("cole@example.org", PASSWORD, name="Not Cole")
    EmailAddress.objects.create(user=squatter, email=squatter.email, verified=False, primary=True)
    Authenticator.objects.create(user=squatter, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert Client().post(link(), CHOSEN).status_code == 302
    squatter.refresh_from_db()
    assert not squatter.check_password(PASSWORD)
    assert squatter.check_password(CHOSEN["new_password1"])
    assert squatter.name == "Dr. Cole"
    assert not Authenticator.objects.filter(user=squatter).exists()


def test_an_account_that_was_switched_off_is_told_so_to_its_owner_alone(link, dr_bell):
    User.objects.create_user("cole@example.org", PASSWORD, name="Dr. Cole", is_staff=True, is_active=False)
    answer = Client().post(link())
    assert "The account of this address was switched off. Ask the operator." in answer.text
    assert not Prescriber.objects.filter(user__email="cole@example.org").exists()


def test_who_invites_is_told_the_same_whoever_has_an_account(desk, page, adam):
    told = set()
    for email in ("nobody@example.org", adam.user.email):
        answer = desk.post(page, {"email": email}, follow=True)
        found = re.search(r'<li class="success">(.*?)</li>', answer.text)[1]
        told.add((answer.status_code, found.replace(email, "x")))
        assert "Adam" not in answer.text
    assert len(told) == 1
    assert len({(letter.subject, re.sub(r"/join/\S+", "", letter.body)) for letter in mail.outbox}) == 1


def test_what_the_mail_server_refuses_invites_nobody(desk, page, monkeypatch):
    for is_retryable, said in ((True, "The mail server took nothing just now"), (False, "does not take mail for this address")):
        monkeypatch.setattr(
            "notifications.channels.email.EmailChannel.send", lambda *_, retry=is_retryable: Refused("550", is_retryable=retry)
        )
        answer = desk.post(page, {"email": "cole@example.org"})
        assert (answer.status_code, said in answer.text) == (200, True)
    assert not ColleagueInvitation.objects.exists()


@pytest.mark.parametrize("email", ["", "cole", "cole@example.org\r\nBcc: y@example.org", "<script>alert(1)</script>@x"])
def test_what_is_no_address_is_said_on_its_field(desk, page, email):
    answer = desk.post(page, {"email": email})
    assert set(answer.context["form"].errors) == {"email"}
    assert "<script>alert" not in answer.text
    assert mail.outbox == []


def test_a_member_who_does_not_administer_and_a_stranger_invite_nobody(dr_bell, page, clinic, now):
    member = at_desk(dr_bell)
    assert member.get(page).status_code == member.post(page, {"email": "cole@example.org"}).status_code == 403
    assert "Invite a colleague" not in member.get(reverse("admin:clinic_page", args=[clinic.uid])).text
    root = at_desk(User.objects.create_superuser("root@example.org", PASSWORD))
    assert root.get(page).status_code == 404
    assert mail.outbox == []


def test_a_link_that_was_taken_back_or_ran_out_opens_nothing_and_says_what_to_do(link, desk, clinic, monkeypatch):
    address = link()
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=7))
    over = Client().get(address)
    assert (over.status_code, "Ask the clinic for a new one." in over.text) == (404, True)
    assert "cole" not in over.text
    monkeypatch.setattr("tracking.clock.now", lambda: NOW)
    row = ColleagueInvitation.objects.get()
    back = reverse("admin:clinic_take_back_letter", args=[clinic.uid, row.uid])
    seen = re.search(r'name="seen" value="([^"]*)"', desk.get(back).text)[1]
    assert "its link lets nobody in any more" in desk.post(back, {"seen": seen}, follow=True).text
    assert Client().get(address).status_code == 404
