"""`make image`: the steps of the Dockerfile in a clean root, by the same commands, and then what docker-compose.yml runs in it.

    python -m backend.devstack.image HOME [--base FOLDER] [--share PATH ...]

For machines without a Docker engine; it needs root on Linux, debootstrap and a mirror of Debian. A fresh Debian with Debian's
Python takes the place of `python:*-slim`, and one without PostgreSQL that of `postgres:18`: what those images bring is not
tried. Each service of the application runs as the account of the image, without capabilities, on a file system that is
read-only but for /tmp and /dev/shm, against an embedded database and broker, and its health check is run beside it. `--share`
lets the root see a path of this machine while it builds (where pip is told of its index, for instance).
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from backend.devstack.launcher import CHECKOUT
from backend.devstack.problems import SetupError
from backend.devstack.processes import descendants
from backend.devstack.stack import Stack

__all__ = ["Stage", "main", "sent", "stages"]

RELEASE = "bookworm"
# What takes the place of an image: what has to be installed, and linked, for its first step to find what it expects.
STANDS_FOR = {
    "python": (
        "apt-get update && apt-get install --yes --no-install-recommends python3 python3-venv && ln -s python3 /usr/bin/python"
    ),
    "postgres": "true",
}
ACCOUNT = 10001
READY_SECONDS = 120.0
MEMORY, SCRATCH = "dev/shm", "tmp"
IN_ITS_FOLDER = ("sh", "-c", 'cd "$0" && exec "$@"')


@dataclass
class Stage:
    """One FROM: the image that it begins with, its name, and its steps in their order."""

    image: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)


def stages(dockerfile: str) -> list[Stage]:
    """The Dockerfile, read as far as ours goes. ValueError at a word that is not known here."""
    found: list[Stage] = []
    arguments: dict[str, str] = {}
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        word, _, said = line.strip().partition(" ")
        if word == "ARG":
            name, _, value = said.partition("=")
            arguments[name] = value
        elif word == "FROM":
            image, _, name = re.sub(r"\$\{(\w+)\}", lambda one: arguments[one[1]], said).partition(" AS ")
            found.append(Stage(image, name))
        elif word in ("COPY", "RUN", "WORKDIR", "ENV", "USER", "EXPOSE", "ENTRYPOINT", "CMD"):
            found[-1].steps.append((word, said.strip()))
        elif word:
            raise ValueError(f"{word} in the Dockerfile is not known here.")
    return found


def sent(checkout: Path) -> Iterator[Path]:
    """What an engine would be sent of a checkout, by its .dockerignore: relative paths of files."""
    rules = [line for line in (checkout / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    tops = sorted({rule[1:].partition("/")[0] for rule in rules if rule.startswith("!")})
    for top in tops:
        for file in sorted([checkout / top] if (checkout / top).is_file() else (checkout / top).rglob("*")):
            path = file.relative_to(checkout)
            if file.is_file() and _is_sent(path, rules):
                yield path


def _is_sent(path: Path, rules: Sequence[str]) -> bool:
    """The last rule that names it, or a folder of its, decides."""
    names = [path.as_posix(), *(folder.as_posix() for folder in path.parents if folder != Path())]
    answer = True
    for rule in rules:
        pattern = rule.removeprefix("!")
        # In front of a name, `**/` is any number of folders, none included.
        patterns = (pattern, pattern.removeprefix("**/"))
        if any(fnmatch.fnmatchcase(name, one) for name in names for one in patterns):
            answer = rule.startswith("!")
    return answer


def build(home: Path, base: Path, share: Sequence[Path]) -> tuple[Path, dict[str, str], list[str]]:
    """Go through all stages; the root, the environment and the command of the last."""
    roots: dict[str, Path] = {}
    for number, stage in enumerate(stages((CHECKOUT / "Dockerfile").read_text())):
        root = home / f"stage-{number}"
        _say(f"FROM {stage.image}: {root.name}")
        subprocess.run(["cp", "-a", str(base), str(root)], check=True)
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        folder, command = "/", [""]
        _run(root, ["sh", "-ec", STANDS_FOR[stage.image.partition(":")[0]]], environment, folder, share)
        for word, said in stage.steps:
            _say(f"{word} {said[:100]}")
            if word == "RUN":
                _run(root, ["sh", "-c", said], environment, folder, share)
            elif word == "COPY":
                _copy(said, root, folder, roots)
            elif word == "ENV":
                for one in shlex.split(said):
                    name, _, value = one.partition("=")
                    environment[name] = value.replace("$PATH", environment["PATH"])
            elif word == "WORKDIR":
                folder = said
                (root / said.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif word == "CMD":
                command = json.loads(said)
        roots[stage.name] = root
    return root, environment, command


def _copy(said: str, root: Path, folder: str, roots: Mapping[str, Path]) -> None:
    *options, source, target = said.split()
    place = root / str(Path(folder, target)).lstrip("/")
    if options:
        shutil.copytree(roots[options[0].removeprefix("--from=")] / source.lstrip("/"), place, symlinks=True)
        return
    for path in sent(CHECKOUT):
        if source == "." or path.as_posix() == source:
            to = place / path if source == "." else place
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / path, to)


def _inside(root: Path, argv: Sequence[str], folder: str, share: Sequence[Path], *, sealed: bool) -> list[str]:
    """A command for a shell of this machine that runs another in the root; `sealed` as compose does it."""
    quoted = shlex.quote(str(root))
    steps = [f"mount --bind {quoted} {quoted}", f"mount -t proc proc {quoted}/proc", f"mount -t tmpfs tmpfs {quoted}/{MEMORY}"]
    for path in share:
        inner = root / str(path).lstrip("/")
        kind = "mkdir -p" if path.is_dir() else f"mkdir -p {shlex.quote(str(inner.parent))} && touch"
        seen = shlex.quote(str(inner))
        steps += [f"{kind} {seen}", f"mount --bind {shlex.quote(str(path))} {seen}", f"mount -o remount,bind,ro {seen}"]
    become: list[str] = []
    if sealed:
        steps += [f"mount -t tmpfs tmpfs {quoted}/{SCRATCH}", f"mount -o remount,bind,ro {quoted}"]
        account = [f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups"]
        become = ["setpriv", *account, "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
    steps.append(f"exec chroot {quoted} {shlex.join([*become, *IN_ITS_FOLDER, folder, *argv])}")
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", "\n".join(steps)]


def _run(root: Path, argv: Sequence[str], environment: Mapping[str, str], folder: str, share: Sequence[Path]) -> None:
    # As an engine does.
    shutil.copy2("/etc/resolv.conf", root / "etc/resolv.conf")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    told = subprocess.run(
        _inside(root, argv, folder, share, sealed=False), env=dict(environment), capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise SetupError(f"{argv[-1][:200]} ended with {told.returncode}.\n{told.stdout[-2000:]}{told.stderr[-2000:]}")


def serve(home: Path, root: Path, environment: Mapping[str, str], command: Sequence[str]) -> None:
    """Run each service of the application as compose would, and its health check until it is content."""
    services: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]
    with Stack(home / "services") as stack, ExitStack() as running:
        stack.start_services()
        ours = stack.environment()
        given = {name: ours[name] for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "SEALING_KEYS", "EMAIL_URL")} | {
            "ALLOWED_HOSTS": "localhost", "PUBLIC_URL": "https://localhost", "BEHIND_TLS_PROXY": "true"
        }  # fmt: skip
        addresses = {name: ours[name] for name in ("DATABASE_URL", "BROKER_URL")}
        for name in ("migrate", "web", "worker", "beat"):
            service = services[name]
            stated = {key: str(value) for key, value in service["environment"].items() if "$" not in str(value)}
            stated |= {**environment, **given, **addresses, "HOSTNAME": socket.gethostname(), "METRICS_ADDRESS": ""}
            if "MIGRATION_DATABASE_URL" in service["environment"]:
                stated["MIGRATION_DATABASE_URL"] = ours["MIGRATION_DATABASE_URL"]
            argv = service.get("command", command)
            _say(f"{name}: {shlex.join(argv)[:100]}")
            one = Service(name, home / f"{name}.log", root, stated)
            process = running.enter_context(one.started(argv))
            if "healthcheck" in service:
                one.wait_until_healthy(service["healthcheck"]["test"], process)
            elif process.wait(READY_SECONDS):
                raise SetupError(f"{name} ended with {process.returncode}.", log=one.log)


@dataclass(frozen=True, slots=True)
class Service:
    """One service of compose in the root that was built."""

    name: str
    log: Path
    root: Path
    environment: Mapping[str, str]

    @contextmanager
    def started(self, argv: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        """It runs for as long as the block does."""
        with self.log.open("wb") as log:
            inside = _inside(self.root, argv, "/app", (), sealed=True)
            process = subprocess.Popen(inside, env=dict(self.environment), stdout=log, stderr=log)
            try:
                yield process
            finally:
                # The first of the root's own processes: with it all of them end. What changes its account loses its tie to us.
                if (first := _child(process.pid)) is not None:
                    with suppress(ProcessLookupError):
                        os.kill(first, signal.SIGKILL)
                process.wait()

    def wait_until_healthy(self, test: Sequence[str], process: subprocess.Popen[bytes]) -> None:
        """Run its health check until it is content. SetupError where it never is."""
        kind, *words = test
        argv = ["sh", "-c", words[0].replace("$$", "$")] if kind == "CMD-SHELL" else words
        deadline = time.monotonic() + READY_SECONDS
        said = "it was not asked"
        while time.monotonic() < deadline and process.poll() is None:
            # The service has a /tmp of its own, and so its check has to run beside it.
            beside = [
                "nsenter",
                "--target",
                str(_child(process.pid)),
                "--mount",
                "chroot",
                str(self.root),
                *IN_ITS_FOLDER,
                "/app",
            ]
            tried = subprocess.run([*beside, *argv], env=dict(self.environment), capture_output=True, text=True, check=False)
            if tried.returncode == 0:
                _say(f"{self.name} is healthy")
                return
            said = tried.stdout + tried.stderr
            time.sleep(1.0)
        raise SetupError(f"{self.name} did not become healthy: {said[-500:]}", log=self.log)


def _child(pid: int) -> int | None:
    """The process that this one started, once it has; None where that has ended."""
    return next(iter(descendants(pid)), None)


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """Build and run; 0 where all of it went well."""
    parser = argparse.ArgumentParser(description="The Dockerfile's steps in a clean root, and what compose runs in it.")
    parser.add_argument("home", type=Path, help="an empty folder, for some gigabytes")
    parser.add_argument("--base", type=Path, help="a fresh Debian that debootstrap made; made anew unless given")
    parser.add_argument("--share", type=Path, action="append", default=[], help="a path of this machine that pip needs")
    asked = parser.parse_args()
    missing = [name for name in ("debootstrap", "unshare", "nsenter", "chroot", "cp") if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        print(f"Not run: it needs root on Linux, and {', '.join(missing) or 'nothing else'}.", file=sys.stderr)
        return 2
    home = asked.home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    base = asked.base or home / "base"
    try:
        if asked.base is None:
            subprocess.run(
                ["debootstrap", "--variant=minbase", "--include=ca-certificates", RELEASE, str(base)],
                check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        root, environment, command = build(home, base, asked.share)
        serve(home, root, environment, command)
    except SetupError as problem:
        print(problem.report(), file=sys.stderr)
        return 1
    _say("The steps ended well, and web, worker and beat are healthy in what they made.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
