"""The titration loop: asked for or proposed by a person, confirmed by a prescriber, answered by a draw.

Nothing here computes a dose. A request in words is never read for numbers; a regimen changes only where a prescriber of
a clinic that the man lets in confirms what a prescriber stated, with a reason, on the evaluation that he looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tracking.domain.actor import Actor
from tracking.domain.episodes import Outcome
from tracking.domain.history import Origin
from tracking.domain.plain import plain
from tracking.domain.problems import Collector, Problem, problem
from tracking.domain.titration.changed import what_changed
from tracking.domain.titration.states import Ask, Kind, State, expires_at
from tracking.domain.titration.step import check_typed_weekly
from tracking.evidence import load_rulebook
from tracking.models import CareRelationship, Evaluation, Patient, Proposal, Regimen
from tracking.models.titration import MOST_WORDS
from tracking.services import episodes, evaluations, ledger, records, rulebooks
from tracking.services.access import acting_as, lock_patient
from tracking.services.lived import local_today
from tracking.services.outlook import Outlook, Wanted, carry_out
from tracking.services.prescribers import author, authors

__all__ = ["Told", "confirm", "decline", "expire", "expiring", "preview", "propose", "request", "withdraw"]

_ASK_OF = {Kind.DOSE: Ask.CHANGE, Kind.SCHEDULE: Ask.CHANGE}


@dataclass(frozen=True, slots=True)
class Told:
    """A proposal, what would come or came of it, and the evaluation that stands.

    ``outlook`` is None where the same was sent before: its answer was given then.
    """

    row: Proposal
    outlook: Outlook | None
    evaluation: Evaluation | None
    is_new: bool = False


def request(*, patient: Patient, by: Actor, now: datetime, words: str, client_id: str | None = None) -> Told:
    """A man asks in his own words; nothing is read out of them. One request at a time. The same again is stored once."""
    with acting_as(by):
        man = lock_patient(patient)
        ledger.expire_passed(man, now)
        if by.user_id is None or by.user_id != man.user_id:
            raise problem("", "only-himself", "A request is in the man's own words: only he can make it.", kind="forbidden")
        said = words.strip()
        if not 0 < len(said) <= MOST_WORDS:
            text = "Say what you would like to ask, in your own words. Accepted: 1 to {most} characters."
            raise problem("/words", "words-missing" if not said else "words-too-long", text, most=MOST_WORDS)
        repeated = ledger.under(client_id, man)
        if repeated is not None:
            return Told(ledger.same(repeated, repeated.words == said), None, None)
        if not CareRelationship.objects.covering().filter(patient=man).exists():
            text = "No clinic is connected to this account, so nobody would read it. Let a clinic in first."
            raise problem("", "no-clinic", text, kind="conflict")
        if Proposal.objects.filter(patient=man, state=State.REQUESTED).exists():
            text = "A request of yours is with your clinic already. Take it back first, or wait for the answer."
            raise problem("", "request-open", text, kind="conflict")
        row = Proposal(
            patient=man,
            state=State.REQUESTED,
            words=said,
            requested_at=now,
            requested_by=str(by),
            expires_at=expires_at(local_today(man, now), man.zone, load_rulebook()),
            **({} if client_id is None else {"client_id": client_id}),
        )
        row.save(force_insert=True)
        return Told(ledger.noted(row, by=by, at=now, why=said), None, None, is_new=True)


def propose(
    *,
    patient: Patient,
    by: Actor,
    now: datetime,
    ask: str,
    from_date: date,
    reason: str,
    plan: Mapping[str, Any] | None = None,
    regimen: str = "",
    answers: UUID | None = None,
    clinic_uid: UUID | None = None,
    client_id: str | None = None,
) -> Told:
    """A prescriber states a change for himself or a colleague to confirm. Nothing of the man's plan changes by it.

    ``regimen``: the version that it is made against; ``plan``: what the next one states, in the words of ``regimens.start``
    or ``change``; ``answers``: the man's request that it takes up. Raises Problem where the regimen itself would be refused.
    """
    with acting_as(by):
        man = lock_patient(patient)
        ledger.expire_passed(man, now)
        proposer = author(man, by, clinic_uid)
        asked = None if answers is None else ledger.find(man, answers)
        stood = ledger.under(client_id, man)
        if stood is not None:
            return Told(ledger.same(stood, _says(stood, regimen, from_date, plan, reason)), None, evaluations.of(man))
        if asked is not None and asked.proposed_by == str(by) and _says(asked, regimen, from_date, plan, reason):
            return Told(asked, None, evaluations.of(man))
        wanted = _wanted(man, now, ask=ask, from_date=from_date, reason=reason, plan=plan, regimen=regimen)
        if asked is not None:
            ledger.refuse_decided(asked, State.PROPOSED)
        current = evaluations.refresh(man, now=now)
        outlook = carry_out(man, wanted, by=by, now=now, dry_run=True)
        _refuse_second(man, outlook)
        row = asked or Proposal(patient=man, **({} if client_id is None else {"client_id": client_id}))
        for name, stated in _statement(man, wanted, outlook, plan, now=now).items():
            setattr(row, name, stated)
        row.state, row.proposed_at, row.proposed_by, row.proposed_as = State.PROPOSED, now, str(by), proposer
        row.save(force_insert=asked is None)
        return Told(ledger.noted(row, by=by, at=now, why=wanted.reason), outlook, current, is_new=asked is None)


def preview(*, patient: Patient, uid: UUID, by: Actor, now: datetime, from_date: date | None = None) -> Told:
    """What confirming it now would come to. Of the change nothing is stored; his evaluation is brought up to this instant.

    So the evaluation that is answered here is the one that a confirmation names.
    """
    with acting_as(by):
        man = lock_patient(patient)
        ledger.expire_passed(man, now)
        row = ledger.find(man, uid)
        authors(man, by)
        ledger.refuse_decided(row, State.CONFIRMED)
        current = evaluations.refresh(man, now=now)
        _refuse_another_regimen(row)
        wanted = _proposed(row, man, now, from_date)
        return Told(row, carry_out(man, wanted, by=by, now=now, dry_run=True), current)


def confirm(
    *,
    patient: Patient,
    uid: UUID,
    by: Actor,
    now: datetime,
    evaluation: UUID,
    reason: str,
    typed_weekly: object = None,
    raising_reason: str = "",
    from_date: date | None = None,
    episode: UUID | None = None,
    clinic_uid: UUID | None = None,
) -> Told:
    """A prescriber confirms a proposal: in one transaction the regimen changes and the decision is on the ledger.

    ``evaluation``: the one he looked at; another one in its place is a conflict that says what changed, and so is another
    version of the regimen. ``typed_weekly``: what the new plan comes to in a week, typed by him, in the unit of the drug's
    doses. ``raising_reason``: asked for where more of an AI is given while low or blind. ``from_date``: another day than
    proposed. ``episode``: answered along with it as "changed plan". Nobody confirms for himself; of two at once the second
    is told who was first.
    """
    with acting_as(by):
        man = lock_patient(patient)
        ledger.expire_passed(man, now)
        row, why = ledger.find(man, uid), reason.strip()
        decider = author(man, by, clinic_uid)
        is_same = (row.state, row.decided_by, row.decision_reason) == (State.CONFIRMED, str(by), why)
        if is_same and from_date in (None, row.effective_on):
            return Told(row, None, evaluations.of(man))
        ledger.refuse_decided(row, State.CONFIRMED)
        stands = evaluations.refresh(man, now=now)
        seen = _seen(man, evaluation, stands)
        _refuse_another_regimen(row)
        wanted = _proposed(row, man, now, from_date, reason=why)
        if episode is not None:
            row.episode = _answered(man, episode, by=by, now=now, note=why)
        outlook = carry_out(man, wanted, by=by, now=now)
        found = Collector()
        found.run(ledger.stated_reason, reason)
        digits = found.run(check_typed_weekly, typed_weekly, outlook.step, load_rulebook())
        found.run(_raising_reason, raising_reason, outlook)
        found.raise_found()
        row.evaluation, row.evaluation_seen = stands, seen
        row.regimen_after, row.effective_on = outlook.regimen, wanted.on
        row.warnings = [{"code": warned.code, "words": warned.words} for warned in outlook.warnings]
        row.raised_while, row.raising_reason = outlook.raised_while, raising_reason.strip()
        row.typed_weekly = digits or ""
        ledger.decide(row, State.CONFIRMED, why, as_=decider, by=by, now=now)
        return Told(row, outlook, evaluations.of(man), is_new=True)


def decline(
    *,
    patient: Patient,
    uid: UUID,
    by: Actor,
    now: datetime,
    reason: str,
    answer: str = "",
    clinic_uid: UUID | None = None,
) -> Proposal:
    """A prescriber decides against it. ``answer`` is what the man reads. It stays on the ledger."""
    with acting_as(by):
        man = lock_patient(patient)
        ledger.expire_passed(man, now)
        row, why = ledger.find(man, uid), ledger.stated_reason(reason)
        decider = author(man, by, clinic_uid)
        told = answer.strip()
        if (row.state, row.decided_by, row.decision_reason, row.answer) == (State.DECLINED, str(by), why, told):
            return row
        ledger.refuse_decided(row, State.DECLINED)
        row.answer = told
        return ledger.decide(row, State.DECLINED, why, as_=decider, by=by, now=now)


def withdraw(*, patient: Patient, uid: UUID, by: Actor, now: datetime, reason: str = "") -> Proposal:
    """Take it back: the man his request, a prescriber a proposal. It stays on the ledger; the same again changes nothing."""
    with acting_as(by):
        man = lock_patient(patient)
        ledger.expire_passed(man, now)
        row, is_his = ledger.find(man, uid), by.user_id is not None and by.user_id == man.user_id
        member = None if is_his else authors(man, by)[0]
        if (row.state, row.decided_by) == (State.WITHDRAWN, str(by)):
            return row
        ledger.refuse_decided(row, State.WITHDRAWN)
        if is_his and row.state != State.REQUESTED:
            text = "A prescriber has proposed this. Only your clinic can take it back."
            raise problem("", "not-his-entry", text, kind="forbidden")
        if not is_his and row.state == State.REQUESTED:
            text = "This is the man's own request. Decline it, or take it up by a proposal."
            raise problem("", "not-his-entry", text, kind="forbidden")
        return ledger.decide(row, State.WITHDRAWN, reason.strip(), as_=member, by=by, now=now)


def expire(patient_id: int, *, by: Actor, now: datetime) -> int:
    """Close what nobody decided on in time, and say how many. Safe to run twice or late: every write decides by time itself."""
    with acting_as(by):
        return ledger.expire_passed(lock_patient(patient_id), now)


def expiring(now: datetime, *, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of men with something open whose time has passed."""
    rows = Proposal.objects.open().filter(expires_at__lte=now, patient_id__gt=above_id).order_by("patient_id")
    return list(rows.values_list("patient_id", flat=True).distinct()[:limit])


