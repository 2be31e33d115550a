"""Settings, read from the environment; `docs/settings.md` lists them for the person who hosts it.

What has no safe default (the secret key; behind HTTPS, the host names) is required, and a missing
one stops the start with its name.
"""

import os
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
# Behind HTTPS unless said otherwise; `make run` serves plain HTTP on this machine.
HTTPS = env.bool("HTTPS", default=not DEBUG)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()


def _secret_key() -> str:
    """The key itself, or the file that holds it (as `make run` and container secrets give it)."""
    # Not through `env`, which takes a "$" at the start for the name of another variable.
    if key := os.environ.get("SECRET_KEY", ""):
        return key
    if path := env.str("SECRET_KEY_FILE", default=""):
        try:
            return Path(path).read_text().strip()
        except OSError as problem:
            raise ImproperlyConfigured(f"SECRET_KEY_FILE can't be read: {problem}") from problem
    raise ImproperlyConfigured("Set SECRET_KEY, or SECRET_KEY_FILE to the file that holds it.")


SECRET_KEY = _secret_key()
# Encrypts API keys and webhook secrets together with SECRET_KEY: change either, and they are lost.
SALT_KEY = env.str("SALT_KEY", default="tapwright")

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if HTTPS else ["localhost", "127.0.0.1", "[::1]"]
)
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the names that people reach this server by.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Where people and webhooks reach the product: printed links and webhook addresses are below it.
SITE_URL = env.str(
    "SITE_URL",
    default=(
        f"https://{ALLOWED_HOSTS[0]}"
        if HTTPS
        else f"http://127.0.0.1:{env.int('PORT', default=8000)}"
    ),
).rstrip("/")

# Seconds to wait for a connection to the API, and for each part of its answer.
SEND_CONNECT_TIMEOUT = env.float("SEND_CONNECT_TIMEOUT", default=5.0)
SEND_READ_TIMEOUT = env.float("SEND_READ_TIMEOUT", default=20.0)

# How many messages may be sent in a day: by one person of a team, and by all of it.
SEND_QUOTA_PERSON = env.int("SEND_QUOTA_PERSON", default=200)
SEND_QUOTA_TEAM = env.int("SEND_QUOTA_TEAM", default=1000)

# For how many days a webhook's delivery is kept as it came; 0 for ever.
KEEP_DELIVERIES_DAYS = env.int("KEEP_DELIVERIES_DAYS", default=90)
if KEEP_DELIVERIES_DAYS > 36_500:
    raise ImproperlyConfigured("Set KEEP_DELIVERIES_DAYS to 0 to keep all for ever.")

# The stand-in for the API and its phone. Off in production unless it is asked for.
SANDBOX = env.bool("SANDBOX", default=DEBUG)
# How long the magic number for a time-out lets its caller wait: longer than anyone should.
SANDBOX_HANG_SECONDS = env.float("SANDBOX_HANG_SECONDS", default=60.0)
# The sandbox knows no people and no teams; these say who may see a phone, and whose.
SANDBOX_OWNER = "designer.setup.sandbox.owner_of"
SANDBOX_PAGE = "designer.setup.sandbox.phone_page"
SANDBOX_ADDRESSES = "designer.setup.sandbox.may_see_addresses"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
    "django_tasks_db",
    "phonenumber_field",
    "designer.teams",
    "designer.library",
    "designer.sending",
    "designer.replies",
    "designer.setup",
]
if SANDBOX:
    INSTALLED_APPS.append("designer.sandbox")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages are as long as their forms. It pads what it compresses, so that the length tells nobody
    # what stands beside a text of theirs (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "designer.setup.trouble.DatabaseTrouble",
]

ROOT_URLCONF = "designer.urls"
WSGI_APPLICATION = "designer.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "designer.teams.context.team",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL")
    if env.str("DATABASE_URL", default="")
    # Not as a URL: the folder's name may hold what a URL reads otherwise.
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "tapwright.sqlite3"}
}
# Opening one costs a request a millisecond or two, on SQLite too.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Take the write lock at the start, so that a busy one means waiting, not failing.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The queue that wakes the worker: a table of the database, or Redis where there is one.
REDIS_URL = env.str("REDIS_URL", default="")
if not REDIS_URL:
    TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
else:
    from redis import ConnectionPool

    try:
        # Connects to nothing: a Redis that is away for now must not keep anything from starting.
        ConnectionPool.from_url(REDIS_URL)
    except ValueError:
        # Without the cause, which may quote a part of the password.
        raise ImproperlyConfigured(
            "REDIS_URL can't be read. It looks like redis://user:password@host:6379/0, or begins "
            "with rediss:// for TLS; percent-encode what is special in a password."
        ) from None
    INSTALLED_APPS.append("django_rq")
    TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend", "QUEUES": ["default"]}}
    RQ_QUEUES = {
        "default": {
            "URL": REDIS_URL,
            "QUEUE_CLASS": "designer.setup.redis_tasks.WakeQueue",
            # Not rq's pickles: whoever reads one runs what is in it.
            "SERIALIZER": "rq.serializers.JSONSerializer",
            # A task ends by its own time-outs; rq's would strike in the middle of a request.
            "DEFAULT_TIMEOUT": -1,
        }
    }
# How many requests are worked on at once; the others wait. Each thread keeps a connection.
WEB_THREADS = env.int("WEB_THREADS", default=20)
# How many tasks the worker runs at once.
WORKER_THREADS = env.int("WORKER_THREADS", default=4)

AUTH_USER_MODEL = "teams.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "templates"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = False
USE_TZ = True
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "E164"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "static-collected"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# A 1 MB import fits, and the form of the largest draft (limits.MOST_PARTS, editor.MOST_VARIABLES);
# the webhook sets its own bound.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        # A message's header shows a picture or a video from wherever the team keeps it.
        "img-src": [SELF, "https:", "data:"],
        "media-src": [SELF, "https:"],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# Whoever watches the server from inside asks by plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# The proxy in front tells HTTPS by this header; set it only where a proxy does overwrite it.
if env.bool("TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        # httpx logs every URL at INFO; a webhook's URL holds a secret.
        "httpx": {"level": "WARNING"},
        # Left to itself it logs each task.
        "rq": {"level": "WARNING"},
        "rq.worker": {"level": "WARNING"},
    },
}
