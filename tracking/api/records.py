"""The common shape of what is stated about a man: listed, added, read, corrected, withdrawn. The nouns say the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import ClientId, Input, Output, Text
from tracking.api.paging import CHANGED_PAGE, PERIOD, chosen, cut, in_period, reach
from tracking.api.schema import FIELDS, Operation, Query, one_of, page_of
from tracking.domain.actor import Actor
from tracking.models import Evaluation, Patient, User
from tracking.models.base import Record
from tracking.services.access import not_found
from tracking.services.kept import Kept
from tracking.services.lived import local_today

__all__ = [
    "ON_ADD", "ON_CORRECT", "Correction", "Framed", "Reader", "RecordInput", "RowView", "RowsView", "Stored", "correcting",
    "day", "instant", "listing", "names_of", "reading",
]  # fmt: skip


class Status(StrEnum):
    """How a record stands."""

    STANDING = "standing"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


STATUSES = [status.value for status in Status]
_ALL = "all"
_STANDS: dict[str, Any] = {"superseded_at": None, "withdrawn_at": None}
_FILTERS: Mapping[str, dict[str, Any]] = {
    Status.STANDING: _STANDS,
    Status.SUPERSEDED: {"superseded_at__isnull": False},
    Status.WITHDRAWN: {"superseded_at": None, "withdrawn_at__isnull": False},
    _ALL: {},
}
# What is sent under these names is hardly ever sent twice.
_FREE = frozenset({"cursor", "since", "from", "to", "on"})
STATUS = Query("status", f"{Status.STANDING} where it is not sent", one_of(_FILTERS))


def with_status(rows: QuerySet[Any], query: dict[str, str]) -> QuerySet[Any]:
    """The rows that stand as asked for."""
    return rows.filter(**_FILTERS[chosen(query, "status", _FILTERS) or Status.STANDING])


def status_of(row: Record) -> Status:
    if row.superseded_at is not None:
        return Status.SUPERSEDED
    return Status.STANDING if row.withdrawn_at is None else Status.WITHDRAWN


class RecordInput(Input):
    """What every new record may carry."""

    client_id = ClientId()


class Reason(Input):
    reason = Text(max_length=200, required=False, help_text="why it is taken back; kept with the row")


class Source(Output):
    system = serializers.CharField(help_text="empty: typed here")
    id = serializers.CharField()


class Framed(Output):
    """What every record says about itself."""

    id = serializers.CharField(help_text="addresses the row: the phone's id in a man's own API, the uid for staff")
    uid = serializers.UUIDField(help_text="names this version for good")
    revision = serializers.IntegerField()
    status = serializers.ChoiceField(STATUSES, help_text="whether it stands, was put right by a later version, or taken back")
    recorded_at = serializers.DateTimeField()
    own_entry = serializers.BooleanField(help_text="entered by the man himself")
    source = Source()  # type: ignore[assignment]  # DRF takes declared fields off the class


@dataclass(frozen=True)
class Reader:
    """Who reads. It decides which id names a row, and whose words are used."""

    is_staff: bool
    man: Patient

    def id_of(self, row: Record) -> str:
        return str(row.uid) if self.is_staff else row.client_id

    @cached_property
    def _himself(self) -> str | None:
        """The man as an actor; None for one without an account."""
        return str(Actor.user(self.man.user_id)) if self.man.user_id else None

    def frame(self, row: Record) -> dict[str, Any]:
        """What :class:`Framed` promises."""
        return {
            "id": self.id_of(row),
            "uid": str(row.uid),
            "revision": row.revision,
            "status": status_of(row),
            "recorded_at": instant(row.recorded_at),
            "own_entry": row.recorded_by == self._himself,
            "source": {"system": row.source_system, "id": row.source_id},
        }


def instant(at: datetime | None) -> str | None:
    """RFC 3339, in the offset that it carries."""
    return None if at is None else at.isoformat()


def day(on: Any) -> str | None:
    return None if on is None else on.isoformat()


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """The names of the accounts behind these actors, with one query: the number of an account is never shown."""
    ids = {int(actor.removeprefix("user:")) for actor in actors if actor.startswith("user:")}
    return {str(Actor.user(user.pk)): str(user) for user in User.objects.filter(pk__in=ids)}


@dataclass(frozen=True, slots=True)
class Stored:
    """What a service answered: the row, whether it is new, and the man's evaluation where it says so."""

    row: Any
    is_new: bool = False
    evaluation: Evaluation | None = None


