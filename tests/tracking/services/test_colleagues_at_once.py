"""Two letters to one mailbox, taken up at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from tests.conftest import NOW, PASSWORD
from tracking.domain.actor import Actor
from tracking.models import Clinic, ColleagueInvitation, Prescriber, User
from tracking.services import clinics, colleagues

EMAIL = "cole@example.org"


def test_of_two_letters_to_a_new_address_both_let_him_work_and_one_account_is_made(committed: None) -> None:
    places = [Clinic.objects.create(name=name) for name in ("Invented Clinic", "Another Clinic")]
    bell = User.objects.create_user("bell@example.org", PASSWORD, name="Dr. Bell", is_staff=True)
    for clinic in places:
        Prescriber.objects.create(user=bell, clinic=clinic)
    clinics.let_administer(bell)
    by = Actor.user(bell.pk)
    letters = [colleagues.invite(clinic_uid=clinic.uid, email=EMAIL, by=by, now=NOW)[1] for clinic in places]
    both_found_nobody = Barrier(2, timeout=30)

    def take_up(secret: str) -> None:
        is_first = True

        def meet(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
            nonlocal is_first
            found = execute(sql, *others)
            if is_first and sql.startswith('SELECT "tracking_user"'):
                is_first = False
                both_found_nobody.wait()
            return found

        try:
            with connection.execute_wrapper(meet):
                colleagues.join(secret=secret, now=NOW, name="Dr. Cole", password=PASSWORD)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take_up, letters))
    cole = User.objects.get(email=EMAIL)
    assert (cole.name, cole.check_password(PASSWORD), cole.is_staff) == ("Dr. Cole", True, True)
    works = Prescriber.objects.filter(user=cole, is_active=True)
    assert set(works.values_list("clinic", flat=True)) == {clinic.pk for clinic in places}
    assert ColleagueInvitation.objects.filter(used_at=NOW, member__user=cole).count() == len(letters)
