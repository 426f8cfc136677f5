"""What gunicorn reads by itself, wherever it is started from this folder."""

logger_class = "backend.web_log.WebLog"
