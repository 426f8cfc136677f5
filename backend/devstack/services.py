"""PostgreSQL, the broker and the mail server: started, checked to be ours, and described by their addresses."""

import dataclasses
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from backend.devstack import roles
from backend.devstack.broker import Broker, StrangerOnPortError
from backend.devstack.commands import RANKS, Command, inherited_environment
from backend.devstack.files import load_secrets
from backend.devstack.launcher import CHECKOUT, Launcher
from backend.devstack.placement import place
from backend.devstack.ports import LOOPBACK, free_port
from backend.devstack.postgres import Postgres
from backend.devstack.problems import ProcessDiedError, SetupError

OWNER_ROLE = "trabecula_owner"
APP_ROLE = "trabecula_app"
DATABASE = "trabecula"
READY_SECONDS = 60.0
# How long a start is tried anew where the cause passes: a port that was snatched, memory that dying processes still hold.
TRY_SECONDS = 15.0
INITIALISE_SECONDS = 120.0
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Addresses of the servers, whoever runs them."""

    database_url: str
    migration_database_url: str
    broker_url: str

    @classmethod
    def named_in(cls, environment: Mapping[str, str]) -> "Services":
        """Those whose addresses stand in an environment, that of a test process for instance."""
        return cls(
            database_url=environment["DATABASE_URL"],
            migration_database_url=environment["MIGRATION_DATABASE_URL"],
            broker_url=environment["BROKER_URL"],
        )

    def for_database(self, name: str) -> "Services":
        """The same servers, another database: that of one test worker, for instance."""
        return dataclasses.replace(
            self,
            database_url=_with_path(self.database_url, name),
            migration_database_url=_with_path(self.migration_database_url, name),
        )

    def for_broker_database(self, number: int) -> "Services":
        """The same servers, another numbered database of the broker (the embedded one has 256)."""
        return dataclasses.replace(self, broker_url=_with_path(self.broker_url, str(number)))


def wait_until(launcher: Launcher, name: str, ready: Callable[[], bool], *, log: Path, seconds: float = READY_SECONDS) -> None:
    """Wait until `ready()`; ProcessDiedError where the process ends first, SetupError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not ready():
        death = launcher.death_of(name, POLL_SECONDS)
        if death is not None:
            raise ProcessDiedError(f"{name} ended with code {death.code} before it was ready. Its log says why.", log=log)
        if time.monotonic() > deadline:
            raise SetupError(
                f"{name} was not ready after {seconds:.0f} seconds. Try again; if that does not help, its log says why.",
                log=log,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """How a server is started on a port, whether this process answers there, and whether a start that failed can help anew."""

    command_for: Callable[[int], Command]
    answers: Callable[[int, int], bool]
    may_try_again: Callable[[], bool]
    log: Path


class EmbeddedServices:
    """The servers of one home folder, children of one keeper."""

    def __init__(
        self, launcher: Launcher, *, home: Path, logs: Path, durable: bool, beside: Mapping[str, str] | None = None
    ) -> None:
        """``beside``: what else stands in the environment of PostgreSQL."""
        self._launcher = launcher
        self._beside = dict(beside or {})
        self._home = home
        self._logs = logs
        self._durable = durable
        self._running: dict[str, tuple[_Server, int]] = {}
        self.secrets = load_secrets(home / "secrets.json")

    def start_postgres(self) -> tuple[str, str]:
        """Start PostgreSQL with both roles and the database; return the addresses for app and owner."""
        server = self._postgres()
        if not server.is_initialised():
            run_to_end(self._launcher, server.initialise_command(), INITIALISE_SECONDS)
            server.adopt_draft()
        server.end_leftover()
        port = self._bring_up(
            _Server(
                command_for=server.serve_command,
                answers=lambda port, _pid: server.answers(port),
                may_try_again=server.may_try_again,
                log=server.log,
            ),
            free_port,
        )
        owner_url = server.address(port, role=OWNER_ROLE, password=self.secrets["owner"], database=DATABASE)
        app_url = server.address(port, role=APP_ROLE, password=self.secrets["app"], database=DATABASE)
        roles.create(server.superuser_address(port), owner_url=owner_url, app_url=app_url)
        return app_url, owner_url

    def start_broker(self) -> str:
        """Start Valkey and return its address."""
        broker = Broker(
            folder=self._home / "broker",
            password=self.secrets["broker"],
            log=self._logs / "broker.log",
            durable=self._durable,
        )
        server = _Server(command_for=broker.command, answers=broker.answers, may_try_again=broker.may_try_again, log=broker.log)
        port = self._bring_up(server, free_port)
        return broker.address(port)

    def start_mail(self) -> str:
        """Start the mail server, which stores into `home/mail`, and return its address."""
        ready_file = self._home / "ready" / "mail"
        ready_file.parent.mkdir(exist_ok=True)
        ready_file.unlink(missing_ok=True)
        command = Command(
            name="mail",
            argv=(sys.executable, "-m", "backend.devstack.mail", str(self._home / "mail")),
            environment=inherited_environment() | {"READY_FILE": str(ready_file)},
            folder=CHECKOUT,
            log=self._logs / "mail.log",
            rank=RANKS["mail"],
        )
        self._launcher.start(command)
        wait_until(self._launcher, "mail", ready_file.exists, log=command.log)
        return f"smtp://{LOOPBACK}:{ready_file.read_text()}"

    def revive(self, name: str) -> None:
        """Start a server again that was killed: on its data, and on its port, which its users go on to know."""
        server, port = self._running[name]
        if name == "postgres":
            self._postgres().end_leftover()
        self._bring_up(server, lambda: port)

    def _bring_up(self, server: _Server, a_port: Callable[[], int]) -> int:
        """Start a server that cannot ask the kernel for a port itself, and anew where the cause of a failure passes.

        Somebody may have snatched the port. And the children of a PostgreSQL that was killed end a moment after it: until
        then no other may use its memory.
        """
        deadline = time.monotonic() + TRY_SECONDS
        while True:
            port = a_port()
            command = server.command_for(port)
            pid = self._launcher.start(command)
            try:
                wait_until(self._launcher, command.name, partial(server.answers, port, pid), log=server.log)
            except (ProcessDiedError, StrangerOnPortError) as problem:
                self._launcher.stop(command.name)
                passes = not isinstance(problem, ProcessDiedError) or server.may_try_again()
                if not passes or time.monotonic() > deadline:
                    raise
            else:
                self._running[command.name] = (server, port)
                return port

    def _postgres(self) -> Postgres:
        return Postgres(
            placement=place(self._home),
            password=self.secrets["postgres"],
            log=self._logs / "postgres.log",
            durable=self._durable,
            beside=self._beside,
        )


def run_to_end(launcher: Launcher, command: Command, seconds: float) -> None:
    """Run a command that ends by itself. ProcessDiedError where it fails, SetupError where it takes longer."""
    launcher.start(command)
    death = launcher.death_of(command.name, seconds)
    if death is None:
        launcher.stop(command.name)
        raise SetupError(f"{command.name} did not finish within {seconds:.0f} seconds.", log=command.log)
    if death.code != 0:
        raise ProcessDiedError(f"{command.name} failed with code {death.code}.", log=command.log)


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))
