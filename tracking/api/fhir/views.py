"""FHIR R4 over one man's record: metadata, read, search, ``$everything``, and a transaction in.

No PUT, no PATCH, no DELETE: a correction is a statement of its own and made where it is asked who makes it. No SMART launch
(docs/adr/0072).
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.http import QueryDict
from rest_framework import exceptions
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from tracking.api.base import ApiView, RecordView
from tracking.api.fhir.capability import capability
from tracking.api.fhir.dates import read_date
from tracking.api.fhir.kinds import KINDS, Kind, Reader, Source, patient
from tracking.api.fhir.search import Search, page, read_search
from tracking.api.fhir.wire import MEDIA_TYPE, FhirParser, FhirRenderer, Gone, Negotiation, outcome, outcomes, refusals
from tracking.api.third_party import token_of
from tracking.domain.categories import SHAREABLE
from tracking.domain.problems import problem
from tracking.evidence import load_rulebook
from tracking.models.imports import RowState
from tracking.services import transactions
from tracking.services.access import not_found

__all__ = ["Everything", "Metadata", "OnePatient", "Read", "SearchType", "System", "Unknown"]


class FhirView(ApiView):
    """What every address here has in common."""

    renderer_classes = [FhirRenderer]
    parser_classes = [FhirParser, FormParser]
    content_negotiation_class = Negotiation
    schema = None  # type: ignore[assignment]  # /metadata describes it, not the OpenAPI document
    http_method_names = ["get", "post", "head", "options"]

    def get_exception_handler(self) -> Any:
        return refusals(super().get_exception_handler())

    def read_query(self, request: Request) -> None:
        """A search reads its own; anything else takes ``_format`` alone."""
        self.query = {}
        self.refuse_query(request)

    def refuse_query(self, request: Request, *accepted: str) -> None:
        for name in request.query_params:
            if name not in ("_format", *accepted):
                text = "There is no such parameter. Accepted: {accepted}."
                raise problem(f"?{name[:60]}", "parameter-unknown", text, accepted=", ".join(("_format", *accepted)))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """As everywhere, with the media type of FHIR, and 304 where the reader has this version already."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if final.status_code == 200 and request.method in ("GET", "HEAD"):  # noqa: PLR2004  OK
            final.headers["ETag"] = tag = _tag(final)
            known = [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]
            if "*" in known or tag.removeprefix("W/") in [one.removeprefix("W/") for one in known]:
                final.status_code, final.data = 304, None
        # The type is that of FHIR also where a client asks for plain JSON; a body of 304 has none.
        final.content_type = MEDIA_TYPE
        return final


class Metadata(FhirView):
    """What this server can do; it holds nothing of any man, so anybody may read it."""

    permission_classes = [AllowAny]

    def get_authenticators(self) -> list[Any]:
        return []

    def get(self, request: Request, **_: Any) -> Response:
        return Response(capability(_base(request)))


