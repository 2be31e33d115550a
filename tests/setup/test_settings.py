"""What the environment makes of the settings, each time in a fresh process."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

SERVER = {"SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": "tapwright.example,second.example"}


def show(expression: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"from designer import settings as s; print({expression})"],
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def value(expression: str, environment: dict[str, str]) -> str:
    shown = show(expression, environment)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout.strip()


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_names_what_is_missing(missing: str) -> None:
    shown = show("s", {name: value for name, value in SERVER.items() if name != missing})
    assert shown.returncode != 0
    assert f"Set {missing}" in shown.stderr


def test_deliveries_are_kept_for_ever_by_a_zero_not_by_a_number_beyond_the_calendar() -> None:
    days = "s.KEEP_DELIVERIES_DAYS"
    assert value(days, SERVER | {"KEEP_DELIVERIES_DAYS": "36500"}) == "36500"
    shown = show(days, SERVER | {"KEEP_DELIVERIES_DAYS": "36501"})
    assert "Set KEEP_DELIVERIES_DAYS to 0 to keep all for ever." in shown.stderr


def test_a_server_is_safe_unless_told_otherwise() -> None:
    switches = "(s.DEBUG, s.HTTPS, s.SANDBOX, s.SESSION_COOKIE_SECURE)"
    assert value(switches, SERVER) == "(False, True, False, True)"
    assert value("s.SITE_URL", SERVER) == "https://tapwright.example"


def test_plain_http_is_for_this_machine() -> None:
    here = {"SECRET_KEY": "$ecret", "HTTPS": "0", "PORT": "8123"}
    assert value("s.SECRET_KEY, s.SITE_URL", here) == "$ecret http://127.0.0.1:8123"


def test_secret_key_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from the file\n")
    here = {"SECRET_KEY_FILE": str(tmp_path / "key"), "HTTPS": "0"}
    assert value("s.SECRET_KEY", here) == "from the file"
    shown = show("s", here | {"SECRET_KEY_FILE": str(tmp_path / "none")})
    assert "SECRET_KEY_FILE can't be read" in shown.stderr


def test_data_folder_may_have_any_name(tmp_path: Path) -> None:
    here = {"SECRET_KEY": "k", "HTTPS": "0", "DATA_DIR": str(tmp_path / "a #1?%20b")}
    database = value("s.DATABASES['default']['NAME']", here)
    assert database == str(tmp_path / "a #1?%20b" / "tapwright.sqlite3")


def test_what_sqlite_has_committed_outlives_a_power_cut(tmp_path: Path) -> None:
    command = value("s.DATABASES['default']['OPTIONS']['init_command']", SERVER)
    with closing(sqlite3.connect(tmp_path / "database")) as database:
        database.executescript(command)
        (synchronous,) = database.execute("PRAGMA synchronous").fetchone()
        (journal,) = database.execute("PRAGMA journal_mode").fetchone()
    full = 2
    assert (synchronous, journal) == (full, "wal")


def test_redis_takes_the_tasks_by_its_url_alone() -> None:
    tasks = "s.TASKS['default']['BACKEND']"
    assert "database" in value(tasks, SERVER).lower()
    assert "django_rq" not in value("s.INSTALLED_APPS", SERVER)
    redis = SERVER | {"REDIS_URL": "redis://:pass%2Fword@redis.example:6379/2"}
    assert "RQ" in value(tasks, redis)
    assert "django_rq" in value("s.INSTALLED_APPS", redis)


@pytest.mark.parametrize(
    "url",
    [
        "redis.example:6379",
        "http://redis.example",
        "redis://:pass/word@redis.example",
        "redis://redis.example:port",
        "redis://redis.example?socket_timeout=soon",
    ],
)
def test_a_broken_redis_url_is_told_without_its_password(url: str) -> None:
    shown = show("s", SERVER | {"REDIS_URL": url})
    assert shown.returncode != 0
    assert shown.stderr.splitlines()[-1].startswith(
        "django.core.exceptions.ImproperlyConfigured: REDIS_URL can't be read. It looks like"
    )
    assert "pass" not in shown.stderr.replace("password", "")