class NounView(RecordView):
    """One noun. ``model``: its table; ``newest_by``: the column that orders its lists; ``dated_by``: the one that ``from`` and
    ``to`` ask about, where that is another.
    """

    model: ClassVar[type[Record]]
    newest_by: ClassVar[str]
    dated_by: ClassVar[str] = ""

    def reader(self, man: Patient) -> Reader:
        return Reader(self.is_staff_route, man)

    def every(self, man: Patient) -> QuerySet[Any]:
        """What was ever stated about him, with what an answer shows beside it."""
        return self.model.objects.filter(patient=man)

    @cached_property
    def _standing(self) -> dict[type[Record], dict[str, Record]]:
        """What stands of a noun by phone id, read once for a request that needs it."""
        return {}

    def id_of_standing(self, row: Record, reader: Reader) -> str:
        """The id of a row that another one names, as it is found now: a correction gives it another uid."""
        if not reader.is_staff or row.superseded_at is None:
            return reader.id_of(row)
        model = type(row)
        if model not in self._standing:
            found = model.objects.live().filter(patient=reader.man)
            self._standing[model] = {one.client_id: one for one in found}
        return reader.id_of(self._standing[model].get(row.client_id, row))

    def rows(self, man: Patient) -> QuerySet[Any]:
        """What stands about him."""
        return self.every(man).filter(**_STANDS)

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        raise NotImplementedError

    def written(self, stored: Stored, reader: Reader) -> dict[str, Any]:
        """What a write answers with: the row, unless the noun has more to say."""
        return self.render(stored.row, reader)

    def answer(self, stored: Stored, man: Patient, *, status: int) -> Response:
        """The stored row as the database completed it: the revision is its doing."""
        stored.row.refresh_from_db(fields=["revision"])
        shown = self.written(stored, self.reader(man))
        return Response(shown, status=status, headers={"ETag": f'"{stored.row.revision}"'})


class RowsView(NounView):
    """The list of a noun, and a new one."""

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        reader = self.reader(man)
        found, following = cut(self.reached(man), self.request, self.query, by=self.newest_by)
        # The day belongs to it: whether a regimen is in force changes with it, and without a write.
        etag = f'"{man.revision}.{local_today(man, self.now)}"'
        return Response({"next": following, "results": [self.render(row, reader) for row in found]}, headers={"ETag": etag})

    def reached(self, man: Patient) -> list[Any]:
        """The rows of the page that is asked for, and one more."""
        chosen_here = self.query.keys() - {FIELDS.name}
        if chosen_here & _FREE:
            return list(self.asked(man, self.query))
        choices = frozenset((name, self.query[name]) for name in chosen_here)
        return _first_page(type(self), choices).of(man.pk)  # type: ignore[arg-type]  # a class has a hash; mypy asks its objects

    def asked(self, man: Patient, query: dict[str, str]) -> QuerySet[Any]:
        """What ``query`` asks for. Without a period it depends on nothing of the man but his key."""
        rows = with_status(self.every(man), query)
        rows = self.narrowed(in_period(rows, query, self.dated_by or self.newest_by, man.zone), query)
        return reach(rows, query, by=self.newest_by)

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        stored = self.add(man, self.sent(self.operations["POST"].takes))
        return self.answer(stored, man, status=201 if stored.is_new else 200)

    def narrowed(self, rows: QuerySet[Any], query: dict[str, str]) -> QuerySet[Any]:
        """The rows that the filters leave."""
        return rows

    def add(self, man: Patient, sent: dict[str, Any]) -> Stored:
        raise NotImplementedError


