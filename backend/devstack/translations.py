"""Compiles the sentences in other languages, backend/locale/*/LC_MESSAGES/django.po, into what Django reads (.mo).

python -m backend.devstack.translations           compile them
python -m backend.devstack.translations --check   say whether what is compiled is current
"""

import argparse
import io
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parents[1] / "locale"


def compiled(po: Path) -> bytes:
    """What Django reads. Raises where the file cannot be read."""
    out = io.BytesIO()
    with po.open("rb") as file:
        write_mo(out, read_po(file, locale=po.parent.parent.name, abort_invalid=True))
    return out.getvalue()


def main() -> int:
    """Write them, or with ``--check`` only compare; 1 where one is not current."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    only_check = parser.parse_args().check
    stale = 0
    for po in sorted(FOLDER.glob("*/LC_MESSAGES/*.po")):
        mo, made = po.with_suffix(".mo"), compiled(po)
        if mo.is_file() and mo.read_bytes() == made:
            continue
        if only_check:
            print(f"{mo} is not what {po.name} says. Compile it: make document")
            stale = 1
        else:
            mo.write_bytes(made)
    return stale


if __name__ == "__main__":
    sys.exit(main())
