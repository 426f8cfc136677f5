"""The next release and the one after it, made in a folder of their own: a column that is expanded, filled and tightened.

What an engineer would do by hand is done here by hand: a line in a model, `makemigrations`, a command that fills in pages. The
column says which release entered a result, so that the rows tell who wrote them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from backend.devstack.launcher import CHECKOUT
from backend.devstack.stack import Stack

__all__ = ["COLUMN", "NEXT", "expand", "tighten"]

COLUMN, NEXT = "entered_with", "next"
# What the image has (.dockerignore).
_SHIPPED = ("backend", "tracking", "notifications")
_MODEL = Path("tracking/models/labs.py")
_MIGRATIONS = Path("tracking/migrations")
_BESIDE = '    fasting = models.BooleanField(null=True, blank=True, help_text="drawn fasting; null where nobody asked")\n'
_FIELD = (
    '    entered_with = models.CharField(max_length=40, null=True, default="next", help_text="the release that entered it")\n'
)
# May be filled once, and is stated for good when it is tightened.
_STATED, _FILLED = 'stated_once(*HOW_IT_STANDS, "number")', 'stated_once(*HOW_IT_STANDS, "number", "entered_with")'
_ABOUT = '"withdrawn_at", "withdrawn_reason", "number",'
# The columns and the values of the statement that stores the results of an import.
_INTO, _VALUES = "withdrawn_reason,\n    {_SAID}", "row.batch_id, '', {_SAID}"
_CONSTRAINTS = "            *TimedRecord.Meta.constraints,\n"
_CHECK = "            models.CheckConstraint(condition=Q(entered_with__isnull=False), name='labresult_entered_with_stated'),\n"
_FILL = """
from django.core.management.base import BaseCommand
from tracking.models import LabResult, Patient
from tracking.services.access import Actor, acting_as, lock_patient

BY, PAGE = Actor.system("fill"), 200


class Command(BaseCommand):
    def handle(self, *_args, **_options):
        with acting_as(BY):
            men = list(Patient.objects.order_by("pk").values_list("pk", flat=True))
        for man in men:
            while self.fill(man) == PAGE:
                pass

    def fill(self, man):
        with acting_as(BY):
            lock_patient(man)
            page = LabResult.objects.filter(patient=man, entered_with=None).order_by("pk")[:PAGE].values_list("pk", flat=True)
            return LabResult.objects.filter(pk__in=list(page)).update(entered_with="before")
"""
_VALIDATE = """
from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tracking", "0004_tighten")]
    operations = [ValidateConstraint("labresult", name="labresult_entered_with_stated")]
"""


def expand(stack: Stack, folder: Path) -> Path:
    """The next release: it enters results with a new column, which the release before does not know."""
    for package in _SHIPPED:
        shutil.copytree(CHECKOUT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(CHECKOUT / "manage.py", folder)
    _edit(folder / _MODEL, _BESIDE, _BESIDE + _FIELD)
    _edit(folder / _MODEL, _STATED, _FILLED)
    # Rows that are stored by SQL of our own have no defaults, and it is no part of what was stated: a write that is repeated
    # after the release before took it is the same write.
    storing = folder / "tracking/services/import_storing.py"
    _edit(storing, _INTO, _INTO.replace("{_SAID}", f"{COLUMN}, {{_SAID}}"))
    _edit(storing, _VALUES, _VALUES.replace("{_SAID}", f"'{NEXT}', {{_SAID}}"))
    _edit(folder / "tracking/services/records.py", _ABOUT, f'{_ABOUT} "{COLUMN}",')
    _make_migration(stack, folder, "expand")
    # With a default Django fills the column while it adds it, and so raises nobody's number.
    _edit(folder / _MIGRATIONS / "0003_expand.py", f"default='{NEXT}', ", "")
    (folder / "tracking/management/commands/fill_entered_with.py").write_text(_FILL)
    return folder


def tighten(stack: Stack, folder: Path) -> None:
    """The release after it: the column is there in every row, and stated once.

    Two migrations, so that none holds a lock for long. A check and no NOT NULL: versions in the history that the first
    release wrote are without it for good.
    """
    _edit(folder / _MODEL, _FILLED, _STATED)
    _edit(folder / _MODEL, _CONSTRAINTS, _CONSTRAINTS + _CHECK)
    _make_migration(stack, folder, "tighten")
    made = folder / _MIGRATIONS / "0004_tighten.py"
    _edit(made, "migrations.AddConstraint(", "AddConstraintNotValid(")
    _edit(
        made,
        "from django.db import",
        "from django.contrib.postgres.operations import AddConstraintNotValid\nfrom django.db import",
    )
    (folder / _MIGRATIONS / "0005_validate.py").write_text(_VALIDATE)


def _make_migration(stack: Stack, folder: Path, name: str) -> None:
    stack.run_manage("makemigrations", "tracking", "--name", name, checkout=folder)


def _edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text, f"{file.name} has changed: {before}"
    file.write_text(text.replace(before, after))
