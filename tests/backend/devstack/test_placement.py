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
    with Stack(run_folder / "demo", durable=True) as stack:
        elsewhere = folder_elsewhere(run_folder)
        with psycopg.connect(stack.start_services().database_url) as connection:
            (data,) = connection.execute("SELECT current_setting('data_directory')").fetchone() or ("",)
    elsewhere = folder_elsewhere(run_folder)
    assert elsewhere is not None
    assert Path(data).is_relative_to(elsewhere)
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
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    environment = {"PATH": os.defpath, "PYTHONPATH": f"{CHECKOUT}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}
    python = a_python_for(nobody, environment)
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


def a_python_for(user: pwd.struct_passwd, environment: dict[str, str]) -> str:
    """An interpreter of our version that this user can run, with our packages."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in filter(None, (sys.executable, shutil.which(version, path=os.defpath))):
        try:
            tried = subprocess.run(
                [python, "-c", "import psycopg, httpx, backend.devstack"],
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
            continue
        if tried.returncode == 0:
            return python
    pytest.skip("An ordinary user can reach no interpreter of this version here.")
