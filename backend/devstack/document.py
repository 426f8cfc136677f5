"""Writes the OpenAPI document to docs/openapi.json, for who develops an app without a server at hand.

python -m backend.devstack.document           write it anew
python -m backend.devstack.document --check   say whether it is current
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
STALE = "docs/openapi.json is not what the API says of itself. Write it anew: make document"


def text_of(document: dict[str, Any]) -> str:
    """The document as it stands in the file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def current() -> dict[str, Any]:
    """The document of the code as it is; needs neither a database nor settings."""
    os.environ.update(DJANGO_SETTINGS_MODULE="backend.settings", TRABECULA_WITHOUT_SERVICES="1", TRABECULA_ENV="test")
    import django  # noqa: PLC0415  once the environment says which settings

    django.setup()
    from drf_spectacular.generators import SchemaGenerator  # noqa: PLC0415  once there are settings

    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # spectacular's
    return document


def main() -> int:
    """Write it, or with ``--check`` only compare; 1 where it is not current."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    text = text_of(current())
    if not parser.parse_args().check:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == text:
        return 0
    print(STALE)
    return 1


if __name__ == "__main__":
    sys.exit(main())
