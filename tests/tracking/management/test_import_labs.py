"""A file goes into one man's record from the command line, with its progress and a line for every row that was not stored."""

from __future__ import annotations

import resource
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from tracking.models import LabResult


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "labs.csv"
    rows = [
        "test,value,unit,collected",
        "Estradiol,24.10,pg/mL,2026-03-04",
        "Estradiol,QNS,pg/mL,2026-03-05",
        "Estrone,3,pg/mL,2026-03-05",
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def told(path: Path, man: object, **options: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_labs", path, patient=man.uid, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_nothing_is_stored_without_being_told_to(file, adam, as_system):
    out, err = told(file, adam)
    lines = out.splitlines()
    assert lines[0] == "line 3: empty. value: No result of Estradiol: quantity of the specimen not sufficient."
    assert lines[1].startswith("line 4: asks. analyte: 'Estrone' is not known here.")
    assert lines[2] == "1 ready, 1 asks, 1 empty"
    assert err == ""
    with as_system():
        assert not LabResult.objects.exists()


def test_what_is_wrong_is_told_by_its_field(adam, tmp_path):
    path = tmp_path / "labs.csv"
    path.write_text("test,value,unit,collected\nEstradiol,1e999,pg/mL,2026-03-04\n", encoding="utf-8")
    assert told(path, adam)[0].startswith("line 2: refused. value: '1e999' is not a value. Accepted: digits")


def test_a_file_that_claims_gigabytes_is_refused_before_it_is_read(adam, tmp_path):
    path = tmp_path / "labs.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)  # a hole: it takes no room on the disk
    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CommandError, match=r"2000000000 bytes\. At most 20000000 are read"):
        told(path, adam)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began < 100_000, "kilobytes"


def test_what_is_ready_is_stored_once_with_its_progress(file, adam, as_system):
    out, err = told(file, adam, commit=True)
    assert out.splitlines()[-1] == "1 asks, 1 empty, 1 stored"
    assert err.split("\r")[1:] == ["0 %", "100 %\n"]
    assert told(file, adam, commit=True)[0] == out
    with as_system():
        assert LabResult.objects.get().recorded_by == "system:import-labs"


def test_a_file_is_taken_back(file, adam, as_system):
    told(file, adam, commit=True)
    assert told(file, adam, undo="the wrong man")[0].splitlines()[-1] == "1 asks, 1 empty, 1 undone"
    with as_system():
        assert not LabResult.objects.live().exists()


def test_an_unknown_man_a_missing_file_and_a_hopeless_one_are_told_plainly(file, adam, tmp_path):
    class Nobody:
        uid = uuid4()

    with pytest.raises(CommandError, match="no man with the uid"):
        told(file, Nobody)
    with pytest.raises(CommandError, match="cannot be read"):
        told(tmp_path / "none.csv", adam)
    (tmp_path / "hopeless.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CommandError, match="No header was found"):
        told(tmp_path / "hopeless.csv", adam)
