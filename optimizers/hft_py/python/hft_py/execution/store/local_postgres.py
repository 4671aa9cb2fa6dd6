"""A PostgreSQL server of its own for tests and trials: on loopback, gone with the process.

The programs of Debian's package ``postgresql`` (or of another installation on the ``PATH``) make a
database cluster in a temporary folder and serve it. PostgreSQL refuses to run as root; root starts
it as the user ``postgres``, or ``nobody``. Where the process that started it ends, in whatever way,
a shell that reads from it stops the server and removes the folder.

>>> from hft_py.execution.store.local_postgres import missing
>>> missing() is None or "apt-get install" in missing()
True
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["LocalPostgres", "missing"]

# In the background, so that it is no child of the process that may be killed with its children.
_KEEPER = """
exec 3<&0
{
    "$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 \\
        >"$2/log" 2>&1 3<&- &
    cat <&3 >/dev/null
    kill -QUIT $!
    wait $!
    rm -rf "$2"
} &
"""


def missing() -> str | None:
    """Why no server can be started here, with the remedy; None where one can."""
    if not hasattr(os, "geteuid"):
        return "no PostgreSQL server can be started by the tests on this system"
    return None if _programs() else "PostgreSQL is not installed (apt-get install postgresql)"


def _programs() -> Path | None:
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((p for p in found if all((p / x).exists() for x in ("initdb", "postgres"))), None)


class LocalPostgres:
    """A running server; ``url`` is that of a database with nothing in it.

    Raises
    ------
    RuntimeError
        It cannot be started; the message has the end of its log.
    """

    def __init__(self) -> None:
        programs = _programs()
        if programs is None:
            raise RuntimeError(missing())
        self.folder = Path(tempfile.mkdtemp(prefix="hft-py-postgres-", dir=_shared()))
        password = secrets.token_hex(16)
        (self.folder / "password").write_text(password, encoding="ascii")
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            name, group = _other_user()
            user = {"user": name, "group": group, "extra_groups": []}
            for path in (self.folder, self.folder / "password"):
                shutil.chown(path, name)
        self._keeper: subprocess.Popen[bytes] | None = None
        try:
            made = subprocess.run(
                [programs / "initdb", "-D", self.folder / "data", "-U", "hft", "-A",
                 "scram-sha-256", "--pwfile", self.folder / "password", "--no-sync",
                 "--locale=C", "--encoding=UTF8"],
                capture_output=True, text=True, cwd="/", **user,
            )  # fmt: skip
            if made.returncode:
                raise RuntimeError(f"initdb failed: {made.stderr[-500:]}")
            port = _free_port()
            self._keeper = subprocess.Popen(
                ["sh", "-c", _KEEPER, "sh", programs, self.folder, str(port)],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                cwd="/", start_new_session=True, **user,
            )  # fmt: skip
            self._keeper.wait()  # it goes on in the background
            self.url = f"postgresql+psycopg://hft:{password}@127.0.0.1:{port}/postgres"
            self._wait()
        except BaseException:
            self.close()
            raise

    def _wait(self, seconds: float = 30.0) -> None:
        """Until it accepts connections."""
        ready, end = self.folder / "data/postmaster.pid", time.monotonic() + seconds
        while True:
            try:
                if ready.read_text().splitlines()[7].strip() == "ready":
                    return
            except (OSError, IndexError):
                pass  # not written yet
            if time.monotonic() > end:
                log = (self.folder / "log").read_text()[-500:]
                raise RuntimeError(f"PostgreSQL did not start in {seconds:.0f} s: {log}")
            time.sleep(0.02)

    def close(self) -> None:
        """Stop the server and remove its folder."""
        if self._keeper is not None and self._keeper.stdin is not None:
            self._keeper.stdin.close()
            end = time.monotonic() + 30
            while self.folder.exists() and time.monotonic() < end:
                time.sleep(0.02)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> LocalPostgres:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _shared() -> str:
    """A folder for temporary ones that other users can enter: pytest's own is closed to them."""
    return "/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir()


def _other_user() -> tuple[str, int]:
    """A user who is not root, and its group."""
    import pwd  # not on Windows

    found = {entry.pw_name: entry.pw_gid for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in found else "nobody"
    return name, found[name]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
