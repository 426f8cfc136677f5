"""A service's refusal on the fields of a form: the one adapter between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import forms
from django.utils.translation import gettext

from tracking.domain.problems import Issue, Problem

__all__ = ["show"]

Parts = Mapping[str, Sequence[forms.Form]]


def show(refused: Problem, form: forms.Form, parts: Parts | None = None) -> None:
    """Put each issue on the field that its pointer names; what names none that can be seen stands above
    the form.

    A form may say ``pointers``, where its fields have other names than what the service takes. ``parts`` are repeated forms
    by the name of their list: ``/sites/1/bmd`` is the field ``bmd`` of the second.
    """
    for issue in refused.issues:
        target, name = _place(issue, form, parts or {})
        target.add_error(name, gettext(issue.text).format(**issue.params))


def _place(issue: Issue, form: forms.Form, parts: Parts) -> tuple[forms.Form, str | None]:
    first, *rest = issue.pointer.removeprefix("/").split("/")
    if first in parts and rest and rest[0].isdigit() and int(rest[0]) < len(parts[first]):
        form, (first, *rest) = parts[first][int(rest[0])], rest[1:] or [""]
    pointers: Mapping[str, str] = getattr(form, "pointers", {})
    for pointer in ("/".join([first, *rest]), first):
        name = pointers.get(pointer, pointer)
        if name in form.fields and not form.fields[name].widget.is_hidden:
            return form, name
    return form, None
