"""The database itself refuses an illegal step, whoever writes it and whatever the services forgot."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import Error, transaction

from tracking.domain.actor import Actor
from tracking.domain.titration.states import NEXT, State
from tracking.evidence import load_rulebook
from tracking.models import (
    CareRelationship,
    Clinic,
    Evaluation,
    Patient,
    Prescriber,
    Proposal,
    ProposalEvent,
    Regimen,
    User,
)
from tracking.models.legal_step import LEGAL_STEP
from tracking.models.titration import SCOPE
from tracking.services import rulebooks
from tracking.services.access import acting_as

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
SYSTEM = Actor.system("test")
STATED = {"recorded_at": AT, "recorded_by": "system:test"}
PLAN = {"dose_mg": "0.25"}


class World:
    """Adam, whom Dr. Bell looks after; Carl, whom nobody does."""

    def __init__(self):
        self.users = {n: User.objects.create_user(f"{n}@example.org", "pw", name=n) for n in ("adam", "carl", "bell", "else")}
        clinic, other = (Clinic.objects.create(name=name) for name in ("Invented Clinic", "Another Clinic"))
        self.member = Prescriber.objects.create(user=self.users["bell"], clinic=clinic)
        self.stranger = Prescriber.objects.create(user=self.users["else"], clinic=other)
        self.own = Prescriber.objects.create(user=self.users["adam"], clinic=clinic)
        with acting_as(SYSTEM):
            rulebooks.remember(load_rulebook(), now=AT)
            self.adam, self.carl = (
                Patient.objects.create(user=self.users[n], name=n, zone="Europe/Berlin") for n in ("adam", "carl")
            )
            self.care = CareRelationship.objects.create(patient=self.adam, clinic=clinic, granted_at=AT, granted_by="user:1")
            self.evaluation, self.carls = (self._evaluation(man) for man in (self.adam, self.carl))
            self.before = self._regimen(self.adam, "0.5", date(2026, 6, 1), date(2026, 11, 2))
            self.after = self._regimen(self.adam, "0.25", date(2026, 11, 2), None)

    def _evaluation(self, man):
        said = {"word": "below", "state": "current", "basis": {}, "input_digest": "a", "outcome_digest": "b"}
        return Evaluation.objects.create(patient=man, as_of=AT, rulebook_version=load_rulebook().version, **said)

    def _regimen(self, man, digits, starts_on, ends_on):
        plan = {
            "drug": "anastrozole",
            "schedule": {"kind": "daily", "times": 1},
            "origin": "prescribed",
            "zone": "Europe/Berlin",
        }
        return Regimen.objects.create(patient=man, dose_digits=digits, starts_on=starts_on, ends_on=ends_on, **plan, **STATED)

    def by(self, name):
        return acting_as(Actor.user(self.users[name].pk))

    def actor(self, name):
        return str(Actor.user(self.users[name].pk))

    @property
    def proposal(self):
        return {
            "patient": self.adam,
            "state": "proposed",
            "kind": "dose",
            "drug": "anastrozole",
            "from_date": date(2026, 11, 2),
            "plan": PLAN,
            "regimen_before": self.before,
            "before_revision": 2,
            "after_weekly": "0.5",
            "proposed_at": AT,
            "proposed_by": self.actor("bell"),
            "proposed_as": self.member,
            "proposal_reason": "low",
            "expires_at": AT + timedelta(days=28),
        }

    @property
    def request(self):
        return {
            "patient": self.adam,
            "state": "requested",
            "words": "Less, please.",
            "requested_at": AT,
            "requested_by": self.actor("adam"),
            "expires_at": AT + timedelta(days=28),
        }

    @property
    def decision(self):
        return {"decided_at": AT, "decided_by": self.actor("bell"), "decided_as": self.member, "decision_reason": "low"}

    @property
    def confirmation(self):
        seen = {"evaluation": self.evaluation, "evaluation_seen": self.evaluation, "regimen_after": self.after}
        return self.decision | seen | {"state": "confirmed", "effective_on": date(2026, 11, 2), "typed_weekly": "0.5"}

    def proposed(self, **changed):
        with self.by("bell"):
            return Proposal.objects.create(**(self.proposal | changed))

    def asked(self, **changed):
        with self.by("adam"):
            return Proposal.objects.create(**(self.request | changed))


@pytest.fixture
def world(db):
    return World()


def moved(world, row, by="bell", **changed):
    with world.by(by):
        for name, value in changed.items():
            setattr(row, name, value)
        row.save()


def refused(call, match):
    with pytest.raises(Error, match=match), transaction.atomic():
        call()


def test_a_whole_confirmation_is_accepted(world):
    row = world.proposed()
    moved(world, row, **world.confirmation)
    with acting_as(SYSTEM):
        row.refresh_from_db()
        assert (row.state, row.revision) == ("confirmed", Patient.objects.get(pk=world.adam.pk).revision)


def test_the_steps_of_the_database_are_those_of_the_domain():
    for before in State:
        for after in State:
            listed = any(
                f"OLD.state = '{before}' AND NEW.state IN (" in line and f"'{after}'" in line.partition("NEW.state IN (")[2]
                for line in LEGAL_STEP.splitlines()
            )
            assert listed == (after in NEXT[before]), (before, after)
    assert f"'[\"{SCOPE}\"]'" in LEGAL_STEP


@pytest.mark.parametrize("state", ["confirmed", "declined", "withdrawn", "expired"])
def test_nothing_begins_decided(world, state):
    stated = world.proposal | world.confirmation | {"state": state}
    with world.by("bell"):
        refused(lambda: Proposal.objects.create(**stated), "begins as requested or proposed")


@pytest.mark.parametrize("state", State)
def test_a_decision_is_final(world, state):
    row = world.proposed()
    moved(world, row, **world.decision, state="declined")
    refused(lambda: moved(world, row, state=state), "does not go from declined")


def test_a_request_is_not_confirmed_as_it_stands(world):
    row = world.asked()
    refused(lambda: moved(world, row, **world.confirmation), "does not go from requested to confirmed")


@pytest.mark.parametrize(
    "changed",
    [
        {"plan": {"dose_mg": "2.5"}},
        {"drug": "letrozole"},
        {"from_date": date(2026, 12, 1)},
        {"proposal_reason": "another"},
        {"proposed_at": AT + timedelta(days=1)},
        {"expires_at": AT + timedelta(days=400)},
        {"after_text": "2.5 mg"},
        {"words": "He asked for it.", "requested_at": AT, "requested_by": "user:1"},
        {"client_id": "another"},
    ],
)
def test_what_was_proposed_is_not_changed_by_its_confirmation(world, changed):
    row = world.proposed()
    refused(lambda: moved(world, row, **(world.confirmation | changed)), "is not changed by a decision")


def test_what_the_man_wrote_stays_as_he_wrote_it(world):
    row = world.asked()
    stated = {name: value for name, value in world.proposal.items() if name != "patient"}
    refused(lambda: moved(world, row, **stated, words="More, please."), "is not changed by a decision")
    moved(world, row, **stated, words="Less, please.")


@pytest.mark.parametrize(
    ("missing", "match"),
    [
        ({"evaluation": None}, "rests on the evaluation|proposal_confirmed_on_an_evaluation"),
        ({"evaluation_seen": None}, "rests on the evaluation|proposal_confirmed_on_an_evaluation"),
        ({"effective_on": None}, "proposal_confirmed_on_an_evaluation"),
        ({"regimen_after": None}, "proposal_confirmed_with_its_regimen"),
        ({"decision_reason": ""}, "proposal_decided_by_a_prescriber_in_time"),
        ({"decided_at": None}, "proposal_decided"),
        ({"decided_as": None}, "only a prescriber"),
        ({"decided_by": ""}, "only a prescriber"),
        ({"typed_weekly": ""}, "proposal_confirmed_with_its_weekly_typed"),
        ({"raised_while": "low"}, "proposal_raised_while_low_with_a_reason"),
        ({"decided_at": AT + timedelta(days=28)}, "proposal_decided_by_a_prescriber_in_time"),
    ],
)
def test_a_confirmation_lacks_nothing(world, missing, match):
    row = world.proposed()
    refused(lambda: moved(world, row, **(world.confirmation | missing)), match)


@pytest.mark.parametrize("name", ["evaluation", "evaluation_seen", "regimen_after"])
def test_it_rests_on_the_evaluation_and_the_regimen_of_the_man_himself(world, name):
    row = world.proposed()
    with acting_as(SYSTEM):
        carls = world._regimen(world.carl, "0.25", date(2026, 11, 2), None) if name == "regimen_after" else world.carls
    refused(lambda: moved(world, row, **(world.confirmation | {name: carls})), "of the man himself")


def test_nobody_decides_but_a_prescriber_of_a_clinic_that_he_lets_in(world):
    row = world.proposed()
    as_ = {
        "bell": [{"decided_as": world.stranger}, {"decided_by": world.actor("else")}],
        "adam": [{"decided_as": world.own, "decided_by": world.actor("adam")}, {}],
    }
    for name, changes in as_.items():
        for changed in changes:
            for state in ("confirmed", "declined"):
                whole = world.confirmation if state == "confirmed" else world.decision | {"state": state}

                def decide(name=name, whole=whole | changed):
                    with acting_as(SYSTEM):
                        fresh = Proposal.objects.get(pk=row.pk)
                    moved(world, fresh, by=name, **whole)

                refused(decide, "only a prescriber of a clinic")


@pytest.mark.parametrize(
    "closed",
    [{"revoked_at": AT, "revoked_by": "user:1"}, {"scope": ["labs"]}],
    ids=["the consent ended", "the consent does not cover doses"],
)
def test_the_consent_that_stands_at_that_moment_decides(world, closed):
    row = world.proposed()
    with acting_as(SYSTEM):
        CareRelationship.objects.update(**closed)
    # Out of sight, the row cannot be updated; and what is inserted instead begins as nothing decided.
    refused(lambda: moved(world, row, **world.confirmation), "only a prescriber of a clinic|begins as requested or proposed")
    with acting_as(SYSTEM):
        assert Proposal.objects.get().state == "proposed"


def test_a_membership_that_ended_confirms_nothing(world):
    row = world.proposed()
    world.member.is_active = False
    world.member.save()
    refused(lambda: moved(world, row, **world.confirmation), "only a prescriber of a clinic|begins as requested or proposed")


def test_only_the_man_asks_in_his_own_words(world):
    for name in ("bell", "adam"):
        with world.by(name):
            stated = world.request | {"requested_by": world.actor(name)}
            if name == "adam":
                Proposal.objects.create(**stated)
            else:
                refused(lambda stated=stated: Proposal.objects.create(**stated), "only the man himself")


def test_time_alone_expires_it_and_not_before(world):
    row = world.proposed()
    ended = {"state": "expired", "decided_at": row.expires_at, "decided_by": "system:time-passes"}
    refused(lambda: moved(world, row, **(ended | {"decided_at": row.expires_at - timedelta(seconds=1)})), "expired_by_time")
    refused(lambda: moved(world, row, **(ended | {"decided_by": world.actor("bell")})), "expired_by_time")
    moved(world, row, **ended)


def test_one_open_proposal_for_a_drug_and_one_open_request(world):
    world.proposed()
    refused(world.proposed, "proposal_one_open_per_drug")
    world.asked()
    refused(world.asked, "proposal_one_open_request")
    refused(lambda: world.asked(client_id=Proposal(patient=world.adam).client_id), "proposal_one_open_request")


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"kind": ""}, "proposal_asks_or_proposes|proposal_proposed_whole"),
        ({"kind": "double"}, "proposal_"),
        ({"drug": ""}, "proposal_proposed_whole"),
        ({"proposal_reason": ""}, "proposal_proposed_whole"),
        ({"from_date": None}, "proposal_proposed_whole"),
        ({"plan": None}, "proposal_plan_fits_its_kind"),
        ({"kind": "stop"}, "proposal_plan_fits_its_kind"),
        ({"kind": "start"}, "proposal_plan_fits_its_kind"),
        ({"regimen_before": None}, "proposal_plan_fits_its_kind"),
        ({"words": "x"}, "proposal_requested_whole"),
        ({"client_id": "a b"}, "proposal_client_id_form"),
        ({"decided_at": AT, "decided_by": "user:1"}, "proposal_decided_whole"),
        ({"state": "new"}, "proposal_state_known|begins as"),
    ],
)
def test_a_proposal_is_whole(world, changed, match):
    refused(lambda: world.proposed(**changed), match)


def test_a_stranger_sees_and_writes_nothing_of_it(world):
    row = world.proposed()
    with acting_as(SYSTEM):
        ProposalEvent.objects.create(patient=world.adam, proposal=row, what="proposed", at=AT, by="user:1")
    history = Proposal.pgh_event_models["insert"]
    for name in ("carl", "else"):
        with world.by(name):
            assert [model.objects.count() for model in (Proposal, ProposalEvent, history)] == [0, 0, 0]
        stated = world.proposal | {"proposed_by": world.actor(name), "drug": "letrozole"}
        with pytest.raises(Error), world.by(name):
            Proposal.objects.create(**stated)
    for name in ("adam", "bell"):
        with world.by(name):
            assert [model.objects.count() for model in (Proposal, ProposalEvent, history)] == [1, 1, 1]


def test_an_event_is_never_changed_nor_is_a_line_deleted(world):
    row = world.proposed()
    with acting_as(SYSTEM):
        event = ProposalEvent.objects.create(patient=world.adam, proposal=row, what="proposed", at=AT, by="user:1")
        refused(lambda: ProposalEvent.objects.filter(pk=event.pk).update(why="x"), "Cannot update|permission denied")
        refused(lambda: Proposal.objects.filter(pk=row.pk)._raw_delete("default"), "permission denied")
        refused(
            lambda: ProposalEvent.objects.create(patient=world.adam, proposal=row, what="proposed", at=AT, by="user:1"),
            "proposalevent_once_per_state",
        )
        refused(
            lambda: ProposalEvent.objects.create(patient=world.adam, proposal=row, what="seen", at=AT, by="user:1"),
            "proposalevent_what_and_who",
        )


def test_every_version_of_a_line_is_kept_with_who_wrote_it(world):
    row = world.proposed()
    moved(world, row, **world.confirmation)
    with acting_as(SYSTEM):
        kept = list(Proposal.pgh_event_models["update"].objects.order_by("pgh_id").values_list("state", "pgh_context__actor"))
    assert kept == [("proposed", world.actor("bell")), ("confirmed", world.actor("bell"))]
