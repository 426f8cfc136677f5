"""No table holds anything of a person without saying why, how long, who sees it and how it goes."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from backend.data_inventory import OTHER_TABLES, OUTSIDE, Held, document, tables_without_a_man
from backend.devstack.launcher import CHECKOUT
from tests.rules.test_owned_tables import NOBODYS, OF_ACCOUNTS
from tracking.services import owned


def test_every_table_is_a_mans_or_stated() -> None:
    assert tables_without_a_man() == OTHER_TABLES.keys(), (
        "state it in backend/data_inventory.py, or give its model an `ownership`"
    )


def test_what_is_known_elsewhere_to_be_of_accounts_or_nobodys_is_stated() -> None:
    assert NOBODYS.keys() | OF_ACCOUNTS.keys() <= OTHER_TABLES.keys()
    assert all(OTHER_TABLES[name].personal for name in OF_ACCOUNTS)


@pytest.mark.parametrize("held", [*OTHER_TABLES.values(), *OUTSIDE.values()], ids=[*OTHER_TABLES, *OUTSIDE])
def test_everything_is_stated_whole(held: Held) -> None:
    assert all(stated and "|" not in str(stated) for stated in astuple(held)[:4])


def test_the_page_is_what_the_models_say() -> None:
    page = (CHECKOUT / "docs" / "data-inventory.md").read_text(encoding="utf-8")
    assert page == document(), "manage.py data_inventory > docs/data-inventory.md"
    assert all(f"| `{table.name}` |" in page for table in owned.tables())
