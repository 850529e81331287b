"""A PostgreSQL cluster of the tests' own: in a temporary folder, on a free port of the loopback interface."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from tests.conftest import HOST, free_port

DEBIANS = "postgresql/*/bin/initdb"  # below /usr/lib, off the search path; one folder a version
UNPRIVILEGED = "postgres"  # the user that Debian's package makes: PostgreSQL refuses to be run by root
OWNER = "tracker"
PASSWORD = "canary-password-4711"
START_SECONDS = 60
# Nothing here has to survive a power cut; twenty processes and a server's own pools connect at once.
OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class Postgres:
    """A cluster with one user, who needs a password."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
        self.port = free_port()
        self._programs = _programs()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster and wait until it answers."""
        password = self.folder / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        if os.geteuid() == 0:
            for path in (self.folder, password):
                shutil.chown(path, UNPRIVILEGED, UNPRIVILEGED)
        self._run(
            "initdb", "--pgdata", str(self.folder / "data"), "--username", OWNER, "--auth", "scram-sha-256",
            "--pwfile", str(password), "--encoding", "UTF8", "--locale", "C", "--no-sync",
        )  # fmt: skip
        options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        command = [
            str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), "-h", HOST,
            "-k", str(self.folder), *options,
        ]  # fmt: skip
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **_user())
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """End it, whoever is connected, and remove its folder."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # at once: there is nothing to keep
            self._process.wait()
        shutil.rmtree(self.folder)

    def make(self, database: str, template: str = "template1") -> str:
        """A new database, as a copy of another to which nobody is connected.

        Returns:
            Its URI, with the password in it.
        """
        connection = self._connect("postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        finally:
            connection.close()
        return f"postgresql+psycopg2://{OWNER}:{PASSWORD}@{HOST}:{self.port}/{database}"

    def ask(self, database: str, query: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        connection = self._connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def _connect(self, database: str) -> psycopg2.extensions.connection:
        return psycopg2.connect(host=HOST, port=self.port, user=OWNER, password=PASSWORD, dbname=database)

    def _answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments], capture_output=True, text=True, cwd=self.folder,
            timeout=START_SECONDS, check=False, **_user(),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def _programs() -> Path:
    """Folder of the newest PostgreSQL's server programs."""
    found = sorted(Path("/usr/lib").glob(DEBIANS), key=lambda path: int(path.parts[-3]))
    elsewhere = shutil.which("initdb")
    assert found or elsewhere, "the tests on PostgreSQL need its server programs (Debian: apt-get install postgresql)"
    return found[-1].parent if found else Path(str(elsewhere)).resolve().parent


def _user() -> dict[str, object]:
    """Options of ``subprocess`` that take root's rights away."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(UNPRIVILEGED)
    return {
        "user": user.pw_uid,
        "group": user.pw_gid,
        "extra_groups": [],
        "env": {**os.environ, "HOME": "/", "USER": UNPRIVILEGED},
    }
