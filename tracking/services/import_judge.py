"""What is to become of one row of an import: stored, a duplicate, a question, or nothing, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tracking.domain.actor import Actor
from tracking.domain.amounts import canonical, read_amount
from tracking.domain.entry import check_dose, check_drug
from tracking.domain.estradiol import ANALYTE
from tracking.domain.problems import Issue, Problem
from tracking.domain.reported import Comparator, Method, MethodEvidence, Moment, Precision, Reported, Value, assay_of
from tracking.domain.rulebook import RuleBook
from tracking.domain.timeline import NO_DRAWS, read_timeline
from tracking.domain.unit_question import either, unit_questions
from tracking.exchange.incoming import DoseItem, Item, LabItem, RegimenItem, ScanItem, issue, item_of
from tracking.models import DexaScan, DoseEvent, ImportBatch, ImportRow, LabResult, Patient, Regimen
from tracking.models.base import Record
from tracking.models.imports import RowState
from tracking.services import labs, records
from tracking.services.history import history_of, lab_record
from tracking.services.import_alike import Alike
from tracking.services.import_rows import Row, duplicate, refuse
from tracking.services.lived import read_moment

__all__ = ["Judge", "Looked"]

# A result that is ready, and what is to be stored of it.
Looked = tuple[Row, dict[str, Any]]

# What of a stored result says whether another may be the same.
_MET = ("analyte", "comparator", "digits", "unit", "method", "method_evidence", "at", "precision", "zone")
_MODELS: Mapping[str, type[Record]] = {"lab": LabResult, "scan": DexaScan, "dose": DoseEvent, "regimen": Regimen}


class Judge:
    """Holds rows against the record of one man as it stands, and against the rows before them. Its order is theirs.

    ``people``: how many the file is about. ``staff``: somebody of a clinic stores it. A file that the man sent passed through
    his hands, so its methods count as declared (CLINICAL 9.1), whoever stores it.
    """

    def __init__(
        self, man: Patient, batch: ImportBatch, *, people: int, by: Actor, now: datetime, staff: bool, rulebook: RuleBook
    ) -> None:
        self._people, self._by = people, str(by)
        self._man, self._system, self._now, self._staff, self._rulebook = man, batch.source_system, now, staff, rulebook
        self._sent_by_him = man.user_id is not None and batch.started_by == str(Actor.user(man.user_id))
        self._named: dict[tuple[str, str], Record] = {}
        self._alike: dict[tuple[str, ...], Alike] = defaultdict(Alike)
        self._there: set[tuple[str, ...]] = set()
        for kind, model in _MODELS.items():
            his = model.objects.live().filter(patient=man).order_by("pk")
            for row in his.filter(source_system=self._system).exclude(source_id=""):
                self._named[kind, row.source_id] = row
            if model is LabResult:
                for content in his.values(*_MET):
                    self._meet_result(content)
            else:
                self._there |= {_likeness(row) for row in his}
        self._scans = {_scan_key(row) for row in DexaScan.objects.live().filter(patient=man).prefetch_related("sites")}

    def look(self, row: Row, item: Item | None = None) -> Iterator[Looked]:
        """Say what is to become of a row; rows after this one meet it as there. A result whose unit may be in question is
        yielded. ``item``: what the row says, where that was just read.
        """
        if row.answers.get("skip"):
            row.state, row.why, row.content = RowState.SKIPPED, [], None
            return
        content, _ = self.judge(row, item)
        if content is not None:
            if row.source_id:
                self._named[row.kind, row.source_id] = LabResult(
                    uid=row.uid, patient_id=row.patient_id, source_id=row.source_id, **content
                )
            self._meet_result(content)
            chosen = records.is_typed(self._system) or "unit" in row.answers
            if content["analyte"] == ANALYTE and chosen and not content["unit_confirmed"]:
                yield row, content

    def judge(self, row: Row, item: Item | None = None) -> tuple[dict[str, Any] | None, Record | None]:
        """Set the row's state and why. Returns what is to be stored of a result, and the row that it replaces."""
        if row.item is None:
            return None, None
        item = item or item_of(row.kind, row.item)
        row.state, row.why, row.content = RowState.READY, [], None
        try:
            self._refuse_another_person(row)
            if isinstance(item, LabItem):
                return self._lab(row, item)
            self._other(row, item)
        except Problem as found:
            refuse(row, found.issues)
        return None, None

    def taken(self, row: Row, stored: Record) -> None:
        """What was stored of a row is met as there by the rows after it."""
        if row.source_id:
            self._named[row.kind, row.source_id] = stored
        if isinstance(stored, LabResult):
            self._meet_result(vars(stored))
        else:
            self._there.add(_likeness(stored))

    def _meet_result(self, said: Mapping[str, Any]) -> None:
        self._alike[_likeness_of(said)].add(_moment_of(said), assay_of(said["method"], said["method_evidence"]))

    def ask_about_units(self, rows: Iterable[Looked]) -> list[Row]:
        """Put the question of the unit (CLINICAL 9.1) to results of estradiol whose unit a person chose, and return those."""
        drawn = {}
        for row, said in rows:
            read = {name: value for name, value in said.items() if name != "confirmed_reason"}
            lab = lab_record(str(row.uid), self._now, records.TABLE, **read)
            drawn[lab.key] = row, lab
        if not drawn:
            return []
        history = history_of(self._man)
        history = replace(history, labs=(*history.labs, *(lab for _, lab in drawn.values())))
        timeline = read_timeline(history, self._rulebook, self._now)
        questions = unit_questions(timeline.draws.get(ANALYTE, NO_DRAWS), timeline, self._rulebook)
        met = [(row, lab) for key, (row, lab) in drawn.items() if key in questions]
        for row, lab in met:
            readings = either(lab, questions[lab.key], self._rulebook)
            text = "Which unit does the report state? {readings}. Confirm the unit, or answer with the other one."
            refuse(row, [issue("/unit", "unit-in-question", text, readings=readings)])
        return [row for row, _ in met]

    def _refuse_another_person(self, row: Row) -> None:
        """Two men's files swapped is a hazard of its own, and so is one file about several: a question before all others."""
        if row.answers.get("about_him"):
            return
        name = row.subject.get("name") or row.subject.get("id") or "somebody"
        stated = str(row.subject.get("birth_date", ""))
        born = self._man.birth_date.isoformat() if self._man.birth_date else str(self._man.birth_year or "")
        if stated and born and stated[: len(born)] != born:
            text = "The file is about {name}, born {stated}; this record is of a man born {born}. Is it about him?"
            raise Problem(issue("", "another-person", text, name=name, stated=stated, born=born))
        if self._people > 1:
            text = "The file is about {people} people, this row about {name}. Is it about him?"
            raise Problem(issue("", "another-person", text, people=self._people, name=name))

    def _lab(self, row: Row, item: LabItem) -> tuple[dict[str, Any] | None, Record | None]:
        try:
            content = self._content(row, item)
        except Problem as found:
            unknown = [one for one in found.issues if one.code == "analyte-unknown"]
            if unknown:
                text = "'{test}' is not known here. Say which analyte it is, or skip the row. Accepted: {accepted}."
                accepted = {"accepted": ", ".join(sorted(self._rulebook.analytes))}
                raise Problem(Issue("/analyte", "analyte-unknown", text, {"test": item.test, **accepted})) from None
            raise
        before = self._named.get(("lab", row.source_id)) if row.source_id else None
        if before is not None:
            if records.same_content(before, content):
                duplicate(row, "It is stored already, under the same name in its source.")
                return None, None
            self._refuse_what_is_not_his(before)
            if not row.answers.get("replace") and (not row.corrects or self._corrected_by_a_person(before)):
                text = "Its source has another result under this name here: {before}. Does this one replace it?"
                raise Problem(issue("", "differs-from-stored", text, before=before))
        elif not row.answers.get("keep"):
            self._find_alike(row, content)
            if row.state == RowState.DUPLICATE:
                return None, None
        if before is None:
            row.content = content | {"at": content["at"].isoformat()}
        return content, before

    def _refuse_what_is_not_his(self, before: Record) -> None:
        """As everywhere: the man replaces what he entered himself, staff replace anything."""
        if not self._staff and before.recorded_by not in ("", self._by):
            text = "Its source has another result under this name here, which was entered by a clinic or a laboratory."
            raise Problem(issue("", "not-his-entry", text))

    def _corrected_by_a_person(self, before: Record) -> bool:
        """A laboratory's correction replaces what it sent itself; what somebody has put right by hand is a question."""
        imported = ImportRow.objects.filter(patient=self._man, state=RowState.STORED, stored_uid=before.uid)
        return before.supersedes_id is not None and not imported.exists()  # type: ignore[attr-defined]  # Django's

    def _content(self, row: Row, item: LabItem) -> dict[str, Any]:
        method, evidence = item.method, item.method_evidence
        if method != Method.UNKNOWN and row.answers.get("verified_from_report"):
            evidence = MethodEvidence.STAFF_VERIFIED
        elif method != Method.UNKNOWN and (self._sent_by_him or not self._staff):
            evidence = MethodEvidence.SELF_DECLARED
        return labs.content_of(
            man=self._man,
            now=self._now,
            staff=self._staff,
            analyte=row.answers.get("analyte", item.analyte),
            value=item.value,
            unit=row.answers.get("unit", item.unit),
            collected_at=item.collected_at,
            zone=item.zone or None,
            precision=item.precision or None,
            method=method,
            method_evidence=evidence,
            laboratory=item.laboratory,
            range_low=item.range_low,
            range_high=item.range_high,
            lloq=item.lloq,
            confirmed_reason=row.answers.get("confirmed_reason", ""),
            unit_confirmed=bool(row.answers.get("unit_confirmed", False)),
            fasting=item.fasting,
        )

    def _find_alike(self, row: Row, content: Mapping[str, Any]) -> None:
        """The same value of the same draw is there already; of a draw that may be the same one, a person says."""
        mine = _moment_of(content)
        alike = self._alike[_likeness_of(content)]
        if alike.has(mine):
            duplicate(row, "The same result of the same moment is stored already, or stands in a row before.")
        elif (met := alike.may_be(mine)) is not None:
            other = Reported(Value(Comparator(content["comparator"]), content["digits"], content["unit"]), met[1], met[0])
            text = "This may be the draw of {other}, which is stored already. Keep it as another result?"
            raise Problem(issue("", "perhaps-there", text, other=f"{content['analyte']} {other}"))

    def _other(self, row: Row, item: Item) -> None:
        if row.source_id and (row.kind, row.source_id) in self._named:
            duplicate(row, "It is stored already, under the same name in its source.")
            return
        if isinstance(item, ScanItem):
            if any(not site.region for site in item.sites) and not row.answers.get("region"):
                names = ", ".join(site.measured for site in item.sites if not site.region)
                regions = ", ".join(sorted(self._rulebook.bone.regions))
                text = "Which region does the report mean by {names}? Accepted: {regions}."
                raise Problem(issue("/region", "region-missing", text, names=names, regions=regions))
            there = (
                item.scanned_on,
                frozenset((site.region or row.answers["region"], site.side, site.bmd) for site in item.sites),
            )
            if there in self._scans:
                duplicate(row, "The same scan is stored already.")
                return
        elif isinstance(item, DoseItem | RegimenItem):
            amount = item.amount if isinstance(item, DoseItem) else item.dose
            pointer = "/amount" if isinstance(item, DoseItem) else "/dose"
            if self._item_likeness(item) in self._there:
                duplicate(row, "The same is stored already, or stands in a row before.")
                return
            if amount:
                rule = check_drug(item.drug, self._rulebook)
                written = read_amount(f"{amount} {item.unit}", rule, pointer=pointer)
                check = check_dose(item.drug, canonical(written.number, written.unit, rule), self._rulebook, pointer=pointer)
                check.enforce(confirmed=bool(row.answers.get("confirmed_reason")), staff=self._staff)

    def _item_likeness(self, item: DoseItem | RegimenItem) -> tuple[str, ...]:
        if isinstance(item, RegimenItem):
            return ("regimen", item.drug, item.dose, item.unit, item.starts_on)
        moment = read_moment(
            item.taken_at,
            man=self._man,
            now=self._now,
            zone=item.zone or None,
            precision=item.precision or None,
            pointer="/taken_at",
            rulebook=self._rulebook,
        )
        return ("dose", item.drug, item.kind, item.amount, item.unit if item.amount else "", moment.at.isoformat())


def _likeness(row: Record) -> tuple[str, ...]:
    if isinstance(row, DoseEvent):
        unit = row.amount_unit if row.amount_digits else ""
        return ("dose", row.drug, row.kind, row.amount_digits, unit, row.at.isoformat())
    if isinstance(row, Regimen):
        return ("regimen", row.drug, row.dose_digits, row.dose_unit, row.starts_on.isoformat())
    return (type(row).__name__, str(row.uid))


def _likeness_of(said: Mapping[str, Any]) -> tuple[str, ...]:
    """What results agree in that may be the same draw, by the columns of one."""
    return ("lab", said["analyte"], said["comparator"], said["digits"], said["unit"])


def _moment_of(said: Mapping[str, Any]) -> Moment:
    return Moment(said["at"], Precision(said["precision"]), said["zone"])


def _scan_key(scan: DexaScan) -> tuple[str, frozenset[tuple[str, str, str]]]:
    sites = scan.sites.all()
    return scan.scanned_on.isoformat(), frozenset((site.region, site.side, site.bmd_digits) for site in sites)
