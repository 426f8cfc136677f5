"""An evaluation in plain sentences under titles, so that a prescriber can check it without the code (CLINICAL 7.2).

Pure functions over the stored form (:meth:`Evaluation.as_dict` with the texts of its rules joined) and the sentences of its own
rulebook: what is explained is what was stored, word for word, however the rules have changed since. Nothing is concluded here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from tracking.domain.estradiol import UNIT_IN_QUESTION
from tracking.domain.reported import Assay, Comparator, Method, Moment, Precision, Value
from tracking.domain.verdict import CURRENT
from tracking.domain.words import fill

__all__ = [
    "BY_RULEBOOK",
    "Basis",
    "Section",
    "Topic",
    "Words",
    "drug_text",
    "explain",
    "phase_lines",
    "sections",
    "spelled",
    "value_line",
]

Basis = Mapping[str, Any]
Words = Mapping[str, Mapping[str, str]]
Topic = Callable[[Basis, Words], Iterable[str]]
_TENTH = Decimal("0.1")
_CLASSES = ("ai", "testosterone")
BY_RULEBOOK = ("mass_spectrometry", "other")


@dataclass(frozen=True, slots=True)
class Section:
    """One topic: a stable ``code``, a title, and sentences in order."""

    code: str
    title: str
    lines: tuple[str, ...]


def explain(basis: Basis, words: Words) -> tuple[Section, ...]:
    """The whole basis, for a prescriber. What is absent is said to be absent; a section that nothing belongs to is left out."""
    topics: Mapping[str, Topic] = {
        "conclusion": _conclusion,
        "result": _result,
        "floor": _floor,
        "timing": _timing,
        "taken": _taken,
        "results": _results,
        "bone": _bone,
        "findings": _findings,
        "beside": _beside,
        "missing": _missing,
        "due": _due,
        "rules": _rules,
        "unverified": _unverified,
        "contrary": _contrary,
        "standing": _standing,
        "version": _version,
    }
    return sections(topics, basis, words, words["explain_title"])


def sections(topics: Mapping[str, Topic], basis: Basis, words: Words, titles: Mapping[str, str]) -> tuple[Section, ...]:
    """Those topics about which something is to be said."""
    said = ((code, tuple(lines(basis, words))) for code, lines in topics.items())
    return tuple(Section(code, titles[code], lines) for code, lines in said if lines)


def _conclusion(basis: Basis, words: Words) -> Iterator[str]:
    say, verdict = words["explain"], basis["verdict"]
    at = Moment(datetime.fromisoformat(basis["as_of"]), Precision.MINUTE, basis["zone"])
    yield fill(say["as_of"], {"at": str(at), "word": basis["word"]})
    yield basis["headline"]
    change, stale_on = verdict["changed_by"], spelled(verdict["stale_on"])
    if change is not None:
        said = {"changed": spelled(change["on"]), "change": words["change"][change["kind"]], "after": _after(change, say)}
        yield fill(say["state_superseded_by_change"], said)
    elif verdict["state"] == "stale":
        yield fill(say[f"state_{verdict['why_stale']}"], {"stale_on": stale_on})
    elif verdict["state"] == "no_data":
        yield say["state_no_data"]
    else:
        yield fill(say["state_current_until" if stale_on else "state_current"], {"stale_on": stale_on})


def _after(change: Mapping[str, Any], say: Mapping[str, str]) -> str:
    """What the change was to; empty for a stop."""
    return fill(say["after"], {"what": _spaced(change["after"])}) if change["after"] else ""


def _result(basis: Basis, words: Words) -> Iterator[str]:
    say, result = words["explain"], basis["result"]
    if result is None:
        yield say["no_result"]
        return
    lab = result["lab"]
    yield value_line(lab, say, say)
    yield fill(say["laboratory" if lab["laboratory"] else "no_laboratory"], {"laboratory": lab["laboratory"]})
    ends = _lab_range(lab)
    yield fill(say["lab_range" if ends else "no_lab_range"], {"range": ends})
    lloq = lab["lloq"]
    yield fill(say["lloq"], {"lloq": str(_value(lloq))}) if lloq else say["no_lloq"]
    yield fill(say["tier" if basis["verdict"]["state"] == CURRENT else "tier_then"], {"tier": _spaced(result["tier"])})
    # While its unit is in question nobody is told how high it would be in the other one.
    if result["worst_tier"] != result["best_tier"] and UNIT_IN_QUESTION not in result["notes"]:
        span = {"worst": _spaced(result["worst_tier"]), "best": _spaced(result["best_tier"])}
        yield fill(say["span"], span)
    found = {finding["prescriber"] for finding in basis["findings"]}
    yield from (reason for reason in basis["reasons"] if reason not in found)


def value_line(lab: Mapping[str, Any], say: Mapping[str, str], sentences: Mapping[str, str]) -> str:
    """Value, assay, what shows the assay, and the moment of the draw, in their one printed form, for whoever reads."""
    reported = lab["reported"]
    assay, drawn = reported["assay"], reported["collected"]
    said = {
        "value": str(_value(reported["value"])),
        "method": str(Assay(Method(assay["method"]))),
        "evidence": say[f"evidence_{assay['evidence']}"],
        "drawn": str(Moment(datetime.fromisoformat(drawn["at"]), Precision(drawn["precision"]), drawn["zone"])),
    }
    return fill(sentences["value_undated" if drawn["precision"] == Precision.UNKNOWN else "value"], said)


def _value(stored: Mapping[str, Any]) -> Value:
    return Value(Comparator(stored["comparator"]), stored["digits"], stored["unit"])


def _lab_range(lab: Mapping[str, Any]) -> str:
    """As far as the laboratory gave it; empty where it gave none."""
    low, high = lab["range_low"], lab["range_high"]
    if high is None:
        return f"from {_value(low)}" if low else ""
    return f"{low['digits']} to {_value(high)}" if low else f"up to {_value(high)}"


def _floor(basis: Basis, words: Words) -> Iterator[str]:
    say, result = words["explain"], basis["result"]
    if result is None:
        return
    floor, limits = result["floor"], result["thresholds"]
    said = {
        "floor": f"{limits['floor']} {limits['unit']}",
        "pg_ml": floor["pg_ml"],
        "kind": say[f"kind_{floor['kind']}"],
        "whose": floor["whose"],
    }
    if floor["kind"] in BY_RULEBOOK:
        (rule,) = (rule for rule in basis["rules"] if rule["id"] == floor["rule"])
        yield fill(say["floor"], {**said, "state": _state(rule, say)})
    else:
        until = fill(say["until"], {"expires_on": spelled(floor["expires_on"])}) if floor["expires_on"] else say["no_end"]
        yield fill(say["floor_set"], {**said, "until": until, "reason": floor["reason"] or say["no_reason"]})
    yield say["assay_proven" if result["proven"] else "assay_not_proven"]
    if UNIT_IN_QUESTION in result["notes"]:
        return
    named = ("critical", "floor", "borderline_end", "upper", "unit")
    yield fill(say["limits"], {"operator": limits["critical_operator"], **{name: limits[name] for name in named}})
    yield say[f"upper_{limits['upper_from']}"]


def _timing(basis: Basis, words: Words) -> Iterator[str]:
    say, timing = words["explain"], basis["timing"]
    if timing is None or timing["on"] is None:
        yield say["no_timing"]
        return
    yield from timing.get("said") or phase_lines(timing, words, say)
    for drug_class in _CLASSES:
        if timing[drug_class]["phase"] != "not_taken":
            settled = {True: "settled", False: "unsettled", None: "settled_unknown"}[timing[drug_class]["settled"]]
            yield fill(say[settled], {"drug": say[drug_class]})


def phase_lines(timing: Mapping[str, Any], words: Words, names: Mapping[str, str]) -> Iterator[str]:
    """Where in the dosing intervals of both classes it was drawn; ``names`` are theirs, for whoever reads."""
    say = words["explain"]
    for drug_class in _CLASSES:
        drug = timing[drug_class]
        said = {"drug": names[drug_class], "phase": words["explain_phase"][drug["phase"]], "hours": _tenths(drug["hours"])}
        if drug["hours"] is None:
            yield fill(say["phase"], said)
        elif drug["share"] is None:
            yield fill(say["phase_hours"], said)
        else:
            share = {"share": _tenths(drug["share"]), "interval": _tenths(drug["interval_hours"])}
            yield fill(say["phase_at"], {**said, **share})


def _taken(basis: Basis, words: Words) -> Iterator[str]:
    say, context = words["explain"], basis["context"]
    for when in ("at_draw", "now"):
        then = context[when]
        if then is None:
            continue
        for drug_class, none in (("ai", say["no_ai"]), ("testosterone", say["no_testosterone"])):
            for drug in [_drug(drug, say) for drug in then[drug_class]] or [none]:
                yield fill(say[when], {"on": spelled(then["on"]), "drug": drug})
    if context["ai_since"] is not None:
        yield fill(say["on_ai_since"], {"since": spelled(context["ai_since"]), "months": str(context["months_on_ai"])})
    change = context["last_change"]
    if change is not None:
        said = {"on": spelled(change["on"]), "change": words["change"][change["kind"]], "drug": _spaced(change["drug"])}
        yield fill(say["last_change"], {**said, "after": _after(change, say)})


def _drug(drug: Mapping[str, Any], say: Mapping[str, str]) -> str:
    said = {"text": drug_text(drug), "weekly": drug["weekly_mg"] or "", "since": spelled(drug["since"])}
    sentence = say["drug" if drug["weekly_mg"] else "drug_no_weekly"]
    return fill(sentence, {**said, "basis": say[f"basis_{drug['basis']}"]})


def drug_text(drug: Mapping[str, Any]) -> str:
    """With the name that people use in place of the code."""
    return f"{drug['name']}{drug['text'].removeprefix(drug['drug'])}"


def _results(basis: Basis, words: Words) -> Iterator[str]:
    say = words["explain"]
    # Newest first; one that was stored without its instant comes last.
    for result in sorted(basis["results"].values(), key=lambda one: one.get("at", ""), reverse=True):
        said = {"text": result["text"], "tier": _spaced(result["tier"]), "floor": result["floor"]}
        yield fill(say["one_result"], said)
    for days in basis["series"]["days_below"] if basis["results"] else ():
        most = days["known"] + days["possible"]
        said = {name: str(days[name]) for name in ("window", "known", "unknown")}
        yield fill(say["days_below"], {**said, "most": str(most)})


def _bone(basis: Basis, words: Words) -> Iterator[str]:
    say, bone = words["explain"], basis["bone"]
    if not bone["scans"]:
        yield say["no_scan"]
    for scan in bone["scans"]:
        score = scan["score"]
        said = {name: str(scan[name]) for name in ("scale", "score")} | {
            "on": spelled(scan["on"]),
            "region": _spaced(scan["region"]),
        }
        said["words"] = fill(words["bone"][scan["bone_class"]], {"score": str(score)})
        said["reference"] = scan["reference"] or say["reference_missing"]
        yield fill(say["scan" if score is None else "scan_score"], said)
    for change in bone["changes"]:
        said = {name: str(change[name]) for name in ("before", "after", "percent", "lsc")}
        said |= {"from_on": spelled(change["from_on"]), "to_on": spelled(change["to_on"]), "region": _place(change)}
        said["words"] = fill(words["bone"][change["verdict"]], {"percent": change["percent"]})
        if change["lsc_from"]:
            yield fill(say["change_lsc"], {**said, "lsc_from": say[f"lsc_{change['lsc_from']}"]})
        else:
            yield fill(say["change"], said)


def _place(change: Mapping[str, Any]) -> str:
    names = (_spaced(change["region"]).capitalize(), change["side"], change["vertebrae"])
    return " ".join(name for name in names if name)


def _findings(basis: Basis, words: Words) -> Iterator[str]:
    say = words["explain"]
    if not basis["findings"]:
        yield say["no_findings"]
    for finding in basis["findings"]:
        yield fill(say["finding"], {"priority": finding["priority"], "prescriber": finding["prescriber"]})
        yield from finding["notes"]
        yield fill(say["clears"], {"clears": finding["clears"]})
        yield fill(say["by_rules"], {"rules": ", ".join(finding["rules"])})


def _beside(basis: Basis, _words: Words) -> Iterator[str]:
    """Values derived and lines of context, where the evaluation holds any."""
    for name in ("derived", "context_lines"):
        yield from (line["words"] for line in basis.get(name, ()))


def _missing(basis: Basis, words: Words) -> Iterator[str]:
    say = words["explain"]
    if not basis["missing"]:
        yield say["nothing_missing"]
    yield from (fill(say["missing"], {"what": item["words"]}) for item in basis["missing"])


def _due(basis: Basis, words: Words) -> Iterator[str]:
    say = words["explain"]
    if not basis["due"]:
        yield say["nothing_due"]
    for item in basis["due"]:
        days = {name: spelled(item[name]) for name in ("due_on", "opens_on", "overdue_on")}
        yield fill(say["due"], {**days, "words": item["words"], "rule": item["rule"]})


def _rules(basis: Basis, words: Words) -> Iterator[str]:
    say = words["explain"]
    for rule in basis["rules"]:
        yield fill(say["rule"], {"id": rule["id"], "state": _state(rule, say), "reason": rule["reason"]})
        yield fill(say["sources"], {"id": rule["id"], "sources": " ".join(rule["sources"])})


def _state(rule: Mapping[str, Any], say: Mapping[str, str]) -> str:
    said = {"checked_by": rule["checked_by"], "next_review": spelled(rule["next_review"])}
    return fill(say["verified" if rule["verified"] else "not_verified"], said)


def _unverified(basis: Basis, words: Words) -> Iterator[str]:
    say = words["explain"]
    unverified = [rule["id"] for rule in basis["rules"] if not rule["verified"]]
    yield from (fill(say["unverified"], {"id": rule_id}) for rule_id in unverified)
    if basis["rules"] and not unverified:
        yield say["nothing_unverified"]


def _contrary(basis: Basis, words: Words) -> Iterator[str]:
    """Each line once, with every rule that it speaks against."""
    against: dict[str, list[str]] = defaultdict(list)
    for rule in basis["rules"]:
        for line in rule["contrary"]:
            against[line].append(rule["id"])
    yield from (fill(words["explain"]["contrary"], {"line": line, "rules": ", ".join(ids)}) for line, ids in against.items())
    if basis["rules"] and not against:
        yield words["explain"]["no_contrary"]


def _standing(basis: Basis, _words: Words) -> Iterable[str]:
    return basis["standing"]  # type: ignore[no-any-return]  # stored as a list of sentences


def _version(basis: Basis, words: Words) -> Iterator[str]:
    say = words["explain"]
    yield fill(say["rulebook"], {"version": basis["rulebook"]["version"]})
    yield fill(say["records"], {"number": str(len(basis["inputs"]))})


def spelled(iso: str | None) -> str:
    """A stored date as ``3 Mar 2026``; empty for none."""
    return "" if iso is None else "{0.day} {0:%b} {0.year}".format(date.fromisoformat(iso))


def _tenths(number: str | None) -> str:
    """To one decimal at most, as a reader wants hours and shares."""
    if number is None:
        return ""
    return f"{Decimal(number).quantize(_TENTH, ROUND_HALF_EVEN).normalize():f}"


def _spaced(code: str) -> str:
    return code.replace("_", " ")
