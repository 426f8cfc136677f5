"""What stands in the database after the play, told as JSON to whoever counts.

    python -m backend.devstack.chaos.held

For each man: what he was told is kept, whether any row of his carries a number above his own, how many of his rows are not
what the newest version in their history says, and whether the conclusion that stands is the one that a fresh look at the same
instant comes to.
"""

from __future__ import annotations

import json
from typing import Any

import django
from django.apps import apps
from django.db import connection
from django.db.models import Max

# What of the newest version is none of the row: what a history says of itself.
_NOT_AS_IN_HISTORY = """
SELECT count(*) FROM {table} kept
LEFT JOIN LATERAL (
    SELECT to_jsonb(version) AS said FROM {table}history version WHERE version.pgh_obj_id = kept.id
    ORDER BY version.pgh_id DESC LIMIT 1
) newest ON true
WHERE kept.patient_id = %s AND (
    newest.said IS NULL OR NOT to_jsonb(kept) @>
    (SELECT jsonb_object_agg(key, value) FROM jsonb_each(newest.said) WHERE key NOT LIKE 'pgh\\_%%')
)
"""


def told() -> list[dict[str, Any]]:
    """One entry for each man, in the order of his record."""
    from tracking.domain.actor import Actor  # noqa: PLC0415  models are there once Django is set up
    from tracking.services.access import acting_as  # noqa: PLC0415  as above

    with acting_as(Actor.system("chaos")):
        return [_of(man) for man in apps.get_model("tracking.Patient").objects.select_related("user").order_by("pk")]


def _of(man: Any) -> dict[str, Any]:
    from tracking.domain.evaluate import evaluate  # noqa: PLC0415  as above
    from tracking.evidence import load_rulebook  # noqa: PLC0415  as above
    from tracking.services import owned  # noqa: PLC0415  as above
    from tracking.services.history import histories_of  # noqa: PLC0415  as above

    labs, doses = (apps.get_model(f"tracking.{name}").objects.filter(patient=man).live() for name in ("LabResult", "DoseEvent"))
    standing = apps.get_model("tracking.Standing").objects.select_related("evaluation").get(patient=man)
    fresh = evaluate(histories_of([man])[man.pk], load_rulebook(), standing.evaluated_at)
    numbered: list[Any] = [
        table.model for table in owned.tables() if table.ownership.revisioned and table.ownership.owner == "patient_id"
    ]
    highest = [model.objects.filter(patient_id=man.pk).aggregate(most=Max("revision"))["most"] or 0 for model in numbered]
    return {
        "email": man.user.email,
        "labs": list(labs.filter(import_batch=None).values_list("client_id", "digits")),
        "doses": list(doses.values_list("client_id", "amount_digits")),
        "imported": labs.exclude(import_batch=None).count(),
        "revision": man.revision,
        "highest": max(highest),
        "unversioned": sum(_unversioned(model, man.pk) for model in numbered if hasattr(model, "history")),
        "as_fresh": (fresh.outcome_digest, fresh.input_digest)
        == (standing.evaluation.outcome_digest, standing.evaluation.input_digest),
    }


def _unversioned(model: Any, man: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NOT_AS_IN_HISTORY.format(table=model._meta.db_table), [man])
        return int(cursor.fetchone()[0])


def main() -> None:
    """Run from the command line; the settings come from the environment."""
    django.setup()
    print(json.dumps(told()))


if __name__ == "__main__":
    main()
