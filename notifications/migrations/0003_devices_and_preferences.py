"""Devices, escalations, what he prefers, and messages that speak of several reminders."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import tracking.models.base
from django.conf import settings
from django.db import migrations, models

from tracking.services.owned import protect

APP = settings.APP_DB_ROLE


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_protect"),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("patient_id", models.BigIntegerField()),
                ("kind", models.CharField(choices=[("token", "Token"), ("fid", "Fid")], max_length=8)),
                ("value", models.CharField(blank=True, default="", max_length=512)),
                ("platform", models.CharField(choices=[("android", "Android"), ("ios", "Ios")], max_length=8)),
                ("registered_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_why", models.CharField(blank=True, default="", max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("patient_id", models.BigIntegerField()),
                (
                    "about",
                    models.CharField(
                        choices=[("response", "Response"), ("overdue", "Overdue"), ("unreachable", "Unreachable")],
                        max_length=12,
                    ),
                ),
                ("subject_id", models.BigIntegerField(help_text="the episode, or else the due item")),
                (
                    "occasion",
                    models.CharField(
                        help_text="which silence: the target that passed, the overdue date or the round", max_length=40
                    ),
                ),
                ("level", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="preference",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="preference",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="preference",
            name="delete_delete",
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_leaves_the_house",
        ),
        migrations.RemoveConstraint(
            model_name="reminder",
            name="reminder_stage_known",
        ),
        migrations.RemoveConstraint(
            model_name="reminder",
            name="reminder_channel_known",
        ),
        migrations.AddField(
            model_name="delivery",
            name="recipient_id",
            field=models.BigIntegerField(blank=True, help_text="the account of the clinic that it goes to", null=True),
        ),
        migrations.AddField(
            model_name="preference",
            name="channels",
            field=models.JSONField(
                blank=True, db_default={}, default=dict, help_text="ways by kind; the empty key is every other"
            ),
        ),
        migrations.AddField(
            model_name="preference",
            name="digest",
            field=models.BooleanField(db_default=True, default=True, help_text="what is due at the same time goes out as one"),
        ),
        migrations.AddField(
            model_name="preference",
            name="discreet",
            field=models.BooleanField(db_default=True, default=True, help_text="outside: that there is something, and no more"),
        ),
        migrations.AddField(
            model_name="preference",
            name="language",
            field=models.CharField(db_default="en", default="en", max_length=8),
        ),
        migrations.AddField(
            model_name="preference",
            name="paused_until",
            field=models.DateTimeField(blank=True, help_text="nothing before then, except what is time-critical", null=True),
        ),
        migrations.AddField(
            model_name="preferencehistory",
            name="channels",
            field=models.JSONField(
                blank=True, db_default={}, default=dict, help_text="ways by kind; the empty key is every other"
            ),
        ),
        migrations.AddField(
            model_name="preferencehistory",
            name="digest",
            field=models.BooleanField(db_default=True, default=True, help_text="what is due at the same time goes out as one"),
        ),
        migrations.AddField(
            model_name="preferencehistory",
            name="discreet",
            field=models.BooleanField(db_default=True, default=True, help_text="outside: that there is something, and no more"),
        ),
        migrations.AddField(
            model_name="preferencehistory",
            name="language",
            field=models.CharField(db_default="en", default="en", max_length=8),
        ),
        migrations.AddField(
            model_name="preferencehistory",
            name="paused_until",
            field=models.DateTimeField(blank=True, help_text="nothing before then, except what is time-critical", null=True),
        ),
        migrations.AddField(
            model_name="reminder",
            name="along_with",
            field=models.ForeignKey(
                blank=True,
                help_text="the reminder whose delivery speaks for this one too",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="riders",
                to="notifications.reminder",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="reminder",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="notifications.reminder",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("along_with__isnull", False)), fields=["along_with"], name="reminder_rides_along"
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("claimed_at__isnull", False)), fields=["claimed_at"], name="reminder_said_at"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="preference",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "notifications_preferencehistory" ("by_email", "channels", "digest", "discreet", "id", "language", "patient_id", "paused_until", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preferred_hour", "quiet_from", "quiet_until", "uid") VALUES (NEW."by_email", NEW."channels", NEW."digest", NEW."discreet", NEW."id", NEW."language", NEW."patient_id", NEW."paused_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."preferred_hour", NEW."quiet_from", NEW."quiet_until", NEW."uid"); RETURN NULL;',
                    hash="3ceb80f2c3c2940d9fc2a88ed1ee86ad1bff000c",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e2c77",
                    table="notifications_preference",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="preference",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."by_email" IS DISTINCT FROM (NEW."by_email") OR OLD."channels" IS DISTINCT FROM (NEW."channels") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."discreet" IS DISTINCT FROM (NEW."discreet") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."paused_until" IS DISTINCT FROM (NEW."paused_until") OR OLD."preferred_hour" IS DISTINCT FROM (NEW."preferred_hour") OR OLD."quiet_from" IS DISTINCT FROM (NEW."quiet_from") OR OLD."quiet_until" IS DISTINCT FROM (NEW."quiet_until") OR OLD."uid" IS DISTINCT FROM (NEW."uid"))',
                    func='INSERT INTO "notifications_preferencehistory" ("by_email", "channels", "digest", "discreet", "id", "language", "patient_id", "paused_until", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preferred_hour", "quiet_from", "quiet_until", "uid") VALUES (NEW."by_email", NEW."channels", NEW."digest", NEW."discreet", NEW."id", NEW."language", NEW."patient_id", NEW."paused_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."preferred_hour", NEW."quiet_from", NEW."quiet_until", NEW."uid"); RETURN NULL;',
                    hash="6633b9dae6305f4f30ae014905e7f38f676dfbec",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d1a92",
                    table="notifications_preference",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="preference",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "notifications_preferencehistory" ("by_email", "channels", "digest", "discreet", "id", "language", "patient_id", "paused_until", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preferred_hour", "quiet_from", "quiet_until", "uid") VALUES (OLD."by_email", OLD."channels", OLD."digest", OLD."discreet", OLD."id", OLD."language", OLD."patient_id", OLD."paused_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."preferred_hour", OLD."quiet_from", OLD."quiet_until", OLD."uid"); RETURN NULL;',
                    hash="f0514bd0c31c7707def38d4027a82c5ec0ead116",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_cc974",
                    table="notifications_preference",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["before", "on", "after", "overdue"])), name="reminder_stage_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel", ""), _negated=True), name="reminder_channel_named"
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(condition=models.Q(("removed_at", None)), fields=["patient_id"], name="device_of_patient"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(condition=models.Q(("removed_at", None)), fields=["value"], name="device_by_token"),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)), fields=("patient_id", "kind", "value"), name="device_once_per_man"
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at", None), ("removed_why", ""), models.Q(("value", ""), _negated=True)),
                    models.Q(("removed_at__isnull", False), ("value", "")),
                    _connector="OR",
                ),
                name="device_has_a_token_until_removed",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", ["token", "fid"])), name="device_kind_known"),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(("platform__in", ["android", "ios"])), name="device_platform_known"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="device",
            trigger=pgtrigger.compiler.Trigger(
                name="removed_stays_removed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."removed_at" IS NOT NULL)',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="70173fbe0a181e53c4f871b32fb228a8db28c141",
                    operation="UPDATE",
                    pgid="pgtrigger_removed_stays_removed_638eb",
                    table="notifications_device",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="device",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="notifications.device",
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["patient_id", "at"], name="escalation_of_patient"),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(fields=("about", "subject_id", "occasion", "level"), name="escalation_once"),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(("about__in", ["response", "overdue", "unreachable"])), name="escalation_about_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["lead", "clinic", "clinic_administrator"])), name="escalation_level_known"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="escalation",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4e33e6c3c518d29a5811772b02aacc58774f7a5e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_10a96",
                    table="notifications_escalation",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="escalation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="notifications.escalation",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("ended_at__isnull", False)), fields=["ended_at"], name="delivery_ended"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["", "inbox"]), _negated=True), name="delivery_leaves_the_house"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reminder__isnull", False)),
                fields=("reminder", "channel", "device"),
                name="delivery_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("escalation__isnull", False)),
                fields=("escalation", "recipient_id"),
                name="delivery_once_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("escalation", None), ("recipient_id", None), ("reminder__isnull", False)),
                    models.Q(
                        ("device", None), ("escalation__isnull", False), ("recipient_id__isnull", False), ("reminder", None)
                    ),
                    _connector="OR",
                ),
                name="delivery_is_about_one_thing",
            ),
        ),
        protect("notifications_device", app_role=APP),
        protect("notifications_escalation", app_role=APP, append_only=True),
    ]
