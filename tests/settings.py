"""The product's settings, made quick and quiet for tests."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("SANDBOX", "1")
os.environ.setdefault("HTTPS", "0")
os.environ.setdefault("DATA_DIR", tempfile.gettempdir())
# Of Redis, should the tests run with one, this process and those that it starts have a part of
# their own; rq reads this name. Of several that share the tests, each has one.
if "PYTEST_XDIST_WORKER" in os.environ:
    run, worker = os.environ["PYTEST_XDIST_TESTRUNUID"], os.environ["PYTEST_XDIST_WORKER"]
    os.environ["RQ_KEY_PREFIX"] = f"tapwright-test-{run}-{worker}"
os.environ.setdefault("RQ_KEY_PREFIX", f"tapwright-test-{os.getpid()}")

from designer.settings import *  # noqa: F403
from designer.settings import DATABASES, MIDDLEWARE, STORAGES

RQ_KEY_PREFIX = os.environ["RQ_KEY_PREFIX"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Static files come straight from their folders.
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, so that the browser tests' server threads and workers share it as in production.
    folder = tempfile.mkdtemp(prefix="tapwright-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(folder, "test.sqlite3")}
    # Surviving a power cut is not what the tests test.
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
