"""Migration steps that install the triggers of models made or changed in the same migration.

The generated form adds them one by one, and each renders every model anew: half a minute for what takes one second.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

__all__ = ["InstallTriggers", "ReplaceTriggers"]


class InstallTriggers(Operation):
    """Install the triggers that stand in the options of the named models."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, models: list[str]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing: the state has them already, from the models' options."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self.models:
            for trigger in to_state.models[app_label, name].options["triggers"]:
                schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing: they go with their tables."""

    def describe(self) -> str:
        return "Install the triggers of new models"


class ReplaceTriggers(InstallTriggers):
    """Install the triggers of models whose columns have changed. ``changes``: the generated steps, which say what the state
    becomes; of the database they do nothing, as each trigger takes the place of the one of its name.
    """

    reversible = False

    def __init__(self, models: list[str], changes: list[Operation]) -> None:
        super().__init__(models)
        self.changes = changes

    def state_forwards(self, app_label: str, state: Any) -> None:
        """What the generated steps say."""
        for change in self.changes:
            change.state_forwards(app_label, state)

    def describe(self) -> str:
        return "Install the triggers of changed models anew"
