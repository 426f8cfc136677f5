"""Whether a scanner was moved or replaced, and who is asked for what is due."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0006_rulebook_versions"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="dexascan",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="dexascan",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="dexascan",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="dexascan",
            name="scanner_changed",
            field=models.BooleanField(
                db_default=False, default=False, help_text="the facility moved or replaced the scanner since the visit before"
            ),
        ),
        migrations.AddField(
            model_name="dexascanhistory",
            name="scanner_changed",
            field=models.BooleanField(
                db_default=False, default=False, help_text="the facility moved or replaced the scanner since the visit before"
            ),
        ),
        migrations.AddField(
            model_name="dueitem",
            name="audience",
            field=models.CharField(
                choices=[("man", "Man"), ("clinic", "Clinic")],
                db_default="man",
                default="man",
                help_text="who is asked",
                max_length=8,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dexascan",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_dexascanhistory" ("client_id", "confirmed_reason", "device", "facility", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "reference", "scanned_on", "scanner_changed", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."confirmed_reason", NEW."device", NEW."facility", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."reference", NEW."scanned_on", NEW."scanner_changed", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                    hash="1e33d9dffe3f61df200756655a78fa9f19670e1b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d895a",
                    table="tracking_dexascan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dexascan",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."device" IS DISTINCT FROM (NEW."device") OR OLD."facility" IS DISTINCT FROM (NEW."facility") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."scanned_on" IS DISTINCT FROM (NEW."scanned_on") OR OLD."scanner_changed" IS DISTINCT FROM (NEW."scanner_changed") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))',
                    func='INSERT INTO "tracking_dexascanhistory" ("client_id", "confirmed_reason", "device", "facility", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "reference", "scanned_on", "scanner_changed", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."confirmed_reason", NEW."device", NEW."facility", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."reference", NEW."scanned_on", NEW."scanner_changed", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                    hash="c12b3a28842fac846903789b83472b5860dae48a",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_ffe26",
                    table="tracking_dexascan",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dexascan",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_dexascanhistory" ("client_id", "confirmed_reason", "device", "facility", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "reference", "scanned_on", "scanner_changed", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason") VALUES (OLD."client_id", OLD."confirmed_reason", OLD."device", OLD."facility", OLD."id", OLD."import_batch_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by", OLD."reference", OLD."scanned_on", OLD."scanner_changed", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason"); RETURN NULL;',
                    hash="0fdf70e89b7a7135ceb8379503a2c3fa05920cb6",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7dba2",
                    table="tracking_dexascan",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="dueitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("audience__in", ["man", "clinic"])), name="dueitem_audience_known"
            ),
        ),
    ]
