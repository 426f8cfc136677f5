"""Fill the plain project's database with as many rows of as many people as ours holds, and tell the tokens of those who ask.

python -m benchmarks.plain.fill OTHERS EACH DRAWS DOSES NAME...
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta

import django

_OTHERS = """
    INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
    SELECT '!', false, 'man-' || n, '', '', 'man-' || n || '@example.org', false, true, now()
    FROM generate_series(1, %(men)s) n;
    INSERT INTO plain_labresult (user_id, created_at, updated_at, analyte, value, comparator, unit, method, laboratory,
        collected_at)
    SELECT man.id, now(), now(), asked.analyte, asked.least + (man.id + n) %% 12, '', asked.unit, 'lcmsms', '',
        now() - make_interval(days => 60 * n)
    FROM auth_user man, generate_series(1, %(each)s / 2) n,
        (VALUES ('estradiol', 14, 'pg/mL'), ('testosterone_total', 500, 'ng/dL')) AS asked(analyte, least, unit);
    INSERT INTO plain_doseevent (user_id, created_at, updated_at, drug, amount, unit, kind, taken_at)
    SELECT man.id, now(), now(), 'anastrozole', 0.5, 'mg', 'taken', now() - make_interval(days => 3 * n)
    FROM auth_user man, generate_series(1, %(each)s) n
"""


def main() -> None:
    """Make the tables, the others, and those who ask, each with what a phone of ours has told."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.plain.settings"
    django.setup()
    from django.contrib.auth.models import User  # noqa: PLC0415  once Django is set up
    from django.core.management import call_command  # noqa: PLC0415  as above
    from django.db import connection  # noqa: PLC0415  as above
    from rest_framework.authtoken.models import Token  # noqa: PLC0415  as above

    from benchmarks.plain.models import DoseEvent, DueItem, Evaluation, LabResult, Message, Regimen  # noqa: PLC0415  as above

    others, each, draws, doses = map(int, sys.argv[1:5])
    call_command("migrate", "auth", verbosity=0)  # the tables without migrations point at its own
    call_command("migrate", run_syncdb=True, verbosity=0)
    now, tokens = datetime.now(UTC), []
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS, {"men": others, "each": each})
    for name in sys.argv[5:]:
        user = User.objects.create(username=name)
        tokens.append(Token.objects.create(user=user).key)
        for analyte, unit, least in (("estradiol", "pg/mL", 18), ("testosterone_total", "ng/dL", 500)):
            LabResult.objects.bulk_create(
                LabResult(
                    user=user, analyte=analyte, unit=unit, value=least + number % 9, method="lcmsms",
                    collected_at=now - timedelta(days=30 * number + 10),
                )
                for number in range(draws)
            )  # fmt: skip
        DoseEvent.objects.bulk_create(
            DoseEvent(
                user=user, drug="anastrozole", amount="0.25", unit="mg", kind="taken",
                taken_at=now - timedelta(days=3 * number + 1),
            )
            for number in range(doses)
        )  # fmt: skip
        schedule = {"kind": "every", "days": "3.5"}
        Regimen.objects.create(user=user, drug="anastrozole", dose="0.25", schedule=schedule, starts_on=now.date())
        DueItem.objects.create(user=user, kind="lab_e2_t", due_on=now.date(), state="open")
        Message.objects.create(user=user, title="A blood test is due", body="Book it when it suits you.")
        Evaluation.objects.create(user=user, word="below", sentence="Your result is below the floor.", basis={"value": "18.00"})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    print(json.dumps(tokens))  # noqa: T201  told to whoever started this


if __name__ == "__main__":
    main()
