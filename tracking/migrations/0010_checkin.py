"""How he feels, how he lives, and which drugs he uses without anybody knowing how much; risk factors are stated once."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import tracking.domain.reported
import tracking.models.base
from django.conf import settings
from django.db import migrations, models

from tracking.services.owned import protect

APP = settings.APP_DB_ROLE

# As with regimens (0002): btree_gist is not everywhere, so equality becomes overlap of one-point ranges.
NO_OVERLAP = """
ALTER TABLE tracking_druguse ADD CONSTRAINT druguse_no_overlap_per_drug EXCLUDE USING gist (
    int8range(patient_id, patient_id, '[]') WITH &&,
    trabecula_textrange(drug, drug, '[]') WITH &&,
    daterange(since, until, '[)') WITH &&
) WHERE (superseded_at IS NULL AND withdrawn_at IS NULL);
"""
ALLOW_OVERLAP = "ALTER TABLE tracking_druguse DROP CONSTRAINT druguse_no_overlap_per_drug;"

TABLES = ("symptom", "lifestyle", "druguse")


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0009_titration"),
    ]

    operations = [
        migrations.CreateModel(
            name="DrugUse",
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
                ("drug", models.CharField(max_length=40)),
                ("since", models.DateField(blank=True, help_text="empty: not known", null=True)),
                (
                    "until",
                    models.DateField(blank=True, help_text="the first day without it; empty: he still uses it", null=True),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DrugUseHistory",
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
                ("drug", models.CharField(max_length=40)),
                ("since", models.DateField(blank=True, help_text="empty: not known", null=True)),
                (
                    "until",
                    models.DateField(blank=True, help_text="the first day without it; empty: he still uses it", null=True),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Lifestyle",
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
                ("code", models.CharField(max_length=40)),
                ("digits", models.CharField(help_text="as typed, in the unit of the measure", max_length=24)),
                ("unit", models.CharField(max_length=20)),
                ("since", models.DateField(help_text="the first day of which it is true")),
                ("confirmed_reason", models.CharField(blank=True, default="", max_length=200)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LifestyleHistory",
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
                ("code", models.CharField(max_length=40)),
                ("digits", models.CharField(help_text="as typed, in the unit of the measure", max_length=24)),
                ("unit", models.CharField(max_length=20)),
                ("since", models.DateField(help_text="the first day of which it is true")),
                ("confirmed_reason", models.CharField(blank=True, default="", max_length=200)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Symptom",
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
                ("code", models.CharField(max_length=40)),
                ("score", models.SmallIntegerField(help_text="0 (none) to 10")),
                ("felt_on", models.DateField(help_text="the day of the calendar where he was")),
                ("place", models.SmallIntegerField(help_text="which of the items of that day")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SymptomHistory",
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
                ("code", models.CharField(max_length=40)),
                ("score", models.SmallIntegerField(help_text="0 (none) to 10")),
                ("felt_on", models.DateField(help_text="the day of the calendar where he was")),
                ("place", models.SmallIntegerField(help_text="which of the items of that day")),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="riskfactor",
            trigger=pgtrigger.compiler.Trigger(
                name="stated_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."until" IS DISTINCT FROM (NEW."until") OR OLD."note" IS DISTINCT FROM (NEW."note"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="381715ef19600f47ee88da313c626a5271eba65b",
                    operation="UPDATE",
                    pgid="pgtrigger_stated_once_fa318",
                    table="tracking_riskfactor",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="druguse",
            name="import_batch",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.importbatch"
            ),
        ),
        migrations.AddField(
            model_name="druguse",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
            ),
        ),
        migrations.AddField(
            model_name="druguse",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="tracking.druguse",
            ),
        ),
        migrations.AddField(
            model_name="drugusehistory",
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
            model_name="drugusehistory",
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
            model_name="drugusehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                related_query_name="history_of",
                to="tracking.druguse",
            ),
        ),
        migrations.AddField(
            model_name="drugusehistory",
            name="supersedes",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="tracking.druguse",
            ),
        ),
        migrations.AddField(
            model_name="lifestyle",
            name="import_batch",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.importbatch"
            ),
        ),
        migrations.AddField(
            model_name="lifestyle",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
            ),
        ),
        migrations.AddField(
            model_name="lifestyle",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="tracking.lifestyle",
            ),
        ),
        migrations.AddField(
            model_name="lifestylehistory",
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
            model_name="lifestylehistory",
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
            model_name="lifestylehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                related_query_name="history_of",
                to="tracking.lifestyle",
            ),
        ),
        migrations.AddField(
            model_name="lifestylehistory",
            name="supersedes",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="tracking.lifestyle",
            ),
        ),
        migrations.AddField(
            model_name="symptom",
            name="import_batch",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.importbatch"
            ),
        ),
        migrations.AddField(
            model_name="symptom",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
            ),
        ),
        migrations.AddField(
            model_name="symptom",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="tracking.symptom",
            ),
        ),
        migrations.AddField(
            model_name="symptomhistory",
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
            model_name="symptomhistory",
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
            model_name="symptomhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history",
                related_query_name="history_of",
                to="tracking.symptom",
            ),
        ),
        migrations.AddField(
            model_name="symptomhistory",
            name="supersedes",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="tracking.symptom",
            ),
        ),
        migrations.AddIndex(
            model_name="druguse",
            index=models.Index(fields=["patient", "revision"], name="druguse_revision"),
        ),
        migrations.AddConstraint(
            model_name="druguse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None)), fields=("patient", "client_id"), name="druguse_client_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="druguse",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)),
                fields=("patient", "source_system", "source_id"),
                name="druguse_source_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="druguse",
            constraint=models.CheckConstraint(
                condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="druguse_client_id_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="druguse",
            constraint=models.CheckConstraint(condition=models.Q(("drug", ""), _negated=True), name="druguse_drug_stated"),
        ),
        migrations.AddConstraint(
            model_name="druguse",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("since", None), ("until__gt", models.F("since")), _connector="OR"),
                name="druguse_ends_after_start",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="druguse",
            trigger=pgtrigger.compiler.Trigger(
                name="revision",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                    hash="b33423e52715865ea69d964c1d4104629a09f35b",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_revision_ff799",
                    table="tracking_druguse",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="druguse",
            trigger=pgtrigger.compiler.Trigger(
                name="stated_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."until" IS DISTINCT FROM (NEW."until") OR OLD."note" IS DISTINCT FROM (NEW."note"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="387638e460856e0a76bd8bca12bd05827437c4ba",
                    operation="UPDATE",
                    pgid="pgtrigger_stated_once_7cc15",
                    table="tracking_druguse",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="druguse",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_drugusehistory" ("client_id", "drug", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "until", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."drug", NEW."id", NEW."import_batch_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."since", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."until", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                    hash="1fe9fad4ee61f37980f6f8be26c7205f2fa7e04b",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c2c03",
                    table="tracking_druguse",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="druguse",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."drug" IS DISTINCT FROM (NEW."drug") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."until" IS DISTINCT FROM (NEW."until") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))',
                    func='INSERT INTO "tracking_drugusehistory" ("client_id", "drug", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "until", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."drug", NEW."id", NEW."import_batch_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."since", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."until", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                    hash="bed9e34ac2dc1c52920b2df73d42aab2557bd7b1",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d4702",
                    table="tracking_druguse",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="druguse",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_drugusehistory" ("client_id", "drug", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "until", "withdrawn_at", "withdrawn_reason") VALUES (OLD."client_id", OLD."drug", OLD."id", OLD."import_batch_id", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by", OLD."since", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."until", OLD."withdrawn_at", OLD."withdrawn_reason"); RETURN NULL;',
                    hash="a103b0ea2169bdff593136833de0835e61af8865",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_263d9",
                    table="tracking_druguse",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="drugusehistory",
            index=models.Index(fields=["patient", "pgh_id"], name="tracking_dr_patient_6682ef_idx"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="drugusehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b08cac78aeef2ebe9a86c5e665b754143f57e01b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_d1dd4",
                    table="tracking_drugusehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="lifestyle",
            index=models.Index(fields=["patient", "revision"], name="lifestyle_revision"),
        ),
        migrations.AddConstraint(
            model_name="lifestyle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None)), fields=("patient", "client_id"), name="lifestyle_client_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="lifestyle",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)),
                fields=("patient", "source_system", "source_id"),
                name="lifestyle_source_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="lifestyle",
            constraint=models.CheckConstraint(
                condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="lifestyle_client_id_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="lifestyle",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("code", ""), _negated=True), models.Q(("unit", ""), _negated=True)),
                name="lifestyle_code_and_unit_stated",
            ),
        ),
        migrations.AddConstraint(
            model_name="lifestyle",
            constraint=models.CheckConstraint(
                condition=models.Q(("digits__regex", "^[0-9]{1,12}(\\.[0-9]{1,9})?$")), name="lifestyle_digits_are_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="lifestyle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None), ("withdrawn_at", None)),
                fields=("patient", "code", "since"),
                name="lifestyle_measure_once_from_a_day",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lifestyle",
            trigger=pgtrigger.compiler.Trigger(
                name="revision",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                    hash="9b6278c961525a1e80d225f5734424b7cea37480",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_revision_9ef8d",
                    table="tracking_lifestyle",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lifestyle",
            trigger=pgtrigger.compiler.Trigger(
                name="stated_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."digits" IS DISTINCT FROM (NEW."digits") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."note" IS DISTINCT FROM (NEW."note"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="4aeee5da2726a3e2abf7f225de41b021c5b8ec19",
                    operation="UPDATE",
                    pgid="pgtrigger_stated_once_10323",
                    table="tracking_lifestyle",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lifestyle",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_lifestylehistory" ("client_id", "code", "confirmed_reason", "digits", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "unit", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."code", NEW."confirmed_reason", NEW."digits", NEW."id", NEW."import_batch_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."since", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."unit", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                    hash="65a2941e905e04023e169bd39a89e1a9973163c8",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c14cd",
                    table="tracking_lifestyle",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lifestyle",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."confirmed_reason" IS DISTINCT FROM (NEW."confirmed_reason") OR OLD."digits" IS DISTINCT FROM (NEW."digits") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason"))',
                    func='INSERT INTO "tracking_lifestylehistory" ("client_id", "code", "confirmed_reason", "digits", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "unit", "withdrawn_at", "withdrawn_reason") VALUES (NEW."client_id", NEW."code", NEW."confirmed_reason", NEW."digits", NEW."id", NEW."import_batch_id", NEW."note", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by", NEW."since", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."unit", NEW."withdrawn_at", NEW."withdrawn_reason"); RETURN NULL;',
                    hash="8f55a69afcc30369a2038f8f399dfd520ae64e4f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5b21d",
                    table="tracking_lifestyle",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lifestyle",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_lifestylehistory" ("client_id", "code", "confirmed_reason", "digits", "id", "import_batch_id", "note", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by", "since", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "unit", "withdrawn_at", "withdrawn_reason") VALUES (OLD."client_id", OLD."code", OLD."confirmed_reason", OLD."digits", OLD."id", OLD."import_batch_id", OLD."note", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by", OLD."since", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."unit", OLD."withdrawn_at", OLD."withdrawn_reason"); RETURN NULL;',
                    hash="8f166b23e221a00158f3686f8451e6ac199fdad8",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_9dbeb",
                    table="tracking_lifestyle",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="lifestylehistory",
            index=models.Index(fields=["patient", "pgh_id"], name="tracking_li_patient_98aafb_idx"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lifestylehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5115b1f90cc2e3be1de5ce89d03f3dec33e22e3d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b4cf1",
                    table="tracking_lifestylehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="symptom",
            index=models.Index(fields=["patient", "revision"], name="symptom_revision"),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None)), fields=("patient", "client_id"), name="symptom_client_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("source_id", ""), _negated=True), ("superseded_at", None), ("withdrawn_at", None)),
                fields=("patient", "source_system", "source_id"),
                name="symptom_source_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.CheckConstraint(
                condition=models.Q(("client_id__regex", "^[A-Za-z0-9_.-]{1,36}$")), name="symptom_client_id_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="symptom",
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
                name="symptom_precision_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.CheckConstraint(condition=models.Q(("zone", ""), _negated=True), name="symptom_zone_stated"),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.CheckConstraint(condition=models.Q(("code", ""), _negated=True), name="symptom_code_stated"),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.CheckConstraint(condition=models.Q(("score__range", (0, 10))), name="symptom_score_in_range"),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.CheckConstraint(condition=models.Q(("place__range", (1, 5))), name="symptom_at_most_five_a_day"),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.CheckConstraint(
                condition=models.Q(("precision__in", ("minute", "day"))), name="symptom_day_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "felt_on__gte",
                        models.Func(
                            models.F("at"),
                            output_field=models.DateField(),
                            template="((%(expressions)s AT TIME ZONE 'UTC')::date + -1)",
                        ),
                    ),
                    (
                        "felt_on__lte",
                        models.Func(
                            models.F("at"),
                            output_field=models.DateField(),
                            template="((%(expressions)s AT TIME ZONE 'UTC')::date + 1)",
                        ),
                    ),
                ),
                name="symptom_day_is_that_of_its_instant",
            ),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None), ("withdrawn_at", None)),
                fields=("patient", "felt_on", "place"),
                name="symptom_place_once_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="symptom",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None), ("withdrawn_at", None)),
                fields=("patient", "felt_on", "code"),
                name="symptom_code_once_a_day",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="symptom",
            trigger=pgtrigger.compiler.Trigger(
                name="revision",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                    hash="f20b01536275ab98378b753b0dec71aceb104076",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_revision_49d42",
                    table="tracking_symptom",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="symptom",
            trigger=pgtrigger.compiler.Trigger(
                name="stated_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."zone" IS DISTINCT FROM (NEW."zone") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."score" IS DISTINCT FROM (NEW."score") OR OLD."felt_on" IS DISTINCT FROM (NEW."felt_on") OR OLD."place" IS DISTINCT FROM (NEW."place"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="e2f2ede61dc83786aac6d385a1016534c94c7df2",
                    operation="UPDATE",
                    pgid="pgtrigger_stated_once_cde1a",
                    table="tracking_symptom",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="symptom",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_symptomhistory" ("at", "client_id", "code", "felt_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "precision", "recorded_at", "recorded_by", "score", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."at", NEW."client_id", NEW."code", NEW."felt_on", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."place", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."score", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                    hash="d62cae45b625a08e35967f3ff639f2f29ee06513",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9eba0",
                    table="tracking_symptom",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="symptom",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."felt_on" IS DISTINCT FROM (NEW."felt_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_batch_id" IS DISTINCT FROM (NEW."import_batch_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."place" IS DISTINCT FROM (NEW."place") OR OLD."precision" IS DISTINCT FROM (NEW."precision") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by" IS DISTINCT FROM (NEW."recorded_by") OR OLD."score" IS DISTINCT FROM (NEW."score") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_system" IS DISTINCT FROM (NEW."source_system") OR OLD."superseded_at" IS DISTINCT FROM (NEW."superseded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."withdrawn_reason" IS DISTINCT FROM (NEW."withdrawn_reason") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                    func='INSERT INTO "tracking_symptomhistory" ("at", "client_id", "code", "felt_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "precision", "recorded_at", "recorded_by", "score", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (NEW."at", NEW."client_id", NEW."code", NEW."felt_on", NEW."id", NEW."import_batch_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."place", NEW."precision", NEW."recorded_at", NEW."recorded_by", NEW."score", NEW."source_id", NEW."source_system", NEW."superseded_at", NEW."supersedes_id", NEW."uid", NEW."withdrawn_at", NEW."withdrawn_reason", NEW."zone"); RETURN NULL;',
                    hash="3ce8cc248019d6613e53c41613885124f5bb19c4",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_82232",
                    table="tracking_symptom",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="symptom",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "tracking_symptomhistory" ("at", "client_id", "code", "felt_on", "id", "import_batch_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "precision", "recorded_at", "recorded_by", "score", "source_id", "source_system", "superseded_at", "supersedes_id", "uid", "withdrawn_at", "withdrawn_reason", "zone") VALUES (OLD."at", OLD."client_id", OLD."code", OLD."felt_on", OLD."id", OLD."import_batch_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."place", OLD."precision", OLD."recorded_at", OLD."recorded_by", OLD."score", OLD."source_id", OLD."source_system", OLD."superseded_at", OLD."supersedes_id", OLD."uid", OLD."withdrawn_at", OLD."withdrawn_reason", OLD."zone"); RETURN NULL;',
                    hash="c2c1c1ae32e23423160ae50a308ab85558185f45",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c3999",
                    table="tracking_symptom",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="symptomhistory",
            index=models.Index(fields=["patient", "pgh_id"], name="tracking_sy_patient_a63870_idx"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="symptomhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="8a2eeebddc892778739a0b63325ea447d18d1939",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_f3a70",
                    table="tracking_symptomhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(NO_OVERLAP, ALLOW_OVERLAP),
        *(protect(f"tracking_{name}", app_role=APP) for name in TABLES),
        *(protect(f"tracking_{name}history", app_role=APP, append_only=True) for name in TABLES),
    ]