def _wanted(
    man: Patient, now: datetime, *, ask: str, from_date: date, reason: str, plan: Mapping[str, Any] | None, regimen: str
) -> Wanted:
    found = Collector()
    asked, why = found.run(_ask, ask), found.run(ledger.stated_reason, reason)
    found.run(_not_past, from_date, man, now)
    found.raise_found()
    assert asked is not None  # else something was raised
    assert why is not None
    for pointer, sent, has in (
        ("/regimen", bool(regimen), asked is not Ask.START),
        ("/plan", bool(plan), asked is not Ask.STOP),
    ):
        if sent != has:
            text = "Needed here: what is changed, and into what." if has else "A {ask} has none of this. Leave it out."
            raise problem(pointer, "part-missing" if has else "part-not-accepted", text, ask=asked.value)
    before = _named(man, regimen) if regimen else None
    return Wanted(asked, from_date, before, plan or {}, why)


def _named(man: Patient, key: str) -> Regimen:
    try:
        return records.find(Regimen, man, key)
    except Problem:
        raise problem("/regimen", "regimen-unknown", "There is no such regimen of this man, or it was replaced.") from None


def _proposed(row: Proposal, man: Patient, now: datetime, from_date: date | None, *, reason: str = "") -> Wanted:
    """What a stored proposal wants, from a day that is not past."""
    on = from_date or row.from_date
    assert on is not None  # the database holds it of every proposal
    _not_past(on, man, now)
    ask = _ASK_OF.get(Kind(row.kind)) or Ask(row.kind)
    return Wanted(ask, on, row.regimen_before, _read(row.plan), reason or row.proposal_reason)


