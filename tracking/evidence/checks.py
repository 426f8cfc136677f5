"""What must hold across the rules of one book, beyond the shape of each."""

from __future__ import annotations

import math
import string
from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal

from tracking.domain.amounts import DOSE_UNITS
from tracking.domain.rulebook import (
    AROMATASE_INHIBITOR,
    BONE_THERAPY,
    CO_MEDICATION,
    SEVERITIES,
    TESTOSTERONE,
    AnalyteLimitRule,
    AnalyteRule,
    BandsRule,
    DrugRule,
    EsterRule,
    Kinetics,
    Limits,
    Priority,
    RuleBook,
    ThresholdRule,
    Tier,
)
from tracking.evidence.reader import EvidenceError

_BAND_ORDER = (Tier.CRITICAL, Tier.BELOW_FLOOR, Tier.BORDERLINE, Tier.IN_RANGE, Tier.ABOVE_RANGE)
_DRUG_CLASSES = (AROMATASE_INHIBITOR, TESTOSTERONE, BONE_THERAPY, CO_MEDICATION, "other")
# A change of one of these starts a recheck of estradiol.
_DECISIVE = (AROMATASE_INHIBITOR, TESTOSTERONE)
_BEARS_ON = ("estradiol", "testosterone", "bone", "psa", "assay")
# Rates are printed to three or four digits; they give the time of peak to about one in a thousand.
_PEAK_TOLERANCE = 0.002
_WHOLE = 100
# Units of what no laboratory measures.
_MEASURES = {
    *("hours", "days", "months", "percent", "mg", "cm", "g/cm2"),
    *("min/week", "mg/day", "ug/day", "g/day", "IU/day", "cigarettes/day", "drinks/week"),
}
_SURE = ("high", "medium", "low")
# He never reads these: a tier for staff, two judgements that no value supports, and verbs of a dose instruction.
NEVER_TO_THE_MAN = ("critical", "safe", "dangerous", "stop taking", "take less", "take more", "reduce your", "lower your dose")


def check(rulebook: RuleBook) -> None:
    """Raise :class:`EvidenceError` at the first thing that does not hold."""
    _check_sources(rulebook)
    for analyte in rulebook.analytes.values():
        _check_analyte(analyte)
    for drug in rulebook.drugs.values():
        _check_drug(rulebook, drug)
    _check_plan(rulebook)
    _check_bands(rulebook.estradiol.mass_spectrometry)
    _check_bands(rulebook.estradiol.other)
    _check_thresholds(rulebook)
    for region in rulebook.bone.regions.values():
        _check_limits(region.id, region.hard, region.confirm)
    _check_limits(rulebook.bone.score.id, rulebook.bone.score.hard, rulebook.bone.score.confirm)
    _check_timing(rulebook)
    _check_dosing(rulebook)
    _check_units(rulebook)
    _check_phases(rulebook)
    _check_words(rulebook)
    _check_episodes(rulebook)
    _check_asked(rulebook)


def _check_drug(rulebook: RuleBook, drug: DrugRule) -> None:
    if drug.drug_class not in _DRUG_CLASSES:
        raise EvidenceError(f"{drug.id}: unknown drug class {drug.drug_class}")
    if drug.drug_class in _DECISIVE and [recheck.name for recheck in drug.rechecks][:1] != ["main"]:
        raise EvidenceError(f"{drug.id}: the first recheck is main, the one that decides")
    if drug.drug_class == CO_MEDICATION and not drug.bears_on:
        raise EvidenceError(f"{drug.id}: a co-medication says what it bears on")
    if drug.units.get(drug.unit) != 1 or not set(drug.units) <= set(DOSE_UNITS):
        raise EvidenceError(f"{drug.id}: units among {', '.join(DOSE_UNITS)}, with the ratio 1 for its own")
    for what in drug.bears_on:
        if what not in _BEARS_ON:
            raise EvidenceError(f"{drug.id}: bears on {what}, which is none of {', '.join(_BEARS_ON)}")
    for recheck in drug.rechecks:
        if not 0 <= recheck.opens_days <= recheck.due_days <= recheck.overdue_days:
            raise EvidenceError(f"{drug.id}: the window of recheck {recheck.name} is out of order")
        for needed in recheck.needs:
            _known_analyte(rulebook, needed, drug.id)


