"""The page behind the link by which a clinic's administrator lets a colleague work there. A GET shows it, and only a POST acts.

Whoever holds the link holds the mailbox: what is told here of an account is told to its owner. Nobody is signed in by it; the
door asks for the password, and for a one-time code, which is set up at the first sign-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.forms import SetPasswordForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from backend.accounts import closing
from tracking import clock
from tracking.admin import problems
from tracking.domain.problems import Problem
from tracking.models import User
from tracking.services import colleagues

__all__ = ["join"]

if TYPE_CHECKING:
    PasswordForm = SetPasswordForm[User]
else:  # Django's class takes a type only in its stubs
    PasswordForm = SetPasswordForm


class NewcomerForm(PasswordForm):
    """Who has no account yet, or one whose address nobody has shown to be his, says who he is and chooses a password."""

    name = forms.CharField(
        label="Your name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="As colleagues read it.",
    )
    field_order = ("name", "new_password1", "new_password2")


@never_cache
@csrf_protect
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and what is still to be said for it."""
    now = clock.now()
    found = colleagues.find(token, now=now)
    if found is None:
        return _page(request, {"title": "This invitation opens nothing"}, status=404)
    account = found.account
    is_known = account is not None and _is_known(account)
    posted = request.POST if request.method == "POST" else None
    form = None if is_known else NewcomerForm(account or User(email=found.row.email), posted)
    refused: Problem | None = None
    if posted is not None and (form is None or form.is_valid()):
        try:
            said = {} if form is None else {"name": form.cleaned_data["name"], "password": form.cleaned_data["new_password1"]}
            with transaction.atomic():
                member = colleagues.join(secret=token, now=now, **said)
                if not is_known:
                    _forget_others(member.user)
        except Problem as problem:
            refused = problem
        else:
            messages.success(request, f"You work in {member.clinic} now. Sign in with {member.user.email}.")
            return HttpResponseRedirect(reverse("admin:login"))
    if refused is not None and form is not None:
        problems.show(refused, form)
    context = {"title": f"Work in {found.row.clinic}", "invited": found.row, "form": form, "refused": refused}
    return _page(request, context)


def _is_known(account: User) -> bool:
    """Whether the account is its owner's: an address that nobody verified may have been entered by anybody."""
    return account.is_staff or EmailAddress.objects.filter(user=account, email=account.email, verified=True).exists()


def _forget_others(account: User) -> None:
    """Whatever was set up by somebody who never showed that the address is his."""
    closing.end_sign_ins(account)
    Authenticator.objects.filter(user=account.pk).delete()


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "admin/door/join.html", admin.site.each_context(request) | context, status=status)