@lru_cache(maxsize=256)
def _first_page(view: type[RowsView], choices: frozenset[tuple[str, str]]) -> Kept[Any]:
    """The first page of the list of a view, composed once for each of the choices that are asked for most."""
    return Kept(lambda patient_id: view().asked(Patient(pk=patient_id), dict(choices)))


class RowView(NounView):
    """One row: read, and taken back."""

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        return self.row(self.render(self.standing(man), self.reader(man)))

    def delete(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        row = self.standing(man)
        sent = self.sent(Reason)
        self.withdraw(man, row.client_id, sent.get("reason", ""))
        return Response(status=204)

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        raise NotImplementedError

    def standing(self, man: Patient) -> Any:
        """The row that the address names, else 404: staff name it by uid, the man by his phone's id, never the other way."""
        return self.named(self.rows(man))

    def named(self, rows: QuerySet[Any]) -> Any:
        """The row among ``rows`` that the address names, else 404."""
        key = self.kwargs["key"]
        if not self.is_staff_route:
            row = rows.filter(client_id=key).first()
        else:
            row = rows.filter(uid=key).first() if _is_uid(key) else None
        if row is None:
            raise not_found()
        return row


class Correction(RowView):
    """One row that can also be put right."""

    def put(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        row = self.standing(man)
        stored = self.correct(man, row.client_id, self.sent(self.operations["PUT"].takes))
        return self.answer(stored, man, status=200)

    def correct(self, man: Patient, key: str, sent: dict[str, Any]) -> Stored:
        raise NotImplementedError


def _is_uid(key: str) -> bool:
    try:
        return str(UUID(key)) == key
    except ValueError:
        return False


_ON_LIST = (
    "Go on at `next` until it is null. `since` gives only what a later revision touched; with `status=all` also what was "
    "put right or taken back. Send the `ETag` back as `If-None-Match`, and what has not changed costs a 304."
)
ON_ADD = (
    "The same content under the same `client_id` again is stored once, and other content under it is a 409. Without one the "
    "server mints it."
)
_ON_READ = (
    "`key` is the `id` that this API shows: the phone's own in a man's API, the `uid` for staff. The `ETag` is its revision."
)
_ON_WITHDRAW = "It counts no longer, and stays among the versions. `If-Match` takes the `ETag` of what was seen."
ON_CORRECT = (
    "Send the whole row. The version before is kept; the `id` stays and the `uid` is new. `If-Match` takes the `ETag` of what "
    "was seen."
)


def listing(
    noun: str, row: type[Output], takes: type[Input], *, written: Any = None, filters: tuple[Query, ...] = ()
) -> dict[str, Operation]:
    """The operations of a :class:`RowsView`."""
    return {
        "GET": Operation(
            f"List {noun}, newest first",
            page_of(row),
            query=(*filters, *PERIOD, STATUS, *CHANGED_PAGE),
            etag=True,
            conditional=True,
            description=_ON_LIST,
        ),
        "POST": Operation(
            f"Add to {noun}; 200 where it was there already",
            written or row,
            takes,
            status=(201, 200),
            etag=True,
            description=ON_ADD,
        ),
    }


def reading(noun: str, row: type[Output]) -> dict[str, Operation]:
    """The operations of a :class:`RowView`."""
    return {
        "GET": Operation(f"Read one of {noun}", row, etag=True, description=_ON_READ),
        "DELETE": Operation(
            f"Withdraw one of {noun}; it stays stored with the reason", takes=Reason, status=(204,), description=_ON_WITHDRAW
        ),
    }


def correcting(noun: str, row: type[Output], takes: type[Input], *, written: Any = None) -> dict[str, Operation]:
    """The operations of a :class:`Correction`."""
    put = Operation(
        f"Correct one of {noun}: all of it anew; what was wrong stays among the versions",
        written or row,
        takes,
        etag=True,
        description=ON_CORRECT,
    )
    return {**reading(noun, row), "PUT": put}
