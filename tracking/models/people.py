"""Accounts, men, clinics and who may see whom."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tracking.domain.categories import SHAREABLE, Category
from tracking.domain.ownership import Erasure, Ownership
from tracking.models.base import OwnedRow, RevisionedRow, append_only, keeps_history, new_uid


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """An account, signed in by e-mail address. It may be a man's, a prescriber's, or both."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200, blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="may open the admin")
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_lower_case")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0] or self.email


class Clinic(models.Model):
    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    name = models.CharField(max_length=200)
    zone = models.CharField(
        max_length=64,
        default="UTC",
        db_default="UTC",
        help_text="IANA time zone, such as America/New_York: when its day begins",
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(zone=""), name="clinic_zone_stated")
        ]

    def __str__(self) -> str:
        return self.name


class Prescriber(models.Model):
    """Membership of a clinic. It ends by ``is_active``, never by deletion: decisions keep their author."""

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="prescriber_in")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="prescribers")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "clinic"], name="prescriber_once_per_clinic")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.clinic})"


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User, category: Category = Category.CONCLUSIONS) -> PatientQuerySet:
        """Himself, and the men who share this category with an active clinic of this prescriber. Superusers get no more."""
        return self.filter(
            Q(user=user)
            | Q(
                pk__in=CareRelationship.objects.covering(category)
                .filter(clinic__prescribers__user=user, clinic__prescribers__is_active=True)
                .values("patient")
            )
        )


@keeps_history
class Patient(models.Model):
    """A man and his time zone. Everything else that is his points here.

    ``revision`` is the number of the last transaction that touched anything phones pull; it rises in commit order, because the
    row is locked while it rises. A statistical patient stands for a survey row: no account, plan, reminders or queue.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="the man himself: who he is, how old, in which time zone reminders are due",
        kept="as long as the account; erased on his request",
        erasure=Erasure.SKELETON,
        owner="id",
        sync="profile",
        category=Category.DOOR,
    )

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.PROTECT, related_name="patient")
    name = models.CharField(max_length=200, blank=True, default="")
    birth_date = models.DateField(null=True, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="where only the year is known")
    zone = models.CharField(max_length=64, help_text="IANA time zone")
    display_units = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="by analyte, the unit that he reads it in beside the reported one"
    )
    is_statistical = models.BooleanField(default=False)
    statistical_key = models.CharField(max_length=64, blank=True, default="", help_text="its key in the survey")
    statistical_facts = models.JSONField(default=dict, blank=True, help_text="what else the survey says, in its own words")
    erased_at = models.DateTimeField(null=True, blank=True, help_text="when he had everything erased; this row is what is left")
    revision = models.BigIntegerField(default=1, editable=False)
    revision_xact = models.BigIntegerField(default=0, editable=False, help_text="the transaction that raised it last")
    profile_revision = models.BigIntegerField(default=1, editable=False, help_text="the revision of the profile itself")

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(zone=""), name="patient_zone_stated"),
            models.CheckConstraint(condition=Q(birth_date=None) | Q(birth_year=None), name="patient_birth_date_or_year"),
            models.CheckConstraint(condition=Q(is_statistical=False) | Q(user=None), name="patient_statistical_has_no_account"),
            models.CheckConstraint(
                condition=Q(is_statistical=True)
                | Q(erased_at=None, user__isnull=False)
                | Q(erased_at__isnull=False, user=None),
                name="patient_man_has_an_account",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(name="", birth_date=None, birth_year=None), name="patient_erased_is_nobody"
            ),
            models.UniqueConstraint(
                fields=["statistical_key"], condition=~Q(statistical_key=""), name="patient_statistical_key_once"
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="revision",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("name", "birth_date", "birth_year", "zone", "display_units"),  # type: ignore[no-untyped-call]  # pgtrigger's
                func="""
                    IF NEW.revision_xact <> pg_current_xact_id()::text::bigint THEN
                        NEW.revision = NEW.revision + 1;
                        NEW.revision_xact = pg_current_xact_id()::text::bigint;
                    END IF;
                    NEW.profile_revision = NEW.revision;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="revision_never_falls",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__revision__lt=pgtrigger.F("old__revision")),
                func="RAISE EXCEPTION 'the revision of patient % cannot fall from % to %', OLD.id, OLD.revision, NEW.revision;",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.statistical_key or f"patient {self.uid}"


class ZoneMove(OwnedRow):
    """He moved: from the instant ``at`` the clock on his wall is that of ``zone``. What was expected before keeps its own."""

    ownership: ClassVar[Ownership] = Ownership(
        why="on which clock the doses of a day were due",
        kept="as long as the account",
        revisioned=False,
        append_only=True,
        category=Category.DOSES,
    )

    at = models.DateTimeField()
    zone = models.CharField(max_length=64, help_text="IANA time zone")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(zone=""), name="zonemove_zone_stated")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient", "at"], name="zonemove_of_patient")]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [append_only()]


class CareRelationshipQuerySet(models.QuerySet["CareRelationship"]):
    def active(self) -> CareRelationshipQuerySet:
        """Those that stand, whatever they share."""
        return self.filter(revoked_at=None)

    def covering(self, category: Category = Category.CONCLUSIONS) -> CareRelationshipQuerySet:
        """Those that stand and open this category. Whoever looks after a man sees what is concluded about him."""
        if category is Category.OWN:
            return self.none()
        if category is Category.DOOR:
            return self.active()
        return self.active().filter(Q(scope=[]) | Q(scope__contains=[category.value]))


def scope_is_whole() -> Q:
    """For a check: known categories only, and conclusions only with all that they quote."""
    every = [category.value for category in SHAREABLE]
    return Q(scope__contained_by=every) & (~Q(scope__contains=[Category.CONCLUSIONS.value]) | Q(scope__contains=every))


@keeps_history
class CareRelationship(RevisionedRow):
    """A man's consent that a clinic sees his record. Ending it closes the door at once."""

    ownership: ClassVar[Ownership] = Ownership(
        why="shows which clinic he let in, for what, and from when to when",
        kept="as long as the account; its skeleton stays with the audit",
        erasure=Erasure.SKELETON,
        sync="consents",
        category=Category.DOOR,
        his_to_write=True,
    )

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="care_relationships")
    lead = models.ForeignKey(Prescriber, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    scope = models.JSONField(default=list, help_text="categories he shares; empty means all")
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=64)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=64, blank=True, default="")

    objects = CareRelationshipQuerySet.as_manager()

    class Meta(RevisionedRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["patient", "clinic"], condition=Q(revoked_at=None), name="carerelationship_one_active_per_clinic"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(revoked_at__gte=models.F("granted_at")),
                name="carerelationship_ends_after_it_began",
            ),
            models.CheckConstraint(condition=scope_is_whole(), name="carerelationship_scope_known"),
        ]
