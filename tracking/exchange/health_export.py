"""The health export of a phone: a zip whose ``clinical-records`` are FHIR resources, one a file. All else in it is passed over.

Nothing is unpacked to a disk, and no name in the archive is used as a path. An archive is refused by what it claims before
anything of it is read, and what is read is counted again: a claim may be a lie.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from tracking.domain.problems import Problem, problem
from tracking.domain.rulebook import RuleBook
from tracking.exchange.fhir_bundle import read_resources
from tracking.exchange.fhir_json import load, values_in
from tracking.exchange.incoming import Form, Line, Parsed, issue
from tracking.exchange.limits import MOST_BYTES, MOST_ROWS, MOST_VALUES, refuse_beyond

__all__ = ["FORMAT", "is_archive", "read_health_export"]

FORMAT = "health"
_RECORD = re.compile(r"(?:[^/]{1,80}/)?clinical-records/[^/]{1,200}\.json", re.IGNORECASE)
_MOST_UNPACKED = 200_000_000
_MOST_RATIO = 200
_LONGEST_RECORD = 2_000_000
_SOURCE = "health export"


def is_archive(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def read_health_export(content: bytes, *, form: Form, rulebook: RuleBook) -> Parsed:
    """The lines of every clinical record, in the order of their names. Raises :class:`Problem` (``/file``)."""
    refuse_beyond(MOST_BYTES, len(content), "bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            records = _records(archive, len(content))
            read = [(entry.filename, _read(archive, entry)) for entry in records]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        reason = str(error)[:80] or type(error).__name__
        raise problem("/file", "zip-unreadable", "The archive cannot be read: {reason}.", reason=reason) from None
    if not read:
        text = (
            "The archive has no clinical records. Accepted: the export of a phone's health app, with a folder clinical-records."
        )
        raise problem("/file", "zip-without-records", text)
    refuse_beyond(MOST_VALUES, sum(values_in(raw) for _, raw in read), "values in its clinical records")
    lines: list[Line] = []
    resources = []
    for name, raw in read:
        try:
            resources.append(load(raw))
        except Problem as refused:
            place = name.rpartition("/")[2][:100]
            why = tuple(issue("", one.code, one.text, **one.params) for one in refused.issues)
            lines.append(Line(place=place, why=why))
    return Parsed(format=FORMAT, lines=(*read_resources(resources, rulebook), *lines), source=form.source or _SOURCE)


def _records(archive: zipfile.ZipFile, packed: int) -> list[zipfile.ZipInfo]:
    """The clinical records of an archive whose claims are within bounds."""
    entries = archive.infolist()
    refuse_beyond(MOST_ROWS, len(entries), "files in the archive")
    records = sorted((one for one in entries if _RECORD.fullmatch(one.filename)), key=lambda one: one.filename)
    claimed = sum(one.file_size for one in records)
    refuse_beyond(min(_MOST_UNPACKED, packed * _MOST_RATIO), claimed, "unpacked bytes of clinical records")
    refuse_beyond(_LONGEST_RECORD, max((one.file_size for one in records), default=0), "bytes in one clinical record")
    return records


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One record, never more of it than is accepted, whatever it claims."""
    with archive.open(entry) as packed:
        raw = packed.read(_LONGEST_RECORD + 1)
    refuse_beyond(_LONGEST_RECORD, len(raw), "bytes in one clinical record")
    return raw
