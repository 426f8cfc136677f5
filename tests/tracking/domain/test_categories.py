from __future__ import annotations

import pytest

from tracking.domain.categories import SHAREABLE, Category, covers, read_scope
from tracking.domain.problems import Problem


@pytest.mark.parametrize(
    ("scope", "category", "opens"),
    [
        ([], Category.LABS, True),
        ([], Category.CONCLUSIONS, True),
        ([], Category.OWN, False),
        (["labs"], Category.LABS, True),
        (["labs"], Category.DOSES, False),
        (["labs"], Category.CONCLUSIONS, False),
        (["labs"], Category.DOOR, True),
        (list(SHAREABLE), Category.CONCLUSIONS, True),
        (list(SHAREABLE), Category.OWN, False),
    ],
)
def test_a_scope_opens_what_it_names_and_an_empty_one_all_that_can_be_shared(scope, category, opens):
    assert covers(scope, category) is opens


def test_a_scope_is_kept_in_one_order_and_each_category_once():
    assert read_scope(["scans", "labs", "scans"]) == ["labs", "scans"]


@pytest.mark.parametrize(
    ("named", "pointer", "code"),
    [
        (["labs", "genes"], "/scope/1", "category-unknown"),
        (["door"], "/scope/0", "category-unknown"),
        (["own"], "/scope/0", "category-unknown"),
        (["conclusions"], "/scope", "conclusions-quote-the-record"),
        (["labs", "doses", "scans", "conclusions"], "/scope", "conclusions-quote-the-record"),
    ],
)
def test_a_scope_that_cannot_be_is_refused_with_what_is_accepted(named, pointer, code):
    with pytest.raises(Problem) as refused:
        read_scope(named)
    (issue,) = refused.value.issues
    assert (issue.pointer, issue.code) == (pointer, code)
