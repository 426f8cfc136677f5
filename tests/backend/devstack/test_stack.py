from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from backend.devstack.homes import remove_unused
from backend.devstack.launcher import CHECKOUT
from backend.devstack.lock import AlreadyRunningError
from backend.devstack.placement import place
from backend.devstack.ports import free_port
from backend.devstack.postgres import Postgres
from backend.devstack.problems import ProcessDiedError
from backend.devstack.stack import Stack
from tests.backend.devstack.watched import descendants, still_alive_after

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.processes

# A launcher as `make demo` is one: it starts the services, tells the test its keeper, and waits for a signal.
LAUNCHER = """
import json, os, signal, sys
from pathlib import Path
from backend.devstack.stack import Stack

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
# As at a terminal: a shell that starts the tests in the background has Ctrl-C ignored in all its children.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    with Stack(Path(sys.argv[1])) as stack:
        stack.start_services()
        print(json.dumps({"keeper": stack._launcher.pid, "url": stack.web_url}), flush=True)
        signal.pause()
except KeyboardInterrupt:
    pass
"""


@contextmanager
def launched(home: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A launcher, and what it told. However the test ends, it is gone, and its services with it."""
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(home)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as launcher:
        try:
            assert launcher.stdout is not None
            line = launcher.stdout.readline()
            assert line, "the launcher ended before its services were ready"
            yield launcher, json.loads(line)
        finally:
            launcher.kill()


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_launcher_that_ends_leaves_no_process_and_no_lock(run_folder: Path, number: signal.Signals) -> None:
    with launched(run_folder / "demo") as (launcher, told):
        family = descendants(int(told["keeper"]))
        assert len(family) > 4
        launcher.send_signal(number)
        launcher.communicate(timeout=60)
        with Stack(run_folder / "demo"):
            assert not still_alive_after(1, family)


def test_a_ctrl_c_at_the_terminal_reaches_the_launcher_alone_and_ends_all(run_folder: Path) -> None:
    with launched(run_folder / "demo") as (launcher, told):
        family = descendants(int(told["keeper"]))
        assert os.getpgid(launcher.pid) not in {os.getpgid(pid) for pid in family}
        os.killpg(launcher.pid, signal.SIGINT)
        launcher.communicate(timeout=60)
        assert not still_alive_after(1, family)


def test_after_sigkill_of_the_keeper_the_services_end_and_the_next_start_works(run_folder: Path) -> None:
    home = run_folder / "demo"
    with launched(home) as (launcher, told):
        family = descendants(int(told["keeper"]))
        os.kill(int(told["keeper"]), signal.SIGKILL)
        assert not still_alive_after(30, family)
        launcher.kill()
        launcher.communicate(timeout=60)
        with Stack(home) as stack:
            stack.start_services()


def test_a_second_stack_in_the_same_home_says_who_runs_there(run_folder: Path) -> None:
    with Stack(run_folder / "demo") as first:
        first.announce()
        with pytest.raises(AlreadyRunningError) as refusal, Stack(run_folder / "demo"):
            pass
    assert f"process {os.getpid()} at {first.web_url}" in str(refusal.value)


def test_two_stacks_run_side_by_side(run_folder: Path) -> None:
    with Stack(run_folder / "one") as one, Stack(run_folder / "two") as two:
        first, second = one.start_services(), two.start_services()
        rows(first.migration_database_url, "CREATE TABLE only_in_the_first ()")
        assert first.database_url != second.database_url
        assert rows(second.database_url, "SELECT to_regclass('only_in_the_first')") == [(None,)]


def test_data_outlive_a_kill_of_postgres_and_the_next_start_works(run_folder: Path) -> None:
    home = run_folder / "demo"
    with Stack(home, durable=True) as stack:
        rows(stack.start_services().migration_database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
        stack.kill("postgres", signal.SIGKILL)
    with Stack(home, durable=True) as stack:
        assert rows(stack.start_services().migration_database_url, "SELECT answer FROM kept") == [(42,)]


def test_a_process_that_dies_is_reported_with_the_end_of_its_log(run_folder: Path) -> None:
    with Stack(run_folder / "demo") as stack:
        stack.start_services()
        stack.signal("postgres", signal.SIGINT)
        with pytest.raises(ProcessDiedError, match="postgres ended by itself") as report:
            stack.serve()
    assert "database system is shut down" in report.value.report()


def a_postgres_of_our_own(home: Path) -> Postgres:
    return Postgres(placement=place(home), password="unused", log=home / "log" / "postgres.log", durable=False)


def test_a_postgres_that_a_crashed_run_left_behind_is_ended(run_folder: Path) -> None:
    home = run_folder / "demo"
    with Stack(home) as stack:
        stack.start_services()
    command = a_postgres_of_our_own(home).serve_command(free_port())
    user, group = command.account or (None, None)
    orphan = subprocess.Popen(
        command.argv,
        user=user,
        group=group,
        extra_groups=None if user is None else [],
        cwd=command.folder,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(command.environment),
    )
    assert orphan.stderr is not None
    for line in orphan.stderr:
        if "ready to accept connections" in line:
            break
    with Stack(home) as stack:
        assert rows(stack.start_services().database_url, "SELECT 1") == [(1,)]
    assert orphan.wait(10) == 0
    orphan.stderr.close()


def test_a_note_of_a_dead_postgres_whose_id_another_process_has_by_now_stops_nothing(run_folder: Path) -> None:
    home = run_folder / "demo"
    with Stack(home) as stack:
        stack.start_services()
    server = a_postgres_of_our_own(home)
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n5432\n\n127.0.0.1\n")
    with Stack(home) as stack:
        assert rows(stack.start_services().database_url, "SELECT 1") == [(1,)]


def test_a_folder_in_use_is_not_removed(run_folder: Path) -> None:
    with Stack(run_folder / "demo") as stack:
        assert remove_unused([stack.home]) == [stack.home]
    assert remove_unused([stack.home]) == []
    assert not stack.home.exists()
