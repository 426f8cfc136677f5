"""The list of what production contains says what the lock says."""

from __future__ import annotations

import re

from backend.devstack.sbom import LOCK, sbom

TEXT = LOCK.read_text(encoding="utf-8")
LIST = sbom(TEXT, name="trabecula", version="0.1.0")


def test_every_locked_package_is_in_it_with_its_hashes() -> None:
    locked = set(re.findall(r"^([a-z0-9._-]+)(?:\[[\w,-]+\])?==(\S+)", TEXT, re.MULTILINE))
    assert {(one["name"], one["version"]) for one in LIST["components"]} == locked
    assert len(locked) > 40
    assert sum(len(one["hashes"]) for one in LIST["components"]) == TEXT.count("--hash=sha256:")
    (django,) = (one for one in LIST["components"] if one["name"] == "django")
    assert django["purl"] == f"pkg:pypi/django@{django['version']}"
    assert django["scope"] == "required"
    assert "BSD" in str(django["licenses"])


def test_the_same_lock_gives_the_same_list_and_another_lock_another() -> None:
    assert sbom(TEXT, name="trabecula", version="0.1.0") == LIST
    assert sbom(TEXT + "\n", name="trabecula", version="0.1.0")["serialNumber"] != LIST["serialNumber"]


def test_what_only_some_machines_need_says_for_which() -> None:
    lock = 'tzdata==2026.1 ; sys_platform == "win32" \\\n    --hash=sha256:' + "a" * 64
    (only,) = sbom(lock, name="x", version="1")["components"]
    assert (only["scope"], only["properties"][0]["value"]) == ("optional", 'sys_platform == "win32"')
    assert only["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
