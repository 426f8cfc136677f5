import django.db.models.deletion
import pgtrigger.compiler
import tracking.models.base
import tracking.services.triggers
from django.conf import settings
from django.db import migrations, models

from tracking.services.owned import protect

APP = settings.APP_DB_ROLE


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0013_allauth_signs_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="SyncLife",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("began_at_revision", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=64)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("patient", "began_at_revision"), name="synclife_begins_once")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="2113994ec3e6e462faab049082aed519a50076c1",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_e13b8",
                            table="tracking_synclife",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        tracking.services.triggers.InstallTriggers(models=["synclife"]),
        protect("tracking_synclife", app_role=APP, append_only=True),
    ]
