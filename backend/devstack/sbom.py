"""The list of what production contains, as CycloneDX 1.6 JSON, from the lock file.

    python -m backend.devstack.sbom > sbom.json

The same lock gives the same list. Licences are those that the installed packages state; what is not installed here has none.
"""

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK = CHECKOUT / "requirements" / "base.txt"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)([^\\\n]*)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# A name for lists of ours, so that the serial number follows from the lock.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "trabecula/sbom")


def sbom(lock: str, *, name: str, version: str) -> dict[str, Any]:
    """The list as CycloneDX says it. ``lock``: requirements with versions and hashes, as uv and pip-tools write them."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, lock)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": name, "name": name, "version": version}},
        "components": list(_components(lock)),
    }


def _components(lock: str) -> Iterator[dict[str, Any]]:
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        if (pinned := _PIN.match(block)) is None:
            continue
        name, version, marker = pinned[1].lower(), pinned[2], pinned[3].strip("; ")
        purl = f"pkg:pypi/{name}@{version}"
        component: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
        component["scope"] = "optional" if marker else "required"
        if marker:
            component["properties"] = [{"name": "trabecula:marker", "value": marker}]
        component["hashes"] = [{"alg": "SHA-256", "content": content} for content in _HASH.findall(block)]
        if licence := _licence(name, version):
            component["licenses"] = [licence]
        yield component


def _licence(name: str, version: str) -> dict[str, Any] | None:
    try:
        stated = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if stated["Version"] != version:
        return None
    if "License-Expression" in stated:
        return {"expression": stated["License-Expression"]}
    classified = [
        line.rpartition("::")[2].strip() for line in stated.get_all("Classifier", []) if line.startswith("License ::")
    ]
    free = stated["License"].strip().partition("\n")[0] if "License" in stated else ""
    named = ", ".join(classified) or free
    return {"license": {"name": named}} if named else None


def main() -> int:
    """Print the list."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    json.dump(sbom(LOCK.read_text(encoding="utf-8"), name=project["name"], version=project["version"]), sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
