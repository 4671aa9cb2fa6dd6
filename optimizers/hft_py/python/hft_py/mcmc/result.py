"""What a sampler returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import results
from hft_py.mcmc.baseline.diagnostics import deviation
from hft_py.named import NamedPoint

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class MCMCResult(results.Result):
    """Draws from a density, with what they are worth.

    ``d`` parameters, ``draws`` kept of each chain after warm-up and thinning.

    Attributes
    ----------
    best_params
        The point of the highest log-density that was evaluated, ``(d,)``, read by position or by
        name (:class:`hft_py.named.NamedPoint`); not the posterior mean, which is
        ``samples.mean(axis=(0, 1))``.
    best_log_prob
        Its value.
    samples
        Shape ``(chain, draw, parameter)``.
    log_probs
        The objective at each sample, shape ``(chain, draw)``.
    acceptance
        Share of proposals accepted after the warm-up, by chain; ``acceptance_rate`` is their mean.
    r_hat, ess_bulk, ess_tail, mcse, autocorr_time
        By parameter: rank-normalised split R-hat, effective sample sizes, standard error of the
        mean, integrated autocorrelation time in draws. NaN where a parameter never moved, as a held
        one. The tail size jumps where draws repeat: see :func:`compute_effective_sample_size`.
    log_evidence, log_evidence_error
        The logarithm of the integral of ``exp(objective)`` over the box and its standard error over
        chains; ``sampler="parallel_tempering"`` only, else NaN. Subtract the logarithm of the box's
        volume for the evidence under a uniform prior.
    n_evaluations, n_invalid
        Calls of the objective, and how many of them gave NaN.
    n_iterations
        Iterations done, warm-up included.
    stop_reason
        ``"completed"`` or ``"stopped_by_callback"``.
    warnings
        Messages about what is doubtful in the run; empty if nothing is.
    sampler, seed, backend, param_names
        How it was made. The seed makes it again, also where it was drawn.
    inverse_temperatures, swap_rejection, round_trips
        Parallel tempering: the ladder ``(chain, level)`` from 0 to 1, the rejection rate of each
        pair ``(chain, level - 1)``, and how often a state went down from the target to the uniform
        level and had come from there ``(chain,)``. None for the other samplers.

    Examples
    --------
    >>> from hft_py.mcmc import mcmc_optimize
    >>> run = mcmc_optimize(lambda x: -0.5 * float(x @ x), [-5, -5], [5, 5], seed=1)
    >>> run.samples.shape, run.to_frame().shape, run.stop_reason
    ((4, 9000, 2), (36000, 3), 'completed')
    >>> list(run.summary().index), bool(abs(run.summary()["mean"]).max() < 0.1)
    (['x0', 'x1'], True)
    """

    best_params: NamedPoint
    best_log_prob: float
    samples: Floats
    log_probs: Floats
    acceptance: Floats
    r_hat: Floats
    ess_bulk: Floats
    ess_tail: Floats
    mcse: Floats
    autocorr_time: Floats
    log_evidence: float
    log_evidence_error: float
    n_evaluations: int
    n_invalid: int
    n_iterations: int
    stop_reason: str
    warnings: tuple[str, ...]
    sampler: str
    seed: int
    backend: str
    param_names: tuple[str, ...]
    inverse_temperatures: Floats | None = None
    swap_rejection: Floats | None = None
    round_trips: npt.NDArray[np.int64] | None = None

    @property
    def acceptance_rate(self) -> float:
        """The mean of ``acceptance`` over the chains."""
        return float(self.acceptance.mean())

    def to_frame(self) -> Any:
        """The draws as a pandas frame: one row a draw, indexed by chain and draw."""
        pandas = results.pandas()
        chains, draws, dimension = self.samples.shape
        index = pandas.MultiIndex.from_product(
            [range(chains), range(draws)], names=["chain", "draw"]
        )
        rows = self.samples.reshape(chains * draws, dimension)
        frame = pandas.DataFrame(rows, index=index, columns=list(self.param_names))
        frame["log_prob"] = self.log_probs.reshape(-1)
        return frame

    def summary(self) -> Any:
        """One row a parameter: mean, deviation, 5, 50 and 95 per cent, and the diagnostics."""
        pandas = results.pandas()
        flat = self.samples.reshape(-1, self.samples.shape[2])
        if not len(flat):
            raise ValueError("the run stopped before its first draw: there is nothing to summarise")
        low, middle, high = np.quantile(flat, [0.05, 0.5, 0.95], axis=0)
        columns = {
            "mean": flat.mean(axis=0),
            "std": [deviation(column) for column in flat.T],
            "5%": low,
            "50%": middle,
            "95%": high,
            "best": self.best_params,
            "mcse": self.mcse,
            "ess_bulk": self.ess_bulk,
            "ess_tail": self.ess_tail,
            "r_hat": self.r_hat,
        }
        return pandas.DataFrame(columns, index=list(self.param_names))

    def to_arviz(self) -> Any:
        """The draws for ArviZ: an ``InferenceData`` (below 1.0) or a ``DataTree``; arrays shared.

        Raises
        ------
        ImportError
            ArviZ is not installed.
        """
        arviz = results.optional("arviz", "peers", "to_arviz()")
        posterior = {n: self.samples[:, :, i] for i, n in enumerate(self.param_names)}
        statistics = {"lp": self.log_probs}
        if hasattr(arviz, "InferenceData"):
            return arviz.from_dict(posterior=posterior, sample_stats=statistics)
        return arviz.from_dict({"posterior": posterior, "sample_stats": statistics})

    def plot(self, kind: str = "trace") -> Any:
        """A matplotlib figure: ``"trace"``, ``"corner"``, ``"autocorrelation"`` or ``"r_hat"``."""
        from hft_py.mcmc.plotting import draw

        return draw(self, kind)
