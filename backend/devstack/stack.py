"""One running Trabecula: services, web, worker and beat, below one home folder, for as long as a `with` block lasts.

    with Stack(Path(".run/demo"), durable=True, kind="demo") as stack:
        stack.start_services()
        stack.run_manage("migrate", "--database", "owner")
        stack.start_process("web")
        print(stack.web_url)

Leaving the block ends every process, and so does the end of this one, whatever the cause.
"""

import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx

from backend.devstack.commands import RANKS, Command, inherited_environment
from backend.devstack.files import load_secrets
from backend.devstack.launcher import CHECKOUT, Death, Launcher
from backend.devstack.lock import HomeLock
from backend.devstack.ports import LOOPBACK, ReservedPort
from backend.devstack.problems import ProcessDiedError, SetupError
from backend.devstack.services import APP_ROLE, EmbeddedServices, Services, run_to_end, wait_until

Kind = Literal["web", "worker", "beat"]

MANAGE_SECONDS = 600.0
REQUEST_SECONDS = 5.0
# The first signal lets work in hand finish, the second does not wait for it.
STOP: Mapping[Kind, tuple[tuple[signal.Signals, float], ...]] = {
    "web": ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 3.0)),
    "worker": ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 5.0)),
    "beat": ((signal.SIGTERM, 5.0),),
}


