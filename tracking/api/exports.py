"""A record as a file: what this writes, an import reads."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from tracking.api.base import RecordView
from tracking.api.paging import chosen
from tracking.api.schema import Operation, Query, one_of
from tracking.api.third_party import token_of
from tracking.services import audit, exports

__all__ = ["Export"]

_MEDIA_TYPES = {"csv": "text/csv", "fhir": "application/fhir+json", "json": "application/json"}
_SHAPES = {
    "csv": OpenApiTypes.BINARY,
    "fhir": {"title": "FhirBundle", "type": "object", "description": "a Bundle of FHIR R4", "additionalProperties": True},
    "json": {
        "title": "RecordFile",
        "type": "object",
        "description": "by kind, as an import reads it",
        "additionalProperties": True,
    },
}
# No choice: a word of Kotlin's own as the name of one is what its generator writes wrongly.
_AS = {"type": "string", "pattern": f"^({'|'.join(exports.FORMATS)})$"}
_ENDINGS = {"csv": "csv", "fhir": "fhir.json", "json": "json"}


class Export(RecordView):
    """Labs, scans, doses and regimens as they stand, digit for digit."""

    what = "export"
    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "Read the record as a file, which an import reads again",
            {(200, name): _SHAPES[form] for form, name in _MEDIA_TYPES.items()},
            query=(
                Query("as", f"{', '.join(exports.FORMATS)}; json where it is not sent", _AS),
                Query("of", "all of them where it is not sent, and of a csv the labs", one_of(exports.KINDS)),
            ),
            description="`as` and `of` choose form and content. It is noted in the access log.",
        )
    }

    def get(self, _request: Request, **_: Any) -> HttpResponse:
        man = self.patient()
        into = chosen(self.query, "as", exports.FORMATS) or "json"
        of = chosen(self.query, "of", tuple(exports.KINDS)) or ""
        if token_of(self.request) is None:  # a key's reading is noted before it begins, and it writes nothing itself
            audit.note_export(uid=man.uid, by=self.actor, how=into, now=self.now)
        content = exports.record(patient=man, by=self.actor, now=self.now, into=into, of=of)
        name = f"{of or ('labs' if into == 'csv' else 'record')}.{_ENDINGS[into]}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type=_MEDIA_TYPES[into], headers=headers)
