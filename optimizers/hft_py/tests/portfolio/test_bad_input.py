"""What a user may get wrong is an error that names it; what is unusual but right has an answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hft_py.portfolio import (
    InfeasiblePortfolioError,
    MVOConfig,
    build_portfolio,
    build_portfolio_heuristic,
    build_portfolio_mvo,
    minimum_variance_portfolio,
)

pd = pytest.importorskip("pandas", reason="pandas is not installed")

SIGMA = np.array([[0.04, 0.01], [0.01, 0.09]])
ALPHA = {"B": 0.02, "A": -0.01}
NONE: Any = {}
WORD: Any = "x"
NUMBER: Any = {5: 1}
CONFIG = MVOConfig(max_weight=0.5)
RANKED = MVOConfig(use_mvo=False)
DAYS = pd.DatetimeIndex(["2024-01-01", "2024-01-03", "2024-01-05"])
BY_DATE = pd.DataFrame([[0.01, 0.0], [0.02, -0.01], [0.0, 0.0]], DAYS, list(ALPHA))


def built(alpha: Any = ALPHA, as_of: Any = None, **more: Any) -> Any:
    return build_portfolio_mvo(alpha, as_of, **{"risk_model": SIGMA, "config": CONFIG, **more})


CASES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: built(BY_DATE, "some day"), TypeError, "as_of='some day' cannot be compared with"),
    (lambda: built(BY_DATE, 5), TypeError, "as_of=5 cannot be compared with"),
    (lambda: built(BY_DATE, datetime(2024, 1, 3, tzinfo=UTC)), TypeError, "it has a time zone"),
    (lambda: built(BY_DATE, "2023-12-31"), ValueError, "as_of=2023-12-31 is outside alpha's dates"),
    (lambda: built(BY_DATE.reset_index(drop=True), "2024-01-03"), TypeError, "as_of='2024-01-03'"),
    (lambda: built(BY_DATE[::-1], "2024-01-03"), ValueError, "alpha has the date 2024-01-03"),
    (lambda: built(sectors="tech"), TypeError, "sectors='tech', expected a name for each asset"),
    (lambda: built(sectors=5), TypeError, "sectors=5, expected a name for each asset"),
    (lambda: built(sectors=["tech", None]), ValueError, "sectors has no value for 'A'"),
    (lambda: built(sectors={"A": np.nan, "B": "tech"}), ValueError, "sectors has no value for 'A'"),
    (lambda: built(sectors={"A": "t", "B": "t", "C": "t"}), ValueError, "sectors names 'C'"),
    (lambda: build_portfolio(ALPHA, config=NONE), TypeError, "config is a dict, expected an"),
    (lambda: build_portfolio_heuristic(ALPHA, config=NONE), TypeError, "config is a dict"),
    (lambda: build_portfolio(0.1, config=RANKED), ValueError, "alpha has 0 dimensions"),
    (lambda: build_portfolio({}, config=RANKED), ValueError, "alpha has no asset"),
    (lambda: MVOConfig(max_weight=-0.1), ValueError, "max_weight=-0.1 with long_only=False"),
    (lambda: MVOConfig(beta_max=np.inf), ValueError, "beta_max=inf, expected a finite number"),
    (lambda: MVOConfig.from_mapping(WORD), TypeError, "settings are 'x', expected names"),
    (lambda: MVOConfig.from_mapping(NUMBER), TypeError, "5 is no name of a setting"),
    (lambda: MVOConfig.from_mapping({"risk_aversion": 1.0, "MVO_RISK_LAMBDA": 2.0}), ValueError,
     "MVO_RISK_LAMBDA sets what another name has set"),
    (lambda: MVOConfig.from_mapping({"long_only": True, "ALLOW_SHORTS": True}), ValueError,
     "ALLOW_SHORTS sets what another name has set"),
    (lambda: MVOConfig.from_environment({"MAX_POSITION_WEIGHT": "nan"}), ValueError,
     "MAX_POSITION_WEIGHT='nan' in the environment, expected a number"),
    (lambda: MVOConfig.from_environment({"TOP_N": "1.5"}), ValueError, "expected a whole number"),
    (lambda: MVOConfig.from_environment({"USE_MVO": "maybe"}), ValueError, "USE_MVO='maybe'"),
    (lambda: built(config=MVOConfig(long_only=True, max_weight=0.5, max_positions=1)),
     InfeasiblePortfolioError, "no portfolio satisfies max_positions and net_exposure together"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "message"), CASES, ids=range(len(CASES)))
def test_bad_input(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=re.escape(message)) as caught:
        call()
    assert "are )" not in str(caught.value)


def test_a_table_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("portfolio = 3")
    with pytest.raises(TypeError, match="settings are 3, expected names and values"):
        MVOConfig.from_toml(path)


@pytest.mark.parametrize(
    ("dates", "as_of"),
    [
        (DAYS, "2024-01-04"),
        (DAYS, date(2024, 1, 3)),
        (DAYS, np.datetime64("2024-01-03")),
        (DAYS.tz_localize("UTC"), "2024-01-04"),
        (DAYS.tz_localize("UTC"), datetime(2024, 1, 3, 1, tzinfo=UTC)),
        (DAYS.date, date(2024, 1, 4)),
        (DAYS.astype(str), "2024-01-04"),
        (range(3), 1),
    ],
)
def test_the_row_of_a_date(dates: Any, as_of: Any) -> None:
    found = built(BY_DATE.set_index(pd.Index(dates)), as_of)
    np.testing.assert_array_equal(found.array(), built().array())
    ranked = build_portfolio_heuristic(BY_DATE.set_index(pd.Index(dates)), as_of, config=RANKED)
    assert ranked.by_asset() == {"B": 0.03, "A": -0.03}


def test_unusual_but_right() -> None:
    assert build_portfolio([0.1], config=RANKED).array().tolist() == [0.0]
    free, dear = (
        built(config=MVOConfig(max_weight=0.5, cost_aversion=aversion)) for aversion in (0.0, 1.0)
    )
    for found in (free, dear):  # 4 basis points, whatever the aversion to them
        assert found.trading_cost == pytest.approx(4e-4 * found.turnover)
    assert minimum_variance_portfolio(SIGMA).trading_cost == pytest.approx(4e-4)
    limits = MVOConfig(max_weight=0.5, sector_max={"tech": 0.1, "tehc": 0.2})
    found = built(config=limits, sectors=["tech", "banks"])
    assert "sector_max of tehc: no asset is in that sector" in found.not_applied
    needs = ["beta: no betas given", "max_pct_adv: no adv given"]
    assert built(current_weights=[0.0, 0.0]).not_applied == tuple(needs)
    assert built().not_applied[:-1] == tuple(needs)
    assert built().not_applied[-1].startswith("turnover: no current_weights given")
