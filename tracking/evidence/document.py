"""``docs/evidence.md``: the rulebook as a page for people. A pure function; run the module to print it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction

from tracking.domain.rulebook import FindingRule, Rule, RuleBook, Source
from tracking.evidence.loader import load_rulebook
from tracking.evidence.readable import verified_and_not

_META = frozenset(field.name for field in fields(Rule))
_CHAPTERS = (
    ("Scope", ("scope",)),
    ("Estradiol", ("estradiol.", "series.", "timing.")),
    ("Testosterone and blood", ("testosterone.", "safety.")),
    ("When to look again", ("monitoring.",)),
    ("Bone", ("bone.",)),
    ("What he says of himself", ("checkin.",)),
    ("Taking doses", ("dosing.",)),
    ("Drugs", ("drug.",)),
    ("Analytes", ("analyte.",)),
    ("Findings", ("finding.",)),
    ("Answering", ("episodes.", "titration.")),
)
_INTRO = """# The evidence behind the rules

Generated from `tracking/evidence/*.toml` by `python -m tracking.evidence.document`; do not edit it here.

Rulebook {version}. Every threshold is a decision-support threshold that a prescriber owns. *Not verified* means: widely known,
or a choice of ours, and not read in a source. The boundary examples of each rule are run by the tests.

{standing}

{rules} rules: {verified} verified, {unverified} not verified.
"""


def document(rulebook: RuleBook) -> str:
    """The whole page, ending in a line feed."""
    standing = "\n".join(f"- {line}" for code, line in rulebook.words.standing.items() if code != "checked")
    verified, unverified = verified_and_not(rulebook)
    totals = {"rules": verified + unverified, "verified": verified, "unverified": unverified}
    parts = [_INTRO.format(version=rulebook.version, standing=standing, **totals)]
    parts.append(f"Checked by: {'; '.join(sorted({rule.checked_by for rule in rulebook.rules.values()}))}.\n")
    for title, prefixes in _CHAPTERS:
        parts.append(f"## {title}\n")
        chosen = (rule for rule in rulebook.rules.values() if rule.id.startswith(prefixes))
        parts += [_rule(rule) for rule in chosen]
    parts.append("## Sources\n")
    parts += [_source(source) for source in rulebook.sources.values()]
    parts.append(_LOINC_NOTICE)
    return "\n".join(parts)


_LOINC_NOTICE = """## Notices

This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief Institute, Inc. and the Logical
Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the license at
http://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief Institute, Inc.
"""


def _rule(rule: Rule) -> str:
    lines = [f"### `{rule.id}`\n", f"{rule.reason}\n"]
    own = [field.name for field in fields(rule) if field.name not in _META]
    lines += [f"- {name.replace('_', ' ')}: {_printed(getattr(rule, name))}" for name in own if _printed(getattr(rule, name))]
    lines += [f"- against it: {line}" for line in rule.contrary]
    state = "verified" if rule.verified else "**not verified**"
    cited = ", ".join(f"[{source}](#{source})" for source in rule.sources)
    lines.append(f"- {state}; checked by: {rule.checked_by}; next review {rule.next_review}; sources: {cited}")
    if not isinstance(rule, FindingRule):
        shown = "; ".join(_example(e.check, e.given, e.expect) for e in rule.examples)
        lines.append(f"- examples: {shown}")
    return "\n".join(lines) + "\n"


def _example(check: str, given: Mapping[str, str], expect: str) -> str:
    said = " ".join(given.values())
    return f"{check} {said} → {expect}".replace("  ", " ")


def _source(source: Source) -> str:
    state = "verified" if source.verified else "**not verified**"
    return f'<a id="{source.id}"></a>**{source.id}**: {source.citation} ({state}: {source.checked})\n'


def _printed(value: object) -> str:
    """A value of a rule as a reader wants it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_printed(item)}" for key, item in value.items())
    if isinstance(value, tuple):
        return "; ".join(_printed(item) for item in value)
    if is_dataclass(value):
        return " ".join(_fields(value))
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction):
        return _ratio(value)
    return "" if value is None else str(value)


def _fields(value: object) -> Iterator[str]:
    named: Iterable[str] = (field.name for field in fields(value))  # type: ignore[arg-type]  # asked for dataclasses only
    for name in named:
        printed = _printed(getattr(value, name))
        if printed and printed != "no":
            yield f"{name.replace('_', ' ')} {printed}"


def _ratio(ratio: Fraction) -> str:
    """To five significant digits; the exact ratio is in the file."""
    rounded = Decimal(ratio.numerator) / Decimal(ratio.denominator)
    return f"{rounded:.5g}"


if __name__ == "__main__":
    sys.stdout.write(document(load_rulebook()))
