"""Which analyte, assay or drug a source means by its names and codes. Codes are the rulebook's; names are what people write.

A name that is not surely one of them is none: the row then asks, and nothing is guessed. One LOINC proves no mass spectrometry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from tracking.domain.reported import Method
from tracking.domain.rulebook import RuleBook

__all__ = ["analyte_of", "by_code", "by_name", "drug_of", "method_of", "method_of_code", "plain"]

_NAMES: dict[str, tuple[str, ...]] = {
    "estradiol": ("estradiol", "oestradiol", "estradiol e2", "oestradiol e2", "e2", "estradiol 17 beta", "17 beta estradiol"),
    "testosterone_total": ("testosterone", "testosterone total", "total testosterone"),
    "testosterone_free": (
        "testosterone free", "free testosterone", "testosterone free direct", "free testosterone direct",
        "testosterone free calculated", "free testosterone calculated", "calculated free testosterone",
    ),
    "testosterone_bioavailable": ("testosterone bioavailable", "bioavailable testosterone"),
    "shbg": ("shbg", "sex hormone binding globulin", "sex hormone binding globulin shbg", "sex horm binding glob"),
    "vitamin_d_25oh": (
        "vitamin d", "vitamin d 25oh", "vitamin d 25 oh", "25 oh vitamin d", "vitamin d 25 hydroxy", "25 hydroxyvitamin d",
        "vitamin d 25 hydroxyvitamin d", "vitamin d 25 oh total", "vitamin d 25 oh d2 d3", "25 oh vitamin d total",
    ),
    "pth": ("pth", "pth intact", "intact pth", "parathyroid hormone", "parathyroid hormone intact", "pth intact pg ml"),
    "calcium": ("calcium", "calcium total", "ca"),
    "albumin": ("albumin",),
    "creatinine": ("creatinine",),
    "egfr": ("egfr", "estimated gfr", "egfr ckd epi", "gfr estimated", "egfr creatinine"),
    "crp": ("crp", "c reactive protein", "hs crp", "c reactive protein cardiac", "high sensitivity c reactive protein",
            "hscrp"),
    "psa": ("psa", "psa total", "total psa", "prostate specific ag", "prostate specific antigen",
            "prostate specific antigen psa"),
    "hematocrit": ("hematocrit", "haematocrit", "hct"),
    "hemoglobin": ("hemoglobin", "haemoglobin", "hgb", "hb"),
    "ctx": ("ctx", "ctx c telopeptide", "c telopeptide", "collagen type i c telopeptide", "c telopeptide ctx",
            "beta crosslaps", "beta ctx"),
    "p1np": ("p1np", "procollagen i intact n terminal", "procollagen type 1 n terminal propeptide", "total p1np"),
    "bsap": ("bsap", "bone specific alkaline phosphatase mass"),
    "bsap_activity": ("bsap activity", "bone specific alkaline phosphatase activity"),
    "ntx_serum": ("ntx serum", "n telopeptide serum"),
    "ntx_urine": ("ntx urine", "n telopeptide urine"),
    "cholesterol_total": ("cholesterol", "cholesterol total", "total cholesterol"),
    "ldl": ("ldl", "ldl cholesterol", "ldl chol calc nih", "ldl c", "ldl cholesterol calc", "ldl calculated"),
    "hdl": ("hdl", "hdl cholesterol", "hdl c"),
    "triglycerides": ("triglycerides", "triglyceride"),
    "lh": ("lh", "luteinizing hormone", "luteinizing hormone lh", "luteinising hormone"),
    "fsh": ("fsh", "follicle stimulating hormone", "follicle stimulating hormone fsh"),
    "alp": ("alp", "alkaline phosphatase", "alkaline phosphatase total"),
    "blood_pressure_systolic": ("systolic blood pressure", "blood pressure systolic", "systolic"),
    "blood_pressure_diastolic": ("diastolic blood pressure", "blood pressure diastolic", "diastolic"),
    "body_height": ("body height", "height"),
}  # fmt: skip
_BY_NAME = {name: analyte for analyte, names in _NAMES.items() for name in names}
# Words of a test's name that say how or for whom it is done, not what is measured. "Free" or "urine" are none of them.
_ASIDE = frozenset(
    [
        *("lc", "ms", "lcms", "lcmsms", "tandem", "mass", "spectrometry", "immunoassay", "eclia", "by", "assay"),
        *("sensitive", "ultrasensitive", "serum", "plasma", "adult", "male", "males", "men"),
    ]
)

_MASS = re.compile(r"\bLC[\s/,-]*MS\b|\bLCMS(?:MS)?\b|liquid chromatograph|tandem mass", re.IGNORECASE)
_GAS = re.compile(r"\bGC[\s/,-]*MS\b|\bGCMS(?:MS)?\b|gas chromatograph", re.IGNORECASE)
_IMMUNO = re.compile(
    r"immuno\s?assay|immunochemi|chemi\s?luminescen|\bECLIA\b|\bCMIA\b|\bELISA\b|\bRIA\b|\bEIA\b", re.IGNORECASE
)

# Trade and plain names, as whole words. A bare "testosterone" is none: which ester it is decides when to draw.
_DRUGS: dict[str, tuple[str, ...]] = {
    "anastrozole": ("anastrozole", "arimidex"),
    "letrozole": ("letrozole", "femara"),
    "exemestane": ("exemestane", "aromasin"),
    "testosterone_cypionate": ("testosterone cypionate", "depo testosterone"),
    "testosterone_enanthate_sc": ("xyosted",),
    "testosterone_enanthate": ("testosterone enanthate", "testosterone enantate"),
    "testosterone_undecanoate_im": ("aveed", "nebido"),
    "testosterone_undecanoate_oral": ("jatenzo", "tlando", "kyzatrex", "andriol"),
    "testosterone_gel": ("androgel", "testim", "fortesta", "vogelxo", "testogel", "tostran", "testosterone gel",
                         "testosterone transdermal gel"),
    "testosterone_patch": ("androderm", "testosterone patch"),
    "testosterone_pellets": ("testopel", "testosterone pellet", "testosterone pellets"),
}  # fmt: skip


def plain(name: str) -> str:
    """Lower case words with single blanks: ``Testosterone, Total (ng/dL)`` is ``testosterone total ng dl``."""
    return " ".join(re.findall(r"[a-z0-9%µμ]+", name.casefold()))


@lru_cache(maxsize=1024)
def by_name(name: str) -> str:
    """The analyte that a name says, or empty."""
    said = plain(name)
    if said in _BY_NAME:
        return _BY_NAME[said]
    return _BY_NAME.get(" ".join(word for word in said.split() if word not in _ASIDE), "")


def by_code(codes: Iterable[str], rulebook: RuleBook) -> str:
    """The one analyte that LOINC codes stand for, or empty. A code that the rulebook is not sure of stands for none."""
    found = _coded(codes, rulebook)
    return found.pop() if len(found) == 1 else ""


def analyte_of(codes: Iterable[str], names: Iterable[str], rulebook: RuleBook) -> str:
    """What is measured, by code and else by name; empty where they disagree or neither is known.

    A name that is not known does not speak against a code.
    """
    said = _coded(codes, rulebook) | {found for name in names if (found := by_name(name)) in rulebook.analytes}
    return said.pop() if len(said) == 1 else ""


@lru_cache(maxsize=1024)
def method_of(*texts: str) -> Method:
    """The method that a text names; unknown where it names none, or two."""
    said = " ".join(texts)
    found = [m for m, form in ((Method.LCMSMS, _MASS), (Method.GCMS, _GAS), (Method.IMMUNOASSAY, _IMMUNO)) if form.search(said)]
    return found[0] if len(found) == 1 else Method.UNKNOWN


def method_of_code(codes: Iterable[str], rulebook: RuleBook) -> Method:
    """Immunoassay, where the LOINC surely stands for it. No LOINC shows mass spectrometry by itself (CLINICAL 9.1)."""
    known = _codes(rulebook)
    if any(code in known and known[code][1] == "high" and known[code][2] == "by immunoassay" for code in codes):
        return Method.IMMUNOASSAY
    return Method.UNKNOWN


def drug_of(codes: Iterable[str], names: Iterable[str], rulebook: RuleBook) -> str:
    """The drug that RxNorm codes or names stand for; empty where none, or several."""
    coded = {drug for drug, rule in rulebook.drugs.items() for code in codes if code in rule.rxnorm.values()}
    if coded:
        return coded.pop() if len(coded) == 1 else ""
    said = " ".join(f" {plain(name)} " for name in names)
    named = {drug for drug, words in _DRUGS.items() if any(f" {word} " in said for word in words)}
    if named == {"testosterone_enanthate", "testosterone_enanthate_sc"}:
        return "testosterone_enanthate_sc"
    return named.pop() if len(named) == 1 and named <= set(rulebook.drugs) else ""


def _coded(codes: Iterable[str], rulebook: RuleBook) -> set[str]:
    known = _codes(rulebook)
    return {known[code][0] for code in codes if code in known and known[code][1] != "low"}


@lru_cache(maxsize=4)
def _codes(rulebook: RuleBook) -> dict[str, tuple[str, str, str]]:
    """Analyte, how sure, and the note of every LOINC of the rulebook."""
    return {
        loinc.code: (analyte, loinc.sure, loinc.note) for analyte, rule in rulebook.analytes.items() for loinc in rule.loinc
    }
