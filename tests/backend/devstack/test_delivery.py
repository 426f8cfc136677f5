"""What is shipped for Docker, as far as it can be checked without an engine."""

from __future__ import annotations

import json
import re
from typing import Any

import compose_spec
import pytest
import yaml

from backend.devstack.launcher import CHECKOUT

COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
DOCKERFILE = re.sub(r"\\\n\s*", "", (CHECKOUT / "Dockerfile").read_text())
ONE_SHOT = {"migrate", "backup"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    services: dict[str, Any] = COMPOSE["services"]
    return services


def test_a_parser_of_the_compose_specification_takes_the_file() -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [filled(inner) for inner in value]
        return re.sub(r"(?<!\$)\$\{\w+(?:[:?-][^}]*)?\}", "8000", value) if isinstance(value, str) else value

    compose_spec.PyCompose.from_json(json.dumps(filled(COMPOSE))).validate()


def test_nothing_can_eat_the_machine(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}, name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name


def test_what_must_last_lies_in_named_volumes(services: dict[str, Any]) -> None:
    mounted = {
        volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", []) if volume[0] != "."
    }
    assert mounted == COMPOSE["volumes"].keys() == {"postgres", "broker", "backups"}


def test_no_service_has_more_rights_than_it_needs(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert not service.keys() & {"privileged", "network_mode", "pid", "ipc", "devices", "cap_add"}, name
        if name != "postgres":  # its start changes the owner of its folder and then its own account
            assert service["cap_drop"] == ["ALL"], name
            assert "no-new-privileges:true" in service["security_opt"], name


def test_only_web_is_published_and_on_this_machine_alone(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${WEB_PORT:-8000}:8000"]}


def test_only_web_and_worker_reach_the_world(services: dict[str, Any]) -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name for name, service in services.items() if "outside" in service["networks"]} == {"web", "worker"}
    assert all("inside" in service["networks"] for service in services.values())


def test_no_secret_stands_in_the_files(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|KEY|TOKEN|_URL$", name):
                assert value == "" or "${" in value, name
    assert not re.search(r"(?i)^(ENV|ARG) .*(password|secret|token)", DOCKERFILE, re.MULTILINE)


def test_every_stage_of_the_image_is_pinned_and_ends_without_root() -> None:
    stages = re.split(r"(?m)^FROM ", DOCKERFILE)[1:]
    assert [stage.split()[0] for stage in stages] == [
        "python:${PYTHON_VERSION}-slim",
        "postgres:18",
        "python:${PYTHON_VERSION}-slim",
    ]
    for stage in stages[1:]:
        assert re.findall(r"(?m)^USER (.+)$", stage)[-1] == "trabecula"
    assert not re.search(r"(?m)^ADD ", DOCKERFILE), "COPY says what it does"
    for line in re.findall(r"(?m)^RUN .*apt-get install.*$", DOCKERFILE):
        assert "--no-install-recommends" in line
        assert "rm -rf /var/lib/apt/lists/*" in line


def test_what_docker_is_told_to_copy_is_there_and_is_sent_to_it() -> None:
    ignored = (CHECKOUT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored, "nothing is sent that is not named: no .env, no .git"
    assert "!requirements/base.txt" in ignored
    for named in re.findall(r"^!(.+)$", "\n".join(ignored), re.MULTILINE):
        assert (CHECKOUT / named).exists(), named


def test_every_setting_is_explained() -> None:
    read = set(re.findall(r"env\.\w+\(\s*\"(\w+)\"|required\(\s*\"(\w+)\"", (CHECKOUT / "backend" / "settings.py").read_text()))
    told = (CHECKOUT / "docs" / "operations.md").read_text()
    missing = {name for pair in read for name in pair if name and f"`{name}`" not in told}
    assert missing <= NOT_FOR_OPERATORS


# Of the demo and the suite.
NOT_FOR_OPERATORS = {"TRABECULA_WITHOUT_SERVICES", "REEVALUATE_MINUTE", "ERASE_MINUTE", "STATIC_ROOT"}


def test_every_service_that_stays_has_a_health_check(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if "healthcheck" not in service} == ONE_SHOT


def test_every_root_file_system_is_read_only(services: dict[str, Any]) -> None:
    assert all(service["read_only"] for service in services.values())


def test_only_what_runs_once_knows_the_owners_address(services: dict[str, Any]) -> None:
    knowing = {name for name, service in services.items() if "MIGRATION_DATABASE_URL" in service.get("environment", {})}
    assert knowing == ONE_SHOT


def test_the_application_waits_for_the_migrations(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_a_migration_gives_up_where_it_would_hold_everybody_up(services: dict[str, Any]) -> None:
    assert services["migrate"]["environment"]["PGOPTIONS"] == "-c lock_timeout=5s"


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
