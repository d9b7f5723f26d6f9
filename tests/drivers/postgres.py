"""A PostgreSQL of a test's own, in a folder of its own, reached by a socket in it: no port can be taken by another.

with Postgres() as postgres:  # where installed() is not None
    postgres.url  # postgresql://…
"""
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from types import TracebackType
from typing import Literal

LONGEST_S = 60  # what takes longer hangs
SKIP = "1..0 # SKIP PostgreSQL is not installed"
STOPS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


def installed() -> pathlib.Path | None:
    """The folder of its programs: the one in PATH, or that of the newest version."""
    versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=version_of, reverse=True)
    in_path = [pathlib.Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    names = ("initdb", "postgres", "pg_isready", "psql")
    for folder in (*in_path, *versions):
        if all(shutil.which(name, path=str(folder)) for name in names):
            return folder
    return None


def version_of(folder: pathlib.Path) -> float:
    return float(folder.parent.name) if re.fullmatch(r"\d+(\.\d+)?", folder.parent.name) else 0.0


class Postgres:
    """It runs as a user of its own where this program is root's, which PostgreSQL refuses to be. Its files are not synced:
    they outlive any end of its processes, though not of the machine; with `is_synced` they are."""

    def __init__(self, *options: str, is_synced: bool = False):
        programs = installed()
        if programs is None:
            raise FileNotFoundError("PostgreSQL is not installed")
        self.programs = programs
        self.temporary = tempfile.TemporaryDirectory(prefix="pg-")
        self.folder = pathlib.Path(self.temporary.name)
        self.account = account()
        if self.account is not None:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        self.options = ("fsync=" + ("on" if is_synced else "off"), "listen_addresses=", *options)
        self.process: subprocess.Popen[bytes] | None = None
        made = self.spawn("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        if made.wait(LONGEST_S) != 0:
            raise RuntimeError(self.said())

    @property
    def url(self) -> str:
        return f"postgresql:///postgres?host={self.folder}&user=postgres"

    def __enter__(self) -> "Postgres":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop("immediate")
        self.temporary.cleanup()

    def start(self) -> None:
        """Returns when it answers. After a kill it is refused until the last of its processes has ended."""
        options = [word for option in self.options for word in ("-c", option)]
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end:
            if self.process is None or self.process.poll() is not None:
                self.process = self.spawn("postgres", "-D", "data", "-k", str(self.folder), *options)
            if self.is_ready():
                return
            time.sleep(0.02)
        raise RuntimeError(self.said())

    def is_ready(self) -> bool:
        asked = [str(self.programs / "pg_isready"), "-q", "-h", str(self.folder), "-t", "5"]
        return subprocess.run(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def stop(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """fast: clients are cut off, what they had not committed is undone; immediate: as fast as can be, as a crash."""
        self.end(STOPS[how])

    def kill(self) -> None:
        """Its first process, which the others follow by themselves."""
        self.end(signal.SIGKILL)

    def cut_connections(self) -> None:
        """Of all its clients, whatever they are at."""
        clients = "from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
        self.run(f"select pg_terminate_backend(pid) {clients}")

    def run(self, statements: str) -> str:
        """What psql prints, without decoration."""
        asked = [str(self.programs / "psql"), self.url, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", statements]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout

    def end(self, by: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(by)
            self.process.wait(LONGEST_S)
            self.process = None

    def spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        owner = self.account
        with open(self.folder / "log", "ab") as log:
            return subprocess.Popen(
                [str(self.programs / program), *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "LC_ALL": "C", "PGDATA": str(self.folder / "data")},
                user=None if owner is None else owner.pw_uid,
                group=None if owner is None else owner.pw_gid,
                extra_groups=None if owner is None else [],
            )

    def said(self) -> str:
        """The end of its log."""
        return (self.folder / "log").read_text(errors="replace")[-4000:]


def account() -> pwd.struct_passwd | None:
    """Whose processes they are to be; None: those of this program's user."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
