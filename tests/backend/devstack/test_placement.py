from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from backend.devstack.homes import remove_unused
from backend.devstack.launcher import CHECKOUT
from backend.devstack.placement import POINTER, folder_elsewhere, place
from backend.devstack.stack import Stack

pytestmark = pytest.mark.processes
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="Only root can take the role of another user.")

# What an ordinary user starts: services, one query, and a clean end.
ORDINARY = """
import json, os, sys
from pathlib import Path
import psycopg
from backend.devstack.stack import Stack

with Stack(Path(sys.argv[1])) as stack:
    with psycopg.connect(stack.start_services().database_url) as connection:
        print(json.dumps([os.geteuid(), connection.execute("SELECT 1").fetchone()[0]]))
"""


@as_root
def test_below_a_folder_closed_to_others_root_places_postgres_elsewhere(run_folder: Path) -> None:
    run_folder.parent.chmod(0o700)
    with Stack(run_folder / "demo", durable=True) as stack, psycopg.connect(stack.start_services().database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    elsewhere = folder_elsewhere(run_folder)
    assert elsewhere is not None
    assert (elsewhere / "demo" / "postgres" / "data" / "PG_VERSION").exists()
    assert not (run_folder / "demo" / "postgres" / "data").exists()
    assert run_folder.parent.stat().st_mode & 0o777 == 0o700
    assert remove_unused([stack.home]) == []
    assert not (elsewhere / "demo").exists()


@as_root
def test_a_note_that_points_to_a_folder_of_another_name_is_not_believed(run_folder: Path, tmp_path: Path) -> None:
    (run_folder / POINTER).write_text(str(tmp_path))
    assert folder_elsewhere(run_folder) is None


@as_root
def test_in_an_open_checkout_root_keeps_postgres_in_the_run_folder(run_folder: Path) -> None:
    placement = place(run_folder / "demo")
    assert placement.folder == run_folder / "demo" / "postgres"
    assert placement.account == (pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    assert folder_elsewhere(run_folder) is None


@as_root
def test_an_ordinary_user_runs_it_as_himself(run_folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(run_folder, nobody.pw_uid, nobody.pw_gid)
    python, environment = a_python_for(nobody, run_folder.parent)
    told = subprocess.run(
        [python, "-c", ORDINARY, str(run_folder / "demo")],
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == [nobody.pw_uid, 1]


def a_python_for(user: pwd.struct_passwd, folder: Path) -> tuple[str, dict[str, str]]:
    """An interpreter that this user can run with our packages, a copy of our own in `folder` if need be."""
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    environment = {"PATH": os.defpath, "PYTHONPATH": f"{CHECKOUT}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}
    if not runs(sys.executable, user, environment):
        base = Path(sys.base_prefix)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        unused = shutil.ignore_patterns("site-packages", "test", "config-*", "idlelib", "ensurepip", "*.opt-*", "*.a")
        shutil.copytree(base / "lib" / version, folder / "lib" / version, ignore=unused, symlinks=True)
        (folder / "bin").mkdir()
        for file in [base / "bin" / version, *(base / "lib").glob("libpython3*.so*")]:
            shutil.copy2(file, folder / file.relative_to(base))
        environment["LD_LIBRARY_PATH"] = str(folder / "lib")
        copy = str(folder / "bin" / version)
        if not runs(copy, user, environment):
            pytest.skip("An ordinary user can reach neither our interpreter and packages nor a copy of them.")
        return copy, environment
    return sys.executable, environment


def runs(python: str, user: pwd.struct_passwd, environment: dict[str, str]) -> bool:
    try:
        tried = subprocess.run(
            [python, "-c", "import redis, psycopg, backend.devstack"],
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            cwd="/",
            env=environment,
            capture_output=True,
            timeout=60,
            check=False,
        )
    except PermissionError:
        return False
    return tried.returncode == 0
