"""Settings: from Python, TOML and the environment, by either set of names; refused if wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hft_py.portfolio import MVOConfig


def test_published_names(tmp_path: Path) -> None:
    names = {
        "USE_MVO": "0", "MVO_RISK_LAMBDA": "10", "MVO_COST_LAMBDA": "2.5", "BETA_MIN": "-0.2",
        "BETA_MAX": "0.3", "TURNOVER_LIMIT_ANNUAL": "6", "LIQUIDITY_MAX_PCT_ADV": "0.01",
        "GROSS_LEVERAGE": "1.5", "NET_EXPOSURE": "0.1", "MAX_POSITION_WEIGHT": "0.02",
        "STARTING_CAPITAL": "1e6", "SPREAD_BPS": "4", "COMMISSION_BPS": "1", "TOP_N": "10",
        "ALLOW_SHORTS": "yes", "MAX_POSITIONS": "25", "INFEASIBLE": "least_violating",
        "PATH": "elsewhere",
    }  # fmt: skip
    expected = MVOConfig(
        use_mvo=False, risk_aversion=10.0, cost_aversion=2.5, beta_min=-0.2, beta_max=0.3,
        turnover_limit_annual=6.0, max_pct_adv=0.01, gross_leverage=1.5, net_min=0.1, net_max=0.1,
        max_weight=0.02, capital=1e6, spread_bps=4.0, commission_bps=1.0, top_n=10,
        max_positions=25, infeasible="least_violating",
    )  # fmt: skip
    assert MVOConfig.from_environment(names) == expected
    assert MVOConfig.from_environment({}) == MVOConfig()
    text = "\n".join(
        f"{k} = {v!r}".replace("'", '"')
        for k, v in {
            "use_mvo": 0, "MVO_RISK_LAMBDA": 10.0, "cost_aversion": 2.5, "beta_min": -0.2,
            "beta_max": 0.3, "TURNOVER_LIMIT_ANNUAL": 6.0, "max_pct_adv": 0.01,
            "gross_leverage": 1.5, "net_exposure": 0.1, "max_weight": 0.02, "capital": 1e6,
            "spread_bps": 4.0, "commission_bps": 1.0, "top_n": 10, "max_positions": 25,
            "infeasible": "least_violating",
        }.items()
    ).replace("use_mvo = 0", "use_mvo = false")  # fmt: skip
    for head in ("", "[portfolio]\n"):
        path = tmp_path / "settings.toml"
        path.write_text(head + text + "\nsector_max = {Energy = 0.1}\n", encoding="utf-8")
        found = MVOConfig.from_toml(path)
        assert found.sector_range("Energy")[1] == 0.1
        assert MVOConfig(**{**vars(found), "sector_max": None}) == expected


def test_annual_limits_become_those_of_a_period() -> None:
    assert MVOConfig(periods_per_year=12.0).turnover_limit == 0.25
    assert MVOConfig(turnover_limit_annual=None).turnover_limit is None
    assert MVOConfig(long_only=True, gross_leverage=0.9).net_range == (0.9, 0.9)
    assert MVOConfig().net_range == (0.0, 0.0) and MVOConfig(net_max=0.2).net_range[1] == 0.2
    assert MVOConfig(min_weight=-0.01).weight_range == (-0.01, 0.03)
    assert MVOConfig(min_weight=-0.01, long_only=True).weight_range == (0.0, 0.03)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"risk_aversion": -1.0}, "risk_aversion=-1.0, expected at least 0"),
        ({"beta_min": 0.2}, "beta_min=0.2 is above beta_max=0.1"),
        ({"min_weight": 0.1}, "min_weight=0.1 is above max_weight=0.03"),
        ({"sector_min": 0.2, "sector_max": {"A": 0.1}}, "sector_min of A=0.2 is above"),
        ({"max_weight": 1e150}, "max_weight=1e\\+150, expected at most 1000000.0"),
        ({"net_min": -1e9}, "net_min=-1000000000.0, expected at least -1000000.0"),
        ({"sector_max": {"A": 1e20}}, "sector_max=1e\\+20, expected at most 1000000.0"),
        ({"max_positions": 0}, "max_positions=0, expected 1 or more"),
        ({"infeasible": "ignore"}, 'infeasible=.ignore., expected one of "raise"'),
        ({"capital": 0.0}, "capital=0.0, expected more than 0"),
        ({"max_tracking_error": float("nan")}, "max_tracking_error=nan, expected a finite"),
    ],
)
def test_contradictory_settings(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MVOConfig(**changes)


def test_wrong_names_and_words() -> None:
    with pytest.raises(ValueError, match="risk_lamda is no setting of a portfolio"):
        MVOConfig.from_mapping({"risk_lamda": 1.0})
    with pytest.raises(ValueError, match="BETA_MAX='much' in the environment, expected a number"):
        MVOConfig.from_environment({"BETA_MAX": "much"})
    with pytest.raises(ValueError, match="USE_MVO='maybe' in the environment, expected true"):
        MVOConfig.from_environment({"USE_MVO": "maybe"})
    with pytest.raises(TypeError, match="long_only=1, expected True or False"):
        MVOConfig(long_only=1)  # type: ignore[arg-type]
