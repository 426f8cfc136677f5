"""manage.py rulebook_impact: for whom a candidate rulebook would say something else."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking import clock
from tracking.domain.actor import Actor
from tracking.evidence import load_rulebook
from tracking.management.rulebooks import loaded
from tracking.services import impact
from tracking.services.impact import CandidateError, ManImpact

_BY = Actor.system("rulebook-impact")
_STEP = 100
_COLUMNS = (
    "uid", "survey", "changes", "verdict_before", "verdict_after", "priority_before", "priority_after",
    "findings_appear", "findings_vanish", "open_findings_close",
)  # fmt: skip


@dataclass(slots=True)
class _Totals:
    men: int = 0
    survey: int = 0
    changed: int = 0
    verdicts: int = 0
    priorities: int = 0
    appear: int = 0
    vanish: int = 0
    close: int = 0

    def add(self, man: ManImpact) -> None:
        said = man.impact
        self.men += 1
        self.survey += man.is_statistical
        self.changed += said.changes
        self.verdicts += said.verdict_changes
        self.priorities += said.priority_changes
        self.appear += bool(said.appears)
        self.vanish += bool(said.vanishes)
        self.close += bool(said.closes)

    def lines(self) -> Iterator[str]:
        yield f"Men: {self.men}, of them survey records: {self.survey}"
        yield f"Something changes for: {self.changed}"
        yield f"The verdict changes for: {self.verdicts}"
        yield f"The worst priority changes for: {self.priorities}"
        yield f"Findings appear for: {self.appear}"
        yield f"Findings vanish for: {self.vanish}"
        yield f"Open findings would close for: {self.close}"


class Command(BaseCommand):
    help = "Evaluate every man under the rules in force and under a candidate, as of now, and say what changes. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, help="the candidate rules (*.toml)")
        parser.add_argument("--limit", type=int, help="look at so many men only")
        parser.add_argument("--only-changed", action="store_true", help="list only men for whom something changes")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write the list here as CSV, in place of printing it")

    def handle(self, *_args: Any, **options: Any) -> None:
        current, candidate, now = load_rulebook(), loaded(options["directory"]), clock.now()
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit is at least 1.")
        self.stdout.write(f"From {current.version} to {candidate.version}, as of {now.isoformat()}.")
        totals = _Totals()
        everybody = impact.count(by=_BY)
        expected = min(everybody, options["limit"] or everybody)
        men = self._counted(
            impact.impacts(current, candidate, by=_BY, now=now, limit=options["limit"]), totals, expected=expected
        )
        try:
            self._tell(men, options)
        except CandidateError as error:
            raise CommandError(str(error)) from error
        for line in totals.lines():
            self.stdout.write(line)

    def _tell(self, men: Iterator[ManImpact], options: dict[str, Any]) -> None:
        listed = (man for man in men if man.impact.changes or not options["only_changed"])
        if options["csv"]:
            _write_csv(listed, options["csv"])
        else:
            for man in listed:
                self.stdout.write(_line(man))

    def _counted(self, men: Iterator[ManImpact], totals: _Totals, *, expected: int) -> Iterator[ManImpact]:
        """The same men, added up, with the progress told on the way."""
        for man in men:
            totals.add(man)
            if totals.men % _STEP == 0 or totals.men == expected:
                ending = "" if sys.stderr.isatty() and totals.men < expected else "\n"
                self.stderr.write(f"\r{totals.men} of {expected} men", ending=ending)
            yield man


def _line(man: ManImpact) -> str:
    said = man.impact
    if not said.changes:
        return f"{man.uid}: unchanged"
    parts = [f"verdict {said.verdict[0]} to {said.verdict[1]}"] if said.verdict_changes else []
    parts += [f"worst priority {_or_none(said.priority[0])} to {_or_none(said.priority[1])}"] if said.priority_changes else []
    named = (("appears", said.appears), ("vanishes", said.vanishes), ("would close", said.closes))
    parts += [f"{what}: {', '.join(codes)}" for what, codes in named if codes]
    return f"{man.uid}: {'; '.join(parts)}"


def _write_csv(men: Iterator[ManImpact], path: Path) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(_COLUMNS)
            rows.writerows(_row(man) for man in men)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


def _row(man: ManImpact) -> list[str]:
    said = man.impact
    return [
        str(man.uid),
        "yes" if man.is_statistical else "no",
        "yes" if said.changes else "no",
        *said.verdict,
        *(_or_none(priority) for priority in said.priority),
        *(" ".join(codes) for codes in (said.appears, said.vanishes, said.closes)),
    ]


def _or_none(priority: str | None) -> str:
    return priority or "none"