def _check_sources(rulebook: RuleBook) -> None:
    for rule in rulebook.rules.values():
        for source in rule.sources:
            if source not in rulebook.sources:
                raise EvidenceError(f"{rule.id}: unknown source {source}")
        if rule.verified and not any(rulebook.sources[source].verified for source in rule.sources):
            raise EvidenceError(f"{rule.id}: verified, and none of its sources is")


def _check_analyte(rule: AnalyteRule) -> None:
    if rule.unit not in rule.units:
        raise EvidenceError(f"{rule.id}: unknown unit {rule.unit}, it has no ratio among its units")
    if rule.units[rule.unit] != 1:
        raise EvidenceError(f"{rule.id}: the ratio of the canonical unit is 1")
    for spelling, unit in rule.spellings.items():
        if unit not in rule.units:
            raise EvidenceError(f"{rule.id}: unknown unit {unit} for the spelling {spelling}")
        if spelling != "".join(spelling.split()).lower():
            raise EvidenceError(f"{rule.id}: the spelling {spelling} is to be in lower case without blanks")
    for loinc in rule.loinc:
        if loinc.unit not in rule.units:
            raise EvidenceError(f"{rule.id}: unknown unit {loinc.unit} of LOINC {loinc.code}")
        if loinc.sure not in _SURE:
            raise EvidenceError(f"{rule.id}: LOINC {loinc.code} is sure to {loinc.sure}, not {', '.join(_SURE)}")
    _check_limits(rule.id, rule.hard, rule.confirm)


def _check_limits(rule_id: str, hard: Limits, confirm: Limits) -> None:
    if not hard.low <= confirm.low < confirm.high <= hard.high:
        raise EvidenceError(f"{rule_id}: the confirm limits are not inside the hard limits")


def _check_plan(rulebook: RuleBook) -> None:
    rules = rulebook.monitoring
    for rule in rules.plan.values():
        if rule.drug_class not in _DECISIVE:
            raise EvidenceError(f"{rule.id}: planned while on {rule.drug_class}, which makes no exposure")
        if rule.code not in rules.resend.days:
            raise EvidenceError(f"{rules.resend.id}: nothing is said of {rule.code}")
        for analyte in rule.analytes:
            _known_analyte(rulebook, analyte, rule.id)
    named = [(rule.id, rule.drug) for rule in (rules.denosumab, rules.zoledronate)]
    named += [(rules.denosumab_delay.id, drug) for drug in rules.denosumab_delay.follow_on]
    for rule_id, drug in named:
        if rulebook.drug_class(drug) != BONE_THERAPY:
            raise EvidenceError(f"{rule_id}: {drug} is no bone drug of drugs.toml")
    for rule_id, analyte in ((r.id, analyte) for r in (rules.denosumab, rules.zoledronate) for analyte in r.labs):
        _known_analyte(rulebook, analyte, rule_id)
    for kind, bounds in rules.interval_bounds.kinds.items():
        if not 0 < bounds.least <= bounds.most:
            raise EvidenceError(f"{rules.interval_bounds.id}: the bounds of {kind} are out of order")


def _check_bands(rule: BandsRule) -> None:
    """Every value from 0 up belongs to exactly one band."""
    if rule.critical_operator not in ("<", "<="):
        raise EvidenceError(f"{rule.id}: the critical operator is < or <=")
    if tuple(band.tier for band in rule.bands) != _BAND_ORDER:
        raise EvidenceError(f"{rule.id}: the bands are {', '.join(_BAND_ORDER)}, in this order")
    if rule.bands[0].start != 0:
        raise EvidenceError(f"{rule.id}: gap below the first band")
    for lower, upper in zip(rule.bands, rule.bands[1:], strict=False):
        if lower.end is None or lower.end > upper.start:
            raise EvidenceError(f"{rule.id}: bands {lower.tier} and {upper.tier} overlap")
        if lower.end < upper.start:
            raise EvidenceError(f"{rule.id}: gap between bands {lower.tier} and {upper.tier}")
        if lower.end <= lower.start:
            raise EvidenceError(f"{rule.id}: band {lower.tier} is empty")
    if rule.bands[-1].end is not None:
        raise EvidenceError(f"{rule.id}: gap above the last band")


