"""Remedies for NumPy, SciPy and simulation."""

from __future__ import annotations

from qpp.audit.remedies._remedy import Remedy, Shown

_ROLLING = Shown("polars_vs_pandas", "3000 x 100, W=100", "polars_numpy")

REMEDIES = (
    Remedy(
        "numpy_element_loop",
        "Each access to an element makes a Python object of it, and each operation is a call of the"
        " interpreter. NumPy does the same for a whole array in one compiled loop.",
        "Write the loop as operations on whole arrays (np.where, np.maximum, slices, cumsum), or"
        " compile it as it is with Numba or Rust.",
        "Both branches of a condition are computed for all elements. Sums are added pairwise and"
        " round differently from a loop. Integers of NumPy wrap around. Temporaries take memory.",
        "hours",
        "low",
        100.0,
        "measured at 100,000 elements: 930 times; capped",
        before="""\
def payoffs(spot, strike):
    out = np.empty(len(spot))
    for i in range(len(spot)):
        out[i] = max(spot[i] - strike, 0.0)
    return out
""",
        after="""\
def payoffs(spot, strike):
    return np.maximum(spot - strike, 0.0)
""",
    ),
    Remedy(
        "small_array_numpy",
        "A call of NumPy takes about a microsecond before it computes anything: it checks types,"
        " finds a loop, makes an array. On a few numbers the calls are nearly all of the time.",
        "Where passes are independent, add an axis and compute all of them in one call (NumPy's"
        " linear algebra takes stacks of matrices). Where each pass needs the one before, compile"
        " the loop with Numba or Rust.",
        "Products and sums may be added in another order, so last digits change, and a comparison"
        " of nearly equal values can fall the other way.",
        "days",
        "medium",
        20.0,
        "the least compiled recursion in hft_mcmc, hft_mle and hft_hmm (21 to 941 times)",
        before="""\
def solutions(matrices, vectors):
    return np.array([np.linalg.solve(a, b) for a, b in zip(matrices, vectors)])
""",
        after="""\
def solutions(matrices, vectors):
    return np.linalg.solve(matrices, vectors[..., None])[..., 0]
""",
        shown=Shown("hft_hmm", "S&P 500: filter, 3 states", "rust"),
    ),
    Remedy(
        "growing_array",
        "An array cannot grow in place: append and concatenate copy all elements so far, and so"
        " does list + list. The time grows with the square of the length.",
        "Append to a list and make the array once, or allocate the array at its final length and"
        " fill it. For lists use append and extend.",
        "The dtype is decided once from all values, and not step by step.",
        "hours",
        "low",
        50.0,
        "measured at 20,000 elements: 140 times; the gain grows with their number",
        before="""\
def squares(values):
    out = np.empty(0)
    for v in values:
        out = np.append(out, v * v)
    return out
""",
        after="""\
def squares(values):
    out = []
    for v in values:
        out.append(v * v)
    return np.array(out)
""",
    ),
    Remedy(
        "scalar_scipy",
        "SciPy's general functions check, broadcast and mask their arguments at each call, some"
        " hundred lines of Python, for one number. With an array they do it once.",
        "Pass all values as arrays in one call. For the normal distribution use scipy.special.ndtr"
        " and ndtri, or math.erfc for one number. For a root per row use an iteration on arrays"
        " (Newton's, or scipy.optimize.elementwise.find_root).",
        "Other algorithms for the same function agree to a few units in the last place; roots agree"
        " to the tolerance asked for. Values outside the domain give NaN and do not raise.",
        "hours",
        "low",
        100.0,
        "measured at 5,000 numbers: above 10,000 times; capped",
        before="""\
from scipy.stats import norm

def deltas(d1):
    return np.array([norm.cdf(d) for d in d1])
""",
        after="""\
from scipy.special import ndtr

def deltas(d1):
    return ndtr(np.asarray(d1))
""",
    ),
    Remedy(
        "np_vectorize",
        "np.vectorize is a Python loop with the interface of an array function. It calls the Python"
        " function for every element and converts each result.",
        "Write the function with array operations: np.where or np.select for conditions, np.take"
        " for tables. Or compile it with numba.vectorize.",
        "Both branches of a condition are computed, so silence or avoid invalid operations in the"
        " one not taken. np.vectorize takes its dtype from the first result; array code from the"
        " inputs.",
        "hours",
        "low",
        50.0,
        "measured at 100,000 elements: 64 times",
        before="""\
def payoffs(spot):
    return np.vectorize(lambda s: s - 100.0 if s > 100.0 else 0.0, otypes=[float])(spot)
""",
        after="""\
def payoffs(spot):
    return np.where(spot > 100.0, spot - 100.0, 0.0)
""",
    ),
    Remedy(
        "copy_storm",
        "Whole arrays or frames are copied in every pass. Each copy asks the system for memory,"
        " fills the caches with it, and computes nothing.",
        "Allocate the result once before the loop and write into it (out=, in-place operators,"
        " views); convert dtypes once where the data come in; rely on pandas' copy-on-write.",
        "A view shares memory: a later change shows in both. Writing into an input changes it for"
        " the caller.",
        "hours",
        "medium",
        2.0,
        "measured at arrays of 16 MB: 6 times; less where copies stay in the cache",
        before="""\
def worst(prices, shocks):
    losses = []
    for shock in shocks:
        shifted = prices.copy()
        shifted *= shock
        losses.append(shifted.min())
    return losses
""",
        after="""\
def worst(prices, shocks):
    losses, shifted = [], np.empty_like(prices)
    for shock in shocks:
        np.multiply(prices, shock, out=shifted)
        losses.append(shifted.min())
    return losses
""",
    ),
    Remedy(
        "mask_scan",
        "For every key the whole column is compared and the whole table is filtered. The time is"
        " the number of keys times the number of rows.",
        "Group once: groupby or group_by, one sort with np.searchsorted for ranges, np.bincount for"
        " sums, or a dict from key to rows.",
        "Groups come in the order of sorted keys unless sort=False; keys without rows are missing,"
        " and rows with a missing key are left out.",
        "hours",
        "low",
        50.0,
        "measured at 500 keys: 700 times; the gain grows with their number",
        before="""\
def volumes(trades, assets):
    return {a: trades.loc[trades["asset"] == a, "size"].sum() for a in assets}
""",
        after="""\
def volumes(trades, assets):
    totals = trades.groupby("asset")["size"].sum().to_dict()
    return {a: totals.get(a, 0) for a in assets}
""",
    ),
    Remedy(
        "window_recompute",
        "Each row reads its whole window again, so the time is the number of rows times the length"
        " of the window. Neighbouring windows share all values but two.",
        "Use a rolling function of Polars or pandas, or carry the state from row to row: add what"
        " enters, subtract what leaves, a deque for the extremes.",
        "Running sums lose digits after an outlier has left the window, and a window of equal"
        " values may show a deviation that is not 0: use a library that handles both, and compare"
        " to a tolerance. Check NaN, ddof and the first rows.",
        "hours",
        "medium",
        100.0,
        "measured at windows of 250: 800 times; capped",
        before="""\
def means(prices, length):
    ends = range(length, len(prices) + 1)
    return np.array([np.mean(prices[end - length : end]) for end in ends])
""",
        after="""\
def means(prices, length):
    return pl.Series(prices).rolling_mean(length).to_numpy()[length - 1 :]
""",
        shown=_ROLLING,
    ),
    Remedy(
        "float64_cpu_monte_carlo",
        "Every step writes an array of all paths to memory and the next reads it back, on one core."
        " Half of the digits of double precision are below the sampling error.",
        "First use fewer paths for the same error: a control variate with a known mean (below), or"
        " antithetic or Sobol numbers with a bridge. Then one compiled pass that keeps each path in"
        " registers, in Rust or on a GPU, in float32 where the payoff allows.",
        "Another generator or precision gives other samples: prices agree within standard errors,"
        " not digit by digit. A control variate with an estimated coefficient has a small bias."
        " Greeks by bumping need double precision.",
        "days",
        "medium",
        6.0,
        "the least of gpu_monte_carlo in Rust on one thread (6.6 to 9.8 times)",
        before="""\
def call(rng, paths):
    spot = 100.0 * np.exp(0.2 * rng.standard_normal(paths) - 0.02)
    return np.maximum(spot - 100.0, 0.0).mean()
""",
        after="""\
def call(rng, paths):  # the same error with about seven times fewer paths
    spot = 100.0 * np.exp(0.2 * rng.standard_normal(paths) - 0.02)
    payoff = np.maximum(spot - 100.0, 0.0)
    c = np.cov(payoff, spot)
    return (payoff - c[0, 1] / c[1, 1] * (spot - 100.0)).mean()
""",
        shown=Shown("gpu_monte_carlo", "65,536 x 252", "rust"),
    ),
    Remedy(
        "full_fft_few_lags",
        "correlate transforms to twice the length and computes all lags of both signs, with"
        " complex or general code. Few of them are used.",
        "Use fft_autocorrelation of this repository, which takes the fastest of direct sums, blocks"
        " and one transform. By hand (2.5 to 4.7 times): one real transform of a smooth length of"
        " at least n + max_lag; for very few lags sum products directly.",
        "Sums are added in another order: results differ by rounding, relative to lag 0. A length"
        " below n + max_lag wraps around and is wrong, without an error.",
        "hours",
        "low",
        10.0,
        "the least of Rust in fft_autocorrelation for up to a twentieth of the lags (10 times)",
        before="""\
from scipy.signal import correlate

def autocovariances(x, max_lag):
    return correlate(x, x, mode="full", method="fft")[len(x) - 1 : len(x) + max_lag]
""",
        after="""\
from scipy.fft import irfft, next_fast_len, rfft

def autocovariances(x, max_lag):
    size = next_fast_len(len(x) + max_lag, real=True)
    spectrum = rfft(x, size)
    return irfft(spectrum.real**2 + spectrum.imag**2, size)[: max_lag + 1]
""",
        shown=Shown("fft_autocorrelation", "n=10,000 k=50", "rust"),
    ),
    Remedy(
        "python_objective",
        "The solver calls a Python function of one point for every evaluation. The call, and small"
        " arrays within it, cost more than the arithmetic.",
        "Give the function all points of a generation at once (vectorized=True in SciPy's"
        " differential evolution), or a compiled function; pass gradients where they are known.",
        "With vectorised evaluation SciPy updates a generation at a time (updating='deferred'), so"
        " the path differs and the result agrees to the solver's tolerance only.",
        "days",
        "medium",
        3.0,
        "scipy-vectorised over scipy in hft_mle (4.2 times)",
        before="""\
from scipy.optimize import differential_evolution

def fitted(bounds):
    def loss(p):
        return (p[0] - 1.0) ** 2 + (p[1] + 2.0) ** 2

    return differential_evolution(loss, bounds, seed=1, tol=1e-8).x
""",
        after="""\
from scipy.optimize import differential_evolution

def fitted(bounds):
    def loss(p):  # p has shape (2, points)
        return (p[0] - 1.0) ** 2 + (p[1] + 2.0) ** 2

    return differential_evolution(
        loss, bounds, seed=1, tol=1e-8, vectorized=True, updating="deferred"
    ).x
""",
        shown=Shown(
            "hft_mle", "DE, Rosenbrock d=10, 10,050 evaluations", "rust-vectorised", over="scipy"
        ),
    ),
)
