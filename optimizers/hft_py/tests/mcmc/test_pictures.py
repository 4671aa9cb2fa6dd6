"""Pictures are drawn, of what they say, without a display."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed: the extra `plot`")
import matplotlib as mpl

mpl.use("agg")

from hft_py.errors import PoorMixingWarning
from hft_py.mcmc import MCMCResult, plotting

Run = Callable[..., MCMCResult]


@pytest.mark.parametrize(
    ("kind", "dimension"), [("corner", 1), *((kind, 3) for kind in plotting.KINDS)]
)
def test_every_kind(kind: str, dimension: int, quick_run: Run, tmp_path: Path) -> None:
    run = quick_run(
        lambda x: -0.5 * float(x @ x),
        [-5.0] * dimension,
        [5.0] * dimension,
        n_iterations=300,
        burn_in=100,
        seed=1,
    )
    figure = run.plot(kind)
    figure.savefig(tmp_path / "picture.png", dpi=40)
    plotting.pyplot().close(figure)
    assert (tmp_path / "picture.png").stat().st_size > 2_000


def test_a_parameter_that_never_moves(quick_run: Run, tmp_path: Path) -> None:
    run = quick_run(
        lambda x: 0.0, [0], [9], integrality=[True], initial_params=[[5]] * 4,
        initial_scale=1e-9, n_iterations=50, burn_in=0, seed=1,
    )  # fmt: skip
    for kind in plotting.KINDS:
        figure = run.plot(kind)
        figure.savefig(tmp_path / f"{kind}.png", dpi=20)
        plotting.pyplot().close(figure)


def test_the_correlogram_is_one() -> None:
    x = np.random.default_rng(0).normal(size=101)
    found = plotting.correlogram(x, 5)
    centred = x - x.mean()
    expected = [float(centred[: 101 - k] @ centred[k:]) for k in range(6)]
    np.testing.assert_allclose(found, np.array(expected) / expected[0], rtol=1e-12)
    for scale in (1e-170, 1e160):
        np.testing.assert_allclose(plotting.correlogram(x * scale, 5), found, rtol=1e-12)


def test_more_chains_than_draws(quick_run: Run) -> None:
    run = quick_run(lambda x: 0.0, [0], [1], n_iterations=30, burn_in=0, n_chains=8, seed=1)
    plotting.pyplot().close(run.plot("r_hat"))


def test_refusals(quick_run: Run) -> None:
    run = quick_run(lambda x: 0.0, [0], [1], n_iterations=3, burn_in=1, seed=1)
    with pytest.raises(ValueError, match="fewer than 4 draws"):
        run.plot()
    with pytest.raises(ValueError, match="kind='pie', expected one of"):
        run.plot("pie")


@pytest.mark.thorough
def test_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("qpp", "hft_py._rust"):
        pytest.importorskip(module, reason=f"{module} is not installed")
    from hft_py.mcmc.study import figures

    returns = np.random.default_rng(1).normal(size=400)
    monkeypatch.setattr(figures, "daily_returns", lambda: returns)
    runs: list[MCMCResult] = []
    run = figures.mcmc_optimize

    def shorter(*arguments: Any, **named: Any) -> MCMCResult:
        with pytest.warns(PoorMixingWarning):
            runs.append(run(*arguments, **{**named, "n_iterations": 60, "burn_in": 10}))
        return runs[0]

    monkeypatch.setattr(figures, "mcmc_optimize", shorter)
    figures.main([str(tmp_path / "new")])
    assert sorted(p.stem for p in (tmp_path / "new").iterdir()) == sorted(
        f"mcmc_{k}" for k in plotting.KINDS
    )
    assert runs[0].param_names == ("mu", "omega", "alpha", "beta")
    assert len(capsys.readouterr().out.splitlines()) == 4
