"""`make check` refuses a migration that breaks the release before it, and takes one that this does not mind."""

from __future__ import annotations

import shutil

import pytest

from backend.devstack.launcher import CHECKOUT
from backend.devstack.migration_lint import lint

NEXT = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_protect")]
    operations = [{operation}]
"""
FIELD = "models.CharField(max_length=9, {how})"


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        (f'migrations.AddField("device", "next", {FIELD.format(how="null=True")})', ""),
        (f'migrations.AddField("device", "next", {FIELD.format(how="default=str()")})', "NOT NULL"),
        ('migrations.RemoveField("device", "removed_why")', "DROPPING columns"),
        ('migrations.AddIndex("device", models.Index(fields=["platform"], name="next"))', "CREATE INDEX locks table"),
    ],
    ids=["empty column", "column that must be filled", "column taken away", "index made under a lock"],
)
@pytest.mark.django_db(databases=["default", "owner"])
def test_a_column_may_come_empty_and_may_not_go_while_the_release_before_runs(
    tmp_path, monkeypatch, settings, capsys, operation, refused
):
    package = tmp_path / f"planted_{abs(hash(operation))}"
    shutil.copytree(CHECKOUT / "notifications" / "migrations", package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "0003_next.py").write_text(NEXT.format(operation=operation))
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"notifications": package.name}
    assert lint() is bool(refused)
    assert refused in capsys.readouterr().out