def _check_thresholds(rulebook: RuleBook) -> None:
    estradiol = rulebook.analytes.get("estradiol")
    if estradiol is None:
        raise EvidenceError("analytes.toml: estradiol is missing")
    units = {
        rule.id: (rule.unit, "estradiol") for rule in rulebook.rules.values() if isinstance(rule, BandsRule | ThresholdRule)
    }
    units |= {rule.id: (rule.unit, rule.analyte) for rule in rulebook.rules.values() if isinstance(rule, AnalyteLimitRule)}
    for rule_id, (unit, analyte) in units.items():
        _known_analyte(rulebook, analyte, rule_id)
        if unit not in rulebook.analytes[analyte].units:
            raise EvidenceError(f"{rule_id}: unknown unit {unit} for {analyte}")
    question = rulebook.estradiol.unit_question
    for unit in (*question.mistaken_for, *question.mistaken_for.values(), *question.upper_limits, *question.on_ai_from):
        if unit not in estradiol.units:
            raise EvidenceError(f"{question.id}: unknown unit {unit} for estradiol")
    if rulebook.estradiol.mass_spectrometry.critical != rulebook.estradiol.other.critical:
        raise EvidenceError("estradiol.other: critical is one figure for every assay")


def _check_units(rulebook: RuleBook) -> None:
    """No rule has a unit that nothing is measured in: its analyte's own, on estradiol those of estradiol."""
    of_any = {unit for analyte in rulebook.analytes.values() for unit in analyte.units} | _MEASURES
    for rule in rulebook.rules.values():
        unit = getattr(rule, "unit", None)
        if unit is None or isinstance(rule, AnalyteRule | DrugRule):
            continue
        analyte = getattr(rule, "analyte", "estradiol" if rule.id.startswith("estradiol.") else None)
        if unit not in (rulebook.analytes[analyte].units if analyte else of_any):
            raise EvidenceError(f"{rule.id}: unknown unit {unit}{f' for {analyte}' if analyte else ''}")


def _check_phases(rulebook: RuleBook) -> None:
    """The parts of a dosing interval follow one another, and each has room."""
    rule = rulebook.timing.phase
    if not 0 < rule.early_percent < rule.late_percent < _WHOLE:
        raise EvidenceError(f"{rule.id}: the phases overlap or leave a gap: 0 < early < late < 100 percent")


def _known_analyte(rulebook: RuleBook, analyte: str, rule_id: str) -> None:
    if analyte not in rulebook.analytes:
        raise EvidenceError(f"{rule_id}: unknown analyte {analyte}")


def _check_timing(rulebook: RuleBook) -> None:
    """One ester and one time of draw for a product at most, of testosterone only; rates that follow from half-life and peak."""
    timing = rulebook.timing
    for ester in timing.esters.values():
        _check_kinetics(ester)
    for group in (timing.esters.values(), timing.draw_times.values()):
        drugs = [(rule.id, drug) for rule in group for drug in rule.drugs]
        for rule_id, drug in drugs:
            if rulebook.drug_class(drug) != TESTOSTERONE:
                raise EvidenceError(f"{rule_id}: {drug} is no testosterone of drugs.toml")
            if [named for _, named in drugs].count(drug) > 1:
                raise EvidenceError(f"{rule_id}: another rule names {drug} too")
    for rule in timing.draw_times.values():
        if rule.unit not in ("hours", "percent"):
            raise EvidenceError(f"{rule.id}: a time of draw is in hours or percent")
        if not 0 <= rule.low < rule.high:
            raise EvidenceError(f"{rule.id}: the time of draw is out of order")


def _check_dosing(rulebook: RuleBook) -> None:
    """Routes name drugs that there are, and a site once."""
    for route in rulebook.dosing.routes.values():
        for drug in route.drugs:
            if drug not in rulebook.drugs:
                raise EvidenceError(f"{route.id}: {drug} is no drug of drugs.toml")
        if not route.sites or len(set(route.sites)) < len(route.sites):
            raise EvidenceError(f"{route.id}: its sites are named once each")
    times = rulebook.dosing.usual_times
    if not times.first < times.last:
        raise EvidenceError(f"{times.id}: the first time of day lies before the last")


def _check_kinetics(ester: EsterRule) -> None:
    if not ester.published:
        raise EvidenceError(f"{ester.id}: no published figures")
    for one in ester.published:
        if not 0 < one.k_slow < one.k_fast:
            raise EvidenceError(f"{ester.id}: {one.name}: k_slow is above 0 and below k_fast")
        if abs(math.log(2) / float(one.half_life_days) - float(one.k_slow)) > _half_a_digit(one.k_slow):
            raise EvidenceError(f"{ester.id}: {one.name}: k_slow is not ln 2 over the half-life")
        if abs(_peak_days(one) / float(one.tmax_days) - 1) > _PEAK_TOLERANCE:
            raise EvidenceError(f"{ester.id}: {one.name}: the two rates do not peak at tmax_days")


