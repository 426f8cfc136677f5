"""What is shipped for Docker, as far as it can be checked without an engine."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from backend.devstack.launcher import CHECKOUT


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]
    return services


def test_every_service_that_stays_has_a_health_check(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if "healthcheck" not in service} == {"migrate"}


def test_every_root_file_system_is_read_only(services: dict[str, Any]) -> None:
    assert all(service["read_only"] for service in services.values())


def test_only_migrate_knows_the_owners_address(services: dict[str, Any]) -> None:
    knowing = {name for name, service in services.items() if "MIGRATION_DATABASE_URL" in service.get("environment", {})}
    assert knowing == {"migrate"}


def test_the_application_waits_for_the_migrations(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_there_is_one_beat(services: dict[str, Any]) -> None:
    assert services["beat"]["deploy"]["replicas"] == 1


def test_the_broker_keeps_messages_and_never_evicts(services: dict[str, Any]) -> None:
    (script,) = services["broker"]["command"]
    assert "maxmemory-policy noeviction" in script
    assert "appendonly yes" in script


def test_every_variable_of_compose_is_explained() -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", (CHECKOUT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^(\w+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))
    assert used <= explained


def test_the_image_installs_by_hash_and_does_not_run_as_root() -> None:
    dockerfile = (CHECKOUT / "Dockerfile").read_text()
    assert "--require-hashes" in dockerfile
    assert re.search(r"^USER trabecula$", dockerfile, re.MULTILINE)
