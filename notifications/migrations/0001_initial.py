import datetime
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import tracking.models.base
import tracking.services.triggers
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("patient_id", models.BigIntegerField()),
                ("due_item_id", models.BigIntegerField(blank=True, null=True)),
                ("kind", models.CharField(max_length=24)),
                ("stage", models.CharField(max_length=8)),
                ("channel", models.CharField(max_length=8)),
                ("round", models.PositiveSmallIntegerField()),
                ("round_began_at", models.DateTimeField()),
                (
                    "snoozed_until",
                    models.DateTimeField(blank=True, help_text="he asked for this round to begin with a pause", null=True),
                ),
                ("due_on", models.DateField(help_text="the due date it was planned for and speaks of")),
                ("send_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("claimed", "Claimed"),
                            ("silenced", "Silenced"),
                            ("superseded", "Superseded"),
                            ("expired", "Expired"),
                            ("answered", "Answered"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "along_with",
                    models.ForeignKey(
                        blank=True,
                        help_text="the reminder whose delivery speaks for this one too",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="riders",
                        to="notifications.reminder",
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="the dose or the drug, where it is no due item",
                        max_length=80,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "planned")), fields=["send_at", "id"], name="reminder_to_claim"),
                    models.Index(fields=["patient_id", "send_at"], name="reminder_of_patient"),
                    models.Index(
                        condition=models.Q(("along_with__isnull", False)), fields=["along_with"], name="reminder_rides_along"
                    ),
                    models.Index(
                        condition=models.Q(("claimed_at__isnull", False)), fields=["claimed_at"], name="reminder_said_at"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("due_item_id", "stage", "channel", "round"), name="reminder_once"),
                    models.CheckConstraint(condition=models.Q(("round__gte", 1)), name="reminder_rounds_count_from_1"),
                    models.CheckConstraint(
                        condition=models.Q(("send_at__lt", models.F("expires_at"))), name="reminder_has_a_window"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claimed_at", None), ("state__in", ["planned", "silenced", "superseded", "expired"])),
                            models.Q(
                                ("claimed_at__gte", models.F("send_at")),
                                ("claimed_at__isnull", False),
                                ("claimed_at__lt", models.F("expires_at")),
                                ("state", "claimed"),
                            ),
                            ("state", "answered"),
                            _connector="OR",
                        ),
                        name="reminder_claimed_inside_its_window",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["before", "on", "after", "overdue"])), name="reminder_stage_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("channel", ""), _negated=True), name="reminder_channel_named"),
                    models.UniqueConstraint(
                        condition=models.Q(("occasion", ""), _negated=True),
                        fields=("patient_id", "occasion", "stage", "channel", "round"),
                        name="reminder_once_an_occasion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_item_id__isnull", False), ("occasion", "")),
                            models.Q(("due_item_id", None), models.Q(("occasion", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="reminder_speaks_of_one_thing",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="settled_stays_settled",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{planned:claimed,planned:silenced,planned:superseded,planned:expired,planned:answered,claimed:answered,silenced:planned,superseded:planned,expired:planned}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="c78ea4c7fd074a1ed891675d491ae80a8e422a58",
                            operation="UPDATE",
                            pgid="pgtrigger_settled_stays_settled_31816",
                            table="notifications_reminder",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("patient_id", models.BigIntegerField(unique=True)),
                ("preferred_hour", models.PositiveSmallIntegerField(default=9, help_text="0 to 23, in his time zone")),
                ("quiet_from", models.TimeField(default=datetime.time(21, 0), help_text="local time")),
                (
                    "quiet_until",
                    models.TimeField(default=datetime.time(8, 0), help_text="local time; equal ends: no quiet hours"),
                ),
                ("by_email", models.BooleanField(default=True)),
                (
                    "channels",
                    models.JSONField(
                        blank=True, db_default={}, default=dict, help_text="ways by kind; the empty key is every other"
                    ),
                ),
                (
                    "digest",
                    models.BooleanField(
                        db_default=True, default=True, help_text="what is due at the same time goes out as one"
                    ),
                ),
                (
                    "discreet",
                    models.BooleanField(
                        db_default=True, default=True, help_text="outside: that there is something, and no more"
                    ),
                ),
                ("language", models.CharField(db_default="en", default="en", max_length=8)),
                (
                    "paused_until",
                    models.DateTimeField(blank=True, help_text="nothing before then, except what is time-critical", null=True),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient_id", "revision"], name="preference_revision"),
                    models.Index(
                        condition=models.Q(("channels__has_key", "dose")), fields=["patient_id"], name="preference_wants_doses"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("preferred_hour__lte", 23)), name="preference_hour_0_to_23")
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
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
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="ca1f47c410dc789da3a0922072e86c613cf4829a",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_8e407",
                            table="notifications_preference",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
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
                ],
            },
        ),
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
            options={
                "indexes": [
                    models.Index(condition=models.Q(("removed_at", None)), fields=["patient_id"], name="device_of_patient"),
                    models.Index(condition=models.Q(("removed_at", None)), fields=["value"], name="device_by_token"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)),
                        fields=("patient_id", "kind", "value"),
                        name="device_once_per_man",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removed_at", None), ("removed_why", ""), models.Q(("value", ""), _negated=True)),
                            models.Q(("removed_at__isnull", False), ("value", "")),
                            _connector="OR",
                        ),
                        name="device_has_a_token_until_removed",
                    ),
                    models.CheckConstraint(condition=models.Q(("kind__in", ["token", "fid"])), name="device_kind_known"),
                    models.CheckConstraint(
                        condition=models.Q(("platform__in", ["android", "ios"])), name="device_platform_known"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
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
                    )
                ],
            },
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
            options={
                "indexes": [models.Index(fields=["patient_id", "at"], name="escalation_of_patient")],
                "constraints": [
                    models.UniqueConstraint(fields=("about", "subject_id", "occasion", "level"), name="escalation_once"),
                    models.CheckConstraint(
                        condition=models.Q(("about__in", ["response", "overdue", "unreachable"])), name="escalation_about_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["lead", "clinic", "clinic_administrator"])),
                        name="escalation_level_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="4e33e6c3c518d29a5811772b02aacc58774f7a5e",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_10a96",
                            table="notifications_escalation",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("patient_id", models.BigIntegerField()),
                (
                    "token_hash",
                    models.CharField(blank=True, default="", help_text="SHA-256, hexadecimal; empty: withdrawn", max_length=64),
                ),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["patient_id"], name="calendarfeed_of_patient")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)), fields=("patient_id",), name="calendarfeed_one_stands"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("token_hash", ""), _negated=True),
                        fields=("token_hash",),
                        name="calendarfeed_by_token",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("token_hash__regex", "^[0-9a-f]{64}$"), ("withdrawn_at", None)),
                            models.Q(("token_hash", ""), ("withdrawn_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="calendarfeed_has_a_hash_until_withdrawn",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="withdrawn_stays_withdrawn",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."withdrawn_at" IS NOT NULL)',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="031e30fc2880fa18fa54bb3dee507d4cceb251a0",
                            operation="UPDATE",
                            pgid="pgtrigger_withdrawn_stays_withdrawn_bd40c",
                            table="notifications_calendarfeed",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffDigest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("refused", "Refused"),
                            ("unknown", "Unknown"),
                            ("dead", "Dead"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("sending_since", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("provider_reference", models.CharField(blank=True, default="", max_length=200)),
                ("last_reason", models.CharField(blank=True, default="", max_length=200)),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("recipient_id", models.BigIntegerField(help_text="the account of the prescriber")),
                ("day", models.DateField(help_text="the day in the zone of his clinic")),
                ("worth_until", models.DateTimeField(help_text="the end of that day")),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["next_attempt_at", "id"], name="staffdigest_to_send"
                    ),
                    models.Index(
                        condition=models.Q(("state", "sending")), fields=["sending_since"], name="staffdigest_in_hand"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("sending_since", None), ("state", "queued")),
                            models.Q(
                                ("attempts__gte", 1), ("ended_at", None), ("sending_since__isnull", False), ("state", "sending")
                            ),
                            models.Q(
                                ("attempts__gte", 1),
                                ("ended_at__isnull", False),
                                ("sending_since", None),
                                ("state__in", ["sent", "refused", "unknown"]),
                            ),
                            models.Q(("ended_at__isnull", False), ("sending_since", None), ("state", "dead")),
                            _connector="OR",
                        ),
                        name="staffdigest_state_is_whole",
                    ),
                    models.UniqueConstraint(fields=("recipient_id", "day"), name="staffdigest_once_a_day"),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="ended_stays_ended",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{queued:sending,queued:dead,sending:queued,sending:sent,sending:refused,sending:unknown,sending:dead}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="07a91653038faacc02147a7b9a0db6ab8aaf0cb3",
                            operation="UPDATE",
                            pgid="pgtrigger_ended_stays_ended_f8b6e",
                            table="notifications_staffdigest",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("patient_id", models.BigIntegerField()),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("client_id", models.CharField(default=tracking.models.base.new_client_id, max_length=36)),
                ("due_item_id", models.BigIntegerField(blank=True, null=True)),
                ("round", models.PositiveSmallIntegerField(help_text="the round it ended or thinned out")),
                (
                    "what",
                    models.CharField(choices=[("done", "Done"), ("snooze", "Snooze"), ("not_now", "Not Now")], max_length=8),
                ),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("by", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "reminder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="notifications.reminder"
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="the dose or the drug, where it is no due item",
                        max_length=80,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["patient_id", "revision"], name="answer_revision")],
                "constraints": [
                    models.UniqueConstraint(fields=("patient_id", "client_id"), name="answer_client_id_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("what__in", ["done", "snooze"])),
                        fields=("due_item_id", "round", "what"),
                        name="answer_ends_a_round_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("what", "not_now")), fields=("reminder",), name="answer_not_now_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("until__gt", models.F("at")), ("until__isnull", False), ("what", "snooze")),
                            models.Q(("until", None), ("what__in", ["done", "not_now"])),
                            _connector="OR",
                        ),
                        name="answer_snooze_says_until_when",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(models.Q(("occasion", ""), _negated=True), ("what__in", ["done", "snooze"])),
                        fields=("patient_id", "occasion", "round", "what"),
                        name="answer_ends_a_round_of_an_occasion_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_item_id__isnull", False), ("occasion", "")),
                            models.Q(("due_item_id", None), models.Q(("occasion", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="answer_speaks_of_one_thing",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="7b1a0db7f50a4b330d6c8747554f5067e24c3f53",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_b689b",
                            table="notifications_answer",
                            when="BEFORE",
                        ),
                    ),
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="4d912a6968ee446837ccc3a912a622597c94a3af",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_05ba1",
                            table="notifications_answer",
                            when="BEFORE",
                        ),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("patient_id", models.BigIntegerField()),
                ("channel", models.CharField(max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("refused", "Refused"),
                            ("unknown", "Unknown"),
                            ("dead", "Dead"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("sending_since", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("provider_reference", models.CharField(blank=True, default="", max_length=200)),
                ("last_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "reminder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="notifications.reminder",
                    ),
                ),
                (
                    "recipient_id",
                    models.BigIntegerField(blank=True, help_text="the account of the clinic that it goes to", null=True),
                ),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="notifications.device",
                    ),
                ),
                (
                    "escalation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="notifications.escalation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["next_attempt_at", "id"], name="delivery_to_send"
                    ),
                    models.Index(condition=models.Q(("state", "sending")), fields=["sending_since"], name="delivery_in_hand"),
                    models.Index(fields=["patient_id"], name="delivery_of_patient"),
                    models.Index(condition=models.Q(("ended_at__isnull", False)), fields=["ended_at"], name="delivery_ended"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("sending_since", None), ("state", "queued")),
                            models.Q(
                                ("attempts__gte", 1), ("ended_at", None), ("sending_since__isnull", False), ("state", "sending")
                            ),
                            models.Q(
                                ("attempts__gte", 1),
                                ("ended_at__isnull", False),
                                ("sending_since", None),
                                ("state__in", ["sent", "refused", "unknown"]),
                            ),
                            models.Q(("ended_at__isnull", False), ("sending_since", None), ("state", "dead")),
                            _connector="OR",
                        ),
                        name="delivery_state_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["", "inbox"]), _negated=True), name="delivery_leaves_the_house"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reminder__isnull", False)),
                        fields=("reminder", "channel", "device"),
                        name="delivery_once",
                        nulls_distinct=False,
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("escalation__isnull", False)),
                        fields=("escalation", "recipient_id"),
                        name="delivery_once_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("escalation", None), ("recipient_id", None), ("reminder__isnull", False)),
                            models.Q(
                                ("device", None),
                                ("escalation__isnull", False),
                                ("recipient_id__isnull", False),
                                ("reminder", None),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_is_about_one_thing",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="ended_stays_ended",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE _is_valid_transition BOOLEAN;",
                            func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{queued:sending,queued:dead,sending:queued,sending:sent,sending:refused,sending:unknown,sending:dead}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                            hash="04a135a41800b05bafc43e12b55dc92b90f39735",
                            operation="UPDATE",
                            pgid="pgtrigger_ended_stays_ended_6c240",
                            table="notifications_delivery",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("patient_id", models.BigIntegerField()),
                ("revision", models.BigIntegerField(default=0, editable=False)),
                ("title", models.CharField(max_length=120)),
                ("body", models.CharField(max_length=400)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reminder",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="inbox_message", to="notifications.reminder"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["patient_id", "revision"], name="inboxmessage_revision"),
                    models.Index(fields=["patient_id", "-id"], name="inboxmessage_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("read_at", None), ("read_at__gte", models.F("created_at")), _connector="OR"),
                        name="inboxmessage_read_after_written",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="revision",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="NEW.revision = trabecula_next_revision(NEW.patient_id); RETURN NEW;",
                            hash="87334cea29f5854a74e4f1a919f28f5b0365922f",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_revision_e8356",
                            table="notifications_inboxmessage",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PreferenceHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False)),
                ("patient_id", models.BigIntegerField()),
                ("preferred_hour", models.PositiveSmallIntegerField(default=9, help_text="0 to 23, in his time zone")),
                ("quiet_from", models.TimeField(default=datetime.time(21, 0), help_text="local time")),
                (
                    "quiet_until",
                    models.TimeField(default=datetime.time(8, 0), help_text="local time; equal ends: no quiet hours"),
                ),
                ("by_email", models.BooleanField(default=True)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        related_query_name="history_of",
                        to="notifications.preference",
                    ),
                ),
                (
                    "channels",
                    models.JSONField(
                        blank=True, db_default={}, default=dict, help_text="ways by kind; the empty key is every other"
                    ),
                ),
                (
                    "digest",
                    models.BooleanField(
                        db_default=True, default=True, help_text="what is due at the same time goes out as one"
                    ),
                ),
                (
                    "discreet",
                    models.BooleanField(
                        db_default=True, default=True, help_text="outside: that there is something, and no more"
                    ),
                ),
                ("language", models.CharField(db_default="en", default="en", max_length=8)),
                (
                    "paused_until",
                    models.DateTimeField(blank=True, help_text="nothing before then, except what is time-critical", null=True),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["id", "pgh_id"], name="notificatio_id_f8df89_idx")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="0430042f39134fb66e4b5c02db167aa796ba1779",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_append_only_ba25c",
                            table="notifications_preferencehistory",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        tracking.services.triggers.InstallTriggers(
            models=[
                "reminder",
                "preference",
                "device",
                "escalation",
                "calendarfeed",
                "staffdigest",
                "answer",
                "delivery",
                "inboxmessage",
                "preferencehistory",
            ],
        ),
    ]
