"""One worker that looks at everybody again, as a process of its own: it prints how many megabytes it held at most."""

from __future__ import annotations

from pathlib import Path

import django

from backend import garbage


def main() -> None:
    """Run from the command line; the settings come from the environment."""
    garbage.look_seldom()
    django.setup()
    garbage.set_apart()
    from tracking import tasks  # noqa: PLC0415  it reads models, which Django knows now

    tasks.reevaluate_rulebook()
    told = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    print(next(int(line.split()[1]) for line in told if line.startswith("VmHWM")) / 1024)  # noqa: T201  to who measures


if __name__ == "__main__":
    main()
