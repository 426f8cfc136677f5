"""What the OpenAPI document says of a view is what the view says of itself, method by method, in ``operations``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from tracking.domain.categories import SHAREABLE

__all__ = ["Operation", "Query", "RecordSchema", "a_day", "a_flag", "a_whole", "by_code", "one_of", "page_of"]

_PREFIX = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Query:
    """A query parameter, or a header, that a view accepts. It refuses every other one. ``form``: what it looks like."""

    name: str
    what: str
    form: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"}, hash=False)


def by_code(name: str, noun: str) -> Query:
    """A filter of the rows of one thing that the rulebook knows."""
    return Query(name, f"one {noun} only, by its code in `GET /rulebook`")


def a_day() -> dict[str, Any]:
    """The form of a local day."""
    return {"type": "string", "format": "date"}


def a_flag() -> dict[str, Any]:
    """The form of true or false."""
    return {"type": "boolean"}


def a_whole(least: int, most: int | None = None) -> dict[str, Any]:
    """The form of a whole number; without ``most`` it may exceed 32 bits."""
    return {"type": "integer", "minimum": least, **({"format": "int64"} if most is None else {"maximum": most})}


def one_of(accepted: Iterable[str]) -> dict[str, Any]:
    """The form of a choice."""
    return {"type": "string", "enum": list(accepted)}


FIELDS = Query(
    "fields", "the members wanted, separated by commas; of a list, those of a row. There are then no others, required or not"
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of a view. ``answer`` None: no body; where it differs by status, a mapping from one to the other.

    ``etag``: the answer carries an ETag: of a row its revision. ``description``: more than the summary, in Markdown.
    ``sparse`` False: a reader takes all of it.
    ``conditional``: the ETag stands for all that is shown, not for the row alone, so that a read with it may be answered 304.
    """

    summary: str
    answer: Any = None
    takes: Any = None
    status: tuple[int, ...] = (200,)
    query: tuple[Query, ...] = ()
    etag: bool = False
    description: str = ""
    sparse: bool = True
    conditional: bool = False

    @property
    def members(self) -> frozenset[str]:
        """The members that a reader may choose among: of a list, those of a row."""
        answer = self.answer
        if not self.sparse or not isinstance(answer, type) or not issubclass(answer, serializers.Serializer):
            return frozenset()
        return _members(answer)


@cache
def _members(answer: type[serializers.Serializer[Any]]) -> frozenset[str]:
    fields = answer().fields
    rows = getattr(fields.get("results"), "child", None)
    return frozenset(rows.fields if rows is not None else fields)


@cache
def page_of(row: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of a list: the rows, and where to go on."""
    name = row.__name__.removesuffix("Row")
    fields = {
        "next": serializers.URLField(allow_null=True, help_text="where to go on; null on the last page"),
        "results": row(many=True),
    }
    return type(f"{name}Page", (serializers.Serializer,), fields)


class Described(Protocol):
    """A view that says of itself what the document says of it."""

    operations: Mapping[str, Operation]

    def accepted(self, method: str) -> tuple[Query, ...]: ...

    def headers_of(self, method: str) -> tuple[Query, ...]: ...


class RecordSchema(AutoSchema):
    """Reads ``view.operations`` instead of guessing from generic views."""

    @property
    def _operation(self) -> Operation:
        return cast("Described", self.view).operations[self.method]

    def get_operation_id(self) -> str:
        """``labs_get``, ``labs_one_put``, ``patients_labs_versions_get``: stable names for generated clients."""
        parts = self.path.removeprefix(_PREFIX).split("/")
        words = [part.replace("-", "_") for part in parts if not part.startswith("{")]
        one = ["one"] if parts[-1].startswith("{") else []
        return "_".join([*words, *one, self.method.lower()])

    def get_auth(self) -> list[dict[str, Any]]:
        """A key that reads is no way in where something is written, nor to what is nobody's but the man's."""
        ways: list[dict[str, Any]] = super().get_auth()
        reads = self.method == "GET" and getattr(self.view, "category", None) in SHAREABLE and "{patient_uid}" not in self.path
        return [way for way in ways if reads or "readToken" not in way]

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix(_PREFIX).split("/")[0]]

    def get_summary(self) -> str:
        return self._operation.summary

    def get_description(self) -> str:  # type: ignore[override]  # the library's own form of DRF's
        return self._operation.description

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """``LabRow`` is shown as ``Lab``, ``LabInput`` as ``LabRequest``."""
        name: str = super().get_serializer_name(serializer, direction)
        return name.removesuffix("Row").removesuffix("Input")

    def get_request_serializer(self) -> Any:
        return _instance(self._operation.takes)

    def get_response_serializers(self) -> Any:
        answer = self._operation.answer
        return dict(answer) if isinstance(answer, Mapping) else dict.fromkeys(self._operation.status, answer)

    def get_override_parameters(self) -> list[Any]:
        view = cast("Described", self.view)
        said = [OpenApiParameter(query.name, dict(query.form), description=query.what) for query in view.accepted(self.method)]
        said += [
            OpenApiParameter(header.name, dict(header.form), OpenApiParameter.HEADER, description=header.what)
            for header in view.headers_of(self.method)
        ]
        told = {"ETag": "the revision, in quotes"} if self._operation.etag else {}
        if self.method == "POST" and view.headers_of(self.method):
            told["Idempotent-Replayed"] = "`true`: the answer that was given to this request before; nothing was stored anew"
        return [
            *said,
            *(
                OpenApiParameter(name, str, OpenApiParameter.HEADER, response=True, description=what)
                for name, what in told.items()
            ),
        ]

    def _get_request_body(self, direction: str = "request") -> Any:
        """As the library's, and a body for DELETE too: a reason is no matter for an address, which logs keep."""
        if self.method != "DELETE" or self._operation.takes is None:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]  # spectacular's
        component = self.resolve_serializer(_instance(self._operation.takes), "request")
        return {"content": {"application/json": {"schema": component.ref}}}


def _instance(takes: Any) -> Any:
    return takes() if isinstance(takes, type) else takes
