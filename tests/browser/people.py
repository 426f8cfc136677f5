"""Who sits at the desk, and what lies on it besides the men's stories. Made inside the Trabecula that the browser looks at.

    python -m tests.browser.people

Prints as JSON the sessions of those who are signed in, for stories that are not about the door, who is behind glass, and the
link in a letter to a colleague.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import django

# A superuser, and a prescriber at her first sign-in.
ROOT = ("Root (invented)", "root@example.org")
NEWCOMER = ("Dr. Lind (invented)", "lind@example.org")
PASSWORD = "invented for a browser"
# What people are called, and what somebody may type.
HARD = ("Zoë \"O'Neill\" <script>alert('name')</script> مرحبا بالعالم 李小龍 🦴 " + "Unbrokenname" * 12)[:200]
SHARES_A_PART = "Noor Invented"
# The man with a floor of his own gets the rest of what can be set, paused and sent.
SETTLED = "wim@example.org"
FILE = b"""test,value,unit,collected,method
Estradiol,24,pg/mL,2026-03-04,LC-MS/MS
Estradiol,,pg/mL,2026-03-05,
Nonesuch,12,mg/L,2026-03-06,
Testosterone,17.9,nmol/L,2026-03-07,immunoassay
"""


def main() -> None:
    """Make them, once."""
    django.setup()
    from backend.devstack.show import PRESCRIBER
    from tests.desks import at_desk
    from tracking import clock
    from tracking.models import Clinic, Prescriber, User

    now = clock.now()
    bell = User.objects.get(email=PRESCRIBER[1])
    root = User.objects.create_superuser(ROOT[1], PASSWORD, name=ROOT[0])
    newcomer = User.objects.create_user(NEWCOMER[1], PASSWORD, name=NEWCOMER[0], is_staff=True)
    Prescriber.objects.create(user=newcomer, clinic=Clinic.objects.get())
    behind_glass = _tell(bell, root, now)
    letter = _at_the_clinic(bell, now)
    sessions = {name: at_desk(user).cookies["sessionid"].value for name, user in (("bell", bell), ("root", root))}
    print(json.dumps({"sessions": sessions, "behind_glass": behind_glass, "letter": letter}))  # noqa: T201  the answer of this program


def _tell(bell: Any, root: Any, now: datetime) -> str:
    """What lies on the desk; the man whose record the superuser has open."""
    from tests.accounts import make_man
    from tracking.domain.actor import Actor
    from tracking.domain.history import Origin
    from tracking.exchange.incoming import Form
    from tracking.models import Clinic, Patient, Regimen
    from tracking.services import break_glass, consent, imports, labs, overrides, pauses, titration
    from tracking.services.access import acting_as

    by, clinic = Actor.user(bell.pk), Clinic.objects.get().uid
    drawn = {"collected_at": (now - timedelta(days=20)).isoformat(), "method": "lcmsms"}
    for name, scope in ((HARD, []), (SHARES_A_PART, ["labs", "doses", "symptoms"])):
        man = make_man(now=now, name=name, email=f"shares-{len(scope)}@example.org")
        himself = Actor.user(man.user_id)
        consent.grant(patient=man, clinic_uid=clinic, by=himself, now=now, scope=scope)
        labs.record(patient=man, by=himself, now=now, analyte="estradiol", value="11.0", unit="pg/mL", **drawn)
    with acting_as(by):
        settled = Patient.objects.get(user__email=SETTLED)
        regimen = Regimen.objects.live().filter(patient=settled, origin=Origin.PRESCRIBED, ends_on=None).first()
        assert regimen is not None
    today = now.astimezone(UTC).date()
    until = today + timedelta(days=90)
    overrides.set_interval(patient=settled, by=by, now=now, kind="dexa", every_months=12, reason="thin bones", expires_on=until)
    pauses.pause(
        patient=settled, key=str(regimen.uid), by=by, now=now, origin=Origin.PRESCRIBED,
        from_date=today + timedelta(days=30), until=today + timedelta(days=44), reason="an operation",
    )  # fmt: skip
    imports.receive(patient=settled, by=by, now=now, content=FILE, form=Form(), staff=True)
    with acting_as(by):
        tablets = Regimen.objects.live().get(patient=settled, origin=Origin.PRESCRIBED, ends_on=None, drug="anastrozole")
    half = {"ask": "change", "regimen": str(tablets.uid), "from_date": today, "plan": {"dose_mg": "0.125"}}
    titration.propose(patient=settled, by=by, now=now, reason="his joints ache", **half)
    break_glass.open_record(email=SETTLED, reason="He asked support why a reminder did not come.", by=root, now=now)
    return str(settled.uid)


def _at_the_clinic(bell: Any, now: datetime) -> str:
    """A floor of the clinic's own, invitations that nobody has taken up, and somebody who has left; a colleague's link."""
    from notifications.domain.addresses import JOIN
    from tracking.domain.actor import Actor
    from tracking.models import Clinic, Prescriber, User
    from tracking.services import clinics, colleagues, overrides, sharing

    by, clinic = Actor.user(bell.pk), Clinic.objects.get()
    left = User.objects.create_user("left@example.org", name="Dr. Left (invented)", is_staff=True)
    member = Prescriber.objects.create(user=left, clinic=clinic)
    clinics.end_membership(clinic_uid=clinic.uid, uid=member.uid, by=by, now=now)
    sharing.invite(clinic_uid=clinic.uid, by=by, now=now)
    until = now.astimezone(UTC).date() + timedelta(days=90)
    overrides.set_clinic_floor(
        clinic_uid=clinic.uid, by=by, now=now, floor="16", reason="what the clinic agreed", expires_on=until
    )
    _, secret = colleagues.invite(clinic_uid=clinic.uid, email="cole@example.org", by=by, now=now)
    return f"/{JOIN}/{secret}"


if __name__ == "__main__":
    main()
