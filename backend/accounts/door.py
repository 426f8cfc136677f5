"""The door of the desk: a password, then a one-time code, and nobody inside without both.

The pages behind it are ``tracking.admin``'s. A session that is left alone, or older than a working day, signs in anew.
"""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from redis.exceptions import RedisError

from backend.accounts import second_factor
from backend.accounts.limits import seconds_to_wait
from tracking import clock
from tracking.admin.site import TrabeculaAdminSite
from tracking.models import User

__all__ = ["DeskSite"]

_LOGIN = "admin:login"
_A_MINUTE = 60
_AWAY = "Sign-in is not available at the moment. Try again in a minute."


class PasswordForm(AdminAuthenticationForm):
    """As Django's, with tries counted as the app's are: the same counters, so that neither door is the easier one."""

    def clean(self) -> dict[str, Any]:
        assert self.request is not None, "the view hands it over"
        email, password = str(self.cleaned_data.get("username", "")).lower(), self.cleaned_data.get("password")
        if not email or not password:
            return self.cleaned_data
        try:
            if not ratelimit.consume(self.request, action="login"):
                raise ValidationError(_wait(self.request, ("login",), email))
            try:
                user = get_adapter(self.request).authenticate(self.request, email=email, password=password)
            except ValidationError as refused:
                raise ValidationError(_wait(self.request, ("login_failed",), email)) from refused
        except RedisError as away:
            raise ValidationError(_AWAY) from away
        if user is None:
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(user)
        self.user_cache = user
        return self.cleaned_data


class PasswordView(LoginView):
    """The first step. A right password signs nobody in."""

    def form_valid(self, form: Any) -> HttpResponse:
        second_factor.begin(self.request, form.get_user(), self.get_success_url(), now=clock.now())
        return HttpResponseRedirect(reverse("admin:second_factor"))


class CodeForm(forms.Form):
    """A code as one types it: blanks between the digits do no harm."""

    code = forms.CharField(
        label="One-time code",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())


class DeskSite(TrabeculaAdminSite):
    """The site behind its door."""

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and second_factor.is_proven(request, now=clock.now())

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        links = [(reverse("admin:recovery_codes"), "Recovery codes")]
        return super().each_context(request) | {"account_links": links}

    def get_urls(self) -> list[Any]:
        own = [
            path("login/code/", self.code, name="second_factor"),
            path("login/set-up/", self.set_up, name="second_factor_set_up"),
            path("recovery-codes/", self.admin_view(self.recovery_codes), name="recovery_codes"),
        ]
        return [*own, *super().get_urls()]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  Django's; nothing is kept
        behind = super().admin_view(view)

        def noted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if self.has_permission(request):
                second_factor.seen(request, now=clock.now())
            answer: HttpResponse = behind(request, *args, **kwargs)
            return answer

        return noted

    @method_decorator([sensitive_post_parameters(), never_cache])
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The password."""
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        context = self._context(request, "Sign in") | {"app_path": request.get_full_path(), "next": _next(request)}
        view = PasswordView.as_view(
            authentication_form=PasswordForm,
            template_name="admin/door/password.html",
            extra_context=context,
            next_page=reverse("admin:index"),
        )
        return cast("HttpResponse", view(request))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """As Django's own; the browser is asked to forget what it showed."""
        answer = super().logout(request, extra_context)
        answer["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    @method_decorator([sensitive_post_parameters(), csrf_protect, never_cache])
    def code(self, request: HttpRequest) -> HttpResponse:
        """The one-time code, or a recovery code in its place."""
        now = clock.now()
        first = second_factor.pending(request, now=now)
        if first is None:
            return HttpResponseRedirect(reverse(_LOGIN))
        if first.secret:
            return HttpResponseRedirect(reverse("admin:second_factor_set_up"))
        form = CodeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and _is_right(request, first.user, form):
            second_factor.prove(request, first.user, now=now)
            return HttpResponseRedirect(first.next)
        return TemplateResponse(request, "admin/door/code.html", self._context(request, "One-time code") | {"form": form})

    @method_decorator([sensitive_post_parameters(), csrf_protect, never_cache])
    def set_up(self, request: HttpRequest) -> HttpResponse:
        """The first sign-in: an app on the phone is set up by its seed, and shows with a code that it has it."""
        now = clock.now()
        first = second_factor.pending(request, now=now)
        if first is None or not first.secret:
            return HttpResponseRedirect(reverse(_LOGIN))
        form = CodeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            if second_factor.enrol(first.user, first.secret, form.cleaned_data["code"]):
                second_factor.prove(request, first.user, now=now)
                codes = second_factor.new_recovery_codes(first.user)
                return self._codes(request, first.user, CodeForm(), codes, first.next)
            form.add_error("code", "This is not the code that the app shows now for this seed.")
        adapter = get_mfa_adapter()
        drawing = adapter.build_totp_svg(adapter.build_totp_url(first.user, first.secret))
        context = {
            "form": form,
            # The drawing stands in the page itself, so that no image of another origin has to be allowed.
            "drawing": mark_safe(drawing.partition("?>")[2] or drawing),  # noqa: S308  drawn here, from a seed made here
            "secret": " ".join(first.secret[at : at + 4] for at in range(0, len(first.secret), 4)),
        }
        return TemplateResponse(request, "admin/door/set_up.html", self._context(request, "Set up one-time codes") | context)

    def recovery_codes(self, request: HttpRequest) -> HttpResponse:
        """How many are left, and new ones for a code of the app."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(("GET", "HEAD", "POST"))
        user = cast("User", request.user)
        form = CodeForm(request.POST if request.method == "POST" else None)
        codes = None
        if request.method == "POST" and form.is_valid() and _is_right(request, user, form):
            codes = second_factor.new_recovery_codes(user)
        return self._codes(request, user, form, codes)

    def _codes(
        self, request: HttpRequest, user: User, form: CodeForm, codes: list[str] | None, next_url: str = ""
    ) -> HttpResponse:
        context = {"form": form, "codes": codes, "left": second_factor.codes_left(user), "next": next_url}
        return TemplateResponse(request, "admin/door/recovery_codes.html", self._context(request, "Recovery codes") | context)

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return self.each_context(request) | {"title": title}


def _next(request: HttpRequest) -> str:
    return request.POST.get("next") or request.GET.get("next") or reverse("admin:index")


def _is_right(request: HttpRequest, user: User, form: CodeForm) -> bool:
    try:
        if second_factor.verify(request, user, form.cleaned_data["code"]):
            return True
        form.add_error("code", "This code does not hold. Wait for the next one that the app shows, or use a recovery code.")
    except ValidationError:
        form.add_error("code", _wait(request, ("login_failed",), f"mfa-auth-user-{user.pk}"))
    except RedisError:
        form.add_error("code", _AWAY)
    return False


def _wait(request: HttpRequest, actions: tuple[str, ...], key: str) -> str:
    minutes = -(-seconds_to_wait(request, actions, key) // _A_MINUTE)
    return f"Too many tries. Try again in {minutes} minute{'' if minutes == 1 else 's'}."
