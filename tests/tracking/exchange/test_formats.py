"""A file is read in the format that its beginning shows, or in the one that was named."""

from __future__ import annotations

import pytest

from tracking.domain.problems import Problem
from tracking.exchange.formats import format_of, read_file
from tracking.exchange.incoming import Form


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'{"resourceType": "Bundle"}', "fhir"),
        (b"\xef\xbb\xbf \n{}", "fhir"),
        (b"MSH|^~\\&|", "hl7v2"),
        (b"\x0bMSH|^~\\&|", "hl7v2"),
        (b"FHS|^~\\&|", "hl7v2"),
        (b"PK\x03\x04", "health"),
        (b"test,value", "csv"),
        (b"", "csv"),
    ],
)
def test_the_beginning_of_a_file_shows_its_format(content, name):
    assert format_of(content) == name


@pytest.mark.parametrize(
    ("form", "named", "pointer"),
    [
        (Form(decimal="'"), "", "/decimal"),
        (Form(dates="ydm"), "", "/dates"),
        (Form(), "xlsx", "/format"),
        (Form(zone="Atlantis"), "", "/zone"),
    ],
)
def test_what_is_declared_wrongly_is_named_with_what_is_accepted(rulebook, form, named, pointer):
    with pytest.raises(Problem, match=r"Accepted: |IANA") as refused:
        read_file(b"test,value\n", form=form, rulebook=rulebook, named=named)
    assert refused.value.issues[0].pointer == pointer


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 x", b"PK\x03\x04zip", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"]
)
def test_what_is_none_of_them_is_refused_with_a_plain_reason(rulebook, content):
    with pytest.raises(Problem):
        read_file(content, form=Form(), rulebook=rulebook)
