"""The second lock: database functions, policies, rights, and the overlap that no row may have."""

from django.conf import settings
from django.db import migrations

from tracking.services.owned import protect

APP = settings.APP_DB_ROLE

FUNCTIONS = """
CREATE FUNCTION trabecula_actor() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    acting text := current_setting('trabecula.actor', true);
BEGIN
    IF acting IS NULL OR acting = '' THEN
        RAISE EXCEPTION 'no actor: records of patients are reached only inside acting_as()'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN acting;
END $$;

CREATE FUNCTION trabecula_is_system() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT trabecula_actor() LIKE 'system:%'
$$;

CREATE FUNCTION trabecula_user() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN trabecula_actor() LIKE 'user:%' THEN substr(trabecula_actor(), 6)::bigint END
$$;

-- Whom an account may see. It reads two protected tables as the system: as the account it would ask itself for ever.
CREATE FUNCTION trabecula_visible_patients(account bigint) RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 10 AS $$
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

-- The man's number rises once per transaction; whoever raises it holds his row until the commit, so it rises in commit order.
CREATE FUNCTION trabecula_next_revision(patient bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    this_transaction bigint := pg_current_xact_id()::text::bigint;
    raised bigint;
BEGIN
    SELECT revision INTO raised FROM tracking_patient WHERE id = patient AND revision_xact = this_transaction;
    IF NOT FOUND THEN
        UPDATE tracking_patient SET revision = revision + 1, revision_xact = this_transaction
        WHERE id = patient RETURNING revision INTO raised;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no such patient is open to this actor: %', patient USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN raised;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION trabecula_next_revision(bigint);
DROP FUNCTION trabecula_visible_patients(bigint);
DROP FUNCTION trabecula_user();
DROP FUNCTION trabecula_is_system();
DROP FUNCTION trabecula_actor();
"""

# btree_gist is not everywhere, so equality becomes overlap of one-point ranges.
NO_OVERLAP = """
CREATE TYPE trabecula_textrange AS RANGE (subtype = text, collation = "C");
ALTER TABLE tracking_regimen ADD CONSTRAINT regimen_no_overlap_per_drug_and_origin EXCLUDE USING gist (
    int8range(patient_id, patient_id, '[]') WITH &&,
    trabecula_textrange(origin || ':' || drug, origin || ':' || drug, '[]') WITH &&,
    daterange(starts_on, ends_on, '[)') WITH &&
) WHERE (superseded_at IS NULL AND withdrawn_at IS NULL);
ALTER TABLE tracking_druguse ADD CONSTRAINT druguse_no_overlap_per_drug EXCLUDE USING gist (
    int8range(patient_id, patient_id, '[]') WITH &&,
    trabecula_textrange(drug, drug, '[]') WITH &&,
    daterange(since, until, '[)') WITH &&
) WHERE (superseded_at IS NULL AND withdrawn_at IS NULL);
ALTER TABLE tracking_regimenpause ADD CONSTRAINT regimenpause_no_overlap EXCLUDE USING gist (
    int8range(regimen_id, regimen_id, '[]') WITH &&,
    daterange(starts_on, ends_on, '[)') WITH &&
) WHERE (superseded_at IS NULL AND withdrawn_at IS NULL);
"""

ALLOW_OVERLAP = """
ALTER TABLE tracking_regimenpause DROP CONSTRAINT regimenpause_no_overlap;
ALTER TABLE tracking_druguse DROP CONSTRAINT druguse_no_overlap_per_drug;
ALTER TABLE tracking_regimen DROP CONSTRAINT regimen_no_overlap_per_drug_and_origin;
DROP TYPE trabecula_textrange;
"""

# An evaluation cites the rules that it was made by, and they are stored before it.
CITED = """
ALTER TABLE tracking_evaluation ADD CONSTRAINT evaluation_rulebook_is_stored
    FOREIGN KEY (rulebook_version) REFERENCES tracking_rulebookversion (version);
"""
NOT_CITED = "ALTER TABLE tracking_evaluation DROP CONSTRAINT evaluation_rulebook_is_stored;"

RIGHTS = f"""
GRANT USAGE ON SCHEMA public TO {APP};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {APP};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APP};
REVOKE UPDATE, DELETE, TRUNCATE ON tracking_rulebookversion FROM {APP};
"""

CHANGED = (
    "labresult", "regimen", "regimenpause", "doseevent", "inventorycount", "dexascan", "dexasite", "fracture", "riskfactor",
    "symptom", "lifestyle", "druguse", "carerelationship", "finding", "dueitem", "episode", "floorsetting",
    "intervalsetting", "proposal", "importrow", "standing",
)  # fmt: skip
WRITTEN_ONCE = ("evaluation", "accessevent", "tombstone", "episodeevent", "proposalevent", "zonemove", "synclife")
HISTORIES = (
    "labresult", "regimen", "regimenpause", "doseevent", "inventorycount", "dexascan", "dexasite", "fracture", "riskfactor",
    "symptom", "lifestyle", "druguse", "carerelationship", "finding", "episode", "floorsetting", "intervalsetting", "proposal",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(NO_OVERLAP, ALLOW_OVERLAP),
        migrations.RunSQL(CITED, NOT_CITED),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        protect("tracking_patient", app_role=APP, owner="id"),
        protect("tracking_patienthistory", app_role=APP, owner="id", append_only=True),
        *(protect(f"tracking_{name}", app_role=APP) for name in CHANGED),
        *(protect(f"tracking_{name}", app_role=APP, append_only=True) for name in WRITTEN_ONCE),
        *(protect(f"tracking_{name}history", app_role=APP, append_only=True) for name in HISTORIES),
    ]
