"""Kept statements go over Django's connection as all others do, also when the server has ended it."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

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


def test_rows_are_locked_in_a_transaction_alone_however_often_it_was_asked(committed: None) -> None:
    kept = Kept(lambda pk: Patient.objects.filter(pk=pk).select_for_update())
    with transaction.atomic():
        assert kept.of(0) == []
    for _ in range(2):
        with pytest.raises(transaction.TransactionManagementError, match="outside of a transaction"):
            kept.of(0)
