"""What prescribers set: floors and intervals of a man, each behind his row-level security, and floors of clinics."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import tracking.models.base
import tracking.services.triggers
from django.conf import settings
from django.db import migrations, models

from tracking.services.owned import protect

APP = settings.APP_DB_ROLE


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0003_lab_questions"),
    ]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="deployment_floor",
            field=models.CharField(
                blank=True, default="", help_text="the deployment's floor then, pg/mL as set; empty: none", max_length=24
            ),
        ),
        migrations.CreateModel(
            name="FloorSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("set_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", help_text="the actor who ended or replaced it", max_length=64),
                ),
                ("expires_on", models.DateField(help_text="the last day on which it counts, in his zone")),
                ("digits", models.CharField(help_text="pg/mL, as typed", max_length=24)),
                (
                    "clinic",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.clinic"),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.prescriber"),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="floorsetting_has_a_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", "")),
                            models.Q(
                                ("ended_at__gte", models.F("set_at")),
                                ("ended_at__isnull", False),
                                models.Q(("ended_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="floorsetting_ends_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")),
                        name="floorsetting_digits_are_a_number",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("patient", "clinic"),
                        name="floorsetting_one_active_per_clinic",
                    ),
                ],
                "indexes": [models.Index(fields=["patient", "revision"], name="floorsetting_revision")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="9631956748e710ee4521b083a3065010cd967a4c",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_81334",
                            table="tracking_floorsetting",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_floorsettinghistory" ("clinic_id", "digits", "ended_at", "ended_by", "expires_on", "id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (NEW."clinic_id", NEW."digits", NEW."ended_at", NEW."ended_by", NEW."expires_on", NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."uid"); RETURN NULL;',
                            hash="9fd81f10a23f9a5b36442b8c547ce2b19f1733c0",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_eca33",
                            table="tracking_floorsetting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."digits" IS DISTINCT FROM (NEW."digits") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."ended_by" IS DISTINCT FROM (NEW."ended_by") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."set_at" IS DISTINCT FROM (NEW."set_at") OR OLD."set_by_id" IS DISTINCT FROM (NEW."set_by_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid"))',
                            func='INSERT INTO "tracking_floorsettinghistory" ("clinic_id", "digits", "ended_at", "ended_by", "expires_on", "id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (NEW."clinic_id", NEW."digits", NEW."ended_at", NEW."ended_by", NEW."expires_on", NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."uid"); RETURN NULL;',
                            hash="537afa8199da5e9cc08159d9d53e5972e3850c6c",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_772cb",
                            table="tracking_floorsetting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_floorsettinghistory" ("clinic_id", "digits", "ended_at", "ended_by", "expires_on", "id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (OLD."clinic_id", OLD."digits", OLD."ended_at", OLD."ended_by", OLD."expires_on", OLD."id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."set_at", OLD."set_by_id", OLD."uid"); RETURN NULL;',
                            hash="42ff10048365d4b2767f0678874532ef34833afb",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_1e537",
                            table="tracking_floorsetting",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FloorSettingHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("set_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", help_text="the actor who ended or replaced it", max_length=64),
                ),
                ("expires_on", models.DateField(help_text="the last day on which it counts, in his zone")),
                ("digits", models.CharField(help_text="pg/mL, as typed", max_length=24)),
                (
                    "clinic",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.clinic",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.floorsetting",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.prescriber",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_fl_patient_9d6f00_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="b66d37018e8b23f9200fdd02aa33dab37e2ee1b2",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_3b066",
                            table="tracking_floorsettinghistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IntervalSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("set_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", help_text="the actor who ended or replaced it", max_length=64),
                ),
                ("expires_on", models.DateField(help_text="the last day on which it counts, in his zone")),
                ("kind", models.CharField(max_length=24)),
                ("every_months", models.PositiveSmallIntegerField()),
                (
                    "clinic",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.clinic"),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.prescriber"),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="intervalsetting_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", "")),
                            models.Q(
                                ("ended_at__gte", models.F("set_at")),
                                ("ended_at__isnull", False),
                                models.Q(("ended_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="intervalsetting_ends_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("kind", ""), _negated=True), ("every_months__gte", 1)),
                        name="intervalsetting_kind_and_months",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("patient", "clinic", "kind"),
                        name="intervalsetting_one_active_per_clinic_and_kind",
                    ),
                ],
                "indexes": [models.Index(fields=["patient", "revision"], name="intervalsetting_revision")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="cb92e1abb84f365732c7f1578333e7a2aececab7",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_83d06",
                            table="tracking_intervalsetting",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_intervalsettinghistory" ("clinic_id", "ended_at", "ended_by", "every_months", "expires_on", "id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (NEW."clinic_id", NEW."ended_at", NEW."ended_by", NEW."every_months", NEW."expires_on", NEW."id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."uid"); RETURN NULL;',
                            hash="e53fca2c4cc56c36615ddab1af59db064e404956",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_581bc",
                            table="tracking_intervalsetting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."ended_by" IS DISTINCT FROM (NEW."ended_by") OR OLD."every_months" IS DISTINCT FROM (NEW."every_months") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."set_at" IS DISTINCT FROM (NEW."set_at") OR OLD."set_by_id" IS DISTINCT FROM (NEW."set_by_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid"))',
                            func='INSERT INTO "tracking_intervalsettinghistory" ("clinic_id", "ended_at", "ended_by", "every_months", "expires_on", "id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (NEW."clinic_id", NEW."ended_at", NEW."ended_by", NEW."every_months", NEW."expires_on", NEW."id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."set_at", NEW."set_by_id", NEW."uid"); RETURN NULL;',
                            hash="fa0648e905c863865059ee429c393efbc1d5a0d2",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_2845d",
                            table="tracking_intervalsetting",
                            when="AFTER",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_intervalsettinghistory" ("clinic_id", "ended_at", "ended_by", "every_months", "expires_on", "id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "uid") VALUES (OLD."clinic_id", OLD."ended_at", OLD."ended_by", OLD."every_months", OLD."expires_on", OLD."id", OLD."kind", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."set_at", OLD."set_by_id", OLD."uid"); RETURN NULL;',
                            hash="e3f3bdf2faf47f96b53de9aa1fae083a130ff33c",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_884ef",
                            table="tracking_intervalsetting",
                            when="AFTER",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IntervalSettingHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("set_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", help_text="the actor who ended or replaced it", max_length=64),
                ),
                ("expires_on", models.DateField(help_text="the last day on which it counts, in his zone")),
                ("kind", models.CharField(max_length=24)),
                ("every_months", models.PositiveSmallIntegerField()),
                (
                    "clinic",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.clinic",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.patient",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="tracking.intervalsetting",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="tracking.prescriber",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient", "pgh_id"], name="tracking_in_patient_986a99_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="7f36ee5e0c3eb2db04151c6d89056bd2b8f485ef",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_156c3",
                            table="tracking_intervalsettinghistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClinicFloor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("set_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                (
                    "expires_on",
                    models.DateField(
                        blank=True, help_text="the last day on which it counts; empty: until it is ended", null=True
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", help_text="the actor who ended or replaced it", max_length=64),
                ),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("digits", models.CharField(help_text="pg/mL, as typed", max_length=24)),
                (
                    "clinic",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="floors", to="tracking.clinic"),
                ),
                (
                    "set_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.prescriber"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="clinicfloor_has_a_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", "")),
                            models.Q(
                                ("ended_at__gte", models.F("set_at")),
                                ("ended_at__isnull", False),
                                models.Q(("ended_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="clinicfloor_ends_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")),
                        name="clinicfloor_digits_are_a_number",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("clinic",), name="clinicfloor_one_active"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stays_as_it_was_set",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='RAISE EXCEPTION \'pgtrigger: Cannot delete or update of "uid", "clinic_id", "digits", "expires_on", "set_by_id", "set_at", "reason" rows from % table\', TG_TABLE_NAME;',
                            hash="c081fa9f0b484f925f1a65dfce6144cf133dc868",
                            operation='DELETE OR UPDATE OF "uid", "clinic_id", "digits", "expires_on", "set_by_id", "set_at", "reason"',
                            pgid="pgtrigger_stays_as_it_was_set_df6f8",
                            table="tracking_clinicfloor",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        tracking.services.triggers.InstallTriggers(
            models=["clinicfloor", "floorsetting", "floorsettinghistory", "intervalsetting", "intervalsettinghistory"],
        ),
        *(protect(f"tracking_{name}", app_role=APP) for name in ("floorsetting", "intervalsetting")),
        *(protect(f"tracking_{name}history", app_role=APP, append_only=True) for name in ("floorsetting", "intervalsetting")),
    ]
