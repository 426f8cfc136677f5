"""``docs/data-inventory.md``: what is held about people, why, how long, who sees it, and how it goes.

Of the tables of men it prints what their models state, which is also what the database's policies are made from. The rest,
tables of ours and of libraries and what lies outside the database, is stated here; a test finds whatever is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps

from tracking.services import owned
from tracking.services.owned import Erasure, OwnedTable

__all__ = ["OTHER_TABLES", "OUTSIDE", "Held", "document", "tables_without_a_man"]


@dataclass(frozen=True, slots=True)
class Held:
    """``why``, ``kept``: how long; ``seen_by``; ``goes``: how it is erased. ``personal``: whether it is about a person."""

    why: str
    kept: str
    seen_by: str
    goes: str
    personal: bool = True


_OPERATORS = "superusers of the admin"
_NOBODYS = "nothing of a person is in it"

OTHER_TABLES = {
    "tracking_user": Held(
        "an account: e-mail address, name, password hash; a man's, a prescriber's or both",
        "until the account is erased",
        f"the account itself, {_OPERATORS}",
        "with the account",
    ),
    "tracking_user_groups": Held("groups of an account", "as long as the account", _OPERATORS, "with the account"),
    "tracking_user_user_permissions": Held("rights of an account", "as long as the account", _OPERATORS, "with the account"),
    "tracking_prescriber": Held(
        "who prescribes at which clinic",
        "for good: decisions keep their author",
        "the clinic, men in its care",
        "it does not, it is ended; the account behind it can be erased by hand",
    ),
    "notifications_staffdigest": Held(
        "that a prescriber was written to on a day, so that he is once",
        "for good: the number of an account, a day and whether it was sent; what was said is not kept",
        "nobody; operators see how many",
        "it does not; the number means nothing once the account is gone",
    ),
    "account_emailaddress": Held(
        "the address of an account and whether it was verified",
        "as long as the account",
        "the account itself",
        "with the account",
    ),
    "account_emailconfirmation": Held("not used: codes stand in sealed sessions", "-", "nobody", "with the account"),
    "mfa_authenticator": Held(
        "one-time codes, recovery codes and passkeys, the seeds sealed",
        "as long as the account",
        "the account itself",
        "with the account",
    ),
    "usersessions_usersession": Held(
        "devices that are signed in: name of the program, network address, when last seen",
        "60 days after a phone was last heard of",
        "the account itself",
        "with the session, or the account",
    ),
    "django_session": Held(
        "what a sign-in needs to go on, sealed",
        "60 days for a phone, 8 hours for the admin",
        "nobody",
        "nightly, when it has run out",
    ),
    "django_admin_log": Held(
        "what a superuser did to accounts and clinics", "as long as the superuser's account", _OPERATORS, "with that account"
    ),
    "tracking_auditevent": Held(
        "sign-ins, refused sign-ins and exports, by number and uid alone",
        "six years",
        "operators, by manage.py verify_audit and the database",
        "nightly, after six years; it holds no name",
    ),
    "tracking_sealedday": Held("digests over days of the audit", "for good", "operators", _NOBODYS, personal=False),
    "tracking_sealedtable": Held(
        "digests of rows of the audit, by key and by the number of a man",
        "for good",
        "operators",
        "it does not: a digest tells nothing",
    ),
    "pghistory_context": Held(
        "who acted in a transaction that changed a record, by number",
        "as long as the account",
        "operators",
        "with the history it belongs to",
    ),
    "pghistory_events": Held("a view over the histories, without rows of its own", "-", "nobody", _NOBODYS, personal=False),
    "tracking_clinic": Held("a clinic and its name", "for good", "everybody who has its id", _NOBODYS, personal=False),
    "tracking_invitation": Held(
        "a code that a clinic hands out, as a digest", "as long as the clinic", "the clinic", _NOBODYS, personal=False
    ),
    "tracking_colleagueinvitation": Held(
        "whom a clinic invited to work there, by e-mail address, and a link's digest",
        "thirty days after it has run out",
        "the clinic",
        "nightly, by backend.accounts.leftovers",
    ),
    "tracking_clinicfloor": Held(
        "the floor that a clinic chose, and who chose it, by number",
        "for good: evaluations cite it",
        "the clinic",
        _NOBODYS,
        personal=False,
    ),
    "tracking_rulebookversion": Held(
        "the rules of one version", "for good: evaluations cite it", "everybody", _NOBODYS, personal=False
    ),
    "tracking_importbatch": Held(
        "where records came from: digest of the file, form, when",
        "as long as the rows that came from it",
        "operators",
        "with its rows",
    ),
    "auth_permission": Held("names of rights", "for good", _OPERATORS, _NOBODYS, personal=False),
    "auth_group": Held("names of groups", "for good", _OPERATORS, _NOBODYS, personal=False),
    "auth_group_permissions": Held("rights of groups", "for good", _OPERATORS, _NOBODYS, personal=False),
    "django_content_type": Held("names of tables", "for good", _OPERATORS, _NOBODYS, personal=False),
}

OUTSIDE = {
    "logs": Held(
        "requests and tasks by pattern and id, accounts and men by number or uid",
        "as long as the operator keeps them: a year is advised, since they hold the seals of the audit",
        "operators",
        "they hold no names, addresses, values or tokens",
    ),
    "the broker": Held(
        "ids of work to do; counters of tries by network address", "minutes; a day at most", "nobody", "by themselves"
    ),
    "e-mail and push": Held(
        "that something is due, in words that name no drug, hormone or result unless he said so",
        "as long as his mailbox or his phone keeps it",
        "he, his provider",
        "they left the house: by himself",
    ),
    "backups": Held(
        "all of the database, sealed for a key that the server does not have",
        "as long as the operator keeps them: 30 days are advised",
        "who has the private key",
        "with the file; a restore names men who were erased since",
    ),
    "his phone": Held("what he pulled", "as long as the app keeps it", "he", "by the app, told by tombstones"),
}


def tables_without_a_man() -> set[str]:
    """Every table that Django knows and that is not registered as a man's."""
    ours = {table.name for table in owned.tables()}
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if not model._meta.proxy} - ours


