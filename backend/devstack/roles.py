"""The two database roles: made on the embedded server, checked and, where need be, spelled out for anybody's server."""

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

SCRIPT = Path(__file__).with_name("roles.sql")
CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Login:
    """A role as a database address names it."""

    role: str
    password: str
    database: str

    @classmethod
    def of(cls, url: str) -> "Login":
        """Take an address postgresql://role:password@host:port/database apart."""
        parts = urlsplit(url)
        return cls(unquote(parts.username or ""), unquote(parts.password or ""), parts.path.removeprefix("/"))


def statements(owner: Login, app: Login) -> list[sql.Composed]:
    """The statements of roles.sql with these names and passwords in them."""
    values = {
        "owner": owner.role,
        "owner_password": owner.password,
        "app": app.role,
        "app_password": app.password,
        "database": owner.database,
    }
    lines = SCRIPT.read_text().splitlines()
    script = "\n".join(line for line in lines if not line.startswith(("\\", "--")))
    return [_fill(statement, values) for statement in script.split(";") if statement.strip()]


def create(superuser_url: str, *, owner_url: str, app_url: str) -> None:
    """Make roles and database on a server of our own, and let the owner make databases (for tests).

    Safe to repeat: what is there already stays, and gets the passwords of the addresses.
    """
    owner, app = Login.of(owner_url), Login.of(app_url)
    with psycopg.connect(superuser_url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        for statement in statements(owner, app):
            try:
                connection.execute(statement)
            except (psycopg.errors.DuplicateObject, psycopg.errors.DuplicateDatabase):
                continue
        for login in (owner, app):
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login.role), sql.Literal(login.password))
            )
        connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(owner.role)))


def make_app_where_allowed(*, owner_url: str, app_url: str) -> None:
    """Make the application's role on a server that lets the owner do so; `missing_rights` tells where it did not."""
    app = Login.of(app_url)
    statement = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}")
    refusals = (psycopg.OperationalError, psycopg.errors.DuplicateObject, psycopg.errors.InsufficientPrivilege)
    with (
        contextlib.suppress(*refusals),
        psycopg.connect(owner_url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection,
    ):
        connection.execute(statement.format(sql.Identifier(app.role), sql.Literal(app.password)))


def missing_rights(*, owner_url: str, app_url: str) -> list[str]:
    """What keeps the tests from using these two addresses, one plain sentence each; [] where all is well."""
    return [*_owner_problems(owner_url), *_app_problems(app_url)]


def advice(*, owner_url: str, app_url: str) -> str:
    """The SQL that an administrator has to run for these addresses. Passwords are named, not shown."""
    owner, app = Login.of(owner_url), Login.of(app_url)
    hidden = statements(
        Login(owner.role, "the password in MIGRATION_DATABASE_URL", owner.database),
        Login(app.role, "the password in DATABASE_URL", app.database),
    )
    rights = sql.SQL("ALTER ROLE {} CREATEDB NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(owner.role))
    return "".join(f"{statement.as_string(None).strip()};\n" for statement in [*hidden, rights])


def _fill(statement: str, values: dict[str, str]) -> sql.Composed:
    """Put the values where psql's variables stand: `:"name"` for an identifier, `:'name'` for a text."""
    parts: list[sql.Composable] = []
    for piece in re.split(r"""(:"\w+"|:'\w+')""", statement.strip()):
        if piece.startswith(':"'):
            parts.append(sql.Identifier(values[piece[2:-1]]))
        elif piece.startswith(":'"):
            parts.append(sql.Literal(values[piece[2:-1]]))
        else:
            # From our own file beside this module, never from outside.
            parts.append(sql.SQL(piece))
    return sql.Composed(parts)


def _owner_problems(url: str) -> list[str]:
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            row = connection.execute(
                "SELECT rolcreatedb, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError as error:
        return [f"MIGRATION_DATABASE_URL does not connect: {_first_line(error)}"]
    creates_databases, is_superuser, bypasses = row or (False, False, False)
    problems = []
    if not creates_databases:
        problems.append("The role in MIGRATION_DATABASE_URL may not create databases, and each test run makes its own.")
    if is_superuser or bypasses:
        problems.append(
            "The role in MIGRATION_DATABASE_URL is not bound by row-level security, so the tests would prove nothing."
        )
    return problems


def _app_problems(url: str) -> list[str]:
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            row = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    except psycopg.OperationalError as error:
        return [f"DATABASE_URL does not connect: {_first_line(error)}"]
    if row is not None and row[0]:
        return ["The role in DATABASE_URL is not bound by row-level security, so the tests would prove nothing."]
    return []


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
