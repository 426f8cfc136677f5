"""Dose units, strengths and pauses; what he has at home; when he moved."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import tracking.domain.inventory
import tracking.domain.reported
import tracking.models.base
from django.conf import settings
from django.db import migrations, models

from tracking.services.owned import protect

APP = settings.APP_DB_ROLE

# As for regimens in 0002: btree_gist is not everywhere, so equality becomes overlap of one-point ranges.
NO_OVERLAP = """
ALTER TABLE tracking_regimenpause ADD CONSTRAINT regimenpause_no_overlap EXCLUDE USING gist (
    int8range(regimen_id, regimen_id, '[]') WITH &&,
    daterange(starts_on, ends_on, '[)') WITH &&
) WHERE (superseded_at IS NULL AND withdrawn_at IS NULL);
"""
ALLOW_OVERLAP = "ALTER TABLE tracking_regimenpause DROP CONSTRAINT regimenpause_no_overlap;"


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0010_checkin"),
    ]

    operations = [
        migrations.CreateModel(
            name="InventoryCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("drug", models.CharField(max_length=40)),
                ("kind", models.CharField(choices=[("count", "count"), ("refill", "refill")], max_length=8)),
                ("form", models.CharField(help_text="what one unit is: a form of the rulebook", max_length=16)),
                ("units_digits", models.CharField(help_text="how many units, as counted", max_length=24)),
                (
                    "content_digits",
                    models.CharField(help_text="how much of the drug one unit holds, as written", max_length=24),
                ),
                ("content_unit", models.CharField(max_length=8)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="InventoryCountHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "at",
                    models.DateTimeField(help_text="UTC instant; with a coarser precision the start of that span in the zone"),
                ),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("minute", "minute"),
                            ("day", "day"),
                            ("month", "month"),
                            ("year", "year"),
                            ("unknown", "unknown"),
                        ],
                        max_length=8,
                    ),
                ),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
                ("drug", models.CharField(max_length=40)),
                ("kind", models.CharField(choices=[("count", "count"), ("refill", "refill")], max_length=8)),
                ("form", models.CharField(help_text="what one unit is: a form of the rulebook", max_length=16)),
                ("units_digits", models.CharField(help_text="how many units, as counted", max_length=24)),
                (
                    "content_digits",
                    models.CharField(help_text="how much of the drug one unit holds, as written", max_length=24),
                ),
                ("content_unit", models.CharField(max_length=8)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RegimenPause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("starts_on", models.DateField()),
                (
                    "ends_on",
                    models.DateField(blank=True, help_text="the first day on which the regimen holds again", null=True),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RegimenPauseHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("recorded_at", models.DateTimeField(help_text="when it was entered here")),
                ("recorded_by", models.CharField(help_text="the actor who entered it", max_length=64)),
                (
                    "source_system",
                    models.CharField(
                        blank=True, default="", help_text="where it came from, empty if typed here", max_length=64
                    ),
                ),
                ("source_id", models.CharField(blank=True, default="", help_text="its name there", max_length=128)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, default="", max_length=200)),
                ("starts_on", models.DateField()),
                (
                    "ends_on",
                    models.DateField(blank=True, help_text="the first day on which the regimen holds again", null=True),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ZoneMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("zone", models.CharField(help_text="IANA time zone", max_length=64)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="doseevent",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="doseevent",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="doseevent",
            name="delete_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="doseevent",
            name="stated_once",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="regimen",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="regimen",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="regimen",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="doseevent",
            name="amount_unit",
            field=models.CharField(db_default="mg", default="mg", max_length=8),
        ),
        migrations.AddField(
            model_name="doseeventhistory",
            name="amount_unit",
            field=models.CharField(db_default="mg", default="mg", max_length=8),
        ),
        migrations.AddField(
            model_name="regimen",
            name="dose_unit",
            field=models.CharField(db_default="mg", default="mg", max_length=8),
        ),
        migrations.AddField(
            model_name="regimen",
            name="strength_digits",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="of one tablet, in the unit of the dose; empty: not stated",
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="regimenhistory",
            name="dose_unit",
            field=models.CharField(db_default="mg", default="mg", max_length=8),
        ),
        migrations.AddField(
            model_name="regimenhistory",
            name="strength_digits",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="of one tablet, in the unit of the dose; empty: not stated",
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="doseevent",
            name="amount_digits",
            field=models.CharField(blank=True, default="", help_text="empty for a skipped dose", max_length=24),
        ),
        migrations.AlterField(
            model_name="doseeventhistory",
            name="amount_digits",
            field=models.CharField(blank=True, default="", help_text="empty for a skipped dose", max_length=24),
        ),
        migrations.AlterField(
            model_name="regimen",
            name="dose_digits",
            field=models.CharField(
                help_text="one dose of the product, as written; where they differ, the largest", max_length=24
            ),
        ),
        migrations.AlterField(
            model_name="regimenhistory",
            name="dose_digits",
            field=models.CharField(
                help_text="one dose of the product, as written; where they differ, the largest", max_length=24
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="doseevent",
            trigger=pgtrigger.compiler.Trigger(
                name="stated_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."zone" IS DISTINCT FROM (NEW."zone") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."regimen_id" IS DISTINCT FROM (NEW."regimen_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."amount_digits" IS DISTINCT FROM (NEW."amount_digits") OR OLD."amount_unit" IS DISTINCT FROM (NEW."amount_unit") OR OLD."site" IS DISTINCT FROM (NEW."site") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="49c6ed8609da38b788d6c3a5010e0a522171a120",
                    operation="UPDATE",
                    pgid="pgtrigger_stated_once_13729",
                    table="tracking_doseevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="doseevent",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_doseeventhistory" ("amount_digits", "amount_unit", "at", "client_id", "confirmed_reason", "drug", "id", "import_batch_id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "regimen_id", "site", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."amount_digits", NEW."amount_unit", NEW."at", NEW."client_id", NEW."confirmed_reason", NEW."drug", NEW."id", NEW."import_batch_id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."regimen_id", NEW."site", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                    hash="d19b97f24466404737cb46c81764b42937193ed4",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_66c8e",
                    table="tracking_doseevent",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="doseevent",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."amount_digits" IS DISTINCT FROM (NEW."amount_digits") OR OLD."amount_unit" IS DISTINCT FROM (NEW."amount_unit") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."regimen_id" IS DISTINCT FROM (NEW."regimen_id") OR OLD."site" IS DISTINCT FROM (NEW."site") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                    func='INSERT INTO "tracking_doseeventhistory" ("amount_digits", "amount_unit", "at", "client_id", "confirmed_reason", "drug", "id", "import_batch_id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "regimen_id", "site", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."amount_digits", NEW."amount_unit", NEW."at", NEW."client_id", NEW."confirmed_reason", NEW."drug", NEW."id", NEW."import_batch_id", NEW."kind", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."regimen_id", NEW."site", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                    hash="b7a0b39bdb7e5edd7d8c82878d2f528edfab6b85",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f11a0",
                    table="tracking_doseevent",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="doseevent",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_doseeventhistory" ("amount_digits", "amount_unit", "at", "client_id", "confirmed_reason", "drug", "id", "import_batch_id", "kind", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "regimen_id", "site", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (OLD."amount_digits", OLD."amount_unit", OLD."at", OLD."client_id", OLD."confirmed_reason", OLD."drug", OLD."id", OLD."import_batch_id", OLD."kind", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."precision", OLD."recorded_at", OLD."recorded_by", OLD."regimen_id", OLD."site", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason", OLD."zone"); RETURN NULL;',
                    hash="8b0d9bf6e28b512c2785acf196e2bb281f0e0924",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fc07c",
                    table="tracking_doseevent",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regimen",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_regimenhistory" ("client_id", "confirmed_reason", "dose_digits", "dose_unit", "drug", "end_reason", "ends_on", "id", "import_batch_id", "origin", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_id", "reason", "recorded_at", "recorded_by", "review_on", "schedule", "source_id", "source_system", "starts_on", "strength_digits", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."client_id", NEW."confirmed_reason", NEW."dose_digits", NEW."dose_unit", NEW."drug", NEW."end_reason", NEW."ends_on", NEW."id", NEW."import_batch_id", NEW."origin", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."previous_id", NEW."reason", NEW."recorded_at", NEW."recorded_by", NEW."review_on", NEW."schedule", NEW."source_id", NEW."source_system", NEW."starts_on", NEW."strength_digits", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                    hash="895c00ec22fb581468d78a0ff82ab8399ea0b27b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_06e82",
                    table="tracking_regimen",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regimen",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."dose_digits" IS DISTINCT FROM (NEW."dose_digits") OR OLD."dose_unit" IS DISTINCT FROM (NEW."dose_unit") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."end_reason" IS DISTINCT FROM (NEW."end_reason") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."origin" IS DISTINCT FROM (NEW."origin") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."previous_id" IS DISTINCT FROM (NEW."previous_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."review_on" IS DISTINCT FROM (NEW."review_on") OR OLD."schedule" IS DISTINCT FROM (NEW."schedule") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."strength_digits" IS DISTINCT FROM (NEW."strength_digits") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                    func='INSERT INTO "tracking_regimenhistory" ("client_id", "confirmed_reason", "dose_digits", "dose_unit", "drug", "end_reason", "ends_on", "id", "import_batch_id", "origin", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_id", "reason", "recorded_at", "recorded_by", "review_on", "schedule", "source_id", "source_system", "starts_on", "strength_digits", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."client_id", NEW."confirmed_reason", NEW."dose_digits", NEW."dose_unit", NEW."drug", NEW."end_reason", NEW."ends_on", NEW."id", NEW."import_batch_id", NEW."origin", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."previous_id", NEW."reason", NEW."recorded_at", NEW."recorded_by", NEW."review_on", NEW."schedule", NEW."source_id", NEW."source_system", NEW."starts_on", NEW."strength_digits", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                    hash="24838ec1bacc8744258fa41180fd9c2390810fa0",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f404a",
                    table="tracking_regimen",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regimen",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_regimenhistory" ("client_id", "confirmed_reason", "dose_digits", "dose_unit", "drug", "end_reason", "ends_on", "id", "import_batch_id", "origin", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "previous_id", "reason", "recorded_at", "recorded_by", "review_on", "schedule", "source_id", "source_system", "starts_on", "strength_digits", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (OLD."client_id", OLD."confirmed_reason", OLD."dose_digits", OLD."dose_unit", OLD."drug", OLD."end_reason", OLD."ends_on", OLD."id", OLD."import_batch_id", OLD."origin", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."previous_id", OLD."reason", OLD."recorded_at", OLD."recorded_by", OLD."review_on", OLD."schedule", OLD."source_id", OLD."source_system", OLD."starts_on", OLD."strength_digits", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason", OLD."zone"); RETURN NULL;',
                    hash="6b81a3c64f47ebbfc2a50406a79b7874ed64e67b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7b1bf",
                    table="tracking_regimen",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="doseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_unit__in", ("mg", "ug", "IU"))), name="doseevent_amount_unit_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="regimen",
            constraint=models.CheckConstraint(
                condition=models.Q(("dose_unit__in", ("mg", "ug", "IU"))), name="regimen_dose_unit_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="regimen",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("strength_digits", ""), ("strength_digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$"), _connector="OR"
                ),
                name="regimen_strength_is_a_number",
            ),
        ),
        migrations.AddField(
            model_name="inventorycount",
            name="import_batch",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.importbatch"
            ),
        ),
        migrations.AddField(
            model_name="inventorycount",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
            ),
        ),
        migrations.AddField(
            model_name="inventorycount",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="tracking.inventorycount",
            ),
        ),
        migrations.AddField(
            model_name="inventorycounthistory",
            name="import_batch",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="tracking.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="inventorycounthistory",
            name="patient",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="tracking.patient",
            ),
        ),
        migrations.AddField(
            model_name="inventorycounthistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                related_query_name="history_of",
                to="tracking.inventorycount",
            ),
        ),
        migrations.AddField(
            model_name="inventorycounthistory",
            name="supersedes",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="tracking.inventorycount",
            ),
        ),
        migrations.AddField(
            model_name="regimenpause",
            name="import_batch",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.importbatch"
            ),
        ),
        migrations.AddField(
            model_name="regimenpause",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
            ),
        ),
        migrations.AddField(
            model_name="regimenpause",
            name="regimen",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="tracking.regimen"),
        ),
        migrations.AddField(
            model_name="regimenpause",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="tracking.regimenpause",
            ),
        ),
        migrations.AddField(
            model_name="regimenpausehistory",
            name="import_batch",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="tracking.importbatch",
            ),
        ),
        migrations.AddField(
            model_name="regimenpausehistory",
            name="patient",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="tracking.patient",
            ),
        ),
        migrations.AddField(
            model_name="regimenpausehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                related_query_name="history_of",
                to="tracking.regimenpause",
            ),
        ),
        migrations.AddField(
            model_name="regimenpausehistory",
            name="regimen",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="tracking.regimen",
            ),
        ),
        migrations.AddField(
            model_name="regimenpausehistory",
            name="supersedes",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="tracking.regimenpause",
            ),
        ),
        migrations.AddField(
            model_name="zonemove",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
            ),
        ),
        migrations.AddIndex(
            model_name="inventorycount",
            index=models.Index(fields=["patient", "revision"], name="inventorycount_revision"),
        ),
        migrations.AddConstraint(
            model_name="inventorycount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None)),
                fields=("patient", "client_id"),
                name="inventorycount_client_id_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="inventorycount",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)),
                fields=("patient", "source_system", "source_id"),
                name="inventorycount_source_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="inventorycount",
            constraint=models.CheckConstraint(
                condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="inventorycount_client_id_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="inventorycount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "precision__in",
                        [
                            tracking.domain.reported.Precision["MINUTE"],
                            tracking.domain.reported.Precision["DAY"],
                            tracking.domain.reported.Precision["MONTH"],
                            tracking.domain.reported.Precision["YEAR"],
                            tracking.domain.reported.Precision["UNKNOWN"],
                        ],
                    )
                ),
                name="inventorycount_precision_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="inventorycount",
            constraint=models.CheckConstraint(
                condition=models.Q(("zone", ""), _negated=True), name="inventorycount_zone_stated"
            ),
        ),
        migrations.AddConstraint(
            model_name="inventorycount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", [tracking.domain.inventory.StockKind["COUNT"], tracking.domain.inventory.StockKind["REFILL"]])
                ),
                name="inventorycount_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="inventorycount",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("drug", ""), _negated=True), models.Q(("form", ""), _negated=True)),
                name="inventorycount_drug_and_form_stated",
            ),
        ),
        migrations.AddConstraint(
            model_name="inventorycount",
            constraint=models.CheckConstraint(
                condition=models.Q(("units_digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")),
                name="inventorycount_units_are_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="inventorycount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("content_digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$"), ("content_unit__in", ("mg", "ug", "IU"))
                ),
                name="inventorycount_content_is_a_number",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="inventorycount",
            trigger=pgtrigger.compiler.Trigger(
                name="revision",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                    hash="d9576c0d0d290a472519f804c225ec7d1ffacef6",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_revision_5bfac",
                    table="tracking_inventorycount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="inventorycount",
            trigger=pgtrigger.compiler.Trigger(
                name="stated_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."zone" IS DISTINCT FROM (NEW."zone") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."form" IS DISTINCT FROM (NEW."form") OR OLD."units_digits" IS DISTINCT FROM (NEW."units_digits") OR OLD."content_digits" IS DISTINCT FROM (NEW."content_digits") OR OLD."content_unit" IS DISTINCT FROM (NEW."content_unit") OR OLD."note" IS DISTINCT FROM (NEW."note"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="537bf38e68a002ee6b48e08bf0293848e512655d",
                    operation="UPDATE",
                    pgid="pgtrigger_stated_once_02984",
                    table="tracking_inventorycount",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="inventorycount",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_inventorycounthistory" ("at", "client_id", "content_digits", "content_unit", "drug", "form", "id", "import_batch_id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "units_digits", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."at", NEW."client_id", NEW."content_digits", NEW."content_unit", NEW."drug", NEW."form", NEW."id", NEW."import_batch_id", NEW."kind", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."units_digits", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                    hash="88cc3cb3a603a3f608f206049787359eed5b9e41",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_81112",
                    table="tracking_inventorycount",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="inventorycount",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."content_digits" IS DISTINCT FROM (NEW."content_digits") OR OLD."content_unit" IS DISTINCT FROM (NEW."content_unit") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."form" IS DISTINCT FROM (NEW."form") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."units_digits" IS DISTINCT FROM (NEW."units_digits") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                    func='INSERT INTO "tracking_inventorycounthistory" ("at", "client_id", "content_digits", "content_unit", "drug", "form", "id", "import_batch_id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "units_digits", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."at", NEW."client_id", NEW."content_digits", NEW."content_unit", NEW."drug", NEW."form", NEW."id", NEW."import_batch_id", NEW."kind", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."units_digits", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                    hash="2370e6c674b783699a1fbc71e79ebe2c7b0ee5db",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e1ad1",
                    table="tracking_inventorycount",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="inventorycount",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_inventorycounthistory" ("at", "client_id", "content_digits", "content_unit", "drug", "form", "id", "import_batch_id", "kind", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "precision", "recorded_at", "recorded_by", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "units_digits", "withdrawn_at", "withdrawn_reason", "zone") VALUES (OLD."at", OLD."client_id", OLD."content_digits", OLD."content_unit", OLD."drug", OLD."form", OLD."id", OLD."import_batch_id", OLD."kind", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."precision", OLD."recorded_at", OLD."recorded_by", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."units_digits", OLD."withdrawn_at", OLD."withdrawn_reason", OLD."zone"); RETURN NULL;',
                    hash="b1414a7f0350e96daa4526ce178b401baa17867f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_391eb",
                    table="tracking_inventorycount",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="inventorycounthistory",
            index=models.Index(fields=["patient", "pgh_id"], name="tracking_in_patient_5e9831_idx"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="inventorycounthistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bb46d620407666694b92828bd2e28836dec592c0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_f4d08",
                    table="tracking_inventorycounthistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="regimenpause",
            index=models.Index(fields=["patient", "revision"], name="regimenpause_revision"),
        ),
        migrations.AddConstraint(
            model_name="regimenpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None)), fields=("patient", "client_id"), name="regimenpause_client_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="regimenpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)),
                fields=("patient", "source_system", "source_id"),
                name="regimenpause_source_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="regimenpause",
            constraint=models.CheckConstraint(
                condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="regimenpause_client_id_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="regimenpause",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="regimenpause_ends_after_start",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regimenpause",
            trigger=pgtrigger.compiler.Trigger(
                name="revision",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                    hash="ac9c5ee2de73b4b4b594ab0f0e6b214f10f1aeb2",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_revision_f0139",
                    table="tracking_regimenpause",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regimenpause",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_regimenpausehistory" ("client_id", "ends_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by", "regimen_id", "source_id", "source_system", "starts_on", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."ends_on", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."recorded_at", NEW."recorded_by", NEW."regimen_id", NEW."source_id", NEW."source_system", NEW."starts_on", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                    hash="69cbdc3a9c9573565acc7d5c7ecf29555f55d5eb",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_019ff",
                    table="tracking_regimenpause",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regimenpause",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."regimen_id" IS DISTINCT FROM (NEW."regimen_id") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))',
                    func='INSERT INTO "tracking_regimenpausehistory" ("client_id", "ends_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by", "regimen_id", "source_id", "source_system", "starts_on", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."ends_on", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."recorded_at", NEW."recorded_by", NEW."regimen_id", NEW."source_id", NEW."source_system", NEW."starts_on", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                    hash="94a913efe80d2d6d588c74e114246b5bfd59380c",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_12de8",
                    table="tracking_regimenpause",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regimenpause",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_regimenpausehistory" ("client_id", "ends_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "recorded_at", "recorded_by", "regimen_id", "source_id", "source_system", "starts_on", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (OLD."client_id", OLD."ends_on", OLD."id", OLD."import_batch_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."recorded_at", OLD."recorded_by", OLD."regimen_id", OLD."source_id", OLD."source_system", OLD."starts_on", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason"); RETURN NULL;',
                    hash="1c9fe096f5229ac69c352b0e4ed98042fb70a30c",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_98451",
                    table="tracking_regimenpause",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="regimenpausehistory",
            index=models.Index(fields=["patient", "pgh_id"], name="tracking_re_patient_fc9cd8_idx"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="regimenpausehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1b250d8d88187c49c50e63e614c4eb178d582457",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_20a83",
                    table="tracking_regimenpausehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="zonemove",
            index=models.Index(fields=["patient", "at"], name="zonemove_of_patient"),
        ),
        migrations.AddConstraint(
            model_name="zonemove",
            constraint=models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="zonemove_zone_stated"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="zonemove",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e9ed0d5c5786d0e7a62ad9409895d489c0faf278",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_abf77",
                    table="tracking_zonemove",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(NO_OVERLAP, ALLOW_OVERLAP),
        protect("tracking_regimenpause", app_role=APP),
        protect("tracking_inventorycount", app_role=APP),
        protect("tracking_zonemove", app_role=APP, append_only=True),
        protect("tracking_regimenpausehistory", app_role=APP, append_only=True),
        protect("tracking_inventorycounthistory", app_role=APP, append_only=True),
    ]
