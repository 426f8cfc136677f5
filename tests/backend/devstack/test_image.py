"""`make image` goes through the Dockerfile's own steps, with what an engine would be sent. Its run needs root."""

from __future__ import annotations

import pytest

from backend.devstack.image import Stage, sent, stages
from backend.devstack.launcher import CHECKOUT


def test_every_step_of_our_dockerfile_is_known_and_stands_where_it_stands_there() -> None:
    packages, backup, application = stages((CHECKOUT / "Dockerfile").read_text())
    assert (packages.image, packages.name) == ("python:3.11-slim", "packages")
    assert (backup.image, backup.name) == ("postgres:18", "backup")
    assert [word for word, _ in application.steps] == ["RUN", "COPY", "WORKDIR", "COPY", "ENV", "RUN", "USER", "EXPOSE", "CMD"]
    assert application.steps[1] == ("COPY", "--from=packages /opt/venv /opt/venv")
    assert "collectstatic --no-input && python -m compileall" in application.steps[5][1]


def test_a_step_goes_over_several_lines_and_comments_are_none() -> None:
    assert stages("ARG V=1\n# No step.\nFROM a:${V} AS b\nRUN one \\\n    && two\n") == [
        Stage("a:1", "b", [("RUN", "one && two")])
    ]


def test_a_word_that_is_not_known_is_no_step_to_leave_out() -> None:
    with pytest.raises(ValueError, match="ADD"):
        stages("FROM a\nADD b c\n")


def test_an_engine_is_sent_what_production_runs_and_nothing_else() -> None:
    files = {path.as_posix() for path in sent(CHECKOUT)}
    assert {"manage.py", "requirements/base.txt", "backend/settings.py", "tracking/evidence/estradiol.toml"} <= files
    assert {path.partition("/")[0] for path in files} == {"backend", "tracking", "notifications", "manage.py", "requirements"}
    assert [
        path for path in files if path.startswith("backend/devstack") or "__pycache__" in path or path.endswith(".pyc")
    ] == []
    assert [path for path in files if path.startswith("requirements/") and path != "requirements/base.txt"] == []
    assert not files & {".env", ".env.example"}
