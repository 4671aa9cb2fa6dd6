"""Fresh databases of both kinds, and small frames of orders."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_COUNT = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server that these tests start."""
    from hft_py.execution.store.local_postgres import LocalPostgres, missing

    pytest.importorskip("psycopg", reason="psycopg is not installed")
    if reason := missing():
        pytest.skip(reason)
    with LocalPostgres() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, of each kind in turn."""
    for package in ("sqlalchemy", "alembic"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/orders.db"
    return own_schema(request.getfixturevalue("postgres"))


def own_schema(server: str) -> str:
    """The URL of a new schema of a server."""
    import psycopg

    name = f"test_{next(_COUNT)}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{server}?options=-csearch_path%3D{name}"


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """It stands at noon."""
    return lambda: NOON


@pytest.fixture(params=["pandas", "polars"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each package of frames in turn."""
    name = str(request.param)
    pytest.importorskip(name, reason=f"{name} is not installed")
    return name


@pytest.fixture
def orders() -> Callable[..., dict[str, Any]]:
    """``orders(parents, children, kind)``: frames, a child of ten lots each ten minutes."""
    return _orders


def _orders(parents: int = 2, children: int = 3, kind: str = "pandas", lot: float = 1.0) -> Any:
    import pandas as pd

    noon, minute = pd.Timestamp(NOON), pd.Timedelta("1min")
    names = [f"P{i}" for i in range(parents)]
    sides = [("buy", "sell")[i % 2] for i in range(parents)]
    made = {
        "parents": pd.DataFrame(
            {
                "parent_id": names,
                "symbol": "XYZ",
                "side": sides,
                "quantity": [10 * children * lot] * parents,
                "start": noon,
                "end": noon + 60 * minute,
                "lot": lot,
                "limit_price": [None, *[10.5] * (parents - 1)],
            }
        ).astype({"limit_price": float}),
        "children": pd.DataFrame(
            [
                {
                    "parent_id": name,
                    "child_id": f"{name}-{k}",
                    "sequence": k,
                    "release_time": noon + 10 * (k - 1) * minute,
                    "expiry": noon + 10 * k * minute,
                    "quantity": 10 * lot,
                }
                for name in names
                for k in range(1, children + 1)
            ]
        ),
        "fills": pd.DataFrame(
            [
                {
                    "execution_id": f"{name}-{k}-{j}",
                    "child_id": f"{name}-{k}",
                    "parent_id": name,
                    "symbol": "XYZ",
                    "side": side,
                    "quantity": size * lot,
                    "price": 10.0 + 0.01 * j,
                    "time": noon + (10 * (k - 1) + j) * minute,
                    "fee": 0.1,
                }
                for name, side in zip(names, sides, strict=True)
                for k in range(1, children + 1)
                for j, size in ((1, 4), (2, 6))
            ]
        ),
    }
    if kind == "pandas":
        return made
    import polars as pl

    return {
        name: pl.DataFrame(frame.to_dict("list"), nan_to_null=True) for name, frame in made.items()
    }
