import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import tracking.models.imports
from django.conf import settings
from django.db import migrations, models

import tracking.services.triggers
from tracking.services.owned import protect

APP = settings.APP_DB_ROLE


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0003_sharing"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnsweredRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("method", models.CharField(max_length=8)),
                ("route", models.CharField(help_text="the address as it was asked for", max_length=300)),
                ("key", models.CharField(help_text="as the client minted it", max_length=200)),
                (
                    "body_digest",
                    models.CharField(help_text="SHA-256 of the body, of one canonical form, and of the query", max_length=64),
                ),
                ("status", models.PositiveSmallIntegerField()),
                ("headers", models.JSONField(default=dict, help_text="those that the answer had of its own")),
                ("answer", models.JSONField(help_text="as it was rendered; null: none", null=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="episode",
            name="told_at",
            field=models.DateTimeField(
                blank=True,
                help_text="when a message about it last reached somebody of his clinic; empty: none is known to have",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="episodehistory",
            name="told_at",
            field=models.DateTimeField(
                blank=True,
                help_text="when a message about it last reached somebody of his clinic; empty: none is known to have",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="patient",
            name="display_units",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="by analyte, the unit that he reads it in beside the reported one",
            ),
        ),
        migrations.AddField(
            model_name="patienthistory",
            name="display_units",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="by analyte, the unit that he reads it in beside the reported one",
            ),
        ),
        tracking.services.triggers.ReplaceTriggers(
            models=["episode", "patient"],
            changes=[
                pgtrigger.migrations.RemoveTrigger(
                    model_name="episode",
                    name="insert_insert",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="episode",
                    name="update_update",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="episode",
                    name="delete_delete",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="patient",
                    name="revision",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="patient",
                    name="insert_insert",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="patient",
                    name="update_update",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="patient",
                    name="delete_delete",
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="episode",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_episodehistory" ("acknowledged_at", "acknowledged_by", "censored", "code", "count", "evaluation_id", "family", "first_snoozed_at", "id", "lane", "margin", "note", "opened_at", "opened_in_id", "outcome", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reopened", "resolution", "resolved_at", "respond_by", "rule_changed", "severity", "snooze_reason", "snoozed_at", "snoozed_by", "snoozed_until", "tier", "told_at", "uid", "worst_priority") VALUES (NEW."acknowledged_at", NEW."acknowledged_by", NEW."censored", NEW."code", NEW."count", NEW."evaluation_id", NEW."family", NEW."first_snoozed_at", NEW."id", NEW."lane", NEW."margin", NEW."note", NEW."opened_at", NEW."opened_in_id", NEW."outcome", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."priority", NEW."reopened", NEW."resolution", NEW."resolved_at", NEW."respond_by", NEW."rule_changed", NEW."severity", NEW."snooze_reason", NEW."snoozed_at", NEW."snoozed_by", NEW."snoozed_until", NEW."tier", NEW."told_at", NEW."uid", NEW."worst_priority"); RETURN NULL;',
                            hash="eb9acc4d6578e686ade93774577494112292c578",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_16725",
                            table="tracking_episode",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="episode",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."acknowledged_at" IS DISTINCT FROM (NEW."acknowledged_at") OR OLD."acknowledged_by" IS DISTINCT FROM (NEW."acknowledged_by") OR OLD."censored" IS DISTINCT FROM (NEW."censored") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."count" IS DISTINCT FROM (NEW."count") OR OLD."evaluation_id" IS DISTINCT FROM (NEW."evaluation_id") OR OLD."family" IS DISTINCT FROM (NEW."family") OR OLD."first_snoozed_at" IS DISTINCT FROM (NEW."first_snoozed_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lane" IS DISTINCT FROM (NEW."lane") OR OLD."margin" IS DISTINCT FROM (NEW."margin") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."opened_in_id" IS DISTINCT FROM (NEW."opened_in_id") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."priority" IS DISTINCT FROM (NEW."priority") OR OLD."reopened" IS DISTINCT FROM (NEW."reopened") OR OLD."resolution" IS DISTINCT FROM (NEW."resolution") OR OLD."resolved_at" IS DISTINCT FROM (NEW."resolved_at") OR OLD."respond_by" IS DISTINCT FROM (NEW."respond_by") OR OLD."rule_changed" IS DISTINCT FROM (NEW."rule_changed") OR OLD."severity" IS DISTINCT FROM (NEW."severity") OR OLD."snooze_reason" IS DISTINCT FROM (NEW."snooze_reason") OR OLD."snoozed_at" IS DISTINCT FROM (NEW."snoozed_at") OR OLD."snoozed_by" IS DISTINCT FROM (NEW."snoozed_by") OR OLD."snoozed_until" IS DISTINCT FROM (NEW."snoozed_until") OR OLD."tier" IS DISTINCT FROM (NEW."tier") OR OLD."told_at" IS DISTINCT FROM (NEW."told_at") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."worst_priority" IS DISTINCT FROM (NEW."worst_priority"))',
                            func='INSERT INTO "tracking_episodehistory" ("acknowledged_at", "acknowledged_by", "censored", "code", "count", "evaluation_id", "family", "first_snoozed_at", "id", "lane", "margin", "note", "opened_at", "opened_in_id", "outcome", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reopened", "resolution", "resolved_at", "respond_by", "rule_changed", "severity", "snooze_reason", "snoozed_at", "snoozed_by", "snoozed_until", "tier", "told_at", "uid", "worst_priority") VALUES (NEW."acknowledged_at", NEW."acknowledged_by", NEW."censored", NEW."code", NEW."count", NEW."evaluation_id", NEW."family", NEW."first_snoozed_at", NEW."id", NEW."lane", NEW."margin", NEW."note", NEW."opened_at", NEW."opened_in_id", NEW."outcome", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."priority", NEW."reopened", NEW."resolution", NEW."resolved_at", NEW."respond_by", NEW."rule_changed", NEW."severity", NEW."snooze_reason", NEW."snoozed_at", NEW."snoozed_by", NEW."snoozed_until", NEW."tier", NEW."told_at", NEW."uid", NEW."worst_priority"); RETURN NULL;',
                            hash="94252327367fdc4fa95e25c1ba87430cca055df3",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_85b36",
                            table="tracking_episode",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="episode",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_episodehistory" ("acknowledged_at", "acknowledged_by", "censored", "code", "count", "evaluation_id", "family", "first_snoozed_at", "id", "lane", "margin", "note", "opened_at", "opened_in_id", "outcome", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "reopened", "resolution", "resolved_at", "respond_by", "rule_changed", "severity", "snooze_reason", "snoozed_at", "snoozed_by", "snoozed_until", "tier", "told_at", "uid", "worst_priority") VALUES (OLD."acknowledged_at", OLD."acknowledged_by", OLD."censored", OLD."code", OLD."count", OLD."evaluation_id", OLD."family", OLD."first_snoozed_at", OLD."id", OLD."lane", OLD."margin", OLD."note", OLD."opened_at", OLD."opened_in_id", OLD."outcome", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."priority", OLD."reopened", OLD."resolution", OLD."resolved_at", OLD."respond_by", OLD."rule_changed", OLD."severity", OLD."snooze_reason", OLD."snoozed_at", OLD."snoozed_by", OLD."snoozed_until", OLD."tier", OLD."told_at", OLD."uid", OLD."worst_priority"); RETURN NULL;',
                            hash="01e164c8060382d2cc5a3fe6beb5a30ec79461fa",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_5a78c",
                            table="tracking_episode",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="patient",
                    trigger=pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                    IF NEW.revision_xact <> pg_current_xact_id()::text::bigint THEN\n                        NEW.revision = NEW.revision + 1;\n                        NEW.revision_xact = pg_current_xact_id()::text::bigint;\n                    END IF;\n                    NEW.profile_revision = NEW.revision;\n                    RETURN NEW;\n                ",
                            hash="d3e4954342aebd99c4043813ed3c78ec551d0956",
                            operation='UPDATE OF "name", "birth_date", "birth_year", "zone", "display_units"',
                            pgid="pgtrigger_revision_ee1bc",
                            table="tracking_patient",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="patient",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_patienthistory" ("birth_date", "birth_year", "display_units", "id", "is_statistical", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "statistical_facts", "statistical_key", "uid", "user_id", "zone") VALUES (NEW."birth_date", NEW."birth_year", NEW."display_units", NEW."id", NEW."is_statistical", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."statistical_facts", NEW."statistical_key", NEW."uid", NEW."user_id", NEW."zone"); RETURN NULL;',
                            hash="9016bfae2548d64d69ea8245c12c0e007c854506",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_e2656",
                            table="tracking_patient",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="patient",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."birth_date" IS DISTINCT FROM (NEW."birth_date") OR OLD."birth_year" IS DISTINCT FROM (NEW."birth_year") OR OLD."display_units" IS DISTINCT FROM (NEW."display_units") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_statistical" IS DISTINCT FROM (NEW."is_statistical") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."statistical_facts" IS DISTINCT FROM (NEW."statistical_facts") OR OLD."statistical_key" IS DISTINCT FROM (NEW."statistical_key") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                            func='INSERT INTO "tracking_patienthistory" ("birth_date", "birth_year", "display_units", "id", "is_statistical", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "statistical_facts", "statistical_key", "uid", "user_id", "zone") VALUES (NEW."birth_date", NEW."birth_year", NEW."display_units", NEW."id", NEW."is_statistical", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."statistical_facts", NEW."statistical_key", NEW."uid", NEW."user_id", NEW."zone"); RETURN NULL;',
                            hash="0d89b5b68fb4dac621c654c9ce910a7118e93896",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_84017",
                            table="tracking_patient",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="patient",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "tracking_patienthistory" ("birth_date", "birth_year", "display_units", "id", "is_statistical", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "statistical_facts", "statistical_key", "uid", "user_id", "zone") VALUES (OLD."birth_date", OLD."birth_year", OLD."display_units", OLD."id", OLD."is_statistical", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."statistical_facts", OLD."statistical_key", OLD."uid", OLD."user_id", OLD."zone"); RETURN NULL;',
                            hash="4bf37023f7a7b2316388199f7a2ca43a6ee7c389",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_51981",
                            table="tracking_patient",
                            when="AFTER",
                        ),
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(("state", tracking.models.imports.RowState["ASKS"])),
                fields=["patient", "batch"],
                name="importrow_asks",
            ),
        ),
        migrations.AddField(
            model_name="answeredrequest",
            name="account",
            field=models.ForeignKey(
                help_text="whose request it was",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answeredrequest",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
            ),
        ),
        migrations.AddIndex(
            model_name="answeredrequest",
            index=models.Index(fields=["at"], name="answeredrequest_at"),
        ),
        migrations.AddIndex(
            model_name="answeredrequest",
            index=models.Index(fields=["patient"], name="answeredrequest_of_patient"),
        ),
        migrations.AddConstraint(
            model_name="answeredrequest",
            constraint=models.UniqueConstraint(fields=("account", "method", "route", "key"), name="answeredrequest_once"),
        ),
        migrations.AddConstraint(
            model_name="answeredrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__gte", 200), ("status__lt", 300)), name="answeredrequest_was_accepted"
            ),
        ),
        migrations.AddConstraint(
            model_name="answeredrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("route", ""), _negated=True)),
                name="answeredrequest_named",
            ),
        ),
        protect("tracking_answeredrequest", app_role=APP, append_only=True),
        migrations.RunSQL(
            f"GRANT DELETE ON tracking_answeredrequest TO {APP}", f"REVOKE DELETE ON tracking_answeredrequest FROM {APP}"
        ),
    ]
