"""HL7 v2.5.1 ORU^R01 in: one line for every OBX."""

from __future__ import annotations

from dataclasses import dataclass

from tracking.domain.problems import Problem, problem
from tracking.domain.reported import Method, MethodEvidence, Precision
from tracking.domain.rulebook import RuleBook
from tracking.exchange.hl7_segments import Message, Segment, messages
from tracking.exchange.incoming import Form, LabItem, Line, Parsed, Subject, issue, named
from tracking.exchange.names import analyte_of, method_of, method_of_code
from tracking.exchange.results import NoResult, read_range, read_result
from tracking.exchange.times import read_hl7_time

__all__ = ["FORMAT", "is_result_message", "message_lines", "read_hl7"]

FORMAT = "hl7v2"
_LOINC = ("LN", "LOINC")
_FINAL = {"F": False, "C": True}
_TEXTS = ("ST", "TX", "FT", "NM", "CE", "CWE", "CNE", "")
_DOCUMENTS = ("ED", "RP")
_COMPARATORS = {"": "", "=": "", "<": "<", ">": ">", "<=": "<=", ">=": ">="}


@dataclass(frozen=True, slots=True)
class _Order:
    """One OBR with what holds for all of its results."""

    segment: Segment | None
    specimen: Segment | None
    place: str


def read_hl7(content: bytes, *, form: Form, rulebook: RuleBook) -> Parsed:
    """Every OBX of every message. Raises :class:`Problem` (``/file``) where the file as a whole cannot be read."""
    found = list(messages(content))
    lines = [line for message in found for line in message_lines(message, form=form, rulebook=rulebook, alone=len(found) == 1)]
    return Parsed(format=FORMAT, lines=tuple(lines), source=form.source or found[0].source)


def is_result_message(message: Message) -> bool:
    return message.kind == ("ORU", "R01")


def message_lines(message: Message, *, form: Form, rulebook: RuleBook, alone: bool = True) -> list[Line]:
    """The lines of one message, never none. ``alone``: the place need not say which message it is."""
    before = "" if alone else f"message {message.control_id or '?'}, "
    if not is_result_message(message):
        text = "A message of type {received} is not read. Accepted: ORU^R01."
        return [Line(place=f"{before}MSH", why=(issue("", "message-type", text, received="^".join(message.kind)),))]
    subject = Subject()
    lines: list[Line] = []
    order = _Order(None, None, "")
    segments = message.segments
    orders = 0
    for number, segment in enumerate(segments):
        if segment.name == "PID":
            subject = _subject(segment)
        elif segment.name == "OBR":
            orders += 1
            order = _Order(segment, _specimen(segments[number + 1 :]), f"{before}OBR {orders}, ")
        elif segment.name == "OBX":
            place = f"{order.place or before}OBX {segment.said(1, most=8) or '?'}"
            lines.append(_line(segment, order, place=place, subject=subject, message=message, form=form, rulebook=rulebook))
    return lines or [
        Line(place=f"{before}MSH", why=(issue("", "no-results", "The message holds no OBX segment."),), empty=True)
    ]


def _subject(pid: Segment) -> Subject:
    try:
        born = read_hl7_time(pid.said(7)[:8], zone="UTC") if pid.said(7) else ""
    except Problem:
        born = ""
    name = " ".join(part for part in (pid.said(5, 2), pid.said(5, 1)) if part)
    return Subject(id=pid.said(3), name=name[:120], birth_date=born if len(born) == len("2026-03-03") else "")


def _specimen(following: tuple[Segment, ...]) -> Segment | None:
    """The specimen of an order stands behind its results."""
    for segment in following:
        if segment.name == "OBR":
            return None
        if segment.name == "SPM":
            return segment
    return None


def _line(
    obx: Segment, order: _Order, *, place: str, subject: Subject, message: Message, form: Form, rulebook: RuleBook
) -> Line:
    source_id = _source_id(obx, order)
    status = obx.said(11, most=4) or (order.segment.said(25, most=4) if order.segment else "")
    name = obx.said(3, 2) or obx.said(3, 5) or obx.said(3, 1) or "an unnamed test"
    try:
        _refuse_unless_final(status)
        item = _item(obx, order, message, form, rulebook)
    except NoResult as none:
        why = issue("/value", "no-result", "No result of {name}: {reason}.", name=name, reason=none.reason)
        return Line(place=place, why=(why,), source_id=source_id, subject=subject, empty=True)
    except Problem as unreadable:
        first = unreadable.issues[0].code
        return Line(
            place=place,
            why=unreadable.issues,
            source_id=source_id,
            subject=subject,
            empty=first in ("not-final", "entered-in-error"),
        )
    return Line(place=place, item=item, source_id=source_id, subject=subject, corrects=_FINAL[status])


