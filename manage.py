#!/usr/bin/env python
import os
import sys

from backend import garbage


def main() -> None:
    garbage.look_seldom()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  settings must be named first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