def document() -> str:
    """The page. Tables in the order of their names."""
    return "\n".join(_lines()) + "\n"


_INTRO = """# What is held about people

Made by `manage.py data_inventory > docs/data-inventory.md` from what the models state about themselves; do not edit it. A test
refuses a table that states nothing. Its purpose is his care and his own record; no table serves advertising or research.

## Of a man

**Who sees it:** he himself, the prescribers of clinics that he lets in, for as long as he does, and the system's own jobs; the
database refuses everybody else (row-level security). Who administers the database server could read it.
*Phone*: also on his phones.

*Shared with*: the category of a consent that opens it; *own* is opened to nobody, *door* to whoever he lets in at all.

| table | why | how long | shared with | phone | in his export | when his account is erased |
|---|---|---|---|---|---|---|"""
_CHAPTERS = (("Of accounts, clinics and the house", OTHER_TABLES), ("Outside the database", OUTSIDE))


def _lines() -> Iterator[str]:
    yield _INTRO
    yield from map(_of_a_man, owned.tables())
    for title, held in _CHAPTERS:
        yield f"\n## {title}\n"
        yield "| what | about a person | why | how long | who sees it | how it goes |"
        yield "|---|---|---|---|---|---|"
        for name, one in sorted(held.items()):
            about = "yes" if one.personal else "no"
            yield f"| `{name}` | {about} | {one.why} | {one.kept} | {one.seen_by} | {one.goes} |"


def _of_a_man(table: OwnedTable) -> str:
    stated = table.ownership
    goes = "deleted"
    if stated.erasure is Erasure.SKELETON:
        goes = "deleted: its skeleton stays with the row" if table.is_history else "a skeleton without health data stays"
    phone, exported = (("yes" if said else "no") for said in (stated.sync, stated.exported))
    return f"| `{table.name}` | {stated.why} | {stated.kept} | {stated.category} | {phone} | {exported} | {goes} |"