def _statement(
    man: Patient, wanted: Wanted, outlook: Outlook, plan: Mapping[str, Any] | None, *, now: datetime
) -> dict[str, Any]:
    """What a proposal says of itself for good."""
    return {
        "kind": outlook.kind,
        "drug": outlook.step.drug,
        "from_date": wanted.on,
        "plan": _stored(plan),
        "regimen_before": wanted.before,
        "before_revision": None if wanted.before is None else wanted.before.revision,
        "before_text": _short(outlook.before_text),
        "after_text": _short(outlook.after_text),
        "before_weekly": outlook.before_weekly,
        "after_weekly": outlook.weekly,
        "proposal_reason": wanted.reason,
        "expires_at": expires_at(local_today(man, now), man.zone, load_rulebook()),
    }


def _short(text: str) -> str:
    """As much as a line of the ledger holds. The plan beside it says everything."""
    most = Proposal._meta.get_field("after_text").max_length or 0
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _says(row: Proposal, regimen: str, from_date: date, plan: Mapping[str, Any] | None, reason: str) -> bool:
    before = row.regimen_before
    if regimen not in (("",) if before is None else (str(before.uid), before.client_id)):
        return False
    return (row.from_date, row.plan, row.proposal_reason) == (from_date, _stored(plan), reason.strip())


