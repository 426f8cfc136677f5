"""What he asked his clinic, and what was decided."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from tracking.domain.problems import problem
from tracking.domain.titration.states import State
from tracking.models import Patient, Proposal
from tracking.models.titration import MOST_WORDS
from tracking.services import shown, titration
from tracking.services.lived import local_today
from tracking.sync.columns import Day, Instant, Json, Text
from tracking.sync.table import Act, Table, day, instant

__all__ = ["Proposals"]


class Proposals(Table):
    """His requests, in his own words, and what was decided on his plan. No column names a dose: that stands in `regimens`."""

    model = Proposal
    watched = (Patient,)
    columns = (Text("words", "what he asks his clinic; no number in it is read", most=MOST_WORDS, when_missing=""),)
    shown = (
        *Table.shown,
        Text("state", ", ".join(State)),
        Instant("requested_at", "null: a prescriber proposed it by himself"),
        Instant("expires_at", "from then on nobody can decide on it"),
        Instant("decided_at"),
        Text("clinic", "whose prescriber proposed or decided it"),
        Day("effective_on"),
        Text("regimen_id", "the version that a confirmed change began"),
        Json("sentences", "a list of sentences to show him"),
    )

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        """Those touched, and all where he changed his zone, in which the days of his sentences are."""
        rows = Proposal.objects.told().filter(patient=man)
        return rows if since < man.profile_revision else rows.filter(revision__gt=since)

    def standing(self, man: Patient, ids: Collection[str]) -> dict[str, Any]:
        return {row.client_id: row for row in Proposal.objects.told().filter(patient=man, client_id__in=ids)}

    def render(self, row: Proposal, man: Patient) -> dict[str, Any]:
        clinic = shown.clinic_of_proposal(row)
        last_step = row.decided_at or row.proposed_at or row.requested_at
        assert last_step is not None  # the database refuses one that nobody asked for or proposed
        # Said as of its last step, so that it reads the same on every phone.
        sentences = shown.words_of_proposal(row, man=man, state=row.state, today=local_today(man, last_step))
        regimen = row.regimen_after
        return {
            "id": row.client_id,
            "revision": row.revision,
            "words": row.words,
            "state": row.state,
            "requested_at": instant(row.requested_at),
            "expires_at": instant(row.expires_at),
            "decided_at": instant(row.decided_at),
            "clinic": clinic,
            "effective_on": day(row.effective_on),
            "regimen_id": None if regimen is None else regimen.client_id,
            "sentences": json.dumps(list(sentences)),
        }

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        titration.request(patient=act.man, by=act.by, now=act.now, client_id=key, **stated)

    def edit(self, act: Act, row: Proposal, stated: dict[str, Any], differing: Collection[str]) -> bool:
        text = "What was asked is kept as it was said. Take it back, and ask anew."
        raise problem("", "kept-as-said", text, kind="conflict")

    def remove(self, act: Act, row: Proposal) -> bool:
        """Take his request back. It stays on the ledger and comes back as withdrawn."""
        if row.state == State.WITHDRAWN and row.decided_by == str(act.by):
            if row.revision > act.cursor:
                return False  # a repeat: it comes back with the next pull as it is
            text = "This was taken back already, and stays on the ledger."
            raise problem("", "kept-as-said", text, kind="conflict")
        titration.withdraw(patient=act.man, uid=row.uid, by=act.by, now=act.now)
        return True
