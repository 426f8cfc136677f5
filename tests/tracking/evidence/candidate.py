"""A candidate rulebook: the rules of this release, with some of the text replaced. Invented."""

from __future__ import annotations

from pathlib import Path

import tracking.evidence

HERE = Path(tracking.evidence.__file__).parent
# The floor of mass spectrometry rises from 16 to 18.
RAISED_FLOOR = {
    "estradiol": [
        ('{ tier = "below_floor", start = 10, end = 16 }', '{ tier = "below_floor", start = 10, end = 18 }'),
        ('{ tier = "borderline", start = 16, end = 20 }', '{ tier = "borderline", start = 18, end = 20 }'),
    ]
}


def candidate(folder: Path, changes: dict[str, list[tuple[str, str]]]) -> Path:
    """A directory with the changed files. Raises ValueError where a text to be replaced is not there."""
    folder.mkdir(exist_ok=True)
    for file in HERE.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        for old, new in changes.get(file.stem, ()):
            if old not in text:
                raise ValueError(f"{file.name} has no {old!r}")
            text = text.replace(old, new, 1)
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder
