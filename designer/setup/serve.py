"""`python -m designer.setup.serve`: all of the product on this machine, as `make run` starts it.

Makes the secret key, prepares the database, runs the Procfile's processes together and prints a
sign-in link once the server answers. With arguments it runs that command of `manage.py` instead, in
the same environment. It imports no Django, for the settings need the key first.
"""

import contextlib
import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from honcho.environ import parse_procfile
from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer

ROOT = Path(__file__).resolve().parent.parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]


def main(command: list[str]) -> int:
    """Run until SIGINT, SIGTERM or SIGHUP, or until a process ends; return the exit code."""
    at_home = not (os.environ.get("SITE_URL") or os.environ.get("PORT"))
    if problem := set_environment():
        return fail(problem)
    if command:
        # Beside the product that runs: a link that a command prints has to lead there.
        if at_home and (address := read_address()):
            os.environ["SITE_URL"] = address
        return subprocess.run([*MANAGE, *command], check=False).returncode
    if problem := port_problem(os.environ["BIND"], os.environ["PORT"]):
        return fail(problem)
    if subprocess.run([*MANAGE, "prepare"], check=False, start_new_session=True).returncode:
        return fail("The database could not be prepared; the reason stands above.")
    with told_address():
        return run_together()


def set_environment() -> str:
    """Set what a trial on this machine needs and the caller has not set.

    Returns why the data can't be kept where it should, in words; "" when it can.
    """
    defaults = {"BIND": "127.0.0.1", "PORT": "8000", "HTTPS": "0", "SANDBOX": "1"}
    for name, value in defaults.items():
        os.environ[name] = os.environ.get(name) or value
    data = Path(os.environ.get("DATA_DIR") or ROOT / "data").expanduser().resolve()
    os.environ["DATA_DIR"] = str(data)
    # What is made from here on is for this person's eyes alone.
    os.umask(0o077)
    try:
        data.mkdir(parents=True, exist_ok=True)
        if not (os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE")):
            os.environ["SECRET_KEY_FILE"] = str(secret_key_file(data))
    except OSError as refusal:
        return f"Can't keep data in {data}: {refusal.strerror}. DATA_DIR says where it lies."
    return ""


def address_file() -> Path:
    return Path(os.environ["DATA_DIR"]) / "address"


@contextlib.contextmanager
def told_address() -> Iterator[None]:
    """Keep in a file, while the product runs, where people find it."""
    address = os.environ.get("SITE_URL") or f"http://127.0.0.1:{os.environ['PORT']}"
    with contextlib.suppress(OSError):
        address_file().write_text(address)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            address_file().unlink(missing_ok=True)


def read_address() -> str:
    """Where the product that runs on this data is found; "" if none does."""
    try:
        return address_file().read_text().strip()
    except OSError:
        return ""


def run_together() -> int:
    """Run the Procfile's processes and the one that prints the link; return the exit code."""
    manager = Manager(Lines(sys.stdout))
    processes = parse_procfile((ROOT / "Procfile").read_text()).processes
    for name, command in processes.items():
        manager.add_process(name, command, cwd=str(ROOT))
    # Closing the terminal: honcho alone would die of it and leave its processes behind.
    signal.signal(signal.SIGHUP, stop)
    link = subprocess.Popen([*MANAGE, "login_link", "--when-up"], start_new_session=True)
    try:
        manager.loop()
    finally:
        link.terminate()
        link.wait()
    if manager.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM):
        return 0
    return fail("Stopped, because one of the processes ended; the reason stands above.")


def port_problem(host: str, port: str) -> str:
    """Why no server can listen there, in words; "" when one can."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, int(port)))
    except (ValueError, OverflowError):
        return f"PORT must be a number from 1 to 65535, not {port!r}."
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            return (
                f"Port {port} is taken: Tapwright runs already, or another program does. "
                f"Stop that, or choose another port: PORT={int(port) + 1} make run"
            )
        return f"Can't listen on {host}, port {port}: {problem.strerror}."
    return ""


def secret_key_file(data: Path) -> Path:
    """The file with the secret key, made when there is none; only its owner can read it."""
    path = data / "secret-key"
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50) + "\n")
    return path


class Lines(Printer):  # type: ignore[misc]
    """Prints what the processes say, without honcho's own comings and goings."""

    def write(self, message: Message) -> None:
        # A closed terminal must not keep honcho from stopping its processes.
        with contextlib.suppress(OSError):
            if message.name != SYSTEM_PRINTER_NAME:
                super().write(message)


def stop(number: int, frame: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def fail(reason: str) -> int:
    sys.stderr.write(f"\n{reason}\n")
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
