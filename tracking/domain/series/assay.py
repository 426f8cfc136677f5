"""Which results are by the same kind of assay, and which kind is the more specific (CLINICAL 9.2)."""

from __future__ import annotations

from functools import lru_cache

from tracking.domain.floors import assay_is_mass_spectrometry
from tracking.domain.reported import Assay, Method, MethodEvidence
from tracking.domain.rulebook import AssayClass, RuleBook


def assay_class(assay: Assay, rulebook: RuleBook) -> AssayClass:
    """Mass spectrometry only where it is shown; an immunoassay on anybody's word, because nobody gains by saying so."""
    return _class_of(assay.method, assay.evidence, rulebook)


@lru_cache(maxsize=1024)
def _class_of(method: Method, evidence: MethodEvidence, rulebook: RuleBook) -> AssayClass:
    if assay_is_mass_spectrometry(Assay(method, evidence), rulebook):
        return AssayClass.MASS_SPECTROMETRY
    return AssayClass.IMMUNOASSAY if method is Method.IMMUNOASSAY else AssayClass.NOT_SHOWN


def specificity_of(assay: Assay, rulebook: RuleBook) -> int:
    """That of the class which an assay belongs to."""
    return specificity(assay_class(assay, rulebook), rulebook)


@lru_cache(maxsize=64)
def specificity(assay: AssayClass, rulebook: RuleBook) -> int:
    """A place in the order of the rule: the higher, the more specific."""
    return rulebook.series.specificity.order.index(assay)


def most_specific(rulebook: RuleBook) -> int:
    """The highest place."""
    return len(rulebook.series.specificity.order) - 1
