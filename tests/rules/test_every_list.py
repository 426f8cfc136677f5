"""Every list answers, to the byte, what its queryset reads and its view renders, whatever is composed once on the way."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer

from tests.everybody import Everybody, everybody, whole
from tests.rules.test_every_route import GUARDED, any_values, client_of
from tracking import clock
from tracking.api.records import RowsView, Status
from tracking.domain.actor import Actor
from tracking.services.access import acting_as

__all__ = ["everybody", "whole"]  # fixtures of their own module

pytestmark = pytest.mark.django_db

LISTS = [route for route in GUARDED if route.method == "get" and issubclass(route.view, RowsView)]


def test_the_lists_were_found() -> None:
    assert {route.view for route in LISTS} == set(RowsView.__subclasses__())
    assert {route.is_for_staff for route in LISTS} == {True, False}


def test_each_list_answers_to_the_byte_what_is_read_and_rendered_without_haste(whole: Everybody) -> None:
    shown: dict[str, set[str]] = {}
    for route in LISTS:
        values = any_values(whole, route)
        client = client_of(whole.bell if route.is_for_staff else whole.adam.user)
        for status in (Status.STANDING, "all"):
            # Twice: composed, and kept.
            for _ in range(2):
                got = client.get(route.path(**values), {"status": status})
                rows = slowly(route.view, whole, {"status": status}, is_for_staff=route.is_for_staff)
                assert got.content == JSONRenderer().render({"next": None, "results": rows}), (str(route), status)
            shown.setdefault(str(route), set()).update(status for row in rows)
    assert [route for route, statuses in shown.items() if not statuses] == [], "a list without a row shows nothing"


def slowly(view: Any, whole: Everybody, query: dict[str, str], *, is_for_staff: bool) -> list[dict[str, Any]]:
    """The rows as the queryset itself reads them, each rendered by the view."""
    made = view(kwargs={"patient_uid": whole.adam.uid} if is_for_staff else {}, now=clock.now())
    with acting_as(Actor.user((whole.bell if is_for_staff else whole.adam.user).pk)):
        whole.adam.refresh_from_db()
        return [made.render(row, made.reader(whole.adam)) for row in made.asked(whole.adam, query)]
