"""Clinics, their members and staff accounts, for superusers. No page here shows a man's record, nor that somebody has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest

from tracking.domain.moments import parse_zone
from tracking.domain.problems import Problem
from tracking.models import Clinic, Prescriber, User
from tracking.services import clinics

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    CreationForm = AdminUserCreationForm[User]
    ChangeForm = UserChangeForm[User]
    ModelForm = forms.ModelForm[Any]
    AccountAdmin = UserAdmin[User]
else:  # Django's classes take a type only in their stubs
    ModelAdmin, AccountAdmin = admin.ModelAdmin, UserAdmin
    CreationForm, ChangeForm, ModelForm = AdminUserCreationForm, UserChangeForm, forms.ModelForm


class KeptAdmin(ModelAdmin):
    """What is switched off, never deleted: decisions keep their author."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ClinicForm(ModelForm):
    class Meta:
        model = Clinic
        fields = ("name", "zone")

    def clean_zone(self) -> str:
        try:
            return parse_zone(self.cleaned_data["zone"])
        except Problem as refused:
            raise forms.ValidationError(refused.issues[0].detail) from None


@admin.register(Clinic)
class ClinicAdmin(KeptAdmin):
    form = ClinicForm
    list_display = ("name", "zone")
    search_fields = ("name",)


@admin.register(Prescriber)
class PrescriberAdmin(KeptAdmin):
    list_display = ("user", "clinic", "is_active")
    list_filter = ("is_active", "clinic")
    list_select_related = ("user", "clinic")
    search_fields = ("user__name", "user__email", "clinic__name")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only staff may be chosen: a list of all accounts would be a list of men on testosterone."""
        if db_field.name == "user":
            kwargs["queryset"] = staff()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class StaffCreationForm(CreationForm):
    class Meta:
        model = User
        fields = ("email", "name")
        field_classes: dict[str, type[forms.Field]] = {}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  Django's
        self.instance.is_staff = True
        return super().save(commit=commit)


class StaffChangeForm(ChangeForm):
    administers = forms.BooleanField(
        required=False,
        label="Clinic administrator",
        help_text="Of every clinic where this account works: says who works there, and is told last when nobody answers.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["administers"].initial = clinics.administers(self.instance)

    class Meta:
        model = User
        fields = ("email", "name", "is_active", "is_superuser")
        field_classes: dict[str, type[forms.Field]] = {}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class StaffAdmin(KeptAdmin, AccountAdmin):
    """Accounts that may open the admin, and no others."""

    form = StaffChangeForm
    add_form = StaffCreationForm
    list_display = ("email", "name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Rights", {"fields": ("is_active", "is_superuser", "administers")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return staff()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001  Django's
        super().save_model(request, obj, form, change)
        if "administers" in form.cleaned_data:
            clinics.let_administer(obj, may=form.cleaned_data["administers"])


def staff() -> QuerySet[User]:
    return User.objects.filter(is_staff=True).order_by("email")
