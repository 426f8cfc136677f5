"""A ModelViewSet for each table."""

from __future__ import annotations

from typing import Any

from rest_framework import routers, serializers, viewsets

from benchmarks.plain.models import TABLES, Owned

_ROUTER = routers.DefaultRouter()


def _view_of(table: type[Owned], newest: str) -> Any:
    class Serializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # the stubs' parameter: it is none when this runs
        class Meta:
            model = table
            fields = "__all__"
            read_only_fields = ("user",)

    class View(viewsets.ModelViewSet):  # type: ignore[type-arg]  # the stubs' parameter: it is none when this runs
        serializer_class = Serializer

        def get_queryset(self) -> Any:
            rows = table.objects.filter(user=self.request.user).order_by(f"-{newest}")
            asked = self.request.query_params
            if "analyte" in asked:
                rows = rows.filter(analyte=asked["analyte"])
            if "since" in asked:
                rows = rows.filter(updated_at__gt=asked["since"])
            if "from" in asked:
                rows = rows.filter(**{f"{newest}__gte": asked["from"]})
            return rows

        def perform_create(self, serializer: Any) -> None:
            serializer.save(user=self.request.user)

    return View


for _address, (_table, _newest) in TABLES.items():
    _ROUTER.register(_address, _view_of(_table, _newest), basename=_address)

urlpatterns = _ROUTER.urls
