"""What is not there. Missing data is named as missing; it is never read as fine."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tracking.domain.bone import NO_LSC, NOT_STATED, SCANNER_CHANGED
from tracking.domain.estradiol import LOW
from tracking.domain.exposure import USED
from tracking.domain.facts import Facts
from tracking.domain.findings.series_notes import open_low
from tracking.domain.reassurance import is_disturbed
from tracking.domain.reported import Method, Precision
from tracking.domain.rulebook import AROMATASE_INHIBITOR, BONE_THERAPY, TESTOSTERONE, Tier

_UNDETERMINED = {NO_LSC: "dexa_lsc", SCANNER_CHANGED: "dexa_cross_calibration"}


class Missing(Struct, frozen=True):
    code: str
    words: str


def missing_from(facts: Facts) -> tuple[Missing, ...]:
    """In the order of how much hangs on it."""
    words = facts.rulebook.words.missing
    codes = dict.fromkeys((*_of_estradiol(facts), *_of_therapy(facts), *_of_bone(facts)))
    return tuple([Missing(code, words[code]) for code in codes])


def _of_estradiol(facts: Facts) -> Iterator[str]:
    reading = facts.reading
    if reading is None:
        yield "estradiol"
        return
    if reading.question is not None:
        yield "estradiol_unit"
    elif reading.tier is Tier.INDETERMINATE or (reading.tier not in LOW and is_disturbed(reading)):
        yield "estradiol_readable"
    if open_low(facts) is not None:
        yield "estradiol_confirming"
    if facts.verdict.state != "current":
        yield "estradiol_current"
    if facts.testosterone is None:
        yield "testosterone_with_estradiol"
    if not reading.proven and reading.lab.reported.assay.method is not Method.IMMUNOASSAY:
        yield "assay"
    if not reading.lab.reported.collected.has_time:
        yield "draw_time"


def _of_therapy(facts: Facts) -> Iterator[str]:
    if facts.ai_log_ended:
        yield "ai_in_force"
    yield from _of_uses(facts)
    if facts.on_ai and not facts.on_testosterone and not _testosterone_stopped(facts):
        yield "testosterone_regimen"
    if facts.on_ai and not facts.timeline.logs[AROMATASE_INHIBITOR].taken:
        yield "ai_log"
    if facts.on_ai and not _review_named(facts):
        yield "ai_review"
    if any(injection.assumed for found in facts.injected for injection in found.given):
        yield "bone_drug_log"
    if facts.on_testosterone and "hematocrit" not in facts.timeline.draws:
        yield "hematocrit"


def _of_uses(facts: Facts) -> Iterator[str]:
    """Where only that he uses a drug is on record, and the dose or the day matters."""
    rulebook = facts.rulebook
    if _dose_is_unknown(AROMATASE_INHIBITOR, facts):
        yield "ai_dose"
    if _dose_is_unknown(TESTOSTERONE, facts):
        yield "testosterone_dose"
    held = [use for use in facts.history.uses if use.holds(facts.timeline.today)]
    if any(use.since is None and rulebook.drug_class(use.drug) in (AROMATASE_INHIBITOR, TESTOSTERONE) for use in held):
        yield "drug_since"
    if any(use.drug == rulebook.estradiol.biotin.drug for use in held):
        yield "biotin_dose"
    if any(rulebook.drug_class(use.drug) == BONE_THERAPY for use in held):
        yield "bone_drug_given"


def _dose_is_unknown(drug_class: str, facts: Facts) -> bool:
    """Only that he uses it is on record, and no logged dose of it says how much. Time alone never changes that."""
    courses = facts.timeline.exposure.on(drug_class, facts.timeline.today)
    used = [course.drug for course in courses if course.basis == USED]
    taken = facts.timeline.logs[drug_class].taken if used else ()
    return any(not any(dose.drug == drug and dose.amount_mg is not None for dose in taken) for drug in used)


def _testosterone_stopped(facts: Facts) -> bool:
    """Whether a stop is on record. A log that ended is none."""
    changes = facts.timeline.exposure.changes_until(facts.timeline.today)
    return any(change.drug_class == TESTOSTERONE and change.kind == "stop" for change in changes)


def _review_named(facts: Facts) -> bool:
    """Whether a regimen that is in force now names the day of the AI's review."""
    in_force = {key for course in facts.ai for key in course.keys}
    return any(r.review_on is not None for r in facts.history.regimens if r.key in in_force)


def _of_bone(facts: Facts) -> Iterator[str]:
    scans, last = facts.timeline.scans, facts.bone.latest
    if facts.on_ai and not scans:
        yield "dexa"
    if last is not None:
        codes = {NOT_STATED: "dexa_reference", "age_unknown": "birth_date", "scores_missing": "dexa_scores"}
        yield from (codes[name] for name in (last.bone_class,) if name in codes)
        why = {change.why for change in facts.bone.changes}
        yield from (code for reason, code in _UNDETERMINED.items() if reason in why)
        if len(scans) > 1 and not facts.bone.changes:
            yield "dexa_comparable"
    if any(fracture.occurred.precision is Precision.UNKNOWN for fracture in facts.timeline.fractures):
        yield "fracture_date"
