"""Kept statements go over Django's connection as all others do, also when the server has ended it."""

from __future__ import annotations

from django.db import connection

from tracking.models import Patient
from tracking.services.kept import Kept


def test_a_connection_that_the_server_has_ended_is_made_anew_at_the_next_request(committed: None) -> None:
    kept = Kept(lambda pk: Patient.objects.filter(pk=pk))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    assert kept.of(0) == []
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    connection.close_if_unusable_or_obsolete()  # as Django does when a request begins
    assert kept.of(0) == []
