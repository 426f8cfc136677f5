"""Checks that no committed file names a package registry or a path of somebody's machine.

    python -m backend.devstack.committed

It reads what git would commit: tracked files and new ones that are not ignored.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

# Written so that these lines do not find themselves.
REGISTRIES = (
    "py" + "pi.org",
    "py" + "pi.python.org",
    "pythonhosted" + ".org",
    "registry.npm" + "js.org",
    "repo.maven" + ".apache.org",
)
MACHINE_PATHS = re.compile(r"(?<![A-Za-z0-9_.:~-])/(?:h[o]me|U[s]ers|r[o]ot|w[o]rk|f[a]rm)/[A-Za-z0-9_.]")
INDEX_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "NPM_CONFIG_REGISTRY", "GOPROXY")
LOOPBACK = ("localhost", "127.0.0.1", "::1", "")


def findings(paths: Iterable[Path], hosts: Iterable[str]) -> Iterator[str]:
    """One line `file:line: what` for each registry host or machine path in these files."""
    forbidden = sorted(set(hosts))
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        for number, line in enumerate(lines, start=1):
            for host in forbidden:
                if host in line:
                    yield f"{path}:{number}: names the registry {host}"
            if found := MACHINE_PATHS.search(line):
                yield f"{path}:{number}: names a path of one machine, {found.group()}..."


def registry_hosts(environment: Mapping[str, str]) -> list[str]:
    """The well-known registries, and those that this machine is told to use."""
    addresses = [address for name in INDEX_VARIABLES for address in re.split(r"[\s,]+", environment.get(name, ""))]
    configured = [urlsplit(address).hostname or "" for address in addresses]
    return [*REGISTRIES, *(host for host in configured if host not in LOOPBACK)]


def main() -> int:
    """Print the findings; 1 where there are any."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, text=True, check=True
    )
    found = list(findings((Path(name) for name in listed.stdout.split("\0") if name), registry_hosts(os.environ)))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
