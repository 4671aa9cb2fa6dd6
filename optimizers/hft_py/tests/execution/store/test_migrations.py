"""Tables and migrations: up, down, equal to the models; durable settings; what is missing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hft_py.execution.store import OrderStore
from hft_py.execution.store.local_postgres import missing


def tables(url: str) -> set[str]:
    from sqlalchemy import inspect

    from hft_py.execution.store._engine import connect

    engine = connect(url)
    found = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return found


def test_up_and_down_and_up(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    from hft_py.execution.store import migrate

    names = {"parent_orders", "child_orders", "fills", "order_events"}
    for revision, expected in (("head", names), ("base", set()), ("0001", names), ("head", names)):
        migrate.main([url, revision])
        assert tables(url) == expected
        shown = {"head": migrate.HEAD}.get(revision, revision)
        assert f"revision {shown}" in capsys.readouterr().out
    with OrderStore(url) as store:
        migrate.check(store.engine)  # the tables are those of the models
        with store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ValueError, match="is at revision 9999, and this version of hft-py knows"):
        OrderStore(url)


def test_a_commit_is_on_the_disk(url: str) -> None:
    with OrderStore(url) as store, store.engine.connect() as connection:
        if store.engine.dialect.name == "sqlite":
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                     for name in ("journal_mode", "synchronous", "foreign_keys")]  # fmt: skip
            assert found == ["wal", 2, 1]  # 2 is FULL
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite://", "expected a file"),
        ("sqlite:///:memory:", "expected a file"),
        ("mysql://host/db", "expected sqlite or postgresql"),
        ("orders.db", "expected one as sqlite:///orders.db"),
    ],
)
def test_other_urls(url: str, message: str) -> None:
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is not installed")
    with pytest.raises(ValueError, match=message):
        OrderStore(url)


def test_without_sqlalchemy() -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "import hft_py.execution\n"
        "try: hft_py.execution.OrderStore()\n"
        "except ImportError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install 'hft-py[store]'" in done.stdout, done.stderr


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_a_server_ends_with_the_process_that_started_it() -> None:
    code = (
        "import os, signal\n"
        "from hft_py.execution.store.local_postgres import LocalPostgres\n"
        "print(LocalPostgres().folder, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL
    folder, end = Path(done.stdout.strip()), time.monotonic() + 30
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not folder.exists()
