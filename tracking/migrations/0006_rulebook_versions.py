"""The rules of each version, stored once; and by which of them a man was looked at last."""

import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import tracking.services.triggers

# Evaluations made before this migration hold the texts of their rules themselves, so the check is on new rows only.
CITED = """
ALTER TABLE tracking_evaluation ADD CONSTRAINT evaluation_rulebook_is_stored
    FOREIGN KEY (rulebook_version) REFERENCES tracking_rulebookversion (version) NOT VALID;
"""
NOT_CITED = "ALTER TABLE tracking_evaluation DROP CONSTRAINT evaluation_rulebook_is_stored;"
# Our own names; DDL takes no parameters.
WRITTEN_ONCE = f"REVOKE UPDATE, DELETE, TRUNCATE ON tracking_rulebookversion FROM {settings.APP_DB_ROLE};"


class Migration(migrations.Migration):
    dependencies = [("tracking", "0005_episodes")]

    operations = [
        migrations.CreateModel(
            name="RulebookVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=64, unique=True)),
                ("label", models.CharField(help_text="the part of the version that people gave it", max_length=64)),
                ("digest", models.CharField(help_text="SHA-256 over the content of its files", max_length=64)),
                (
                    "content",
                    models.JSONField(help_text="every rule with its sources and figures, and the catalogue of sentences"),
                ),
                ("first_used_at", models.DateTimeField(help_text="as of when the first evaluation was made by it")),
            ],
            options={
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="36fd7a655ad15051ae259ad2d80f7a3e326c3049",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_d9036",
                            table="tracking_rulebookversion",
                            when="BEFORE",
                        ),
                    )
                ]
            },
        ),
        tracking.services.triggers.InstallTriggers(models=["rulebookversion"]),
        migrations.RunSQL(WRITTEN_ONCE, migrations.RunSQL.noop),
        migrations.RunSQL(CITED, NOT_CITED),
        migrations.AddField(
            model_name="standing",
            name="rulebook_version",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="by which he was looked at last; empty: not known, so look again",
                max_length=64,
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(fields=["rulebook_version", "patient"], name="standing_by_rulebook"),
        ),
    ]
