"""Scans with their sites, fractures and risk factors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tracking.domain.actor import Actor
from tracking.domain.entry import check_sites
from tracking.domain.history import SiteRecord
from tracking.domain.problems import Collector, problem
from tracking.domain.reported import parse_value
from tracking.evidence import load_rulebook
from tracking.models import DexaScan, DexaSite, Fracture, Patient, RiskFactor
from tracking.models.base import SCORE
from tracking.services import evaluations, records
from tracking.services.access import acting_as, lock_patient
from tracking.services.lived import check_day, check_order, check_since, read_moment

__all__ = [
    "correct_fracture",
    "correct_risk_factor",
    "correct_scan",
    "record_fracture",
    "record_risk_factor",
    "record_scan",
    "withdraw",
]

# As many digits as are stored, so that none is lost.
_SCORE = re.compile(SCORE, re.ASCII)
_FORMS = {"t_score": _SCORE, "z_score": _SCORE, "lsc": re.compile(r"[0-9]{1,2}(\.[0-9]{1,6})?", re.ASCII)}


def record_scan(
    *,
    patient: Patient,
    by: Actor,
    now: datetime,
    staff: bool = False,
    client_id: str | None = None,
    source: records.Source = records.TYPED,
    **sent: Any,
) -> tuple[DexaScan, bool]:
    """Store one scan with its measured regions; the second value says whether it is new.

    ``sent``: scanned_on (a date), sites, facility, device, reference, scanner_changed (the facility moved or replaced the
    scanner since the visit before), confirmed_reason. A site has region, side, vertebrae, bmd (text), unit (g/cm2 or
    mg/cm2), t_score, z_score and lsc (g/cm2, the facility's).
    """
    with acting_as(by):
        man = lock_patient(patient)
        content, sites = _scan(man=man, now=now, staff=staff, **sent)
        scan, is_new = records.add(DexaScan, man=man, by=by, now=now, content=content, client_id=client_id, source=source)
        if is_new:
            DexaSite.objects.bulk_create([_site_row(man, scan, site) for site in sites])
        evaluations.refresh(man, now=now)
        return scan, is_new


def correct_scan(
    *, patient: Patient, key: str, by: Actor, now: datetime, staff: bool = False, **sent: Any
) -> tuple[DexaScan, bool]:
    """Put a corrected scan, with all its regions, in the place of the one under ``key``; second: whether anything changed."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(DexaScan, man, key, by=by, staff=staff)
        content, sites = _scan(man=man, now=now, staff=staff, **sent)
        parts_differ = _measured(row.sites.all()) != _measured(_site_row(man, row, site) for site in sites)
        scan, is_new = records.supersede(row, man=man, by=by, now=now, content=content, parts_differ=parts_differ)
        if is_new:
            DexaSite.objects.bulk_create([_site_row(man, scan, site) for site in sites])
        evaluations.refresh(man, now=now)
        return scan, is_new


def record_fracture(
    *, patient: Patient, by: Actor, now: datetime, client_id: str | None = None, **sent: Any
) -> tuple[Fracture, bool]:
    """Store one fracture; the second value says whether it is new. ``sent``: site, occurred_at, zone, precision, fragility."""
    with acting_as(by):
        man = lock_patient(patient)
        content = _fracture(man=man, now=now, **sent)
        row, is_new = records.add(Fracture, man=man, by=by, now=now, content=content, client_id=client_id)
        evaluations.refresh(man, now=now)
        return row, is_new


def correct_fracture(
    *, patient: Patient, key: str, by: Actor, now: datetime, staff: bool = False, **sent: Any
) -> tuple[Fracture, bool]:
    """Put a corrected fracture in the place of the one under ``key``; the second value says whether anything changed."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(Fracture, man, key, by=by, staff=staff)
        corrected = records.supersede(row, man=man, by=by, now=now, content=_fracture(man=man, now=now, **sent))
        evaluations.refresh(man, now=now)
        return corrected


def record_risk_factor(
    *, patient: Patient, by: Actor, now: datetime, client_id: str | None = None, **sent: Any
) -> tuple[RiskFactor, bool]:
    """State a condition, counted as a risk factor or kept beside them. ``sent``: code, since, until, note."""
    with acting_as(by):
        man = lock_patient(patient)
        content = _condition(man=man, now=now, **sent)
        row, is_new = records.add(RiskFactor, man=man, by=by, now=now, content=content, client_id=client_id)
        evaluations.refresh(man, now=now)
        return row, is_new


def correct_risk_factor(
    *, patient: Patient, key: str, by: Actor, now: datetime, staff: bool = False, **sent: Any
) -> tuple[RiskFactor, bool]:
    """State it anew, all of it: also how a condition ends, by its day in ``until``.

    The second value says whether anything changed.
    """
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(RiskFactor, man, key, by=by, staff=staff)
        content = _condition(man=man, now=now, **sent)
        corrected = records.supersede(row, man=man, by=by, now=now, content=content)
        evaluations.refresh(man, now=now)
        return corrected


def withdraw(
    *,
    patient: Patient,
    of: type[DexaScan | Fracture | RiskFactor],
    key: str,
    by: Actor,
    now: datetime,
    reason: str,
    staff: bool = False,
) -> None:
    """Take a scan, fracture or risk factor back, with the reason."""
    with acting_as(by):
        man = lock_patient(patient)
        records.withdraw(records.find_his(of, man, key, by=by, staff=staff), man=man, now=now, reason=reason)
        evaluations.refresh(man, now=now)


def _scan(
    *,
    man: Patient,
    now: datetime,
    staff: bool,
    scanned_on: date,
    sites: Sequence[Mapping[str, Any]],
    facility: str = "",
    device: str = "",
    reference: str = "",
    scanner_changed: bool = False,
    confirmed_reason: str = "",
) -> tuple[dict[str, Any], list[SiteRecord]]:
    rulebook = load_rulebook()
    found = Collector()
    found.run(check_day, scanned_on, man=man, now=now, pointer="/scanned_on", rulebook=rulebook)
    if not sites:
        found.run(_refuse_without_sites)
    measured = [found.under(f"/sites/{number}").run(_site, site) for number, site in enumerate(sites)]
    read = [site for site in measured if site is not None]
    if len(read) == len(sites):
        found.run(_refuse_twice, read)
        found.run(check_sites(read, rulebook).enforce, confirmed=bool(confirmed_reason.strip()), staff=staff)
    found.raise_found()
    return {
        "scanned_on": scanned_on,
        "facility": facility,
        "device": device,
        "reference": reference,
        "scanner_changed": scanner_changed,
        "confirmed_reason": confirmed_reason.strip(),
    }, read


def _fracture(
    *,
    man: Patient,
    now: datetime,
    site: str,
    occurred_at: object,
    zone: str | None = None,
    precision: str | None = None,
    fragility: bool | None = None,
) -> dict[str, Any]:
    moment = read_moment(
        occurred_at,
        man=man,
        now=now,
        zone=zone,
        precision=precision,
        pointer="/occurred_at",
        rulebook=load_rulebook(),
    )
    return {
        "site": site,
        "fragility": fragility,
        "at": moment.at,
        "precision": moment.precision.value,
        "zone": moment.zone,
    }


def _condition(
    *, man: Patient, now: datetime, code: str, since: date | None = None, until: date | None = None, note: str = ""
) -> dict[str, Any]:
    rulebook, found = load_rulebook(), Collector()
    accepted = rulebook.bone.risk_factors.names
    if code not in accepted:
        raise problem(
            "/code",
            "risk-factor-unknown",
            "'{received}' is not a risk factor. Accepted: {accepted}.",
            received=code[:40],
            accepted=", ".join(sorted(accepted)),
        )
    for day, pointer in ((since, "/since"), (until, "/until")):
        if day is not None:
            found.run(check_since, day, man=man, now=now, pointer=pointer)
    found.run(check_order, since, until)
    found.raise_found()
    return {"code": code, "since": since, "until": until, "note": note}


def _measured(sites: Iterable[DexaSite]) -> list[tuple[str, ...]]:
    """What rows of sites state, in an order of its own, so that two scans can be compared."""
    names = ("region", "side", "vertebrae", "bmd_digits", "bmd_unit", "t_score", "z_score", "lsc_digits")
    return sorted(tuple(getattr(site, name) for name in names) for site in sites)


def _site(sent: Mapping[str, Any]) -> SiteRecord:
    found = Collector()
    bmd = found.run(parse_value, sent.get("bmd"), str(sent.get("unit") or ""), pointer="/bmd")
    numbers = {name: found.run(_decimal, sent.get(name), form, f"/{name}") for name, form in _FORMS.items()}
    found.raise_found()
    assert bmd is not None
    return SiteRecord(
        region=str(sent.get("region") or ""),
        side=str(sent.get("side") or ""),
        vertebrae=str(sent.get("vertebrae") or ""),
        bmd=bmd,
        **numbers,
    )


def _decimal(sent: object, form: re.Pattern[str], pointer: str) -> Decimal | None:
    """A short plain number; never an exponent, which a few characters could make enormous."""
    if sent is None or sent == "":
        return None
    if not isinstance(sent, str) or not form.fullmatch(sent):
        raise problem(
            pointer,
            "number-unreadable",
            "'{received}' is not accepted here. Send text like -1.5 for a score or 0.030 for a least significant change.",
            received=str(sent)[:20],
        )
    return Decimal(sent)


def _refuse_without_sites() -> None:
    raise problem("/sites", "sites-missing", "A scan has at least one measured region.")


def _refuse_twice(sites: Sequence[SiteRecord]) -> None:
    seen = set()
    for number, site in enumerate(sites):
        name = (site.region, site.side, site.vertebrae)
        if name in seen:
            raise problem(f"/sites/{number}", "site-twice", "This region is there twice. Send each region once.")
        seen.add(name)


def _site_row(man: Patient, scan: DexaScan, site: SiteRecord) -> DexaSite:
    return DexaSite(
        patient=man,
        scan=scan,
        region=site.region,
        side=site.side,
        vertebrae=site.vertebrae,
        bmd_digits=site.bmd.digits,
        bmd_unit=site.bmd.unit,
        t_score="" if site.t_score is None else f"{site.t_score:f}",
        z_score="" if site.z_score is None else f"{site.z_score:f}",
        lsc_digits="" if site.lsc is None else f"{site.lsc:f}",
    )
