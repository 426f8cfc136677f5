"""What a prescriber fills in about a file: the file with what it cannot show, and the answers that its rows ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from tracking.domain.moments import parse_zone
from tracking.domain.problems import problem
from tracking.domain.rulebook import RuleBook
from tracking.exchange.formats import FORMATS
from tracking.exchange.incoming import Form
from tracking.exchange.limits import MOST_BYTES
from tracking.models import ImportRow

__all__ = ["Question", "UploadForm", "question_of"]

_FORMAT_NAMES = {
    "csv": "table (CSV)",
    "fhir": "FHIR R4",
    "hl7v2": "HL7 v2",
    "json": "export of this system",
    "health": "health export of a phone",
}
_ORDERS = (("iso", "year first only: 2026-03-04"), ("dmy", "day first: 04/03/2026"), ("mdy", "month first: 03/04/2026"))
_DECIMALS = ((".", "a point: 5.10"), (",", "a comma: 5,10"))
# How each answer is asked for, and what its button says. Those without a field are given by the button alone.
_BUTTONS = {
    "analyte": "It is this",
    "unit": "The report states this unit",
    "region": "It is this region",
    "confirmed_reason": "It is right, for this reason",
    "unit_confirmed": "The report states this unit",
    "about_him": "It is about him",
    "replace": "Put it in the other's place",
    "keep": "It is another result: keep both",
}
_FLAGS = frozenset({"unit_confirmed", "about_him", "replace", "keep"})
_MB = 1_000_000


class UploadForm(forms.Form):
    """A file, and what it cannot show by itself."""

    file = forms.FileField(allow_empty_file=True, help_text=f"at most {MOST_BYTES // _MB} MB")
    format = forms.ChoiceField(
        required=False, choices=[("", "told from the file"), *((name, _FORMAT_NAMES.get(name, name)) for name in FORMATS)]
    )
    dates = forms.ChoiceField(label="Dates in a table", choices=_ORDERS)
    decimal = forms.ChoiceField(label="Fractions in a table", choices=_DECIMALS)
    zone = forms.CharField(max_length=64, help_text="IANA zone of times that carry no offset")
    source = forms.CharField(
        max_length=50, required=False, label="Laboratory or system", help_text="if the file does not say so"
    )

    def content(self) -> bytes:
        """The bytes. Raises :class:`Problem` (``/file``) for too many, before they are read."""
        sent = self.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            text = "The file has {received} bytes. At most {limit} are read. Send it in parts."
            raise problem("/file", "file-too-large", text, received=sent.size, limit=MOST_BYTES)
        content: bytes = sent.read()
        return content

    def declared(self) -> Form:
        """What was declared about the file."""
        given = self.cleaned_data
        return Form(
            decimal=given["decimal"],
            dates=given["dates"],
            zone=parse_zone(given["zone"].strip()),
            source=given["source"].strip(),
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What one row asks: the answer that would settle it, what it is chosen from, and the words of its button."""

    answer: str
    button: str
    choices: tuple[tuple[str, str], ...] = ()
    is_text: bool = False

    def given(self, value: str) -> Any:
        """The answer as the service takes it."""
        return True if self.answer in _FLAGS else value.strip()


def question_of(row: ImportRow, rulebook: RuleBook) -> Question | None:
    """The first thing that the row asks; None where it asks nothing."""
    asked = next((str(why["asks"]) for why in row.why if "asks" in why), None)
    if asked is None:
        return None
    choices = {
        "analyte": [(code, rule.name) for code, rule in rulebook.analytes.items()],
        "region": [(code, code.replace("_", " ")) for code in rulebook.bone.regions],
        "unit": _units(row.item or {}, row.answers, rulebook),
    }.get(asked, [])
    ordered = tuple(sorted(choices, key=lambda choice: choice[1].casefold()))
    return Question(asked, _BUTTONS[asked], ordered, is_text=asked == "confirmed_reason" or (asked == "unit" and not ordered))


def _units(item: Mapping[str, Any], answers: Mapping[str, Any], rulebook: RuleBook) -> list[tuple[str, str]]:
    rule = rulebook.analytes.get(answers.get("analyte", item.get("analyte", "")))
    return [(unit, unit) for unit in rule.units] if rule else []
