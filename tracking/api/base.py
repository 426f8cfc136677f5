"""The one way into a record through the API: sign in, begin as that actor, and only then look."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tracking import clock
from tracking.domain.actor import Actor
from tracking.models import Patient, User
from tracking.services import audit
from tracking.services.access import Isolation, acting_as, own_patient, visible_patient


class RecordView(APIView):
    """A view whose handler runs in one transaction of the signed-in account.

    The same view serves a man on his own record (``/labs``) and staff on a man's (``/patients/{patient_uid}/labs``): there the
    visit is noted, and what is not open to them is not found.
    """

    isolation: Isolation | None = None
    what = "record"

    request: Request
    now: datetime

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]  # always DRF's response
        """As DRF's own, with the handler inside ``acting_as``: a refusal rolls everything back before it is rendered."""
        self.args, self.kwargs = args, kwargs
        self.request = request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        self.now = clock.now()
        try:
            self.initial(request, *args, **kwargs)
            handler = getattr(self, str(request.method).lower(), self.http_method_not_allowed)
            with acting_as(self.actor, isolation=self.isolation):
                response = handler(request, *args, **kwargs)
        except Exception as exc:  # noqa: BLE001  DRF turns each into an answer or raises it again
            response = self.handle_exception(exc)
        self.response = self.finalize_response(request, response, *args, **kwargs)
        self.response.headers.setdefault("Cache-Control", "no-store")
        return self.response

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    @property
    def actor(self) -> Actor:
        return Actor.user(self.user.pk)

    @property
    def is_staff_route(self) -> bool:
        """Whether somebody looks at another's record."""
        return "patient_uid" in self.kwargs

    def patient(self) -> Patient:
        """The man whose record this request is about, visible to this account; else 404."""
        if not self.is_staff_route:
            return own_patient(self.user)
        man = visible_patient(self.user, self.kwargs["patient_uid"])
        audit.note_visit(patient=man, user=self.user, through="api", what=self.what, now=self.now)
        return man
