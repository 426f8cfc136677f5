"""The second lock: database functions, policies, rights, and the overlap that no row may have."""

from django.conf import settings
from django.db import migrations

from tracking.domain.categories import Category
from tracking.services.owned import protect

APP = settings.APP_DB_ROLE

# Himself, and whoever let a clinic of this account in.
LET_IN = """
        SELECT id FROM tracking_patient WHERE user_id = account
        UNION ALL
        SELECT care.patient_id
        FROM tracking_prescriber member
        JOIN tracking_carerelationship care ON care.clinic_id = member.clinic_id
        WHERE member.user_id = account AND member.is_active AND care.revoked_at IS NULL
        AND trabecula_covers(care.scope, category)"""

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

-- These are written out where they are called: their names are looked up once, here, so no search path need be set for them.
CREATE FUNCTION trabecula_is_system() RETURNS boolean LANGUAGE sql STABLE RETURN trabecula_actor() LIKE 'system:%';

CREATE FUNCTION trabecula_user() RETURNS bigint LANGUAGE sql STABLE
RETURN CASE WHEN trabecula_actor() LIKE 'user:%' THEN substr(trabecula_actor(), 6)::bigint END;

-- What of a record a consent or a token opens; an empty scope opens all that can be shared.
CREATE FUNCTION trabecula_covers(scope jsonb, category text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN category = 'door' OR (category <> 'own' AND (scope = '[]'::jsonb OR scope ? category));

-- The man whose account acts, or none: what he may always see, found by one key, without asking who else let him in.
CREATE FUNCTION trabecula_himself() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    acting text := trabecula_actor();
    himself bigint;
BEGIN
    IF acting LIKE 'user:%' THEN
        PERFORM set_config('trabecula.actor', 'system:access', true);
        SELECT id INTO himself FROM tracking_patient WHERE user_id = substr(acting, 6)::bigint;
        PERFORM set_config('trabecula.actor', acting, true);
    END IF;
    RETURN himself;
END $$;

-- Who let this account in to this category of his record; and himself. It reads protected tables as the system: as the account
-- it would ask itself for ever.
CREATE FUNCTION trabecula_let_in(account bigint, category text) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 10 AS $$
DECLARE
    acting text := trabecula_actor();
BEGIN
    PERFORM set_config('trabecula.actor', 'system:access', true);
    RETURN QUERY @@LET_IN@@;
    PERFORM set_config('trabecula.actor', acting, true);
END $$;

-- Whom an account or a token may see. A token's expiry is asked by whoever lets it in, for SQL has no clock here; that it stands is
-- asked anew by each query. Behind broken glass a superuser sees all but what is the man's own. Each table of each query asks for
-- itself, and of a large clinic for thousands: so every row goes through this one function, and a man may be told twice.
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
        RETURN QUERY @@LET_IN@@;
        RETURN QUERY
            SELECT glass.patient_id
            FROM tracking_breakglass glass
            JOIN tracking_user opener ON opener.id = glass.user_id
            WHERE glass.user_id = account AND glass.closed_at IS NULL AND opener.is_active AND opener.is_superuser
            AND category <> 'own';
    END IF;
    PERFORM set_config('trabecula.actor', acting, true);
END $$;

-- Whether whoever acts may write into this record: himself, the system, or who was let in to all that a write is weighed against.
CREATE FUNCTION trabecula_may_write(patient bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT trabecula_is_system() OR (
        trabecula_user() IS NOT NULL AND patient IN (SELECT trabecula_let_in(trabecula_user(), 'conclusions'))
    )
$$;

-- The man's number rises once per transaction; whoever raises it holds his row until the commit, so it rises in commit order.
-- Rows come man by man, so what was raised last is kept beside it in a setting, which a savepoint takes back as it does the number.
CREATE FUNCTION trabecula_next_revision(patient bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    this_transaction bigint := pg_current_xact_id()::text::bigint;
    mark text := this_transaction || ':' || patient || ':';
    kept text := current_setting('trabecula.raised', true);
    raised bigint;
BEGIN
    IF starts_with(kept, mark) THEN
        RETURN substr(kept, length(mark) + 1)::bigint;
    END IF;
    UPDATE tracking_patient SET revision = revision + 1, revision_xact = this_transaction
    WHERE id = patient AND revision_xact <> this_transaction RETURNING revision INTO raised;
    IF NOT FOUND THEN
        SELECT revision INTO raised FROM tracking_patient WHERE id = patient AND revision_xact = this_transaction;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no such patient is open to this actor: %', patient USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    PERFORM set_config('trabecula.raised', mark || raised, true);
    RETURN raised;
END $$;
""".replace("@@LET_IN@@", LET_IN)

DROP_FUNCTIONS = """
DROP FUNCTION trabecula_next_revision(bigint);
DROP FUNCTION trabecula_may_write(bigint);
DROP FUNCTION trabecula_visible_patients(bigint, text);
DROP FUNCTION trabecula_let_in(bigint, text);
DROP FUNCTION trabecula_himself();
DROP FUNCTION trabecula_covers(jsonb, text);
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

# What an evaluation says in a part of its own is said of the same man. An erasure defers it, as it does all keys.
PARTS = """
ALTER TABLE tracking_evaluation
    ADD CONSTRAINT evaluation_places_his_own
    FOREIGN KEY (patient_id, placed_id) REFERENCES tracking_basispart (patient_id, uid) DEFERRABLE,
    ADD CONSTRAINT evaluation_rests_on_his_own
    FOREIGN KEY (patient_id, grounds_id) REFERENCES tracking_basispart (patient_id, uid) DEFERRABLE;
"""
NO_PARTS = """
ALTER TABLE tracking_evaluation DROP CONSTRAINT evaluation_rests_on_his_own, DROP CONSTRAINT evaluation_places_his_own;
"""

RIGHTS = f"""
GRANT USAGE ON SCHEMA public TO {APP};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {APP};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APP};
REVOKE UPDATE, DELETE, TRUNCATE ON tracking_rulebookversion FROM {APP};
-- Who did what may be added and read. Forgetting is the owner's, and never what is young, whatever a clock says.
REVOKE UPDATE, DELETE, TRUNCATE ON tracking_auditevent, tracking_sealedday, tracking_sealedtable FROM {APP};
"""

# Leaves what is to be left of a man, and says how many rows went from where. It has the rights of the owner, the only role that
# deletes; so it asks again whether he asked for it, and takes the registry's list only where it is that of the policies.
ERASE = """
CREATE FUNCTION trabecula_erase(man bigint, as_of timestamptz, names text[], owners text[]) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept text[] := ARRAY['tracking_patient', 'tracking_carerelationship', 'tracking_accessevent', 'tracking_tombstone',
                         'tracking_erasurerequest', 'tracking_breakglass'];
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

# pg_dump reads with an empty search path, and the policies call these functions for each table that it reads: without that no
# backup could be taken by a role that is bound by the policies.
EACH = """
DO $$
DECLARE
    function regprocedure;
BEGIN
    FOR function IN
        SELECT p.oid FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname IN ('sql', 'plpgsql')
        WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'trabecula\\_%'
        AND p.prosqlbody IS NULL AND p.proname <> 'trabecula_actor'
    LOOP
        EXECUTE format('ALTER FUNCTION %s {}', function);
    END LOOP;
END $$;
"""

CHANGED = (
    "labresult", "regimen", "regimenpause", "doseevent", "inventorycount", "dexascan", "dexasite", "fracture", "riskfactor",
    "symptom", "lifestyle", "druguse", "carerelationship", "finding", "dueitem", "episode", "floorsetting", "intervalsetting",
    "proposal", "importrow", "standing", "breakglass", "sharecode", "readtoken", "accountexport", "erasurerequest",
)  # fmt: skip
WRITTEN_ONCE = (
    "evaluation", "basispart", "accessevent", "tombstone", "episodeevent", "proposalevent", "zonemove", "synclife",
    "answeredrequest",
)  # fmt: skip
HISTORIES = (
    "labresult", "regimen", "regimenpause", "doseevent", "inventorycount", "dexascan", "dexasite", "fracture", "riskfactor",
    "symptom", "lifestyle", "druguse", "carerelationship", "finding", "episode", "floorsetting", "intervalsetting", "proposal",
    "breakglass",
)  # fmt: skip
# What of a record each table is shared with; those that are not named, with conclusions.
CATEGORIES = {
    Category.DOOR: ("carerelationship", "accessevent"),
    Category.LABS: ("labresult",),
    Category.DOSES: ("zonemove", "regimen", "regimenpause", "doseevent", "druguse", "inventorycount"),
    Category.SCANS: ("dexascan", "dexasite", "fracture", "riskfactor"),
    Category.SYMPTOMS: ("symptom", "lifestyle"),
    Category.OWN: ("sharecode", "readtoken", "accountexport", "erasurerequest"),
}
# Whom he lets in, and to what, he alone says.
HIS_TO_WRITE = ("carerelationship",)
_OF = {name: category for category, names in CATEGORIES.items() for name in names}


def locked(name: str, *, history: bool = False, append_only: bool = False) -> migrations.RunSQL:
    """The policies and rights of one table."""
    category = _OF.get(name, Category.CONCLUSIONS)
    table = f"tracking_{name}{'history' if history else ''}"
    return protect(table, app_role=APP, append_only=append_only, category=category, his_to_write=name in HIS_TO_WRITE)


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(NO_OVERLAP, ALLOW_OVERLAP),
        migrations.RunSQL(CITED, NOT_CITED),
        migrations.RunSQL(PARTS, NO_PARTS),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        protect("tracking_patient", app_role=APP, owner="id", category=Category.DOOR),
        protect("tracking_patienthistory", app_role=APP, owner="id", append_only=True, category=Category.DOOR),
        *(locked(name) for name in CHANGED),
        *(locked(name, append_only=True) for name in WRITTEN_ONCE),
        *(locked(name, history=True, append_only=True) for name in HISTORIES),
        # An answer that nobody will ask for again is forgotten by whoever gave it.
        migrations.RunSQL(f"GRANT DELETE ON tracking_answeredrequest TO {APP}", migrations.RunSQL.noop),
        migrations.RunSQL(ERASE, "DROP FUNCTION trabecula_erase(bigint, timestamptz, text[], text[])"),
        migrations.RunSQL(FORGET, "DROP FUNCTION trabecula_forget_audit(timestamptz)"),
        migrations.RunSQL(EACH.format("SET search_path = public, pg_temp"), EACH.format("RESET search_path")),
    ]
