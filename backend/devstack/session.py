"""The servers of one test session: embedded ones, or those that the environment names.

Each session has a home folder of its own, `.run/test-<process id>`, so that several run side by side in one checkout;
folders that a killed session left are removed by the next one.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from backend.devstack import roles
from backend.devstack.files import load_secrets
from backend.devstack.homes import RUN_FOLDER, TEST_PREFIX, remove_unused, test_homes
from backend.devstack.lock import one_at_a_time
from backend.devstack.problems import SetupError
from backend.devstack.services import Services
from backend.devstack.stack import Stack

ADDRESSES = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "BROKER_URL")


class TestSession:
    """Running servers, the environment that names them, and their end."""

    # pytest would otherwise take the name for a class of tests.
    __test__ = False

    def __init__(self, services: Services, *, home: Path, ending: ExitStack) -> None:
        self.services = services
        self.home = home
        self._secrets = load_secrets(home / "secrets.json")
        self._ending = ending

    def environment(self) -> dict[str, str]:
        """What the settings read. Put it into `os.environ` before Django starts; xdist's workers inherit it."""
        return {
            "TRABECULA_ENV": "test",
            "SECRET_KEY": self._secrets["secret_key"],
            "JWT_SIGNING_KEY": self._secrets["jwt_signing_key"],
            "SEALING_KEYS": self._secrets["sealing_key"],
            "DATABASE_URL": self.services.database_url,
            "MIGRATION_DATABASE_URL": self.services.migration_database_url,
            "BROKER_URL": self.services.broker_url,
            "APP_DB_ROLE": roles.Login.of(self.services.database_url).role,
            "STATIC_ROOT": str(self.home / "static"),
        }

    def stop(self) -> None:
        """End the embedded servers and remove their folder. Safe to call twice."""
        self._ending.close()


def begin(environment: Mapping[str, str] | None = None, *, run_folder: Path = RUN_FOLDER) -> TestSession:
    """Start the servers of a test session, or use those that `environment` (default: os.environ) names.

    Exits with a plain sentence, and the SQL for an administrator where roles lack rights, when it cannot.
    To be called once, in the process that pytest was started as, not in xdist's workers.
    """
    given = os.environ if environment is None else environment
    named = any(given.get(name) for name in ADDRESSES)
    try:
        return _use(given, run_folder) if named else _embed(run_folder)
    except SetupError as problem:
        sys.exit(problem.report())


def _embed(run_folder: Path) -> TestSession:
    ending = ExitStack()
    home = run_folder / f"{TEST_PREFIX}{os.getpid()}"
    ending.callback(remove_unused, [home])
    try:
        # One at a time, so that nobody sweeps away a folder whose lock is about to be taken.
        with one_at_a_time(run_folder / "sessions.lock"):
            remove_unused(test_homes(run_folder))
            stack = ending.enter_context(Stack(home))
        services = stack.start_services()
    except BaseException:
        ending.close()
        raise
    return TestSession(services, home=home, ending=ending)


def _use(given: Mapping[str, str], run_folder: Path) -> TestSession:
    missing = [name for name in ADDRESSES if not given.get(name)]
    if missing:
        raise SetupError(f"{', '.join(missing)} is not set. Set all of {', '.join(ADDRESSES)}, or none for embedded servers.")
    owner_url, app_url = given["MIGRATION_DATABASE_URL"], given["DATABASE_URL"]
    roles.make_app_where_allowed(owner_url=owner_url, app_url=app_url)
    problems = roles.missing_rights(owner_url=owner_url, app_url=app_url)
    if problems:
        sql = roles.advice(owner_url=owner_url, app_url=app_url)
        raise SetupError(
            "\n".join(
                [*problems, "", "An administrator of that server can make the roles so (leave out what exists):", "", sql]
            )
        )
    services = Services.named_in(given)
    home = run_folder / f"{TEST_PREFIX}{os.getpid()}"
    (home / "static").mkdir(parents=True, exist_ok=True)
    ending = ExitStack()
    ending.callback(remove_unused, [home])
    return TestSession(services, home=home, ending=ending)
