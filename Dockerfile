# One image for web, worker, beat and the one-shot migrate; docker-compose.yml says how each is run.
ARG PYTHON_VERSION=3.11

FROM python:${PYTHON_VERSION}-slim AS packages
COPY requirements/base.txt requirements/base.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps --requirement requirements/base.txt

# The programs of the server's major version, and ours beside them: for `manage.py backup` alone.
FROM postgres:18 AS backup
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 trabecula \
    && useradd --system --uid 10001 --gid trabecula --no-create-home --shell /usr/sbin/nologin trabecula \
    && install --directory --owner trabecula --group trabecula --mode 0700 /backups
COPY requirements/base.txt requirements/base.txt
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps --requirement requirements/base.txt
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:/usr/lib/postgresql/18/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=backend.settings
USER trabecula
ENTRYPOINT []
CMD ["python", "manage.py", "backup", "/backups"]

FROM python:${PYTHON_VERSION}-slim
RUN groupadd --system --gid 10001 trabecula \
    && useradd --system --uid 10001 --gid trabecula --no-create-home --shell /usr/sbin/nologin trabecula
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=backend.settings \
    STATIC_ROOT=/app/static
# Compiled now, because the root file system is read-only later.
RUN TRABECULA_WITHOUT_SERVICES=1 python manage.py collectstatic --no-input \
    && python -m compileall -q backend tracking notifications
USER trabecula
EXPOSE 8000
CMD ["gunicorn", "--config", "python:backend.server", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "backend.wsgi:application"]
