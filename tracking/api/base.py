"""The one way into a record through the API: sign in, begin as that actor, and only then look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tracking import clock
from tracking.api.fields import ClientId, Clock, Flag, Input, Instant, Output, Text, Whole
from tracking.api.paging import PAGE, given, page
from tracking.api.parsing import StrictJSONParser
from tracking.api.schema import Operation, RecordSchema, page_of
from tracking.api.third_party import token_of
from tracking.domain.actor import Actor
from tracking.domain.categories import Category
from tracking.models import Patient, User
from tracking.services import audit, read_tokens
from tracking.services.access import Isolation, acting_as, not_found, own_patient, visible_patient

# What the API of notifications is built from too.
__all__ = [
    "PAGE", "ApiView", "Category", "ClientId", "Clock", "Flag", "Input", "Instant", "Operation", "Output", "RecordView", "Text",
    "Whole", "page", "page_of",
]  # fmt: skip


class ApiView(APIView):
    """What every view has: strict JSON in, a word for each method in the document, and nothing kept by caches on the way.

    ``operations`` describes each method to the OpenAPI document; a query parameter that it does not list is refused.
    """

    parser_classes = [StrictJSONParser]
    metadata_class = None  # OPTIONS tells nothing: the document does
    schema = RecordSchema()
    operations: ClassVar[Mapping[str, Operation]] = {}

    now: datetime
    query: dict[str, str]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As DRF's own; then read the clock, and refuse a query parameter that means nothing here."""
        super().initial(request, *args, **kwargs)
        self.now = clock.now()
        operation = self.operations.get("GET" if request.method == "HEAD" else str(request.method))
        self.query = given(request, operation.query if operation else ())

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """As DRF's own, and keep the answer out of caches."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "no-store")
        return final

    def sent(self, takes: type[Input], **options: Any) -> Any:
        """The body, read by ``takes``. Raises where a field is wrong, missing or not known."""
        body = takes(data=self.request.data, **options)
        body.is_valid(raise_exception=True)
        return body.validated_data

    def page(self, rows: QuerySet[Any], render: Callable[[Any], dict[str, Any]], *, by: str | None) -> Response:
        """One page of a list; ``by`` names the column that orders it."""
        found, following = page(rows, self.request, self.query, by=by)
        return Response({"next": following, "results": [render(row) for row in found]})


class RecordView(ApiView):
    """A view whose handler runs in one transaction of the signed-in account.

    The same view serves a man on his own record (``/labs``) and staff on a man's (``/patients/{patient_uid}/labs``): there the
    visit is noted, and what is not open to them is not found. ``category``: what of a record it shows; without it, what is
    concluded from all of it. Who comes with a key reads as that key, and the database refuses it every write.
    """

    category: ClassVar[Category] = Category.CONCLUSIONS
    isolation: Isolation | None = None
    what = "record"

    request: Request

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """As DRF's own, with the handler inside ``acting_as``: a refusal rolls everything back before it is rendered."""
        self.args, self.kwargs = args, kwargs
        self.request = request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(request, *args, **kwargs)
            method = str(request.method).lower()
            known = method in self.http_method_names
            handler = getattr(self, method, self.http_method_not_allowed) if known else self.http_method_not_allowed
            token = token_of(request)
            if token is not None:
                read_tokens.note_reading(token, what=self.what, now=self.now)
            with acting_as(self.actor, isolation=self.isolation):
                response = handler(request, *args, **kwargs)
        except Exception as exc:  # noqa: BLE001  DRF turns each into an answer or raises it again
            response = self.handle_exception(exc)
        self.response = self.finalize_response(request, response, *args, **kwargs)
        return self.response

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    @property
    def actor(self) -> Actor:
        token = token_of(self.request)
        if token is not None:
            return Actor.token(token.pk)
        return Actor.user(self.user.pk)

    @property
    def is_staff_route(self) -> bool:
        """Whether somebody looks at another's record."""
        return "patient_uid" in self.kwargs

    def patient(self) -> Patient:
        """The man whose record this request is about, visible to this account or key; else 404."""
        token = token_of(self.request)
        if token is not None:
            return Patient.objects.get(pk=token.patient_id)  # as the key, at the revision that its reading made
        return self.patient_of_another(self.kwargs["patient_uid"]) if self.is_staff_route else own_patient(self.user)

    def patient_of_another(self, uid: UUID) -> Patient:
        """A man in this account's care. Never himself: what a prescriber may write, no man writes into his own record."""
        man = visible_patient(self.user, uid, self.category)
        if man.user_id == self.user.pk:
            raise not_found()
        audit.note_visit(patient=man, user=self.user, through="api", what=self.what, now=self.now)
        return man

    def row(self, shown: dict[str, Any], *, status: int = 200) -> Response:
        """One row, with its revision as the ETag."""
        return Response(shown, status=status, headers={"ETag": f'"{shown["revision"]}"'})
