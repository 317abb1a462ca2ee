"""Settings, read from the environment; nothing here knows a single provider or kind by name."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import given, local_secrets

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
ENV_FILE = os.environ.get("LOCKSTEP_ENV_FILE")
environ.Env.read_env(ENV_FILE or BASE_DIR / ".env")

# What is made on this machine and may be thrown away: database, broker, keys of a trial.
VAR_DIR = Path(os.environ.get("LOCKSTEP_VAR", BASE_DIR / "var"))

if ENV_FILE is None and not os.environ.get("SECRET_KEY"):
    # Nothing is set up here but a trial: a command typed beside `make run` means that one.
    environ.Env.read_env(VAR_DIR / "trial.env")

DEBUG = env.bool("DEBUG", default=False)


def secret(name: str) -> str:
    """A secret exactly as it stands: django-environ would take a leading `$` as a reference."""
    return os.environ.get(name, "")


def required_secret(name: str, *, advice: str) -> str:
    value = secret(name)
    if value:
        return value
    if DEBUG:
        return local_secrets.kept(VAR_DIR, name)
    raise ImproperlyConfigured(f"{name} is not set. {advice}")


SECRET_KEY = required_secret(
    "SECRET_KEY",
    advice="Set it to a long random text, or set DEBUG=1 to try Lockstep on this machine.",
)
CREDENTIALS_KEYS = given.fernet_keys(
    "CREDENTIALS_KEYS",
    required_secret(
        "CREDENTIALS_KEYS",
        advice="Set it to one or more Fernet keys separated by commas, newest first; "
        "`python -m config.local_secrets` prints a new one.",
    ),
)

# ------------------------------------------------------------------ addresses

APP_BASE_URL = env.str("APP_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
SERVED_OVER_HTTPS = APP_BASE_URL.startswith("https://")
APP_HOST = environ.urlparse(APP_BASE_URL).hostname or ""

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[APP_HOST])
if DEBUG:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[APP_BASE_URL])

# ----------------------------------------------------------------------- apps

PROVIDER_SLUGS = sorted(
    file.parent.name for file in (BASE_DIR / "integrations").glob("*/provider.py")
)
SIGN_IN_APPS = [
    f"integrations.{slug}.sign_in"
    for slug in PROVIDER_SLUGS
    if (BASE_DIR / "integrations" / slug / "sign_in").is_dir()
]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    *SIGN_IN_APPS,
    "config",
    "rota",
    "uploader",
    "integrations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.content_security.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.page_context.sandbox_banner",
                "config.page_context.menu",
            ],
        },
    },
]

# ------------------------------------------------------------------- database

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'lockstep.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Web and workers write at once: without these, SQLite refuses writes instead of queueing them.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --------------------------------------------------------------- broker, runs

REDIS_URL = env.str("REDIS_URL", default="")
BROKER_DIR = VAR_DIR / "broker"
LEASE_SECONDS = given.whole_number("LEASE_SECONDS", env.str("LEASE_SECONDS", default="90"), least=1)

# ------------------------------------------------------------------ providers

SANDBOX_URL = given.address("SANDBOX_URL", env.str("SANDBOX_URL", default="")).rstrip("/")
# {"open_humans": {"BASE_URL": ..., "CLIENT_ID": ...}, ...}
PROVIDER_SETTINGS = {slug: given.provider_settings(slug, os.environ) for slug in PROVIDER_SLUGS}
# One application at Google may serve all of its services, so it is not called after the calendar.
PROVIDER_SETTINGS["google_calendar"] |= {
    name: env.str(f"GOOGLE_{name}", default="") for name in ("CLIENT_ID", "CLIENT_SECRET")
}
INACTIVE_PROJECT = env.bool("INACTIVE_PROJECT", default=False)

# -------------------------------------------------------------------- sign-in

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "home"
LOGIN_REDIRECT_URL = "dashboard"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_ADAPTER = "config.sign_in.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "config.sign_in.SocialAccountAdapter"
SOCIALACCOUNT_ONLY = True
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_STORE_TOKENS = False  # they would lie there in clear; ours are encrypted
SOCIALACCOUNT_PROVIDERS = {
    slug: {
        "APPS": [
            {
                "client_id": PROVIDER_SETTINGS[slug].get("CLIENT_ID", ""),
                "secret": PROVIDER_SETTINGS[slug].get("CLIENT_SECRET", ""),
                "key": "",
            }
        ]
    }
    for slug in PROVIDER_SLUGS
    if f"integrations.{slug}.sign_in" in SIGN_IN_APPS
}

# ------------------------------------------------------------------- security

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SERVED_OVER_HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if SERVED_OVER_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SERVED_OVER_HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if SERVED_OVER_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SERVED_OVER_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if SERVED_OVER_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "img-src": [SELF, "data:"],
    }
}

# --------------------------------------------------------- pages, mail, words

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="lockstep@localhost")

# ----------------------------------------------------------- faults of our own

SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    def without_query(event: Any, _hint: Any) -> Any:
        """Links that sign in, and feeds, have their secret there."""
        event.get("request", {}).pop("query_string", None)
        return event

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        send_default_pii=False,
        # A request's frames hold tokens, and addresses may.
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=without_query,
    )

# -------------------------------------------------------------------- logging


def worth_a_line(record: logging.LogRecord) -> bool:
    """Celery writes three lines about every tick, and there is one every few seconds."""
    return record.levelno > logging.INFO or "uploader.tasks.tick" not in record.getMessage()


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {
        "worth_a_line": {"()": "django.utils.log.CallbackFilter", "callback": worth_a_line}
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["worth_a_line"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # These write whole addresses, and RescueTime takes its token only there.
        "urllib3": {"level": "WARNING"},
        "requests_oauthlib": {"level": "WARNING"},
    },
}
TESTING = "pytest" in sys.modules
