from __future__ import annotations

import pytest

from tracking.domain.share_code import ALPHABET, LENGTH, digest_of, payload_of, read_code, written

CODE = "7K2M91QXC3TB"


def test_a_code_has_sixty_bits():
    assert len(set(ALPHABET)) ** LENGTH == 2**60


@pytest.mark.parametrize(
    "typed", [CODE, "7k2m-91qx-c3tb", " 7K2M 91QX C3TB ", "7K2M-9IQX-C3TB", "7k2m-9lqx-c3tb", "trabecula:share:7K2M-91QX-C3TB"]
)
def test_it_is_read_as_people_type_it_and_as_it_is_scanned(typed):
    assert read_code(typed) == CODE
    assert read_code(written(CODE)) == read_code(payload_of(CODE)) == CODE


@pytest.mark.parametrize("typed", ["", "7K2M-91QX-C3T", CODE + "X", "7K2M-91QX-C3TU", "7K2M\u066091QXC3T", "\x00" * LENGTH])
def test_what_cannot_be_a_code_is_none(typed):
    assert read_code(typed) is None


def test_what_is_stored_does_not_hold_the_code():
    assert CODE not in digest_of(CODE)
    assert digest_of(CODE) != digest_of(CODE[::-1])