class Stack:
    """See the module. Without `services` it embeds its own; with them it runs only web, worker, beat and mail."""

    def __init__(
        self,
        home: Path,
        *,
        durable: bool = False,
        kind: Literal["demo", "test"] = "test",
        services: Services | None = None,
        beside: Callable[[str], Mapping[str, str]] = lambda _name: {},
    ) -> None:
        """``beside``: what else stands in the environment of PostgreSQL and of each process, by its name."""
        self.home = home.absolute()
        self.logs = self.home / "log"
        self.mail_folder = self.home / "mail"
        self._durable = durable
        self._kind = kind
        self._services = services
        self._beside = beside
        self._email_url: str | None = None
        self._kinds: dict[str, Kind] = {}

    def __enter__(self) -> Self:
        """Take the lock on the home folder and start the keeper. AlreadyRunningError where somebody else has it."""
        self._lock = HomeLock(self.home)
        try:
            self._lock.acquire()
            for folder in (self.logs, self.mail_folder, self.home / "static", self.home / "ready"):
                folder.mkdir(parents=True, exist_ok=True)
            self._secrets = load_secrets(self.home / "secrets.json")
            self._launcher = Launcher(log=self.logs / "keeper.log", lock=self._lock.descriptor)
        except BaseException:
            self._lock.release()
            raise
        self._web_port = ReservedPort()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End every process, in the order of their ranks, within bounded time."""
        self._launcher.close()
        self._web_port.release()
        self._lock.release()

    @property
    def web_url(self) -> str:
        """Where web is served, or will be: the port is reserved for the whole block."""
        return f"http://{LOOPBACK}:{self._web_port.number}"

    @property
    def services(self) -> Services:
        """The addresses in use. SetupError before `start_services`."""
        if self._services is None:
            raise SetupError("The services of this stack have not been started yet.")
        return self._services

    def start_services(self) -> Services:
        """Start PostgreSQL and the broker unless they were given, and the mail server; return once all answer."""
        self._embedded = embedded = EmbeddedServices(
            self._launcher, home=self.home, logs=self.logs, durable=self._durable, beside=self._beside("postgres")
        )
        if self._services is None:
            app_url, owner_url = embedded.start_postgres()
            self._services = Services(
                database_url=app_url, migration_database_url=owner_url, broker_url=embedded.start_broker()
            )
        self._email_url = embedded.start_mail()
        return self._services

    def announce(self) -> None:
        """Note where web is served, for the sentence that a second start in this home prints."""
        self._lock.describe(url=self.web_url)

    def environment(self) -> dict[str, str]:
        """The settings of this stack's processes, owner's address included: for `migrate` and for tests."""
        return self.process_environment() | {"MIGRATION_DATABASE_URL": self.services.migration_database_url}

    def process_environment(self) -> dict[str, str]:
        """The settings of web, worker and beat, which must not know the owner's address."""
        return inherited_environment() | {
            "TRABECULA_ENV": self._kind,
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "SECRET_KEY": self._secrets["secret_key"],
            "JWT_SIGNING_KEY": self._secrets["jwt_signing_key"],
            "SEALING_KEYS": self._secrets["sealing_key"],
            "DATABASE_URL": self.services.database_url,
            "APP_DB_ROLE": APP_ROLE,
            "BROKER_URL": self.services.broker_url,
            "EMAIL_URL": self._email_url or "",
            "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
            "PUBLIC_URL": self.web_url,
            "STATIC_ROOT": str(self.home / "static"),
            "PYTHONUNBUFFERED": "1",
            "TZ": "UTC",
        }

    def run_manage(self, *arguments: str, extra_env: Mapping[str, str] | None = None, checkout: Path = CHECKOUT) -> str:
        """Run `manage.py` (of another `checkout`) as owner and return what it printed. ProcessDiedError where it fails."""
        return self._run(f"manage-{arguments[0]}", ("manage.py", *arguments), extra_env or {}, checkout)

    def run_module(self, module: str, *arguments: str, checkout: Path = CHECKOUT) -> str:
        """Run a module as owner and return what it printed. ProcessDiedError where it fails."""
        return self._run(module, ("-m", module, *arguments), {}, checkout)

    def revive(self, name: Literal["postgres", "broker"]) -> None:
        """Start a server of ours again that was killed, on its data and at its address."""
        self._embedded.revive(name)

    def _run(self, name: str, arguments: tuple[str, ...], extra_env: Mapping[str, str], checkout: Path) -> str:
        command = Command(
            name=name,
            argv=(sys.executable, *arguments),
            environment=self.environment() | dict(extra_env),
            folder=checkout,
            log=self.logs / f"{name}.log",
            rank=RANKS["web"],
        )
        run_to_end(self._launcher, command, MANAGE_SECONDS)
        return command.log.read_text()

    def start_process(
        self,
        kind: Kind,
        *,
        name: str | None = None,
        extra_env: Mapping[str, str] | None = None,
        concurrency: int = 1,
        wait: bool = True,
        checkout: Path = CHECKOUT,
    ) -> int:
        """Start web, worker or beat and return its process id once it is ready (`wait=False`: at once).

        `concurrency` counts the processes of web or worker. `name` tells two workers apart. `checkout`: another release.
        ProcessDiedError where it ends before it is ready, SetupError where it takes too long.
        """
        name = name or kind
        self._kinds[name] = kind
        ready_file = self._ready_file(name)
        ready_file.unlink(missing_ok=True)
        command = Command(
            name=name,
            argv=(sys.executable, *self._arguments(kind, name, concurrency)),
            environment=self.process_environment()
            | {"READY_FILE": str(ready_file)}
            | dict(self._beside(name))
            | dict(extra_env or {}),
            folder=checkout,
            log=self.logs / f"{name}.log",
            rank=RANKS[kind],
            stop=STOP[kind],
            orphan_signal=signal.SIGTERM if kind == "beat" else signal.SIGQUIT,
        )
        pid = self._launcher.start(command)
        if wait:
            self.wait_until_ready(name)
        return pid

    def wait_until_ready(self, name: str) -> None:
        """Wait for a process that was started with `wait=False`; the errors are those of `start_process`."""
        has_started = self._ready_file(name).exists
        is_web = self._kinds[name] == "web"
        wait_until(
            self._launcher,
            name,
            lambda: has_started() and (not is_web or self._web_is_ready()),
            log=self.logs / f"{name}.log",
        )

    def stop_process(self, name: str) -> None:
        """End a process as an operator would (SIGTERM, then harder, within bounds) and wait for it."""
        self._launcher.stop(name)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> Death:
        """Send a signal that ends a process, and wait for its end. SIGKILL takes its whole group, like a loss of power."""
        self._launcher.kill(name, number)
        return self.wait_for_end_of(name)

    def pid_of(self, name: str) -> int:
        """The id of the process that was last started under this name."""
        return self._launcher.pids[name]

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal and return at once: SIGSTOP, for instance."""
        self._launcher.kill(name, number)

    def has_ended(self, name: str) -> bool:
        """Whether a process has ended by itself since it was last started or asked about."""
        return self._launcher.death_of(name, 0.0) is not None

    def wait_for_end_of(self, name: str, seconds: float = 30.0) -> Death:
        """Wait for a process to end by itself. SetupError where it does not."""
        death = self._launcher.death_of(name, seconds)
        if death is None:
            raise SetupError(f"{name} was still running after {seconds:.0f} seconds.", log=self.logs / f"{name}.log")
        return death

    def serve(self) -> None:
        """Wait for as long as every process lives. ProcessDiedError once one of them ends by itself."""
        death = self._launcher.wait_for_any_death()
        raise ProcessDiedError(f"{death.name} ended by itself with code {death.code}.", log=self.logs / f"{death.name}.log")

    def _arguments(self, kind: Kind, name: str, concurrency: int) -> tuple[str, ...]:
        celery = ("-m", "celery", "-A", "backend.celery:app")
        if kind == "web":
            bind = f"{LOOPBACK}:{self._web_port.number}"
            processes = ("--workers", str(concurrency), "--threads", "4", "--graceful-timeout", "5")
            config = ("--config", "python:backend.server")
            return ("-m", "gunicorn", *config, "--bind", bind, "--reuse-port", *processes, "backend.wsgi:application")
        if kind == "worker":
            pool = ("--pool", "prefork", "--concurrency", str(concurrency), "--hostname", f"{name}@%h")
            # Workers of one stack have nothing to tell each other, and asking costs a second at the start.
            return (*celery, "worker", *pool, "--loglevel", "INFO", "--without-gossip", "--without-mingle")
        return (*celery, "beat", "--loglevel", "INFO", "--pidfile=", "--schedule", str(self.home / f"{name}-schedule"))

    def _ready_file(self, name: str) -> Path:
        return self.home / "ready" / name

    def _web_is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.web_url}/health/ready", timeout=REQUEST_SECONDS).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False
