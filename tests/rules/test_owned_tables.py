"""What no later table can slip past: every patient-owned table is registered, locked in the database, and stated in full."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import connection

from tracking.domain.categories import Category
from tracking.models import User
from tracking.services import owned

OURS = ("tracking", "notifications")
# Tables of ours that hold nothing of one man, each with the reason.
NOBODYS = {
    "tracking_user": "an account; it may be a man's, a prescriber's or both, and is needed before anybody acts",
    "tracking_user_groups": "permissions of accounts",
    "tracking_user_user_permissions": "permissions of accounts",
    "tracking_clinic": "a clinic",
    "tracking_prescriber": "membership of a clinic",
    "tracking_clinicfloor": "the floor that a clinic chose for all its men; it names none of them",
    "tracking_rulebookversion": "the rules of one version; every man's evaluations cite it, and it names none",
    "tracking_invitation": "a code that a clinic hands out; it names no man",
    "tracking_colleagueinvitation": "a letter to a colleague; its address goes thirty days after it has run out",
    "tracking_auditevent": "sign-ins and exports; it names accounts and men by number alone, and outlives both",
    "tracking_sealedday": "digests over days of what is kept",
    "tracking_sealedtable": "digests of rows, by key",
    "notifications_staffdigest": "that a prescriber was written to on a day; what was said is not kept",
    "tracking_importbatch": "where records came from; it names no man",
}
# Tables of libraries that hold something of an account. No health, yet personal: each with what it is and when it goes.
OF_ACCOUNTS = {
    "account_emailaddress": "the address of an account; goes with the account",
    "mfa_authenticator": "second factors and passkeys, the seeds sealed; goes with the account",
    "usersessions_usersession": "devices that are signed in, with the address they came from; goes with the session",
    "django_admin_log": "what a superuser did to accounts and clinics; goes with the account",
}

# Changeable tables without a history of their own, each with the reason.
WITHOUT_HISTORY = {
    "tracking_sharecode": "each step has a column of its own, written once",
    "tracking_readtoken": "each step has a column of its own; each use is an access event",
    "tracking_accountexport": "how far it has come; a history would keep the archive",
    "tracking_erasurerequest": "each step has a column of its own, written once",
    "tracking_importrow": "what the file said never changes, and what was stored from it keeps its own history",
    "tracking_standing": "a pointer to the latest evaluation, and evaluations are kept",
    "tracking_dueitem": "derived from the record by rules; its version counts the changes",
    "notifications_reminder": "its answers and deliveries are rows of their own",
    "notifications_device": "an address: registered, and removed, which its row says",
    "notifications_calendarfeed": "an address: given out, and withdrawn, which its row says",
    "notifications_delivery": "append-only by nature: attempts and outcomes",
    "notifications_inboxmessage": "its text never changes; reading it is an answer",
}

TABLES = list(owned.tables())
IDS = [table.name for table in TABLES]
every_table = pytest.mark.parametrize("table", TABLES, ids=IDS)


def our_models():
    return [model for label in OURS for model in apps.get_app_config(label).get_models(include_auto_created=True)]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.db_table)
def test_every_model_is_patient_owned_or_named_as_nobodys(model):
    name = model._meta.db_table
    assert (name in IDS) != (name in NOBODYS), f"{name}: state its `ownership`, or say in NOBODYS why it is nobody's"


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.db_table)
def test_every_model_with_a_patient_is_in_the_registry(model):
    columns = {field.attname for field in model._meta.concrete_fields}
    assert "patient_id" not in columns or model._meta.db_table in IDS


def test_every_table_of_a_library_that_points_to_an_account_is_named():
    """An erasure has to know them. Sessions point to nobody, and are sealed; they end with the account's password."""
    theirs = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in OURS and not model._meta.proxy
    ]
    pointing = {
        model._meta.db_table
        for model in theirs
        if any(field.is_relation and field.concrete and field.related_model is User for field in model._meta.get_fields())
    }
    assert pointing == OF_ACCOUNTS.keys()


@every_table
def test_every_owned_table_has_its_owner_column_filled_always(table):
    (field,) = (field for field in table.model._meta.concrete_fields if field.attname == table.ownership.owner)
    assert not field.null


