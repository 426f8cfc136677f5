"""Sign-ins, exports and the seals over all that is kept; and the functions of the second lock say where they look.

pg_dump reads with an empty search path, and the policies call these functions for each table that it reads: without that no backup
could be taken by a role that is bound by the policies.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tracking.domain.sealing
import tracking.models.base

APP = settings.APP_DB_ROLE

EACH = """
DO $$
DECLARE
    function regprocedure;
BEGIN
    FOR function IN
        SELECT p.oid FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname IN ('sql', 'plpgsql')
        WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'trabecula\\_%'
    LOOP
        EXECUTE format('ALTER FUNCTION %s {}', function);
    END LOOP;
END $$;
"""

# The application may add and read. Forgetting is the owner's, and never what is young, whatever a clock says.
RIGHTS = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON tracking_auditevent, tracking_sealedday, tracking_sealedtable FROM {APP};
"""
FORGET = f"""
CREATE FUNCTION trabecula_forget_audit(before timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    forgotten bigint;
BEGIN
    IF before > clock_timestamp() - interval '5 years' THEN
        RAISE EXCEPTION 'this would forget what happened less than five years ago' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM tracking_auditevent WHERE at < before;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION trabecula_forget_audit(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trabecula_forget_audit(timestamptz) TO {APP};
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0003_sharing")]

    operations = [
        migrations.RunSQL(EACH.format("SET search_path = public, pg_temp"), EACH.format("RESET search_path")),
        migrations.CreateModel(
            name="SealedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("sealed_at", models.DateTimeField()),
                ("rows", models.PositiveIntegerField()),
                ("before", models.CharField(help_text="the digest of the day sealed before; empty: the first", max_length=64)),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("signed-in", "signed-in"),
                            ("signed-out", "signed-out"),
                            ("sign-in-refused", "sign-in-refused"),
                            ("exported", "exported"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "by",
                    models.CharField(blank=True, default="", help_text="the actor; empty: nobody was signed in", max_length=64),
                ),
                (
                    "account",
                    models.BigIntegerField(
                        blank=True, help_text="the account it is about, which may be gone by now", null=True
                    ),
                ),
                ("patient", models.UUIDField(blank=True, help_text="the uid of the man whose record was taken out", null=True)),
                ("how", models.CharField(blank=True, default="", help_text="by which door, or in which format", max_length=40)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "what__in",
                                [
                                    tracking.domain.sealing.What["SIGNED_IN"],
                                    tracking.domain.sealing.What["SIGNED_OUT"],
                                    tracking.domain.sealing.What["REFUSED"],
                                    tracking.domain.sealing.What["EXPORTED"],
                                ],
                            )
                        ),
                        name="auditevent_what_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("what", tracking.domain.sealing.What["EXPORTED"]), _negated=True),
                            ("patient__isnull", False),
                            _connector="OR",
                        ),
                        name="auditevent_export_of_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SealedTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=63)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=63),
                        help_text="what the digests are over, in this order",
                        size=None,
                    ),
                ),
                ("ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                (
                    "owners",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(null=True), help_text="patient by patient; null: no man's", size=None
                    ),
                ),
                ("digests", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tables", to="tracking.sealedday"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("day", "table"), name="sealedtable_once_a_day")],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(FORGET, "DROP FUNCTION trabecula_forget_audit(timestamptz);"),
    ]
