"""What gunicorn writes down: as usual, with the secrets of addresses left out."""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.glogging import Logger

from notifications.domain.addresses import without_secrets


class WithoutSecrets(logging.Filter):
    """Says each line without the secrets in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_secrets(record.getMessage()), ()
        return True


class WebLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's logger; ``gunicorn.conf.py`` names it. It serves the access log and the error log alike."""

    def setup(self, cfg: Any) -> None:
        """As gunicorn's own, which it also calls when its settings are read anew."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            if not any(isinstance(each, WithoutSecrets) for each in log.filters):
                log.addFilter(WithoutSecrets())