class FhirRecordView(FhirView, RecordView):
    """A look into the record of whoever's authority it is."""

    what = "fhir"
    # A key is let in, and sees at each address what it names; the database holds it to that, and to reading.
    permission_classes = [IsAuthenticated]
    # A transaction is stored once anyway: what it holds is known by its content.
    keeps_answers = False

    def read_body(self, request: Request) -> None:
        """What a body may be is said where it is read."""

    def reader(self) -> Reader:
        return Reader(self.patient(), load_rulebook(), self.now)

    @property
    def carried(self) -> frozenset[str] | None:
        """Which categories a key names; None: all, to the man himself."""
        key = token_of(self.request)
        return None if key is None else frozenset(key.scope or SHAREABLE)

    def open(self, kind: Kind) -> tuple[Source, ...]:
        """The sources of a kind that the authority carries. Raises PermissionDenied where that is none."""
        found = tuple(source for source in kind.sources if self.carried is None or source.shares in self.carried)
        if not found:
            named = ", ".join(sorted({source.shares for source in kind.sources}))
            raise exceptions.PermissionDenied(f"This access does not extend to {named}. Ask the man to share it.")
        return found

    def kind(self) -> Kind:
        """The kind that the address names; else there is nothing here."""
        found = KINDS.get(self.kwargs["kind"])
        if found is None:
            text = "'{received}' is not kept here. Accepted: Patient, {accepted}."
            named = ", ".join(KINDS)
            raise problem("", "type-unknown", text, kind="not-found", received=self.kwargs["kind"][:40], accepted=named)
        return found

    def bundle(
        self, request: Request, sent: QueryDict, search: Search, reader: Reader, first: list[dict[str, Any]]
    ) -> Response:
        """One page as a Bundle. ``first``: what stands before the rows of the first page."""
        found, following, total = page(search, reader)
        base = _base(request)
        shown = first if search.after is None else []
        resources = [*shown, *(source.render(row, reader) for source, row in found)]
        # A search that was posted goes on by an address, which holds no more than this one would.
        address = request.build_absolute_uri(request.path.removesuffix("/_search"))
        links = [{"relation": "self", "url": _with(address, sent)}]
        if following is not None:
            links.append({"relation": "next", "url": replace_query_param(_with(address, sent), "_cursor", following)})
        entries = [
            {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
            for one in resources
        ]
        made: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": total + len(first), "link": links}
        return Response(made | ({"entry": entries} if entries else {}))


class Read(FhirRecordView):
    """One resource by its id."""

    def get(self, _request: Request, **_: Any) -> Response:
        kind = self.kind()
        sources = self.open(kind)
        reader = self.reader()
        for source in sources:
            uid = _uid(self.kwargs["id"].removesuffix(source.suffix))
            if uid is None or f"{uid}{source.suffix}" != self.kwargs["id"]:
                continue
            row = source.rows(reader.man).filter(uid=uid).first()
            if row is not None:
                return Response(source.render(row, reader))
            if source.all_rows is not None and source.all_rows(reader.man).filter(uid=uid).exists():
                raise Gone
        raise not_found()


class SearchType(FhirRecordView):
    """Resources of one kind: by GET, or by POST of a form to ``_search``, which keeps what was asked for out of addresses."""

    def read_query(self, request: Request) -> None:
        self.query = {}
        if request.method == "POST":
            self.refuse_query(request)

    def get(self, request: Request, **_: Any) -> Response:
        return self.found(request, request.query_params)

    def post(self, request: Request, **_: Any) -> Response:
        if not request.path.endswith("/_search"):
            raise exceptions.MethodNotAllowed("POST")
        sent = request.data
        if not isinstance(sent, QueryDict):
            raise exceptions.UnsupportedMediaType(request.content_type or "")
        return self.found(request, sent)

    def found(self, request: Request, sent: QueryDict) -> Response:
        kind = self.kind()
        sources = self.open(kind)
        reader = self.reader()
        search = read_search(sent, reader, dated_by=kind.dated_by, also=kind.searched, sources=sources)
        return self.bundle(request, sent, search, reader, [])


class OnePatient(FhirRecordView):
    """The man himself."""

    def get(self, _request: Request, **_: Any) -> Response:
        reader = self.reader()
        if self.kwargs["id"] != str(reader.man.uid):
            raise not_found()
        return Response(patient(reader))


class Everything(FhirRecordView):
    """All of one man's record that the authority carries, page by page."""

    _PARAMETERS = ("_since", "_type", "_count", "_cursor", "start", "end")

    def read_query(self, request: Request) -> None:
        self.query = {}
        self.refuse_query(request, *self._PARAMETERS)

    def get(self, request: Request, **_: Any) -> Response:
        reader = self.reader()
        if self.kwargs["id"] != str(reader.man.uid):
            raise not_found()
        sent = request.query_params
        for name in sent:
            if len(sent.getlist(name)) > 1:
                raise problem(f"?{name}", "parameter-doubled", "Send it once.")
        for name, prefix, _searched in _SPANS:
            if name in sent:
                read_date(f"{prefix}{sent.get(name)}", reader.man.zone, name=name)
        wanted = [name.strip() for name in sent.get("_type", "").split(",") if name.strip()] or ["Patient", *KINDS]
        unknown = [name for name in wanted if name not in ("Patient", *KINDS)]
        if unknown:
            text = "'{received}' is not kept here. Accepted: Patient, {accepted}."
            raise problem("?_type", "type-unknown", text, received=unknown[0][:40], accepted=", ".join(KINDS))
        sources = tuple(
            source
            for name, kind in KINDS.items()
            if name in wanted
            for source in kind.sources
            if self.carried is None or source.shares in self.carried
        )
        search = read_search(_as_search(sent), reader, dated_by="date", also=(), sources=sources)
        first = [patient(reader)] if "Patient" in wanted else []
        return self.bundle(request, sent, search, reader, first)


class System(FhirRecordView):
    """A transaction Bundle in, through the one pipeline of imports."""

    def post(self, request: Request, **_: Any) -> Response:
        if token_of(self.request) is not None:
            raise exceptions.PermissionDenied("This access is for reading only.")
        content: Any = request.data
        if not content:
            raise exceptions.ParseError("The body is empty. Send a Bundle of the type transaction.")
        if not isinstance(content, bytes):
            raise exceptions.UnsupportedMediaType(request.content_type or "")
        man = self.patient()
        became = transactions.take_in(patient=man, by=self.actor, now=self.now, content=content)
        entries = [{"response": _response(one)} for one in became]
        return Response({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})


class Unknown(FhirView):
    """Any other address below: what is not there is said in the words of FHIR too."""

    def handle(self, _request: Request, **_: Any) -> Response:
        raise not_found()

    get = post = head = handle


def _response(one: transactions.Became) -> dict[str, Any]:
    """What became of one entry. What is in the record has an address; of all else the outcome says why there is none."""
    stored = next((row for row in one.rows if row.stored_uid is not None), None)
    made: dict[str, Any] = {"status": "201 Created" if one.is_new else "200 OK"}
    if stored is not None and (kind := _KIND_OF.get(stored.stored_table)):
        made["location"] = f"{kind}/{stored.stored_uid}"
    said = [
        outcome("informational", why["text"].format(**why["params"]), severity="information", code=why["code"])
        for row in one.rows
        if row.state in (RowState.EMPTY, RowState.DUPLICATE, RowState.SKIPPED)
        for why in row.why
    ]
    if not one.rows:
        said = [outcome("informational", "It was taken in with the scan that it is part of.", severity="information")]
    return made | ({"outcome": outcomes(said)} if said else {})


# Of ``$everything``: the parameter, and the search that it stands for.
_SPANS = (("_since", "ge", "_lastUpdated"), ("start", "ge", "date"), ("end", "le", "date"))
_KIND_OF = {
    "LabResult": "Observation",
    "DexaScan": "DiagnosticReport",
    "DoseEvent": "MedicationAdministration",
    "Regimen": "MedicationStatement",
}


def _as_search(sent: QueryDict) -> QueryDict:
    """The parameters of ``$everything`` as those of a search."""
    made = QueryDict(mutable=True)
    for name in ("_count", "_cursor", "_format"):
        if name in sent:
            made[name] = sent.get(name, "")
    for name, prefix, of in _SPANS:
        if name in sent:
            made.appendlist(of, f"{prefix}{sent.get(name)}")
    return made


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _base(request: Request) -> str:
    """The address of the server as FHIR means it, without a slash at its end."""
    return request.build_absolute_uri("/fhir/r4")


def _with(address: str, sent: QueryDict) -> str:
    return f"{address}?{sent.urlencode()}" if sent else address


def _tag(answer: Response) -> str:
    """A weak tag: the version of a resource, and of a page what it holds."""
    version = answer.data.get("meta", {}).get("versionId") if isinstance(answer.data, dict) else None
    if version is None:
        version = hashlib.sha256(FhirRenderer().render(answer.data)).hexdigest()[:32]
    return f'W/"{version}"'
