"""All settings, from the environment alone. What is missing stops the start with a sentence that says what to set.

``TRABECULA_ENV`` is ``production`` (the default), ``demo`` or ``test``. Only the latter two have an embedded stack
(``backend.devstack``) that fills in everything below.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import environ
import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from backend import logs
from backend.accounts.sealing import fault_of_keys
from backend.metrics.serving import address as address_of_metrics
from backend.seeing import addresses
from backend.shape_names import CHOICES
from backend.versions import version_of
from notifications.domain.outbound import fault_of_address
from tracking.domain.entry import check_floor, read_floor
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook

GRACE_DAYS = range(1, 31)  # GDPR article 12(3): within one month
LEAST_REQUESTS = 60  # a minute; the slowest person who taps as fast as he can does not come near it
LEAST_KEY_LENGTH = 32  # characters; RFC 7518 3.2 asks for as many bytes as HS256 makes

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Secrets can come from files instead, as container engines hand them in: NAME_FILE has the path. They stay out of os.environ,
# which every child process inherits.
_SECRETS = (
    *("SECRET_KEY", "JWT_SIGNING_KEY", "SEALING_KEYS", "DATABASE_URL", "MIGRATION_DATABASE_URL", "BROKER_URL", "CACHE_URL"),
    *("EMAIL_URL", "ANYMAIL", "BACKUP_TRIAL_DATABASE_URL", "SENTRY_DSN", "OTEL_EXPORTER_OTLP_HEADERS"),
)
for name in _SECRETS:
    if path := os.environ.get(f"{name}_FILE"):
        if os.environ.get(name):
            sys.exit(f"Trabecula cannot start: {name} and {name}_FILE are both set. Accepted: one of them.")
        try:
            env.ENVIRON = {**env.ENVIRON, name: Path(path).read_text(encoding="utf-8").strip()}
        except (OSError, UnicodeDecodeError) as unreadable:
            sys.exit(
                f"Trabecula cannot start: {name}_FILE cannot be read: {getattr(unreadable, 'strerror', 'no text')}, {path}."
            )

ENVIRONMENT: str = env.str("TRABECULA_ENV", default="production")
if ENVIRONMENT not in ("production", "demo", "test"):
    raise ImproperlyConfigured(f"TRABECULA_ENV is '{ENVIRONMENT}'. Accepted: production, demo or test.")
IN_PRODUCTION = ENVIRONMENT == "production"
# mypy, `makemigrations --check` and the OpenAPI document need no server; they say so instead of inventing one.
WITHOUT_SERVICES: bool = env.bool("TRABECULA_WITHOUT_SERVICES", default=False)


def required(name: str, what: str) -> str:
    """The value of a variable that has no safe default; stops the start where it is missing."""
    value: str = env.str(name, default="")
    if value:
        return value
    if WITHOUT_SERVICES:
        return "none://localhost/none"
    sys.exit(f"Trabecula cannot start: {name} is not set. It is {what}. See .env.example.")


SECRET_KEY = required("SECRET_KEY", "a long random string that signs what the server hands out to find again")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[] if IN_PRODUCTION else ["127.0.0.1", "localhost", "testserver"])
PUBLIC_URL: str = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")

# --- Apps ------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "backend.apps.BackendConfig",
    "tracking.apps.TrackingConfig",
    "notifications.apps.NotificationsConfig",
    "backend.apps.TrabeculaAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.usersessions",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_structlog",
]

MIDDLEWARE = [
    "backend.requests.Requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.middleware.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "backend.middleware.ClientMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "backend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Database --------------------------------------------------------------------------------------------------------
# Two roles: `default` is the application (no DDL, bound by row-level security), `owner` runs migrations and nothing else.
DATABASE_URL = required(
    "DATABASE_URL", "the PostgreSQL address for the application's role, postgresql://user:password@host/name"
)
MIGRATION_DATABASE_URL: str = env.str("MIGRATION_DATABASE_URL", default="")
APP_DB_ROLE: str = env.str("APP_DB_ROLE", default="trabecula_app")


def database(url: str) -> dict[str, Any]:
    if url.startswith("none://"):
        return {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}
    parsed: dict[str, Any] = env.db_url_config(url)
    # Every transaction is opened by `acting_as`, which must be the first to speak in it: no ATOMIC_REQUESTS.
    parsed |= {"ATOMIC_REQUESTS": False, "CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 60}
    # A server that does not even answer the door is away: a request says so, and does not wait for minutes.
    # Of statements that are kept the server keeps the plan at once; no others are sent so that it could.
    parsed["OPTIONS"] = {"connect_timeout": 5, "prepare_threshold": 0} | parsed.get("OPTIONS", {})
    return parsed


DATABASES = {"default": database(DATABASE_URL)}
if MIGRATION_DATABASE_URL:
    DATABASES["owner"] = database(MIGRATION_DATABASE_URL) | {"CONN_MAX_AGE": 0}
# Whom backups are sealed for, and a server on which they are tried where the owner may not make databases on its own.
BACKUP_PUBLIC_KEY: str = env.str("BACKUP_PUBLIC_KEY", default="")
BACKUP_TRIAL_DATABASE_URL: str = env.str("BACKUP_TRIAL_DATABASE_URL", default="")
DATABASE_ROUTERS = ["backend.routers.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tracking.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "backend.accounts.passwords.NotOfThisPlace"},
]
if not IN_PRODUCTION:
    # Hashing an invented password slowly protects nobody, and costs the demo and the suite minutes.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "/admin/login/"

# --- Sign-in ---------------------------------------------------------------------------------------------------------
# allauth does it, behind our own API (backend/accounts); the admin signs in by itself, with Django's own pages.
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ["app"]
HEADLESS_ADAPTER = "backend.accounts.adapters.HeadlessAdapter"
HEADLESS_TOKEN_STRATEGY = "backend.accounts.tokens.Tokens"  # noqa: S105  the name of a class
HEADLESS_JWT_ALGORITHM = "HS256"  # nobody but this service reads a token
HEADLESS_JWT_PRIVATE_KEY = required("JWT_SIGNING_KEY", "a long random string, at least 32 characters, that signs access tokens")
if len(HEADLESS_JWT_PRIVATE_KEY) < LEAST_KEY_LENGTH and not WITHOUT_SERVICES:
    sys.exit(f"Trabecula cannot start: JWT_SIGNING_KEY is too short. Accepted: at least {LEAST_KEY_LENGTH} characters.")
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True  # a token holds no longer than the session behind it: leaving is instant
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 15 * 60
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = APP_SESSION_SECONDS = 60 * 24 * 3600  # a phone that is silent so long signs in anew
# Seeds of one-time codes and the contents of sessions are stored under the first of these keys and read under any.
SEALING_KEYS: list[str] = [
    key.strip()
    for key in required(
        "SEALING_KEYS", "one or more Fernet keys, separated by commas, that seal the seeds of one-time codes"
    ).split(",")
    if key.strip()
]
if not WITHOUT_SERVICES and (fault := fault_of_keys(SEALING_KEYS)):
    sys.exit(f"Trabecula cannot start: SEALING_KEYS cannot be used. {fault}")
SESSION_ENGINE = "backend.accounts.sessions"

ACCOUNT_ADAPTER = "backend.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# Seconds, as long as such codes may hold at most (OWASP ASVS 5, 6.5.5).
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_CHANGE_EMAIL = True  # one address, replaced once the new one is verified
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")
ACCOUNT_EMAIL_NOTIFICATIONS = True
SIGN_IN_LIMITS: str = env.str("SIGN_IN_LIMITS", default="on")
if SIGN_IN_LIMITS not in ("on", "off") or (IN_PRODUCTION and SIGN_IN_LIMITS == "off"):
    sys.exit(f"Trabecula cannot start: SIGN_IN_LIMITS is '{SIGN_IN_LIMITS}'. Accepted: on; off in demo and tests alone.")
# What is not named here has allauth's own limit; backend.accounts.limits has more, and says how long to wait.
ACCOUNT_RATE_LIMITS: dict[str, str | None] | bool = {"reset_password": "20/m/ip"} if SIGN_IN_LIMITS == "on" else False
MFA_RATE_LIMITS: dict[str, str | None] | bool = {} if SIGN_IN_LIMITS == "on" else False

MFA_ADAPTER = "backend.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = MFA_PASSKEY_SIGNUP_ENABLED = True
# Which app asked for a passkey is checked by backend.accounts.shapes: allauth knows web pages alone, and no Android app.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
PASSKEY_APP_ORIGINS: list[str] = env.list("PASSKEY_APP_ORIGINS", default=[])
MFA_TOTP_ISSUER = "Trabecula"
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds either way: RFC 6238 5.2 allows for one, for typing and for the phone's clock
USERSESSIONS_TRACK_ACTIVITY = True  # at each refresh and on account pages, not at each request
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- Time and language -----------------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"  # a man's own zone is on his record; nothing falls back to the server's
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # of the API's refusals; what staff see is English
LOCALE_PATHS = [BASE_DIR / "backend" / "locale"]
USE_I18N = True
CLOCK_OFFSET: float = env.float("CLOCK_OFFSET", default=0.0)  # seconds; shifts `tracking.clock` in every process
if IN_PRODUCTION and CLOCK_OFFSET:
    sys.exit("Trabecula cannot start: CLOCK_OFFSET shifts the clock and is for demo and tests only. Unset it.")

# --- API -------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tracking.api.third_party.ReadTokens", "backend.accounts.tokens.AccessTokens"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "tracking.api.third_party.Permitted"],
    "DEFAULT_THROTTLE_CLASSES": ["backend.accounts.pace.Pace"],
    "DEFAULT_RENDERER_CLASSES": ["tracking.api.rendering.Json"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backend.errors.handle",
    "UNICODE_JSON": True,
    "COERCE_DECIMAL_TO_STRING": True,
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
}
SPECTACULAR_SETTINGS = {
    "ENUM_NAME_OVERRIDES": CHOICES,
    "TITLE": "Trabecula",
    "DESCRIPTION": (Path(__file__).parent / "about_api.md").read_text(encoding="utf-8").strip(),
    "VERSION": "1",
    "SERVERS": [{"url": "/", "description": "the service that this document came from"}],
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # it would say of each choice its own name again
    "GET_LIB_DOC_EXCLUDES": "backend.openapi.bases",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.openapi.describe_problems",
        "backend.openapi.name_shapes",
        "backend.links.link_rows",
        "backend.field_words.describe_fields",
        "backend.examples.show_examples",
    ],
}
# Of one account or key, in each web process. A phone that catches up after ten years sends a tenth of that.
REQUESTS_A_MINUTE: int = env.int("REQUESTS_A_MINUTE", default=600 if SIGN_IN_LIMITS == "on" else 0)
if 0 < REQUESTS_A_MINUTE < LEAST_REQUESTS or REQUESTS_A_MINUTE < 0 or (IN_PRODUCTION and not REQUESTS_A_MINUTE):
    sys.exit(
        f"Trabecula cannot start: REQUESTS_A_MINUTE is {REQUESTS_A_MINUTE}. Accepted: {LEAST_REQUESTS} or more;"
        " 0, no limit, in demo and tests alone."
    )
# An app that names an older version in X-Client-Version is told to update; empty: none is too old.
LEAST_CLIENT_VERSION: str = env.str("LEAST_CLIENT_VERSION", default="").strip()
if LEAST_CLIENT_VERSION and version_of(LEAST_CLIENT_VERSION) is None:
    sys.exit(f"Trabecula cannot start: LEAST_CLIENT_VERSION is '{LEAST_CLIENT_VERSION}'. Accepted: a version like 2.10.1.")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # bytes of a request body
SYNC_MAX_BODY = 16 * 2**20  # bytes of a push: years of a phone that was never online

# --- The end of an account ---------------------------------------------------------------------------------------------
ERASURE_GRACE_DAYS: int = env.int("ERASURE_GRACE_DAYS", default=14)  # signing in within so many days cancels it
if ERASURE_GRACE_DAYS not in GRACE_DAYS:
    sys.exit(f"Trabecula cannot start: ERASURE_GRACE_DAYS is {ERASURE_GRACE_DAYS}. Accepted: 1 to {GRACE_DAYS[-1]}.")

# --- Celery ----------------------------------------------------------------------------------------------------------
BROKER_URL = required("BROKER_URL", "the Redis or Valkey address for Celery, redis://:password@host:6379/0")
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
# Longer than any task may run: a task is delivered again only if its worker is gone (kombu#337).
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "trabecula"
CELERY_BEAT_SCHEDULER = "backend.schedule:Timetable"
# Seconds between sweeps. They find whatever is due by now, so a late or doubled tick loses and repeats nothing.
SWEEP_SECONDS: float = env.float("SWEEP_SECONDS", default=60.0)
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "plan-reminders": {"task": "notifications.tasks.plan_reminders", "schedule": SWEEP_SECONDS},
    "plan-doses": {"task": "notifications.tasks.plan_doses", "schedule": max(SWEEP_SECONDS, 600.0)},
    "plan-refills": {"task": "notifications.tasks.plan_refills", "schedule": max(SWEEP_SECONDS, 3600.0)},
    "send-reminders": {"task": "notifications.tasks.claim_reminders", "schedule": SWEEP_SECONDS},
    "deliver": {"task": "notifications.tasks.deliver_queued", "schedule": SWEEP_SECONDS},
    "escalate": {"task": "notifications.tasks.escalate_silences", "schedule": max(SWEEP_SECONDS, 600.0)},
    "digests": {"task": "notifications.tasks.write_digests", "schedule": max(SWEEP_SECONDS, 600.0)},
    "time-passes": {
        "task": "tracking.tasks.reevaluate_due",
        "schedule": crontab(minute=env.str("REEVALUATE_MINUTE", default="7")),
    },
    "broken-glass": {"task": "tracking.tasks.close_broken_glass", "schedule": crontab(minute="*/10")},
    "proposals-expire": {"task": "tracking.tasks.expire_proposals", "schedule": crontab(hour="2", minute="37")},
    "answers-forgotten": {"task": "tracking.tasks.forget_requests", "schedule": crontab(minute="47")},
    "days-are-sealed": {"task": "tracking.tasks.seal_days", "schedule": crontab(hour="1", minute="23")},
    "leftovers-of-sign-in": {"task": "backend.tasks.clear_leftovers", "schedule": crontab(hour="3", minute="20")},
    "tick": {"task": "backend.tasks.tick", "schedule": 60.0},
    "tend-exports": {"task": "backend.tasks.tend_exports", "schedule": max(SWEEP_SECONDS, 600.0)},
    "erase": {"task": "backend.tasks.erase_due", "schedule": crontab(minute=env.str("ERASE_MINUTE", default="47"))},
    "rules-changed": {"task": "tracking.tasks.reevaluate_rulebook", "schedule": crontab(minute="*/10")},
}

# --- Cache -----------------------------------------------------------------------------------------------------------
# Counts tries, for all web processes together. Nothing else relies on it: signed-in accounts work while it is away.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("CACHE_URL", default="") or BROKER_URL,
        "KEY_PREFIX": "trabecula",
    }
}

# --- Mail ------------------------------------------------------------------------------------------------------------
# By SMTP (EMAIL_URL), or by a provider's HTTP interface (EMAIL_BACKEND of anymail, with its settings in ANYMAIL).
email_backend: str = env.str("EMAIL_BACKEND", default="")
EMAIL_URL: str = env.str("EMAIL_URL", default="" if IN_PRODUCTION else "smtp://127.0.0.1:25")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
elif not email_backend and not WITHOUT_SERVICES:
    sys.exit("Trabecula cannot start: EMAIL_URL is not set. It is the mail server, smtp+tls://user:password@host:587.")
EMAIL_TIMEOUT = 20
provider_addresses: dict[str, str] = {}
if email_backend:
    EMAIL_BACKEND = email_backend
    try:
        ANYMAIL: dict[str, Any] = json.loads(env.str("ANYMAIL", default="") or "{}") | {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT}
        import_string(email_backend)
        provider_addresses = {f"ANYMAIL {key}": str(given) for key, given in ANYMAIL.items() if key.endswith("API_URL")}
    except (TypeError, ValueError):
        sys.exit('Trabecula cannot start: ANYMAIL is no JSON object. Send one such as {"POSTMARK_SERVER_TOKEN": "..."}.')
    except ImportError:
        sys.exit(
            f"Trabecula cannot start: EMAIL_BACKEND is '{email_backend}', which is none."
            " Name one such as anymail.backends.postmark.EmailBackend."
        )
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="Trabecula <no-reply@localhost>")

# --- Push ------------------------------------------------------------------------------------------------------------
# Without a service account there is no push: messages take the next way.
FCM_SERVICE_ACCOUNT: str = env.str("FCM_SERVICE_ACCOUNT", default="")  # the JSON itself, or the file that holds it
FCM_URL: str = env.str("FCM_URL", default="https://fcm.googleapis.com").rstrip("/")
FCM_TIMEOUT: float = env.float("FCM_TIMEOUT", default=20.0)
for name, outbound in {"FCM_URL": FCM_URL, **provider_addresses}.items():
    if fault := fault_of_address(outbound, loopback=not IN_PRODUCTION):
        sys.exit(f"Trabecula cannot start: {name} cannot be used. {fault}")

# --- What a man reads, and when ----------------------------------------------------------------------------------------
FINDINGS_RELEASE: str = env.str("FINDINGS_RELEASE", default="immediate")
if FINDINGS_RELEASE not in ("immediate", "reviewed"):
    sys.exit(f"Trabecula cannot start: FINDINGS_RELEASE is '{FINDINGS_RELEASE}'. Accepted: immediate or reviewed.")

# The floor for every man here whose clinic or prescriber set none, in pg/mL; empty: those of the rulebook, by assay.
ESTRADIOL_FLOOR: str = env.str("ESTRADIOL_FLOOR", default="").strip()
if ESTRADIOL_FLOOR:
    try:
        floor = read_floor(ESTRADIOL_FLOOR, load_rulebook())
        check_floor(floor.number, None, date.min, load_rulebook()).enforce(confirmed=False, staff=True)
    except Problem as refused:
        sys.exit(f"Trabecula cannot start: ESTRADIOL_FLOOR cannot be used. {refused.issues[0].detail}")

# Other rules, laid out beside those in force: the desk shows what they would change. A folder of *.toml; empty: none.
RULEBOOK_CANDIDATE: Path | None = Path(said) if (said := env.str("RULEBOOK_CANDIDATE", default="").strip()) else None

# --- Files and doors -------------------------------------------------------------------------------------------------
# A message may repeat a value that was just stored: it stays on the server, and out of cookies.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
STATIC_URL = "/static/"
STATIC_ROOT: Path = env.path("STATIC_ROOT", default=str(BASE_DIR / ".run" / "static"))
WHITENOISE_USE_FINDERS = not IN_PRODUCTION
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = DESK_LONGEST_SECONDS = 8 * 3600  # a working day
# After so long without a click a prescriber signs in anew.
DESK_IDLE_SECONDS: int = env.int("DESK_IDLE_SECONDS", default=30 * 60)
if not 60 <= DESK_IDLE_SECONDS <= DESK_LONGEST_SECONDS:  # noqa: PLR2004  the range is the message
    sys.exit(f"Trabecula cannot start: DESK_IDLE_SECONDS is {DESK_IDLE_SECONDS}. Accepted: from 60 to {DESK_LONGEST_SECONDS}.")
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IN_PRODUCTION
if IN_PRODUCTION:
    # A browser takes a cookie of this name from this host alone, over TLS, and no neighbour under the same domain can set one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_REDIRECT: bool = env.bool("SECURE_SSL_REDIRECT", default=IN_PRODUCTION)
# An app that speaks without TLS is told so, and not led on: what it sent has been in the clear already.
SECURE_REDIRECT_EXEMPT = [r"^(api|fhir)/"]
SECURE_HSTS_INCLUDE_SUBDOMAINS: bool = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=IN_PRODUCTION)
SECURE_HSTS_SECONDS: int = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if IN_PRODUCTION else 0)
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- History ---------------------------------------------------------------------------------------------------------
# The actor is written into each history row by the database, from the setting that `acting_as` makes.
PGTRIGGER_SCHEMA_EDITOR = False
PGTRIGGER_MIGRATIONS = True
# Nothing asks the history for what a row pointed at: it is read by man, and by row. Each index costs every write.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

# --- Logs ------------------------------------------------------------------------------------------------------------
# Where Prometheus looks for figures, host:port, one address for each of web, worker and beat; empty: nowhere.
if METRICS_ADDRESS := env.str("METRICS_ADDRESS", default=""):
    address_of_metrics(METRICS_ADDRESS)
# Requests and tasks are told by pattern and id; who asked, by the account's number. What else is said is scrubbed.
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
# What runs here, as whoever builds it names it: told with errors and spans.
RELEASE: str = env.str("RELEASE", default="").strip()
if RELEASE and not re.fullmatch(r"[\w.+-]{1,64}", RELEASE, re.ASCII):
    sys.exit("Trabecula cannot start: RELEASE cannot be used. Accepted: up to 64 letters, digits, and . _ + - in between.")
# Errors to Sentry; empty: nowhere.
SENTRY_DSN: str = env.str("SENTRY_DSN", default="").strip()
# Spans to a collector of OpenTelemetry, by the names that its specification gives; empty: nowhere.
OTEL_EXPORTER_OTLP_ENDPOINT: str = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="").strip()
OTEL_EXPORTER_OTLP_HEADERS: str = env.str("OTEL_EXPORTER_OTLP_HEADERS", default="").strip()
OTEL_TRACES_SAMPLER_ARG: float = env.float("OTEL_TRACES_SAMPLER_ARG", default=1.0)
TRUST_TRACEPARENT: bool = env.bool("TRUST_TRACEPARENT", default=False)
for name, fault in {
    "SENTRY_DSN": SENTRY_DSN and addresses.fault_of_dsn(SENTRY_DSN),
    "OTEL_EXPORTER_OTLP_ENDPOINT": OTEL_EXPORTER_OTLP_ENDPOINT and addresses.fault_of_endpoint(OTEL_EXPORTER_OTLP_ENDPOINT),
    "OTEL_EXPORTER_OTLP_HEADERS": addresses.fault_of_headers(OTEL_EXPORTER_OTLP_HEADERS),
    "OTEL_TRACES_SAMPLER_ARG": addresses.fault_of_share(OTEL_TRACES_SAMPLER_ARG),
}.items():
    if fault:
        sys.exit(f"Trabecula cannot start: {name} cannot be used. {fault}")
if OTEL_EXPORTER_OTLP_ENDPOINT:
    # The first gives the request its id, and forgets what was bound to it.
    MIDDLEWARE.insert(1, "backend.seeing.traced_requests.TracedRequests")
LOGGING: dict[str, Any] = logs.config(LOG_LEVEL, reports=bool(SENTRY_DSN))
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # its end says the same and more
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO  # a refusal is no fault of ours
