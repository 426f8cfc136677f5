"""The calendar feed, the digests of prescribers, and reminders of doses and refills."""

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
            },
        ),
        migrations.AddField(
            model_name="answer",
            name="occasion",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="the dose or the drug, where it is no due item", max_length=80
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="occasion",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="the dose or the drug, where it is no due item", max_length=80
            ),
        ),
        migrations.AlterField(
            model_name="answer",
            name="due_item_id",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="due_item_id",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="preference",
            index=models.Index(
                condition=models.Q(("channels__has_key", "dose")), fields=["patient_id"], name="preference_wants_doses"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("occasion", ""), _negated=True), ("what__in", ["done", "snooze"])),
                fields=("patient_id", "occasion", "round", "what"),
                name="answer_ends_a_round_of_an_occasion_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_item_id__isnull", False), ("occasion", "")),
                    models.Q(("due_item_id", None), models.Q(("occasion", ""), _negated=True)),
                    _connector="OR",
                ),
                name="answer_speaks_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("occasion", ""), _negated=True),
                fields=("patient_id", "occasion", "stage", "channel", "round"),
                name="reminder_once_an_occasion",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_item_id__isnull", False), ("occasion", "")),
                    models.Q(("due_item_id", None), models.Q(("occasion", ""), _negated=True)),
                    _connector="OR",
                ),
                name="reminder_speaks_of_one_thing",
            ),
        ),
        migrations.AddIndex(
            model_name="calendarfeed",
            index=models.Index(fields=["patient_id"], name="calendarfeed_of_patient"),
        ),
        migrations.AddConstraint(
            model_name="calendarfeed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)), fields=("patient_id",), name="calendarfeed_one_stands"
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarfeed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("token_hash", ""), _negated=True), fields=("token_hash",), name="calendarfeed_by_token"
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarfeed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("token_hash__regex", "^[0-9a-f]{64}$"), ("withdrawn_at", None)),
                    models.Q(("token_hash", ""), ("withdrawn_at__isnull", False)),
                    _connector="OR",
                ),
                name="calendarfeed_has_a_hash_until_withdrawn",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="calendarfeed",
            trigger=pgtrigger.compiler.Trigger(
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
            ),
        ),
        migrations.AddIndex(
            model_name="staffdigest",
            index=models.Index(
                condition=models.Q(("state", "queued")), fields=["next_attempt_at", "id"], name="staffdigest_to_send"
            ),
        ),
        migrations.AddIndex(
            model_name="staffdigest",
            index=models.Index(condition=models.Q(("state", "sending")), fields=["sending_since"], name="staffdigest_in_hand"),
        ),
        migrations.AddConstraint(
            model_name="staffdigest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("sending_since", None), ("state", "queued")),
                    models.Q(("attempts__gte", 1), ("ended_at", None), ("sending_since__isnull", False), ("state", "sending")),
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
        ),
        migrations.AddConstraint(
            model_name="staffdigest",
            constraint=models.UniqueConstraint(fields=("recipient_id", "day"), name="staffdigest_once_a_day"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="staffdigest",
            trigger=pgtrigger.compiler.Trigger(
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
            ),
        ),
        protect("notifications_calendarfeed", app_role=APP),
    ]