def _peak_days(one: Kinetics) -> float:
    slow, fast = float(one.k_slow), float(one.k_fast)
    return math.log(fast / slow) / (fast - slow)


def _half_a_digit(number: Decimal) -> float:
    """Half of the last digit written: what rounding may hide."""
    return float(Decimal(1).scaleb(int(number.as_tuple().exponent)) / 2)


def _check_words(rulebook: RuleBook) -> None:
    for place, sentence in sentences(rulebook):
        try:
            list(string.Formatter().parse(sentence))
        except ValueError as error:
            raise EvidenceError(f"{place}: {error} in: {sentence}") from None
    for place, sentence in sentences_for_man(rulebook):
        for word in NEVER_TO_THE_MAN:
            if word in sentence.lower():
                raise EvidenceError(f"{place}: the man is never told '{word}'")


def sentences(rulebook: RuleBook) -> Iterator[tuple[str, str]]:
    """Every sentence of the catalogue with its place."""
    for group in fields(rulebook.words):
        named: Mapping[str, str] = getattr(rulebook.words, group.name)
        yield from ((f"words.{group.name}.{code}", sentence) for code, sentence in named.items())
    for finding in rulebook.findings.values():
        yield from ((f"{finding.id}.{part}", getattr(finding, part)) for part in ("prescriber", "man", "clears"))


def sentences_for_man(rulebook: RuleBook) -> Iterator[tuple[str, str]]:
    """Those that the man may read."""
    yield from ((f"words.man.{code}", sentence) for code, sentence in rulebook.words.man.items())
    yield from ((f"words.curve.{code}", sentence) for code, sentence in rulebook.words.curve.items())
    yield from ((f"words.explain_man.{code}", sentence) for code, sentence in rulebook.words.explain_man.items())
    yield from ((f"words.titration_man.{code}", sentence) for code, sentence in rulebook.words.titration_man.items())
    yield from ((f"{finding.id}.man", finding.man) for finding in rulebook.findings.values())


def _check_episodes(rulebook: RuleBook) -> None:
    """Whether one finding is worse than another is always decided, and every answer has its limit."""
    for finding in rulebook.findings.values():
        if finding.severity not in SEVERITIES:
            raise EvidenceError(f"{finding.id}: unknown severity {finding.severity}, not {', '.join(SEVERITIES)}")
    rules = rulebook.episodes
    unknown = sorted({*rules.response.working_days, *rules.snooze.days} - set(Priority))
    if unknown:
        raise EvidenceError(f"episodes.toml: unknown priority {', '.join(unknown)}")
    if set(rules.snooze.days) != set(Priority):
        raise EvidenceError(f"{rules.snooze.id}: every priority has a limit")
    targets = [step.targets for step in rules.escalation.steps]
    if targets[:1] != [1] or targets != sorted(set(targets)):
        raise EvidenceError(f"{rules.escalation.id}: the steps rise, and the first is at the target itself")


def _check_asked(rulebook: RuleBook) -> None:
    """What a rule reads of a check-in can be said in one, under the same name; and no condition both counts and does not."""
    rules, form = rulebook.safety, rulebook.checkin.form
    for rule in (rules.breast_symptoms, rules.low_symptoms):
        for code, name in rule.symptoms.items():
            if form.items.get(code) != name:
                raise EvidenceError(f"{rule.id}: {code} is no item of the check-in, or is called otherwise there")
    pain = rulebook.bone.back_pain
    if pain.code not in form.items:
        raise EvidenceError(f"{pain.id}: {pain.code} is no item of the check-in")
    for measure in rulebook.checkin.lifestyle.values():
        _check_limits(measure.id, measure.hard, measure.confirm)
    conditions = rulebook.bone.risk_factors
    twice = sorted(set(conditions.factors) & set(conditions.recorded))
    if twice:
        raise EvidenceError(f"{conditions.id}: {', '.join(twice)} is counted and not counted")
    if set(conditions.why) != set(conditions.names):
        raise EvidenceError(f"{conditions.id}: every condition says why it is asked, and nothing else does")
