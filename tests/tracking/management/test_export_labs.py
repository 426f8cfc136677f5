"""A man's results are written to a file that is never written over."""

from __future__ import annotations

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from tracking.models import AuditEvent


def test_the_results_are_written_and_no_file_is_lost(adam, record, tmp_path):
    record(adam, "24.10")
    call_command("export_labs", tmp_path / "labs.csv", patient=adam.uid, stdout=StringIO())
    assert b"Estradiol,24.10,pg/mL" in (tmp_path / "labs.csv").read_bytes()
    assert AuditEvent.objects.values_list("what", "patient", "by", "how").get() == (
        "exported",
        adam.uid,
        "system:export-labs",
        "csv",
    )
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_labs", tmp_path / "labs.csv", patient=adam.uid)
    with pytest.raises(CommandError, match="no man"):
        call_command("export_labs", tmp_path / "other.csv", patient=uuid4())
