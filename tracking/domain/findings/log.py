"""Findings on statements about one drug that do not agree (CLINICAL 9.9). None says which of them is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tracking.domain.context import InForce
from tracking.domain.entry import weekly_mg
from tracking.domain.exposure import LOGGED
from tracking.domain.findings.finding import Facts, Finding, make
from tracking.domain.history import Origin, RegimenRecord
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE
from tracking.domain.words import listed, on_day

_SUFFIX: Mapping[str, str] = {AROMATASE_INHIBITOR: "ai", TESTOSTERONE: "testosterone"}


def find_log(facts: Facts) -> Iterator[Finding]:
    """At most one of each kind for a class of drug."""
    for drug_class in _SUFFIX:
        yield from _log_disagrees(drug_class, facts)
        yield from _regimens_disagree(drug_class, facts)


def _log_disagrees(drug_class: str, facts: Facts) -> Iterator[Finding]:
    """The log before the draw that the verdict rests on, against what the regimen then in force states."""
    at_draw = facts.at_draw
    if at_draw is None or facts.draw is None:
        return
    drugs = at_draw.ai if drug_class == AROMATASE_INHIBITOR else at_draw.testosterone
    differing = sorted((drug for drug in drugs if _differs(drug, facts)), key=lambda drug: drug.drug)
    for drug in differing[:1]:
        params = {
            "drug": drug.name.lower(),
            "logged": str(drug.weekly_mg),
            "stated": str(drug.stated_mg),
            "by": drug.stated_by,
            "on": str(at_draw.on),
        }
        said = {"by": facts.rulebook.words.timing[drug.stated_by], "on": on_day(at_draw.on, facts.timeline.today)}
        said["percent"] = str(facts.rulebook.timing.log.differs_percent)
        code, inputs = f"log_disagrees_{_SUFFIX[drug_class]}", (facts.draw.lab.key, *drug.keys)
        yield make(facts, code, params, inputs=inputs, rules=(facts.rulebook.timing.log.id,), said=said)


def _differs(drug: InForce, facts: Facts) -> bool:
    if drug.basis != LOGGED or drug.weekly_mg is None or not drug.stated_mg:
        return False
    percent = facts.rulebook.timing.log.differs_percent
    return abs(drug.weekly_mg - drug.stated_mg) * 100 > percent * drug.stated_mg


def _regimens_disagree(drug_class: str, facts: Facts) -> Iterator[Finding]:
    """What he says he takes today against what is prescribed: another drug of the class, or another weekly dose."""
    own = _in_force(drug_class, Origin.SELF, facts)
    prescribed = _in_force(drug_class, Origin.PRESCRIBED, facts) if own else {}
    if not prescribed or _weekly(own) == _weekly(prescribed):
        return
    params = {"own": _text(own, facts), "prescribed": _text(prescribed, facts)}
    inputs = sorted(regimen.key for regimen in (*own.values(), *prescribed.values()))
    yield make(facts, f"regimens_disagree_{_SUFFIX[drug_class]}", params, inputs=inputs)


def _in_force(drug_class: str, origin: Origin, facts: Facts) -> dict[str, RegimenRecord]:
    """By drug, in alphabetical order; of several of one drug the one that began last."""
    today = facts.timeline.today
    return {
        drug: regimen
        for drug, regimens in facts.history.regimen_log.drugs.items()
        if facts.rulebook.drug_class(drug) == drug_class
        for regimen in regimens.by_origin.get(origin, ())
        if regimen.starts_on <= today and (regimen.ends_on is None or today < regimen.ends_on)
    }


def _weekly(regimens: Mapping[str, RegimenRecord]) -> dict[str, object]:
    """Milligrams a week by drug, whichever way the frequency was written; None for as needed."""
    return {drug: weekly_mg(regimen.dose_mg, regimen.schedule) for drug, regimen in regimens.items()}


def _text(regimens: Mapping[str, RegimenRecord], facts: Facts) -> str:
    return listed(
        f"{facts.rulebook.drugs[drug].name.lower()} {regimen.dose_mg.normalize():f} mg {regimen.schedule}"
        for drug, regimen in regimens.items()
    )
