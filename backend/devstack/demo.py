"""`make demo`: everything set up, started and shown, until Ctrl-C.

    python -m backend.devstack.demo [--once]

Exit codes: 0 stopped as asked, 1 a set-up step failed, a process died or the show fell short of its promise.
"""

import argparse
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from backend.devstack import show
from backend.devstack.earlier import refuse_data_of_an_earlier_checkout
from backend.devstack.homes import RUN_FOLDER
from backend.devstack.problems import SetupError
from backend.devstack.processes import end_with_parent
from backend.devstack.stack import Stack

HOME = RUN_FOLDER / "demo"
# Minutes are long when one watches: the sweeps run every two seconds here.
DEMO_ENVIRONMENT = {"SWEEP_SECONDS": "2", "SIGN_IN_LIMITS": "off"}
# A file has no width; this one keeps the tables readable.
WIDTH_OF_A_LOG = 150
WEB_PROCESSES = 2
WORKER_PROCESSES = 2


class StopAsked(BaseException):
    """SIGTERM or SIGHUP arrived. Like KeyboardInterrupt, no `except Exception` may hold it up."""


def main() -> int:
    """Run the demo from the command line."""
    parser = argparse.ArgumentParser(description="Set up Trabecula with embedded services and show it.")
    parser.add_argument("--once", action="store_true", help="stop after the show instead of serving until Ctrl-C")
    parser.add_argument("--end-with-parent", action="store_true", help="stop when the calling process ends (Linux)")
    options = parser.parse_args()
    once = options.once or os.environ.get("ONCE", "") not in ("", "0")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_LOG)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    if options.end_with_parent:
        end_with_parent(signal.SIGTERM)
    try:
        return _run(console, once=once)
    except (KeyboardInterrupt, StopAsked):
        console.print("Stopped.")
        return 0
    except SetupError as problem:
        console.print(str(problem), style="red", markup=False, soft_wrap=True)
        if tail := problem.tail():
            console.print(tail, markup=False, soft_wrap=True)
        return 1
    except Exception:  # noqa: BLE001  the last line of defence: nobody at a terminal is helped by a traceback
        log = _keep_traceback(HOME / "log" / "demo.log")
        console.print(
            f"The demo stopped on a mistake of its own. The details are in {log}.", style="red", markup=False, soft_wrap=True
        )
        return 1


def _run(console: Console, *, once: bool) -> int:
    with Stack(HOME, durable=True, kind="demo") as stack, _quiet_end(console):
        with _step(console, "PostgreSQL 18, broker and mail"):
            stack.start_services()
        with _step(console, "Migrations"):
            refuse_data_of_an_earlier_checkout(stack.services.migration_database_url)
            stack.run_manage("migrate", "--database", "owner", "--no-input")
        # Together: each spends its first seconds on importing the same code.
        stack.start_process("web", concurrency=WEB_PROCESSES, extra_env=DEMO_ENVIRONMENT, wait=False)
        stack.start_process("worker", concurrency=WORKER_PROCESSES, extra_env=DEMO_ENVIRONMENT, wait=False)
        for name, what in (("web", "Web (gunicorn)"), ("worker", "Celery worker")):
            with _step(console, what):
                stack.wait_until_ready(name)
        stack.announce()
        told = show.tell(stack, console)
        # Only now does time tick: a story told by half would bring reminders of what the next sentence answers.
        with _step(console, "Celery beat"):
            stack.start_process("beat", extra_env=DEMO_ENVIRONMENT)
        kept_its_promise = show.report(stack, console, told)
        _print_addresses(console, stack)
        if once:
            return 0 if kept_its_promise else 1
        console.print("\nServing until Ctrl-C." if kept_its_promise else "\nThe show fell short; serving until Ctrl-C.")
        stack.serve()
    return 0


def _print_addresses(console: Console, stack: Stack) -> None:
    console.print()
    for what, where in (
        ("Admin", f"{stack.web_url}/admin/"),
        ("API docs", f"{stack.web_url}/api/v1/docs"),
        ("Mail sent", str(_short(stack.mail_folder))),
        ("Logs", str(_short(stack.logs))),
    ):
        console.print(f"  {what:<10} {where}", markup=False, soft_wrap=True)


@contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    """Show a step while it runs, and the seconds it took."""
    began = time.monotonic()
    try:
        with console.status(f"{what} ..."):
            yield
    except SetupError:
        console.print(f"[red]✗[/red] {what}")
        raise
    console.print(f"[green]✓[/green] {what} [dim]{time.monotonic() - began:.1f} s[/dim]")


@contextmanager
def _quiet_end(console: Console) -> Iterator[None]:
    """Say that it is stopping, and let no second signal cut the stopping short; it is bounded in time."""
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        console.print("\nStopping ...")


def _ask_to_stop(*_: object) -> None:
    raise StopAsked


def _keep_traceback(log: Path) -> Path:
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(traceback.format_exc())
    return _short(log)


def _short(path: Path) -> Path:
    """The path as seen from where the person stands."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    sys.exit(main())