@every_table
@pytest.mark.django_db
def test_row_level_security_is_forced_and_its_policies_are_those_of_the_registry(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table.name])
        assert cursor.fetchone() == (True, True)
        cursor.execute(
            "SELECT policyname, permissive, cmd, roles::text, qual, with_check FROM pg_policies"
            " WHERE tablename = %s ORDER BY 1",
            [table.name],
        )
        owned_policy, somebody_acts = cursor.fetchall()
    assert owned_policy[:4] == ("owned", "PERMISSIVE", "ALL", "{public}")
    assert f"({table.ownership.owner} IN ( SELECT trabecula_visible_patients(" in owned_policy[4]
    assert f"({table.ownership.owner} = ( SELECT trabecula_himself() AS trabecula_himself))" in owned_policy[4]
    category = table.ownership.category
    assert opened_by(owned_policy[4]) == category
    written = owned_policy[5]
    if table.ownership.his_to_write or category is Category.OWN:
        assert "trabecula_himself" in written
        assert "patients(" not in written, "his word alone"
        assert "let_in" not in written
    elif category is Category.DOOR:
        assert written == owned_policy[4], "that somebody looked is noted by who looks"
    else:
        assert "trabecula_let_in" in written, "a key and broken glass look, and write nothing"
        assert opened_by(written) == Category.CONCLUSIONS
    assert somebody_acts[:3] == ("somebody_acts", "RESTRICTIVE", "ALL")


def opened_by(policy: str) -> str:
    """The category that a policy asks for."""
    (named,) = re.findall(r"'(\w+)'::text", policy)
    return named


@every_table
@pytest.mark.django_db
def test_the_application_may_not_delete_and_may_not_change_what_is_append_only(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p, has_table_privilege(current_user, %s, p) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE',"
            " 'TRUNCATE', 'TRIGGER', 'REFERENCES']) p",
            [table.name],
        )
        rights = {name for name, granted in cursor.fetchall() if granted}
    deleted_by_design = {"DELETE"} if table.name in MAY_DELETE else set()
    assert rights == {"SELECT", "INSERT"} | (set() if table.ownership.append_only else {"UPDATE"}) | deleted_by_design


# Rows that the application itself must be able to remove, each with the reason.
MAY_DELETE = {"tracking_answeredrequest": "no part of the record: answers that a phone may have lost, forgotten after 48 hours"}


@pytest.mark.django_db
def test_the_application_may_not_change_the_schema():
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege(current_user, 'public', 'CREATE')")
        assert cursor.fetchone() == (False,)


# The man's own row has a number of another kind, which is tested by name.
PULLED = [table for table in TABLES if table.ownership.revisioned and table.ownership.owner != "id"]


@pytest.mark.parametrize("table", PULLED, ids=lambda table: table.name)
@pytest.mark.django_db
def test_what_phones_pull_carries_a_revision_that_the_database_stamps(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'"
            " AND tgname LIKE 'pgtrigger_revision_%%'",
            [table.name],
        )
        assert cursor.fetchone() == (1,)
        cursor.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%%(patient_id, revision)%%'", [table.name]
        )
        assert cursor.fetchone() == (1,)


@every_table
def test_what_can_change_keeps_its_history(table):
    if table.is_history or table.ownership.append_only:
        return
    assert (f"{table.name}history" in IDS) != (table.name in WITHOUT_HISTORY)


@every_table
def test_every_owned_table_says_why_it_is_kept_and_for_how_long(table):
    assert len(table.ownership.why) > 10
    assert len(table.ownership.kept) > 10


def test_names_in_the_phone_contract_are_used_once():
    names = [table.ownership.sync for table in TABLES if table.ownership.sync]
    assert len(names) == len(set(names))


def test_no_foreign_key_leads_from_one_app_to_the_other():
    across = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and {model._meta.app_label, field.related_model._meta.app_label} == set(OURS)
    ]
    assert across == []


@pytest.mark.django_db
def test_every_function_of_ours_says_in_which_schema_it_looks():
    """pg_dump reads through the policies with an empty search path. What was looked up when a function was made needs none, and
    one that names nothing of ours does not either.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname IN ('sql', 'plpgsql')"
            " WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'trabecula\\_%%'"
            " AND p.prosqlbody IS NULL AND p.proname <> 'trabecula_actor'"
            " AND NOT coalesce(p.proconfig::text LIKE '%%search_path=public%%', false)"
        )
        assert cursor.fetchall() == []
