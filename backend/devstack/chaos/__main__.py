"""`make chaos`: the three plays, one after the other, each bounded in number and in time.

    python -m backend.devstack.chaos [--only reminders|writes|upgrade] [--reminders N] [--kills N] [--men N] [--faults N]
        [--of PARTS] [--seconds N] [--seed N]

The last line of each play says what was lost and doubled. Exit codes: 0 all of it held, 1 something did not.
"""

from __future__ import annotations

import argparse
import secrets
import sys

from backend.devstack.chaos import reminders, upgrades, writes
from backend.devstack.homes import RUN_FOLDER, remove_unused
from backend.devstack.problems import SetupError

PLAYS = ("reminders", "writes", "upgrade")


def main() -> int:
    parser = argparse.ArgumentParser(description="Do to a running Trabecula what machines do, and count what is left of it.")
    parser.add_argument("--only", choices=PLAYS, help="one of the plays")
    parser.add_argument("--reminders", type=int, default=20_000, help="how many are due")
    parser.add_argument("--kills", type=int, default=15, help="while they go out")
    parser.add_argument("--men", type=int, default=6, help="who write all the time")
    parser.add_argument("--faults", type=int, default=60, help="while they write")
    parser.add_argument(
        "--of", default="", metavar="PARTS", help="only faults with one of these in the name: 'clock of', 'kill|stop'"
    )
    parser.add_argument("--seconds", type=float, default=900.0, help="after which the reminders have to be out")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of a run that is to be repeated")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    home = RUN_FOLDER / "chaos"
    wrong = False
    for play in PLAYS:
        if asked.only in (None, play):
            remove_unused([home])
            try:
                report: reminders.Report | writes.Report
                if play == "reminders":
                    report = reminders.run(
                        home, reminders=asked.reminders, kills=asked.kills, seconds=asked.seconds, seed=asked.seed, say=_say
                    )
                elif play == "writes":
                    report = writes.run(home, men=asked.men, faults=asked.faults, of=asked.of, seed=asked.seed, say=_say)
                else:
                    report = upgrades.run(home, men=asked.men, seed=asked.seed, say=_say)
            except SetupError as problem:
                print(problem.report(), file=sys.stderr)
                return 1
            finally:
                remove_unused([home])
            print(report, flush=True)
            wrong = wrong or bool(report.wrong)
    return 1 if wrong else 0


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
