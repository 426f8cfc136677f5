import django.db.models.deletion
import pgtrigger.compiler
import tracking.models.base
import tracking.services.triggers
from django.conf import settings
from django.db import migrations, models

from tracking.domain.categories import Category
from tracking.services.owned import protect, share

APP = settings.APP_DB_ROLE

# A consent and a token open categories of a record. A table whose policy names none is open with conclusions, which quote all.
# The token's expiry is asked by whoever lets it in, for SQL has no clock here; that it stands is asked anew by each query.
VISIBLE = """
CREATE FUNCTION trabecula_covers(scope jsonb, category text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT category = 'door' OR (category <> 'own' AND (scope = '[]'::jsonb OR scope @> to_jsonb(category)))
$$;

CREATE FUNCTION trabecula_visible_patients(account bigint, category text) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 10 AS $$
DECLARE
    acting text := trabecula_actor();
BEGIN
    PERFORM set_config('trabecula.actor', 'system:access', true);
    IF acting LIKE 'token:%' THEN
        RETURN QUERY
            SELECT token.patient_id FROM tracking_readtoken token
            WHERE token.id = substr(acting, 7)::bigint AND token.revoked_at IS NULL
            AND trabecula_covers(token.scope, category);
    ELSE
        RETURN QUERY
            SELECT id FROM tracking_patient WHERE user_id = account
            UNION
            SELECT care.patient_id
            FROM tracking_prescriber member
            JOIN tracking_carerelationship care ON care.clinic_id = member.clinic_id
            WHERE member.user_id = account AND member.is_active AND care.revoked_at IS NULL
            AND trabecula_covers(care.scope, category);
    END IF;
    PERFORM set_config('trabecula.actor', acting, true);
END $$;

CREATE OR REPLACE FUNCTION trabecula_visible_patients(account bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 10 AS $$
BEGIN
    RETURN QUERY SELECT trabecula_visible_patients(account, 'conclusions');
END $$;

-- Whether whoever acts may write into this record: himself, the system, or who sees all that a write is weighed against.
CREATE FUNCTION trabecula_may_write(patient bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT trabecula_is_system() OR (
        trabecula_user() IS NOT NULL AND patient IN (SELECT trabecula_visible_patients(trabecula_user(), 'conclusions'))
    )
$$;
"""

AS_BEFORE = """
DROP FUNCTION trabecula_may_write(bigint);
CREATE OR REPLACE FUNCTION trabecula_visible_patients(account bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 10 AS $$
DECLARE
    acting text := trabecula_actor();
BEGIN
    PERFORM set_config('trabecula.actor', 'system:access', true);
    RETURN QUERY
        SELECT id FROM tracking_patient WHERE user_id = account
        UNION
        SELECT care.patient_id
        FROM tracking_prescriber member
        JOIN tracking_carerelationship care ON care.clinic_id = member.clinic_id
        WHERE member.user_id = account AND member.is_active AND care.revoked_at IS NULL;
    PERFORM set_config('trabecula.actor', acting, true);
END $$;
DROP FUNCTION trabecula_visible_patients(bigint, text);
DROP FUNCTION trabecula_covers(jsonb, text);
"""

# Leaves what is to be left of a man, and says how many rows went from where. It has the rights of the owner, the only role that
# deletes; so it asks again whether he asked for it, and takes the registry's list only where it is that of the policies.
ERASE = """
CREATE FUNCTION trabecula_erase(man bigint, as_of timestamptz, names text[], owners text[]) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept text[] := ARRAY['tracking_patient', 'tracking_carerelationship', 'tracking_accessevent', 'tracking_tombstone',
                         'tracking_erasurerequest'];
    protected text[];
    went bigint;
    counted jsonb := '{}';
BEGIN
    IF trabecula_actor() <> 'system:erasure' THEN
        RAISE EXCEPTION 'only an erasure erases' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM tracking_erasurerequest WHERE patient_id = man AND cancelled_at IS NULL AND done_at IS NULL
    AND due_at <= as_of;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'patient % did not ask for it, or may still think better of it', man USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT array_agg(tablename::text ORDER BY tablename) INTO protected FROM pg_policies
    WHERE policyname = 'owned' AND schemaname = 'public' AND tablename <> ALL (kept);
    IF protected IS DISTINCT FROM (SELECT array_agg(name ORDER BY name) FROM unnest(names) name) THEN
        RAISE EXCEPTION 'the tables to erase are not those that belong to men: %', protected
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Nothing of this is a version to keep, and what is append-only has to go.
    PERFORM set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text FROM pg_trigger WHERE NOT tgisinternal), true);
    UPDATE tracking_patient SET name = '', birth_date = NULL, birth_year = NULL, zone = 'UTC', user_id = NULL,
        erased_at = as_of WHERE id = man;
    SET CONSTRAINTS ALL DEFERRED;
    FOR place IN 1 .. array_length(names, 1) LOOP
        EXECUTE format('DELETE FROM %I WHERE %I = $1', names[place], owners[place]) USING man;
        GET DIAGNOSTICS went = ROW_COUNT;
        IF went > 0 THEN
            counted := counted || jsonb_build_object(names[place], went);
        END IF;
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;  -- now is the time to fail
    SET CONSTRAINTS ALL DEFERRED;
    PERFORM set_config('pgtrigger.ignore', '{}', true);
    RETURN counted;
END $$;
REVOKE ALL ON FUNCTION trabecula_erase(bigint, timestamptz, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trabecula_erase(bigint, timestamptz, text[], text[]) TO @@APP@@;
""".replace("@@APP@@", APP)