def _stored(plan: Mapping[str, Any] | None) -> Any:
    return plain(dict(plan)) if plan else None


def _read(plan: Mapping[str, Any] | None) -> dict[str, Any]:
    """A stored plan in the types of the service of regimens: their days are named ``..._on``, and JSON keeps them as text."""
    is_day = {name: name.endswith("_on") and isinstance(sent, str) for name, sent in (plan or {}).items()}
    return {name: date.fromisoformat(sent) if is_day[name] else sent for name, sent in (plan or {}).items()}


def _ask(ask: str) -> Ask:
    if ask not in set(Ask):
        text = "'{received}' is not a kind of change. Accepted: {accepted}."
        raise problem("/ask", "change-unknown", text, received=ask[:40], accepted=", ".join(Ask))
    return Ask(ask)


def _raising_reason(reason: str, outlook: Outlook) -> None:
    if outlook.raised_while and not reason.strip():
        said = " ".join(warned.words for warned in outlook.warnings if warned.needs_reason)
        raise problem("/raising_reason", "raising-reason-missing", "{said} Type why it is right all the same.", said=said)


def _not_past(on: date, man: Patient, now: datetime) -> None:
    today = local_today(man, now)
    if on < today:
        text = "{on} is past where he lives. Accepted: {today} or later; what was changed earlier is entered as a regimen."
        raise problem("/from_date", "begins-in-the-past", text, on=on.isoformat(), today=today.isoformat())


def _refuse_second(man: Patient, outlook: Outlook) -> None:
    other = Proposal.objects.told().filter(patient=man, state=State.PROPOSED, drug=outlook.step.drug).first()
    if other is not None:
        text = "{who} has proposed a change of this drug already: {what}. Decide on that one first, or have it withdrawn."
        who = str(other.proposed_as.user)
        raise problem("", "proposal-open", text, kind="conflict", who=who, what=f"{other.after_text} from {other.from_date}")


def _seen(man: Patient, uid: UUID, stands: Evaluation) -> Evaluation:
    """The evaluation that he looked at, if it still says what stands."""
    seen = Evaluation.objects.filter(patient=man, uid=uid).first()
    if seen is None:
        raise problem("/evaluation", "evaluation-unknown", "There is no such evaluation of this man. Take it from the preview.")
    same = ("rulebook_version", "input_digest", "outcome_digest")
    if any(getattr(seen, name) != getattr(stands, name) for name in same):
        said = " ".join(what_changed(rulebooks.basis_of(seen), rulebooks.basis_of(stands), load_rulebook()))
        text = "What you looked at has changed. {said} Look again, and confirm what you see then."
        raise problem("/evaluation", "evaluation-changed", text, kind="conflict", said=said)
    found: Evaluation = seen
    return found


def _refuse_another_regimen(row: Proposal) -> None:
    """The version that it was made against must stand untouched; for a start, no other may have begun since."""
    if row.regimen_before_id is None:
        begun = Regimen.objects.live().filter(patient=row.patient_id, drug=row.drug, origin=Origin.PRESCRIBED)
        since = begun.filter(recorded_at__gte=row.proposed_at).order_by("-pk").first()
        became = "" if since is None else f"one was entered that begins on {since.starts_on}"
    else:
        before = Regimen.objects.get(pk=row.regimen_before_id)
        untouched = before.superseded_at is None and before.withdrawn_at is None and before.revision == row.before_revision
        became = "" if untouched else _became(before)
    if became:
        text = "It was made against {before}, and since then {became}. Withdraw it, and propose anew."
        raise problem("", "regimen-changed", text, kind="conflict", before=row.before_text or "no regimen", became=became)


def _became(before: Regimen) -> str:
    if before.withdrawn_at is not None:
        return "that regimen was taken back"
    if before.superseded_at is not None:
        return "that regimen was corrected"
    if before.ends_on is not None:
        return f"that regimen was changed and ends on {before.ends_on}"
    return "that regimen was paused or resumed"


def _answered(man: Patient, uid: UUID, *, by: Actor, now: datetime, note: str) -> Any:
    """Its revision need not be sent: what he looked at still stands, or he would not have come so far."""
    try:
        seen = episodes.find(man, uid)
    except Problem:
        raise problem("/episode", "episode-unknown", "There is no such episode of this man.") from None
    return episodes.acknowledge(
        patient=man, uid=uid, by=by, now=now, revision=seen.revision, outcome=Outcome.CHANGED_PLAN, note=note
    )
