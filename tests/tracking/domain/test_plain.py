"""Frozen records as JSON-able structures."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

import pytest

from tests.tracking.domain.build import BORN, NOW, TODAY, anastrozole, day, dose, lab, man
from tracking.domain.plain import plain
from tracking.domain.rulebook import Tier


def test_scalars_become_what_json_knows() -> None:
    assert plain([Decimal("5.10"), BORN, NOW, Tier.CRITICAL, None, True, 3]) == [
        "5.10",
        "1970-05-04",
        "2026-11-02T15:00:00+00:00",
        "critical",
        None,
        True,
        3,
    ]


def test_records_become_tables_with_every_field() -> None:
    record = lab("5.10", BORN)
    assert plain(record)["reported"]["value"] == {"comparator": "", "digits": "5.10", "unit": "pg/mL"}


def test_what_has_no_plain_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no plain form"):
        plain(object())


def test_what_is_nested_is_plain_on_every_level() -> None:
    record = man(labs=[lab("<5.10", BORN)], regimens=[anastrozole(day(20), TODAY)], doses=[dose("anastrozole", BORN)])
    nested = {Tier.CRITICAL: (record, [Decimal("5.10"), None, True, 3], MappingProxyType({"at": NOW}))}
    said = plain(nested)
    assert json.loads(json.dumps(said)) == said
    assert said["critical"][1:] == [["5.10", None, True, 3], {"at": "2026-11-02T15:00:00+00:00"}]
    assert said["critical"][0]["labs"][0]["reported"]["value"] == {"comparator": "<", "digits": "5.10", "unit": "pg/mL"}


def test_the_digest_of_a_history_is_of_content_and_not_of_order() -> None:
    one, other = lab("5", BORN), lab("6", BORN)
    assert man(labs=[one, other]).digest == man(labs=[other, one]).digest


def test_another_record_or_another_end_of_a_regimen_is_another_history() -> None:
    one, other = dose("anastrozole", BORN), dose("anastrozole", BORN, key="corrected")
    begun = anastrozole(day(20))
    histories = [
        man(),
        man(doses=[one]),
        man(doses=[other]),
        man(regimens=[begun]),
        man(regimens=[replace(begun, ends_on=TODAY)]),
    ]
    assert len({history.digest for history in histories}) == len(histories)