PATIENT = "patient_id"
CATEGORIES = [
    ("patient", Category.DOOR, "id"),
    ("patienthistory", Category.DOOR, "id"),
    *((name, Category.DOOR, PATIENT) for name in ("carerelationship", "carerelationshiphistory", "accessevent")),
    *((name, Category.LABS, PATIENT) for name in ("labresult", "labresulthistory")),
    ("zonemove", Category.DOSES, PATIENT),
    *(
        (f"{name}{history}", Category.DOSES, PATIENT)
        for name in ("regimen", "regimenpause", "doseevent", "druguse", "inventorycount")
        for history in ("", "history")
    ),
    *(
        (f"{name}{history}", Category.SCANS, PATIENT)
        for name in ("dexascan", "dexasite", "fracture", "riskfactor")
        for history in ("", "history")
    ),
    *((f"{name}{history}", Category.SYMPTOMS, PATIENT) for name in ("symptom", "lifestyle") for history in ("", "history")),
]
OWN = ("sharecode", "readtoken", "accountexport", "erasurerequest")


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0002_protect"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="tracking.clinic"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tracking.prescriber"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at", None),
                            models.Q(("used_at__lte", models.F("expires_at")), ("withdrawn_at", None)),
                            _connector="OR",
                        ),
                        name="invitation_used_in_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="invitation_keeps_a_digest"
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="9a2678582e3978661af6b2db2d7578741dca01d2",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_63f46",
                            table="tracking_invitation",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ShareCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("scope", models.JSONField(default=list, help_text="categories he shares; empty means all")),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("used_by", models.CharField(blank=True, default="", help_text="the actor who redeemed it", max_length=64)),
                (
                    "care",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tracking.carerelationship",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("used_at", None), ("withdrawn_at", None)),
                        fields=("patient",),
                        name="sharecode_one_open_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("care", None), ("used_at", None), ("used_by", "")),
                            models.Q(
                                ("care__isnull", False),
                                ("used_at__lte", models.F("expires_at")),
                                ("withdrawn_at", None),
                                models.Q(("used_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="sharecode_used_in_time_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="sharecode_keeps_a_digest"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__contained_by", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                            models.Q(
                                models.Q(("scope__contains", ["conclusions"]), _negated=True),
                                ("scope__contains", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                                _connector="OR",
                            ),
                        ),
                        name="sharecode_scope_known",
                    ),
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."scope" IS DISTINCT FROM (NEW."scope") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="4569b305bd55ff82a4dc0995b0b76ed0d4a0c211",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_6374c",
                            table="tracking_sharecode",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("label", models.CharField(help_text="whom he gave it to, in his words", max_length=80)),
                ("scope", models.JSONField(help_text="categories it reads")),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))), name="readtoken_holds_for_a_while"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="readtoken_keeps_a_digest"
                    ),
                    models.CheckConstraint(condition=models.Q(("label", ""), _negated=True), name="readtoken_says_for_whom"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__contained_by", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                            models.Q(
                                models.Q(("scope__contains", ["conclusions"]), _negated=True),
                                ("scope__contains", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                                _connector="OR",
                            ),
                            models.Q(("scope", []), _negated=True),
                        ),
                        name="readtoken_names_what_it_reads",
                    ),
                ],
                "indexes": [models.Index(fields=["patient", "-made_at"], name="readtoken_of_patient")],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."scope" IS DISTINCT FROM (NEW."scope") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="7359a45cb1bbe0fa218612cb6cbcbed0603e938c",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_0af44",
                            table="tracking_readtoken",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Asked"), ("ready", "Ready"), ("failed", "Failed"), ("gone", "Gone")],
                        default="asked",
                        max_length=6,
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0, help_text="how far it has come")),
                ("ended_at", models.DateTimeField(blank=True, help_text="when it was ready, or failed", null=True)),
                ("expires_at", models.DateTimeField(blank=True, help_text="until when it can be fetched", null=True)),
                ("archive", models.BinaryField(blank=True, null=True)),
                ("size", models.PositiveBigIntegerField(default=0, help_text="bytes")),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("patient",), name="accountexport_one_at_a_time"
                    ),
                    models.CheckConstraint(condition=models.Q(("percent__lte", 100)), name="accountexport_percent_is_one"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("archive__isnull", False),
                                ("ended_at__isnull", False),
                                ("expires_at__isnull", False),
                                ("state", "ready"),
                            ),
                            models.Q(("archive", None), ("ended_at", None), ("state", "asked")),
                            models.Q(("archive", None), ("ended_at__isnull", False), ("state__in", ["failed", "gone"])),
                            _connector="OR",
                        ),
                        name="accountexport_state_is_whole",
                    ),
                ],
                "indexes": [
                    models.Index(condition=models.Q(("state", "ready")), fields=["expires_at"], name="accountexport_to_clear")
                ],
            },
        ),
        migrations.CreateModel(
            name="ErasureRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=tracking.models.base.new_uid, editable=False, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(help_text="until then signing in cancels it")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("erased", models.JSONField(blank=True, default=dict, help_text="rows that went, by table")),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_rows", to="tracking.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at", None)), fields=("patient",), name="erasurerequest_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at", None),
                            models.Q(("cancelled_at", None), ("done_at__gte", models.F("due_at"))),
                            _connector="OR",
                        ),
                        name="erasurerequest_not_before_due",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("cancelled_at", None), ("done_at", None)),
                        fields=["due_at"],
                        name="erasurerequest_due",
                    )
                ],
                "triggers": [
                    pgtrigger.compiler.Trigger(
                        name="stated_once",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."uid" IS DISTINCT FROM (NEW."uid") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="e49c3a151f9606048026da1fb656c9496e2528c3",
                            operation="UPDATE",
                            pgid="pgtrigger_stated_once_e1129",
                            table="tracking_erasurerequest",
                            when="BEFORE",
                        ),
                    )
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="patient",
            name="patient_man_has_an_account",
        ),
        migrations.AddField(
            model_name="accessevent",
            name="token_uid",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="patient",
            name="erased_at",
            field=models.DateTimeField(
                blank=True, help_text="when he had everything erased; this row is what is left", null=True
            ),
        ),
        migrations.AlterField(
            model_name="accessevent",
            name="through",
            field=models.CharField(help_text="api, admin, token", max_length=20),
        ),
        migrations.AlterField(
            model_name="accessevent",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="accessevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("token_uid", None), ("user__isnull", False)),
                    models.Q(("token_uid__isnull", False), ("user", None)),
                    _connector="OR",
                ),
                name="accessevent_by_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="carerelationship",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scope__contained_by", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                    models.Q(
                        models.Q(("scope__contains", ["conclusions"]), _negated=True),
                        ("scope__contains", ["labs", "doses", "scans", "symptoms", "conclusions"]),
                        _connector="OR",
                    ),
                ),
                name="carerelationship_scope_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_statistical", True),
                    models.Q(("erased_at", None), ("user__isnull", False)),
                    models.Q(("erased_at__isnull", False), ("user", None)),
                    _connector="OR",
                ),
                name="patient_man_has_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None), models.Q(("birth_date", None), ("birth_year", None), ("name", "")), _connector="OR"
                ),
                name="patient_erased_is_nobody",
            ),
        ),
        tracking.services.triggers.InstallTriggers(models=["erasurerequest", "invitation", "readtoken", "sharecode"]),
        migrations.RunSQL(VISIBLE, AS_BEFORE),
        *(share(f"tracking_{name}", category, owner=owner) for name, category, owner in CATEGORIES),
        *(protect(f"tracking_{name}", app_role=APP, category=Category.OWN) for name in OWN),
        migrations.RunSQL(ERASE, "DROP FUNCTION trabecula_erase(bigint, timestamptz, text[], text[])"),
    ]