def _refuse_unless_final(status: str) -> None:
    if status in _FINAL:
        return
    if status == "X":
        raise NoResult("the laboratory says that it cannot be obtained")
    if status in ("D", "W"):
        text = "The laboratory takes this result back ({status}). If it is stored here, withdraw it."
        raise problem("", "entered-in-error", text, status=status)
    text = "Its status is '{status}'. Only final (F) and corrected (C) results are taken."
    raise problem("", "not-final", text, status=status or "not stated")


def _source_id(obx: Segment, order: _Order) -> str:
    """The laboratory's number of the order, else the sender's, with the test and what tells several of it apart."""
    number = (order.segment.said(3) or order.segment.said(2)) if order.segment else ""
    code = obx.said(3, 1) or obx.said(3, 2)
    return named("/".join(part for part in (number, code, obx.said(4)) if part)) if number and code else ""


def _item(obx: Segment, order: _Order, message: Message, form: Form, rulebook: RuleBook) -> LabItem:
    value, unit = _value(obx)
    systems = ((obx.said(3, 1), obx.said(3, 3)), (obx.said(3, 4), obx.said(3, 6)))
    loincs = [code for code, system in systems if system in _LOINC and code]
    called = [name for name in (obx.said(3, 2), obx.said(3, 5)) if name]
    if not loincs and not called:
        raise problem("/analyte", "test-unnamed", "OBX-3 does not say what was measured.")
    stated = " ".join(part for part in (obx.said(17, 1), obx.said(17, 2), obx.said(17, 5)) if part)
    method, evidence = method_of(stated, *called), MethodEvidence.LAB_MESSAGE
    if method is Method.UNKNOWN and not stated:
        method, evidence = method_of_code(loincs, rulebook), MethodEvidence.LAB_TEST_CODE
    limits = read_range(obx.said(7))
    collected_at, precision = _collected(obx, order, message, form)
    return LabItem(
        test=" ".join([*called[:1], *loincs])[:120],
        analyte=analyte_of(loincs, called, rulebook),
        value=value,
        unit=obx.said(6, 1, most=40) or obx.said(6, 2, most=40) or unit,
        collected_at=collected_at,
        zone=form.zone,
        precision=precision,
        method=method.value,
        method_evidence=(MethodEvidence.NONE if method is Method.UNKNOWN else evidence).value,
        laboratory=(obx.said(23) or message.header.said(4))[:120],
        range_low=limits.low,
        range_high=limits.high,
    )


def _value(obx: Segment) -> tuple[str, str]:
    kind = obx.said(2, most=4)
    if obx.repeats(5) > 1:
        raise problem("/value", "value-twice", "OBX-5 holds several values.")
    if kind == "SN":
        return _structured(obx), ""
    if kind in _DOCUMENTS:
        raise NoResult("it is a document, and nothing of it is stored here")
    if kind not in _TEXTS:
        raise problem("/value", "value-kind", "A result of type {received} is not read.", received=kind)
    coded = kind in ("CE", "CWE", "CNE")
    return read_result((obx.said(5, 2) if coded else "") or obx.said(5))


def _structured(obx: Segment) -> str:
    """``<^5`` is below 5. A range or a ratio has two numbers and no single value."""
    comparator, number = obx.said(5, 1), obx.said(5, 2)
    if obx.said(5, 3) or obx.said(5, 4) or comparator not in _COMPARATORS:
        raise problem("/value", "value-unreadable", "'{received}' is no single value.", received=obx.raw(5)[:40])
    return read_result(f"{_COMPARATORS[comparator]}{number}")[0]


def _collected(obx: Segment, order: _Order, message: Message, form: Form) -> tuple[str, str]:
    """When blood was drawn: the result's own time, else the order's, else the specimen's, else by when it was sent."""
    stamps = [obx.said(14), order.segment.said(7) if order.segment else "", order.specimen.said(17) if order.specimen else ""]
    for stamp in stamps:
        if stamp:
            return read_hl7_time(stamp, zone=form.zone), ""
    if sent := message.header.said(7):
        at = read_hl7_time(sent, zone=form.zone)
        if "T" in at:
            return at, Precision.UNKNOWN.value
    raise problem("/collected_at", "collected-missing", "The message does not say when blood was drawn.")
