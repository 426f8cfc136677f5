"""The pages behind the links in an e-mail. Whoever holds the mail can open them: they tell nothing, and only a POST acts.

They need no sign-in and no cookie: the signed token is the permission, so there is nothing that a foreign page could misuse.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications import services
from notifications.catalogue import LANGUAGES, words_in
from notifications.domain.words import Catalogue
from notifications.models import Answer
from tracking import clock
from tracking.services.owned import Problem

_PAGE = "notifications/link.html"


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_page(request: HttpRequest, token: str) -> HttpResponse:
    """What can be said to the reminder; POST says it."""
    now = clock.now()
    try:
        if request.method == "POST":
            what = Answer.What(request.POST.get("answer", ""))
            return _page(request, services.answer_by_mail(token=token, what=what, now=now).catalogue, said="kept")
        found = services.mailed(token=token, now=now)
    except (Problem, ValueError):
        return _page(request, words_in(LANGUAGES[0]), said="too_old", status=404)
    return _page(request, found.catalogue, choices=[(what.value, found.catalogue.page[what]) for what in found.choices])


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """One button; POST, also by a mail program that shows no page (RFC 8058), acts."""
    now = clock.now()
    try:
        if request.method != "POST":
            found = services.mailed(token=token, now=now, to_unsubscribe=True)
            if not found.can_unsubscribe:
                return _page(request, found.catalogue, said="refused")
            return _page(request, found.catalogue, choices=[("unsubscribe", found.catalogue.page["unsubscribe"])])
        return _page(request, services.unsubscribe_by_mail(token=token, now=now).catalogue, said="unsubscribed")
    except Problem as refused:
        if refused.issues[0].code == "cannot-be-muted":
            catalogue = services.mailed(token=token, now=now, to_unsubscribe=True).catalogue
            return _page(request, catalogue, said="refused", status=409)
        return _page(request, words_in(LANGUAGES[0]), said="too_old", status=404)


def _page(
    request: HttpRequest,
    catalogue: Catalogue,
    *,
    said: str = "",
    choices: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "language": catalogue.language,
        "page": catalogue.page,
        "said": catalogue.page[said] if said else "",
        "choices": choices or [],
    }
    return render(request, _PAGE, context, status=status)
