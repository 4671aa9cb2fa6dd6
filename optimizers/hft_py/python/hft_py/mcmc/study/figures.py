"""The README's pictures: ``python -m hft_py.mcmc.study.figures FOLDER``.

The worked example is a GARCH(1,1) model of the daily S&P 500 returns that the harness comes with.
"""

from __future__ import annotations

import warnings
from typing import Any

from hft_py.errors import InvalidValuesWarning
from hft_py.mcmc import MCMCResult, mcmc_optimize
from hft_py.mcmc.plotting import KINDS
from hft_py.mcmc.study.workloads import daily_returns
from qpp.pictures import draw_into_folder


def example() -> MCMCResult:
    """Volatility of daily returns: the parameters of a GARCH(1,1) model given the data."""
    returns = daily_returns()
    variance = float(returns.var())
    with warnings.catch_warnings():
        # The corner of the box where alpha + beta >= 1 is no model: its density is zero.
        warnings.simplefilter("ignore", InvalidValuesWarning)
        return mcmc_optimize(
            "garch11",
            [-0.5, 1e-4 * variance, 1e-3, 0.5],
            [0.5, 0.2 * variance, 0.3, 0.999],
            [0.0, 0.02 * variance, 0.1, 0.88],
            n_iterations=10_000,
            burn_in=2_000,
            log_scale=[False, True, False, False],
            data=returns,
            seed=1,
        )


def main(arguments: list[str] | None = None) -> None:
    """Draw every kind into a folder."""
    draw_into_folder("hft_py.mcmc.study.figures", _figures, arguments)


def _figures() -> dict[str, Any]:
    run = example()
    figures = {f"mcmc_{kind}": run.plot(kind) for kind in KINDS}
    for figure in figures.values():
        title = figure.get_suptitle()
        figure.suptitle(f"{title}: GARCH(1,1) of daily S&P 500 returns, per cent, 1999-2018")
    return figures


if __name__ == "__main__":
    main()
