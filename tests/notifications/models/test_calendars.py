"""What an address of a calendar can never be, whoever writes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from notifications.models import CalendarFeed
from tests.conftest import NOW
from tracking.services.access import Actor, acting_as


def test_a_feed_that_cannot_be(adam: Any, carl: Any) -> None:
    whole = {"patient_id": adam.pk, "token_hash": "0" * 64, "made_at": NOW}
    with acting_as(Actor.system("test")):
        kept = CalendarFeed.objects.create(**whole)
        for changed, refusal in (
            ({"token_hash": "1" * 64}, "calendarfeed_one_stands"),
            ({"patient_id": carl.pk}, "calendarfeed_by_token"),
            ({"patient_id": carl.pk, "token_hash": ""}, "calendarfeed_has_a_hash_until_withdrawn"),
            ({"patient_id": carl.pk, "token_hash": "the token itself"}, "calendarfeed_has_a_hash_until_withdrawn"),
            ({"token_hash": "2" * 64, "withdrawn_at": NOW}, "calendarfeed_has_a_hash_until_withdrawn"),
        ):
            with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
                CalendarFeed.objects.create(**whole | changed)
        kept.token_hash, kept.withdrawn_at = "", NOW
        kept.save()
        kept.token_hash, kept.withdrawn_at = "3" * 64, None
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            kept.save()
