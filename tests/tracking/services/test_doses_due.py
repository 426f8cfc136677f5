"""What reminders may ask: which doses are expected and not logged, and what runs out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tests.tracking.services.test_intake import DAILY, taken
from tests.tracking.services.test_inventory import TABLETS
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.services import doses_due, inventory, regimens
from tracking.services.access import acting_as

SYSTEM = Actor.system("test")
START = datetime(2026, 10, 5, 0, 0, tzinfo=UTC)
END = START + timedelta(days=3)


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def daily(adam, himself):
    return regimens.start(patient=adam, by=himself, now=NOW, origin=Origin.SELF, **DAILY)


def due(men, start=START, end=END):
    with acting_as(SYSTEM):
        return doses_due.open_doses([man.pk for man in men], start, end)


def test_a_dose_that_was_logged_is_no_longer_due(adam, himself, daily):
    before = due([adam])
    assert [notice.day.day for notice in before] == [5, 6, 7]
    assert [notice.at.astimezone(ZoneInfo(notice.zone)).hour for notice in before] == [8, 8, 8]
    taken(adam, himself, 6)
    assert [notice.day.day for notice in due([adam])] == [5, 7]
    with acting_as(SYSTEM):
        assert [doses_due.still_open(notice) for notice in before] == [True, False, True]


def test_a_dose_logged_as_skipped_asks_no_longer_either(adam, himself, daily):
    taken(adam, himself, 6, kind="skipped")
    assert [notice.day.day for notice in due([adam])] == [5, 7]


def test_when_the_regimen_ends_its_doses_are_no_longer_due(adam, himself, daily):
    notices = due([adam])
    regimens.end(patient=adam, by=himself, now=NOW, origin=Origin.SELF, key=daily.client_id, ends_on=date(2026, 10, 7))
    with acting_as(SYSTEM):
        assert [doses_due.still_open(notice) for notice in notices] == [True, True, False]


def test_a_notice_names_no_drug_and_no_amount(adam, daily):
    assert not {"drug", "amount", "dose"} & set(doses_due.DoseNotice.__dataclass_fields__)


def test_the_men_of_a_window_are_found_by_page(adam, carl, daily):
    with acting_as(SYSTEM):
        assert doses_due.men_with_doses(START, END, limit=10) == [adam.pk]
        assert doses_due.men_with_doses(START, END, limit=10, above_id=adam.pk) == []
        assert doses_due.men_with_doses(START - timedelta(days=60), START - timedelta(days=50), limit=10) == []


def test_many_men_take_as_many_queries_as_one(adam, carl, daily):
    regimens.start(patient=carl, by=Actor.user(carl.user_id), now=NOW, origin=Origin.SELF, **DAILY)

    def queries(men):
        with acting_as(SYSTEM), CaptureQueriesContext(connection) as seen:
            assert doses_due.open_doses([man.pk for man in men], START, END)
        return len(seen)

    assert queries([adam]) == queries([adam, carl]) == 3


def test_what_runs_out_is_told_with_the_day_of_the_refill(adam, himself, daily):
    inventory.record(patient=adam, by=himself, now=NOW, **(TABLETS | {"units": "2", "counted_at": "2026-11-01"}))
    with acting_as(SYSTEM):
        assert doses_due.men_with_stock(limit=10) == [adam.pk]
        (notice,) = doses_due.refills([adam.pk], NOW)
    assert (notice.key, notice.runs_out_on, notice.refill_on) == ("anastrozole", date(2026, 11, 11), date(2026, 11, 4))
